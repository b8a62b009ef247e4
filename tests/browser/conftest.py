"""A real Chromium over a real house; console errors of any page fail the test that opened it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.desk_house import PASSWORD, House, running_house

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(house: House, browser: Browser) -> Iterator[OpenPage]:
    """Opens a path in a context of its own; at the end no page may have had an error."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_(
        path: str, *, width: int = 1280, height: int = 800, lang: str = "zh-CN", sign_in: str = ""
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=lang, timezone_id="Asia/Shanghai"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda told: (
                problems.append(told.text)
                if told.type == "error" and "Failed to load resource" not in told.text
                else None
            ),
        )
        if sign_in:
            page.goto(house.url + "/desk/sign-in")
            page.fill("#login", sign_in)
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_selector("body[data-ready]")
        page.goto(house.url + path)
        page.wait_for_selector("body[data-ready]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert problems == []
