"""A customer and an agent, working in real pages over a running copy."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.windows import sign_in_at
from tests.fakes.telegram_api import eventually
from tests.product import Product


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
        eventually(lambda: fragment in self._since(), 20)
        return self._since()

    def writes_on(self, texts: list[str], every_ms: int) -> None:
        """Type and send one after the other, without waiting for any of them to be over."""
        self.page.evaluate(
            """([texts, every]) => texts.forEach((words, n) => setTimeout(() => {
              document.getElementById("text").value = words;
              document.getElementById("composer").requestSubmit();
            }, n * every))""",
            [texts, every_ms],
        )

    def _told(self) -> Locator:
        return self.page.locator(".message.bot .bubble, .message.agent .bubble, .message.system .bubble")

    def _since(self) -> str:
        return "\n".join(self._told().all_text_contents()[self._heard :])


class DeskPage:
    """An agent at the console; works by what a mouse and a keyboard can do there."""

    def __init__(
        self, page: Page, product: Product, login: str, picture: Callable[[str], None] = lambda name: None
    ) -> None:
        self.page = page
        self._picture = picture
        sign_in_at(page, product.url, login, product.password(login))
        self.page.locator("[data-part=presence] button.online").click()
        expect(self.page.locator("[data-part=presence] button.online")).to_have_attribute(
            "aria-pressed", "true"
        )

    def open(self, number: str) -> None:
        """Look for the ticket by its number."""
        self.page.fill("#q", number)
        self.page.locator("#q").press("Enter")
        self.page.locator(f'.list [data-number="{number}"]').click()
        self._at(number)

    def hand_over(self, number: str, to: str, reason: str) -> None:
        dialog = self._dialog(number, "handover", "h")
        chosen = dialog.locator("option").filter(has_text=to).get_attribute("value")
        dialog.locator("select").select_option(chosen)
        dialog.locator("textarea").fill(reason)
        self.page.keyboard.press("Control+Enter")
        expect(dialog).to_be_hidden()

    def accept(self, number: str) -> None:
        self._find(number)
        self._picture("offered")
        self.page.keyboard.press("a")
        expect(self.page.locator("button[data-open=dlg-resolve]")).to_be_visible()
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
        dialog = self._dialog(number, "resolve", "e")
        self.page.keyboard.type(result)
        self.page.keyboard.press("Control+Enter")
        expect(dialog).to_be_hidden()
        expect(self.page.locator(".side .result")).to_have_text(result)

    def _dialog(self, number: str, verb: str, key: str) -> Locator:
        """The dialog that a key opens, as soon as the page offers it."""
        self._at(number)
        expect(self.page.locator(f"button[data-open=dlg-{verb}]")).to_be_visible()
        self.page.keyboard.press(key)
        dialog = self.page.locator(f"#dlg-{verb}")
        expect(dialog).to_be_visible()
        return dialog

    def _find(self, number: str) -> None:
        """The customer's ticket came by itself into the list of what waits."""
        self.page.locator('.shelves a[href$="shelf=waiting"]').click()
        self.page.locator(f'.list [data-number="{number}"]').click()
        self._at(number)

    def _at(self, number: str) -> None:
        expect(self.page.locator("#ticket")).to_have_attribute("data-ticket", number)
