"""The acceptance story in real pages: a customer on a phone, an agent at a desk, and pictures of both.

``pytest tests/browser/test_story_pages.py --screenshots`` writes the pictures of docs/story.md anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from domain.ticket import Status
from tests.browser import pictures
from tests.browser.people import ChatPage, DeskPage
from tests.browser.windows import Windows
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
