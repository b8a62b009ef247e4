"""The acceptance story over Telegram, in English, by buttons, with an update that arrives twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.telegram_api import TelegramApi, eventually
from tests.journeys import story
from tests.product import Product

EMMA = 700_001


class TelegramLine:
    """A chat with our bot; every update comes by the webhook."""

    def __init__(self, api: TelegramApi, chat_id: int) -> None:
        self._api, self._chat_id = api, chat_id
        self._heard = 0

    def say(self, words: str) -> None:
        self._heard = len(self._mine())
        assert self._api.deliver(self._api.writes(self._chat_id, words)) == [200]

    def press(self, label: str) -> None:
        for message in reversed(self._mine()):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            for row, (button,) in enumerate(rows):
                if button["text"] == label:
                    self._heard = len(self._mine())
                    # Telegram repeats what it was not sure to have delivered.
                    assert self._api.deliver(self._api.presses(message, row), times=2) == [200, 200]
                    return
        raise AssertionError(f"no button says {label}")

    def hear(self, fragment: str) -> str:
        eventually(lambda: fragment in self._told())
        return self._told()

    def _mine(self) -> list[dict[str, Any]]:
        return [message for message in list(self._api.sent) if message["chat"]["id"] == self._chat_id]

    def _told(self) -> str:
        return "\n".join(message["text"] for message in self._mine()[self._heard :])


@pytest.mark.slow
def test_the_story_on_telegram(product: Product) -> None:
    line = TelegramLine(product.telegram, EMMA)
    with product.seat("lin.yue", "en") as seat:
        ticket = story.tell(product, line, story.SeatDesk(seat), story.ENGLISH)
    texts = [message.text for message in product.messages(ticket.conversation_id)]
    assert texts.count(story.ENGLISH.solved) == 1, "pressed once, delivered twice, taken once"
    shown = [message["text"] for message in product.telegram.sent if message["chat"]["id"] == EMMA]
    assert sum(story.ENGLISH.thanks in text for text in shown) == 1
