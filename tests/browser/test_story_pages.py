"""The acceptance story in real pages: a customer on a phone, an agent at a desk, and pictures of both.

``pytest tests/browser/test_story_pages.py --screenshots`` writes the pictures of docs/story.md anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from domain.ticket import Status
from tests.browser import pictures
from tests.browser.windows import Windows, sign_in_at
from tests.journeys import story
from tests.product import Product

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1200, "height": 800}
CHINESE_PICTURES = {
    "chat": ("bill", "why", "danger", "queued", "agent-and-customer", "is-it-solved", "solved"),
    "desk": ("offered", "agent-accepted", "agent-and-customer", "not-solved", "solved"),
}
ENGLISH_PICTURES = {"chat": ("bill", "danger", "is-it-solved"), "desk": ("not-solved",)}


class ChatPage:
    """A customer in the chat page; reads only what the page shows."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._heard = 0
        page.goto(url + "/chat")
        page.wait_for_selector("body[data-ready]")

    def say(self, words: str) -> None:
        self._heard = self._told().count()
        self.page.fill("#text", words)
        self.page.keyboard.press("Enter")

    def press(self, label: str) -> None:
        self._heard = self._told().count()
        self.page.locator(".message").get_by_role("button", name=label, exact=True).click()

    def hear(self, fragment: str) -> str:
        expect(self._told().filter(has_text=fragment).last).to_be_visible(timeout=20_000)
        story.eventually(lambda: fragment in self._since(), 20)
        return self._since()

    def _told(self) -> Locator:
        return self.page.locator(".message.bot .bubble, .message.agent .bubble, .message.system .bubble")

    def _since(self) -> str:
        return "\n".join(self._told().all_text_contents()[self._heard :])


class DeskPage:
    """An agent at the console; works by what a mouse and a keyboard can do there."""

    def __init__(self, page: Page, product: Product, login: str, picture: Callable[[str], None]) -> None:
        self.page = page
        self._picture = picture
        sign_in_at(page, product.url, login, product.password(login))
        self.page.locator("[data-part=presence] button.online").click()
        expect(self.page.locator("[data-part=presence] button.online")).to_have_attribute(
            "aria-pressed", "true"
        )

    def accept(self, number: str) -> None:
        self._find(number)
        self._picture("offered")
        self.page.keyboard.press("a")
        expect(self.page.locator(".banner.mine")).to_be_visible()

    def reply(self, number: str, text: str) -> None:
        self._at(number)
        self.page.keyboard.press("r")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Control+Enter")
        self.read(number, text)
        self.page.locator("#say").press("Escape")

    def read(self, number: str, fragment: str) -> None:
        self._at(number)
        expect(self.page.locator(".timeline .bubble").filter(has_text=fragment).last).to_be_visible()

    def resolve(self, number: str, result: str) -> None:
        self._at(number)
        expect(self.page.locator("button[data-open=dlg-resolve]")).to_be_visible()
        self.page.keyboard.press("e")
        expect(self.page.locator("#dlg-resolve")).to_be_visible()
        self.page.keyboard.type(result)
        self.page.keyboard.press("Control+Enter")
        expect(self.page.locator("#dlg-resolve")).to_be_hidden()
        expect(self.page.locator(".side .result")).to_have_text(result)

    def _find(self, number: str) -> None:
        """The customer's ticket came by itself into the list of what waits."""
        self.page.locator('.shelves a[href$="shelf=waiting"]').click()
        self.page.locator(f'.list [data-number="{number}"]').click()
        self._at(number)

    def _at(self, number: str) -> None:
        expect(self.page.locator("#ticket")).to_have_attribute("data-ticket", number)


def photographer(
    windows: Mapping[str, Page], wanted: Mapping[str, tuple[str, ...]], language: str
) -> Callable[[str], None]:
    """Takes the wanted pictures of each window, as the readers of docs/story.md see them."""

    def take(name: str) -> None:
        for window, names in wanted.items():
            if name in names:
                # What is said by a toast passes; the picture shows what stays.
                expect(windows[window].locator("#toast:not(:empty)")).to_have_count(0, timeout=10_000)
                pictures.take(windows[window], PICTURES / f"{window}-{name}-{language}.png")

    return take


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "language", "wanted"),
    [(story.CHINESE, "zh", CHINESE_PICTURES), (story.ENGLISH, "en", ENGLISH_PICTURES)],
    ids=["zh", "en"],
)
def test_the_story_in_pages(
    product: Product,
    windows: Windows,
    request: pytest.FixtureRequest,
    script: story.Script,
    language: str,
    wanted: Mapping[str, tuple[str, ...]],
) -> None:
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    chat, desk = windows.open(**PHONE, lang=locale), windows.open(**DESK, lang=locale)
    take: Callable[[str], None] = lambda name: None  # noqa: E731
    if request.config.getoption("--screenshots"):
        take = photographer({"chat": chat, "desk": desk}, wanted, language)
    agent = DeskPage(desk, product, script.agent, take)
    ticket = story.tell(product, ChatPage(chat, product.url), agent, script, take)
    assert ticket.status is Status.CLOSED
    expect(desk.locator(".head .status")).to_have_class("status closed")
    for page in (chat, desk):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
