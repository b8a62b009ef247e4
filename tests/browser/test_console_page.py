"""The agents' console in a real browser: live, by keyboard, on a phone, and never losing what was written."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from domain.agent import Presence
from domain.ticket import Status
from tests.browser.conftest import OpenPage
from tests.desk_house import PASSWORD, House


@pytest.fixture(scope="module")
def signed_in(house: House, browser: Browser) -> Iterator[list]:
    """Cookies of one sign-in, shared by the tests of this file."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(house.url + "/desk/sign-in")
    page.fill("#login", "chen.gang")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-ready]")
    yield context.cookies()
    context.close()


@pytest.fixture
def desk(open_page: OpenPage, signed_in: list, house: House):
    def open_desk(path: str = "/desk", **how: object) -> Page:
        page = open_page("/chat", **how)
        page.context.add_cookies(signed_in)
        page.goto(house.url + path)
        page.wait_for_selector("body[data-ready]")
        return page

    return open_desk


def test_a_demo_sign_in_is_filled_in_by_its_button(open_page: OpenPage, house: House):
    page = open_page("/chat")
    page.goto(house.url + "/desk/sign-in")
    page.get_by_role("button", name=re.compile("罗成")).click()
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-ready]")
    expect(page.get_by_role("link", name=re.compile("全部未结"))).to_be_visible()


def test_a_new_offer_appears_by_itself_and_in_the_title(desk, house: House):
    page = desk("/desk?shelf=offers")
    house.desk.set_presence("chen.gang", Presence.ONLINE)
    ticket = house.ticket(address="offer", text="老街停电")
    row = page.locator(f'[data-number="{ticket.number}"]')
    expect(row).to_be_visible()
    expect(row).to_have_class(re.compile("fresh"))
    assert page.title().startswith("(1) ")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#ticket h1")).to_contain_text("低压故障")
    expect(page.locator(".offer.assignment")).to_contain_text("派给了您")
    page.keyboard.press("a")
    expect(page.locator(".banner .who")).to_contain_text("陈刚 负责")
    expect(page.locator(".shelves a[aria-current]")).to_contain_text("我负责的")
    expect(page.get_by_role("button", name="已到现场")).to_be_visible()
    assert house.read(ticket.id).status is Status.ASSIGNED
    house.desk.set_presence("chen.gang", Presence.AWAY)


def test_a_link_is_followed_also_when_news_come_meanwhile(desk, house: House):
    ticket = house.ticket(address="followed")
    page = desk("/desk?shelf=waiting")
    held: list[Route] = []
    page.route(re.compile("/desk/t/"), lambda route: held.append(route))
    page.locator(f'[data-number="{ticket.number}"]').click()
    house.ticket(address="meanwhile")
    page.wait_for_timeout(1500)  # longer than the page waits before it shows news
    held[0].continue_()
    expect(page.locator("#ticket")).to_have_attribute("data-ticket", ticket.number)
    assert ticket.number in page.url


def test_reply_note_promise_and_resolve_by_keyboard(desk, house: House):
    ticket = house.ticket(address="keys")
    house.desk.accept(ticket.id, "chen.gang")
    page = desk(f"/desk/t/{ticket.number}?shelf=mine")
    page.keyboard.press("r")
    page.keyboard.type("您好，我是陈刚")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said-by.agent .bubble").first).to_have_text("您好，我是陈刚")
    page.locator("#say").press("Escape")
    page.keyboard.press("n")
    expect(page.locator("[data-composer]")).to_have_class(re.compile("note"))
    page.keyboard.type("内部：等二组")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said-by.note .bubble")).to_have_text("内部：等二组")
    page.locator("#say").press("Escape")
    page.keyboard.press("p")
    page.keyboard.type("一小时内到场")
    page.get_by_role("button", name="1 小时内").click()
    page.locator("#dlg-promise button[type=submit]").click()
    expect(page.locator(".banner .promise")).to_contain_text("一小时内到场")
    page.keyboard.press("e")
    page.keyboard.type("已更换表后开关，恢复供电")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".head .status")).to_have_text("已写结果")
    assert house.read(ticket.id).result == "已更换表后开关，恢复供电"


def test_the_customers_words_arrive_while_a_draft_stays(desk, house: House):
    ticket = house.ticket(address="draft")
    house.desk.accept(ticket.id, "chen.gang")
    house.desk.reply(ticket.id, "chen.gang", "在的", "t")
    page = desk(f"/desk/t/{ticket.number}?shelf=mine")
    page.fill("#say", "写了一半的话")
    house.customer_says("我补充一下", "draft")
    expect(page.locator(".said-by.customer .bubble").last).to_have_text("我补充一下")
    expect(page.locator("#say")).to_have_value("写了一半的话")
    page.reload()
    expect(page.locator("#say")).to_have_value("写了一半的话")


def test_a_note_that_was_begun_stays_a_note_when_replying_becomes_possible(desk, house: House):
    ticket = house.ticket(address="begun")
    page = desk(f"/desk/t/{ticket.number}?shelf=waiting")
    page.fill("#say", "内部：这户欠费三次")
    page.locator('#ticket form[action$="/accept"] button').click()
    expect(page.get_by_role("radio", name="内部备注")).to_be_checked()
    expect(page.locator("#say")).to_have_value("内部：这户欠费三次")
    page.reload()
    expect(page.get_by_role("radio", name="内部备注")).to_be_checked()


def test_a_reply_over_a_broken_line_is_kept_and_sent_once(desk, house: House):
    ticket = house.ticket(address="line")
    house.desk.accept(ticket.id, "chen.gang")
    page = desk(f"/desk/t/{ticket.number}?shelf=mine")

    def lose(route) -> None:
        route.fetch()
        route.abort()

    page.route("**/reply", lose, times=1)
    page.fill("#say", "只说一次")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_have_class("bad")
    expect(page.locator("#say")).to_have_value("只说一次")
    page.locator("#say").press("Control+Enter")
    expect(page.locator("#say")).to_have_value("")
    with house.store.read() as tx:
        texts = [m.text for m in tx.conversations.messages(ticket.conversation_id)]
    assert texts.count("只说一次") == 1


def test_a_refusal_stays_in_the_dialog_in_words(desk, house: House):
    ticket = house.ticket(address="refused")
    house.desk.accept(ticket.id, "chen.gang")
    house.desk.open_leg(ticket.id, "chen.gang", "CSC", "查", None)
    page = desk(f"/desk/t/{ticket.number}?shelf=mine")
    page.keyboard.press("e")
    page.keyboard.type("好了")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dlg-resolve .said")).to_have_text("还有协办没有完成，不能写结果。")
    expect(page.locator("#dlg-resolve textarea")).to_have_value("好了")


def test_numbers_are_shown_whole_only_after_a_reason(desk, house: House):
    ticket = house.ticket(address="reveal")
    page = desk(f"/desk/t/{ticket.number}?shelf=mine")
    assert "13812345678" not in page.content()
    page.get_by_role("button", name="显示完整号码").click()
    page.keyboard.type("客户来电核对")
    page.keyboard.press("Control+Enter")
    expect(page.locator('[data-mask="fact.phone"]')).to_have_text("13812345678")
    with house.store.read() as tx:
        assert tx.audit.about(f"ticket:{ticket.id}")[0].data["reason"] == "客户来电核对"


def test_help_search_and_moving_through_the_list(desk, house: House):
    tickets = [house.ticket(address=f"list{n}", text=f"独特内容{n}") for n in range(2)]
    page = desk("/desk?shelf=waiting")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("独特内容")
    page.keyboard.press("Enter")
    expect(page.locator(".list .row")).to_have_count(2)
    page.locator("#q").press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    focused = page.evaluate("document.activeElement.dataset.number")
    assert focused in {ticket.number for ticket in tickets}
    page.fill("#q", "没有这样的东西")
    page.keyboard.press("Enter")
    expect(page.locator(".list .empty")).to_contain_text("没有找到")


def test_on_a_phone_list_and_ticket_are_two_views(desk, house: House):
    ticket = house.ticket(address="phone")
    house.desk.accept(ticket.id, "chen.gang")
    page = desk("/desk?shelf=mine", width=390, height=844)
    expect(page.locator("#ticket")).to_be_hidden()
    page.locator(f'[data-number="{ticket.number}"]').click()
    expect(page.locator("#ticket h1")).to_be_visible()
    expect(page.locator(".list")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="返回列表").click()
    expect(page.locator(".list")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
