"""Two people at the same moment, in real pages over a running copy: one wins, nothing is lost, both know."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from domain.ledger import Step, first_broken
from domain.message import Author
from domain.ticket import Status, Ticket
from tests.browser.people import ChatPage, DeskPage
from tests.browser.windows import Windows
from tests.fakes.telegram_api import eventually
from tests.product import Product

ROUNDS = 3
AT_ONCE = """([selector, at]) => new Promise((done) => {
  const button = document.querySelector(selector);
  setTimeout(() => { button.click(); done(true); }, at - Date.now());
})"""


class Caller:
    """A customer by plain HTTP, who does not wait for answers."""

    def __init__(self, product: Product) -> None:
        self.http = httpx.Client(base_url=product.url, timeout=30, headers={"Accept-Language": "zh"})
        self.http.get("/chat")

    def say(self, text: str, wait_s: int = 0) -> None:
        answer = self.http.post(f"/chat/api/messages?wait={wait_s}", json={"text": text})
        assert answer.status_code == 202, answer.text

    def asks_for_a_person(self, product: Product) -> Ticket:
        for words in ("转人工", "账单不对，想请人看看"):
            self.say(words, wait_s=20)
        return product.newest_ticket()

    def told(self) -> list[str]:
        return [m["text"] for m in self.http.get("/chat/api/messages").json()["messages"]]


def told_of(name: str, caller: Caller) -> int:
    """How often the customer was told who has taken the ticket."""
    return sum(f"由{name}接手" in text for text in caller.told())


def refresh_nothing(route: Route) -> None:
    """The page may act, but learns of no change: as over a slow line."""
    route.abort() if route.request.method == "GET" else route.continue_()


def click_at_once(*clicks: tuple[Page, str]) -> None:
    """Each page presses its button when the same moment comes."""
    at = (time.time() + 1) * 1000
    for page, selector in clicks:
        # Not awaited: the promise is kept in the page, so that the next page can be told in time.
        page.evaluate(f"(given) => {{ window.pressed = ({AT_ONCE})(given); }}", [selector, at])
    for page, _ in clicks:
        page.evaluate("() => window.pressed")


@pytest.mark.slow
def test_two_agents_accept_at_once_and_the_second_reads_who_was_first(
    product: Product, windows: Windows
) -> None:
    lin = DeskPage(windows.open(lang="zh-CN"), product, "lin.yue")
    zhao = DeskPage(windows.open(lang="en-GB"), product, "zhao.min")
    names = {"lin.yue": ("林悦", "Lin Yue"), "zhao.min": ("赵敏", "Zhao Min")}
    for _ in range(ROUNDS):
        caller = Caller(product)
        ticket = caller.asks_for_a_person(product)
        for seat in (lin, zhao):
            seat.open(ticket.number)
        accept = '#ticket form[action$="/accept"] button'
        click_at_once((lin.page, accept), (zhao.page, accept))
        eventually(lambda number=ticket.number: product.ticket(number).status is Status.ASSIGNED)
        winner = product.ticket(ticket.number).responsible
        chinese, english = names[winner]
        if winner == "zhao.min":
            expect(lin.page.locator("#toast")).to_have_text(
                re.compile(rf"^{chinese} 已在 \d\d:\d\d 接下这张单。$")
            )
        else:
            expect(zhao.page.locator("#toast")).to_have_text(
                re.compile(rf"^{english} accepted this at \d\d:\d\d\.$")
            )
        expect(lin.page.locator(".banner .who")).to_contain_text(f"{chinese} 负责")
        expect(zhao.page.locator(".banner .who")).to_contain_text(f"{english} is responsible")
        steps = [entry.step for entry in product.ledger(ticket)]
        assert steps.count(Step.ACCEPTED) == 1
        eventually(lambda caller=caller, name=chinese: told_of(name, caller) > 0)
        assert told_of(chinese, caller) == 1, "the customer is told once"


@pytest.mark.slow
def test_a_customer_writes_while_two_agents_hand_over(product: Product, windows: Windows) -> None:
    customer = ChatPage(windows.open(width=390, height=844), product.url)
    lin = DeskPage(windows.open(lang="en-GB"), product, "lin.yue")
    zhao = DeskPage(windows.open(lang="zh-CN"), product, "zhao.min")
    customer.say("转人工")
    customer.hear("用一句话说说")
    customer.say("账单不对，想请人看看")
    customer.hear("已经在转人工")
    ticket = product.newest_ticket()
    lin.accept(ticket.number)
    customer.hear("林悦接手")
    lin.hand_over(ticket.number, "Zhao Min", "shift ends")
    zhao.open(ticket.number)

    lin.page.route("**/desk/t/**", refresh_nothing)
    written = [f"补充第{n}句" for n in range(1, 13)]
    customer.writes_on(written, every_ms=150)
    lin.page.fill("#say", "One moment, please.")
    click_at_once(
        (zhao.page, '#ticket form[action$="/accept_handover"] button'),
        (lin.page, "[data-composer] button[type=submit]"),
    )
    expect(zhao.page.locator(".banner .who")).to_contain_text("赵敏 负责")
    expect(customer.page.locator("#who")).to_have_text("赵敏")
    expect(customer.page.locator(".message.customer").filter(has_text=written[-1])).to_be_visible()
    expect(customer.page.locator(".message.pending")).to_have_count(0, timeout=20_000)

    eventually(product.idle)

    messages = product.messages(ticket.conversation_id)
    assert [m.text for m in messages if m.author is Author.CUSTOMER][-len(written) :] == written
    assert [m.seq for m in messages] == list(range(1, len(messages) + 1))
    ledger = product.ledger(ticket)
    assert sum(entry.step is Step.CUSTOMER_WROTE for entry in ledger) == len(written)
    assert first_broken(ledger) is None
    for words in written:
        zhao.read(ticket.number, words)
    assert zhao.page.locator(".timeline .said-by.customer").filter(has_text="补充第").count() == len(written)

    sent = sum(m.text == "One moment, please." for m in messages)
    kept = lin.page.input_value("#say")
    assert (sent, kept) in {(1, ""), (0, "One moment, please.")}, (
        "sent before the handover, or kept and refused"
    )

    lin.page.fill("#say", "Too late")
    lin.page.locator("[data-composer] button[type=submit]").click()
    expect(lin.page.locator("#toast")).to_contain_text("Zhao Min took this ticket over at")
    expect(lin.page.locator("#say")).to_have_value("Too late")
    assert "Too late" not in [m.text for m in product.messages(ticket.conversation_id)]
