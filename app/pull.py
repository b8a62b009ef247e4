"""Channels whose customers' side reads the timeline itself: sending means waking the reader."""

from __future__ import annotations

from domain.delivery import Delivery, Sent
from domain.ports import Signals


class PullSender:
    """Sender of the web chat, the terminal and the hotline: the saved message is what they will read next."""

    def __init__(self, name: str, signals: Signals) -> None:
        self.name = name
        self._signals = signals

    def send(self, delivery: Delivery) -> Sent:
        """Wake whoever reads this conversation."""
        self._signals.signal(f"conversation:{delivery.message.conversation_id}")
        return Sent(provider_id="")
