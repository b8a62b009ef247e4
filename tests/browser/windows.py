"""Browser windows that remember what went wrong in them."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page


class Windows:
    """Every window has cookies of its own, as another person's browser would."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._problems: list[str] = []

    def open(self, *, width: int = 1280, height: int = 800, lang: str = "zh-CN") -> Page:
        """An empty window of this size, in Shanghai."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, locale=lang, timezone_id="Asia/Shanghai"
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self._problems.append(str(error)))
        page.on("console", self._told)
        return page

    def close(self) -> None:
        """Close all; no page may have had an error."""
        for context in self._contexts:
            context.close()
        assert self._problems == []

    def _told(self, told: ConsoleMessage) -> None:
        # A refused move is an answer of ours, which the page shows; the browser calls it a failed load.
        if told.type == "error" and "Failed to load resource" not in told.text:
            self._problems.append(told.text)


def sign_in_at(page: Page, url: str, login: str, password: str) -> None:
    """Sign in at the desk as a person does, and wait until the console is live."""
    page.goto(url + "/desk/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-ready]")
