"""A real Chromium; console errors of any page fail the test that opened it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.windows import Windows, sign_in_at
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


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """Opens windows, each with cookies of its own; at the end no page may have had an error."""
    opened = Windows(browser)
    yield opened
    opened.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(house: House, windows: Windows) -> OpenPage:
    """Opens a path of the small house, signed in when ``sign_in`` names an agent."""

    def open_(
        path: str, *, width: int = 1280, height: int = 800, lang: str = "zh-CN", sign_in: str = ""
    ) -> Page:
        page = windows.open(width=width, height=height, lang=lang)
        if sign_in:
            sign_in_at(page, house.url, sign_in, PASSWORD)
        page.goto(house.url + path)
        page.wait_for_selector("body[data-ready]")
        return page

    return open_
