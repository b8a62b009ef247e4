"""The customer's chat in a real browser: exactly once over a bad network, and usable by everybody."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.desk_house import House


def say(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.keyboard.press("Enter")


def bubbles(page: Page) -> list[str]:
    return page.locator(".message .bubble").all_text_contents()


def test_a_suggestion_a_choice_and_typed_words(open_page: OpenPage):
    page = open_page("/chat")
    expect(page.get_by_role("heading", name="您好，有什么可以帮您？")).to_be_visible()
    page.get_by_role("button", name="家里突然没电了").click()
    expect(page.locator(".message.bot")).to_have_count(1)
    say(page, "choices 请选")
    page.get_by_role("button", name="是，没电了").click()
    expect(page.locator(".message.bot")).to_have_count(3)
    assert bubbles(page)[-2:] == ["是，没电了", "收到：yes"]
    expect(page.get_by_role("button", name="不是")).to_have_count(0)
    expect(page.locator(".log .day")).to_have_text(["今天"])


def test_a_reload_shows_the_same_conversation(open_page: OpenPage):
    page = open_page("/chat")
    say(page, "第一句")
    expect(page.locator(".message.bot")).to_have_count(1)
    page.reload()
    expect(page.locator(".message")).to_have_count(2)
    assert bubbles(page) == ["第一句", "收到：第一句"]


def test_a_lost_answer_is_asked_again_and_nothing_is_doubled(open_page: OpenPage):
    page = open_page("/chat")
    lost = []

    def lose_first(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)  # the server has it, the page never hears so
            route.abort()
        else:
            route.continue_()

    page.route("**/chat/api/messages", lose_first)
    say(page, "只此一句")
    say(page, "然后第二句")
    expect(page.locator(".message.bot")).to_have_count(2, timeout=20_000)
    expect(page.locator(".message.pending")).to_have_count(0)
    assert lost == [202, 202]
    assert sorted(bubbles(page)) == sorted(["只此一句", "收到：只此一句", "然后第二句", "收到：然后第二句"])
    page.reload()
    expect(page.locator(".message")).to_have_count(4)


def test_what_was_written_offline_survives_a_reload_and_is_sent_later(open_page: OpenPage):
    page = open_page("/chat")
    say(page, "在线时")
    expect(page.locator(".message.bot")).to_have_count(1)
    page.context.set_offline(True)
    say(page, "断网时写的")
    expect(page.locator("#connection")).to_be_visible()
    expect(page.locator(".message.pending")).to_have_count(1)
    page.context.set_offline(False)
    expect(page.locator(".message.bot")).to_have_count(2, timeout=20_000)
    assert bubbles(page) == ["在线时", "收到：在线时", "断网时写的", "收到：断网时写的"]


def test_two_tabs_show_the_same(open_page: OpenPage, house: House):
    first = open_page("/chat")
    say(first, "一")
    expect(first.locator(".message.bot")).to_have_count(1)
    second = first.context.new_page()
    second.goto(house.url + "/chat")
    expect(second.locator(".message")).to_have_count(2)
    say(second, "二")
    expect(first.locator(".message")).to_have_count(4)
    assert bubbles(first) == bubbles(second) == ["一", "收到：一", "二", "收到：二"]


def test_html_is_shown_and_not_run(open_page: OpenPage):
    page = open_page("/chat")
    say(page, "<img src=x onerror=\"document.title='x'\"><b>粗</b>")
    expect(page.locator(".message.bot")).to_have_count(1)
    assert page.locator(".bubble b, .bubble img").count() == 0
    assert page.title() != "x"


def test_a_text_too_long_stays_in_the_box_with_a_kind_word(open_page: OpenPage):
    page = open_page("/chat")
    page.fill("#text", "长" * 5001)
    expect(page.locator("#count")).to_have_text("最多 5000 字，还请分几次发送。")
    page.keyboard.press("Enter")
    assert len(page.input_value("#text")) == 5001
    expect(page.locator(".message")).to_have_count(0)


def test_the_language_follows_the_browser_then_the_button(open_page: OpenPage):
    page = open_page("/chat", lang="en-GB")
    expect(page.get_by_role("heading", name="Hello, how can we help?")).to_be_visible()
    page.get_by_role("link", name="切换到中文").click()
    expect(page.get_by_role("heading", name="您好，有什么可以帮您？")).to_be_visible()
    page.goto(page.url.split("?")[0])
    expect(page.get_by_role("heading", name="您好，有什么可以帮您？")).to_be_visible()


def test_an_agent_takes_the_floor_under_her_name(open_page: OpenPage, house: House):
    page = open_page("/chat")
    say(page, "停电了，转人工")
    expect(page.locator(".message.bot")).to_have_count(1)
    session = page.evaluate("() => fetch('/chat/api/messages').then((r) => r.json())")
    with house.store.read() as tx:
        message = tx.conversations.message(session["messages"][0]["id"])
        address = tx.conversations.get(message.conversation_id).address
    ticket = house.ticket(address=address)
    house.desk.accept(ticket.id, "sun.tao")
    house.desk.reply(ticket.id, "sun.tao", "您好，我是孙涛，马上为您处理。", "t")
    house.deps.signals.signal(f"conversation:{ticket.conversation_id}")
    expect(page.locator("#who")).to_have_text("孙涛")
    expect(page.locator(".message.agent .bubble")).to_have_text("您好，我是孙涛，马上为您处理。")
    say(page, "谢谢")
    expect(page.locator(".message.pending")).to_have_count(0)
    expect(page.locator(".typing")).to_have_count(0)


def test_what_one_person_says_in_one_breath_reads_as_one(open_page: OpenPage, house: House):
    page = open_page("/chat")
    say(page, "有人吗")
    expect(page.locator(".message.bot")).to_have_count(1)
    session = page.evaluate("() => fetch('/chat/api/messages').then((r) => r.json())")
    with house.store.read() as tx:
        message = tx.conversations.message(session["messages"][0]["id"])
        address = tx.conversations.get(message.conversation_id).address
    ticket = house.ticket(address=address)
    house.desk.accept(ticket.id, "sun.tao")
    for part in ("您好。", "请说。"):
        house.desk.reply(ticket.id, "sun.tao", part, part)
    house.deps.signals.signal(f"conversation:{ticket.conversation_id}")
    agent = page.locator(".message.agent")
    expect(agent).to_have_count(2)
    same_minute = len({item.get_attribute("data-at")[:16] for item in agent.all()}) == 1
    expect(page.locator(".message.agent .name:visible")).to_have_count(1 if same_minute else 2)
    expect(page.locator(".message.agent .under:visible")).to_have_count(1 if same_minute else 2)


def test_the_newest_words_stay_in_sight_when_room_is_taken_away(open_page: OpenPage):
    page = open_page("/chat", width=390, height=844)
    say(page, "choices " + "很长的一段话" * 100)
    last = page.get_by_role("button", name="不是")
    expect(last).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 390, "height": 500})
    expect(last).to_be_in_viewport(ratio=1)


def test_the_launcher_opens_the_chat_in_a_frame_and_closes_by_key(open_page: OpenPage, house: House):
    page = open_page("/chat")
    page.goto(house.url + "/chat/demo")
    with page.expect_event("framenavigated", lambda frame: "embed=1" in frame.url) as opened:
        page.mouse.click(1280 - 54, 800 - 54)
    chat = opened.value
    chat.wait_for_selector("body[data-ready]")
    page.context.clear_cookies()  # as in a foreign frame, where only the token is left
    chat.fill("#text", "在框架里")
    chat.press("#text", "Enter")
    chat.wait_for_selector(".message.bot")
    box = chat.frame_element()
    assert box.is_visible()
    chat.press("#text", "Escape")
    box.wait_for_element_state("hidden")


def test_a_phone_has_no_sideways_scrolling_and_large_enough_buttons(open_page: OpenPage):
    page = open_page("/chat", width=360, height=640)
    say(page, "choices " + "很长的一段话没有空格" * 30)
    expect(page.get_by_role("button", name="不是")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in page.locator("button:visible, a.tool:visible").all():
        box = button.bounding_box()
        assert box["height"] >= 40 or "link" in (button.get_attribute("class") or "")
