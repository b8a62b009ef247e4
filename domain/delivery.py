"""The outbox: what must still be sent, in order per conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.message import Message


class DeliveryState(StrEnum):
    """How far a delivery is; a lane (conversation) moves on only past sent or failed ones."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one address. ``idempotency_key`` is the message id."""

    id: str
    message: Message
    channel: str
    address: str
    state: DeliveryState
    attempts: int
    next_at: datetime
    token: str = ""
    provider_id: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a channel answers when a message went out."""

    provider_id: str


class DeliveryRefused(Exception):
    """The channel will never take this message (blocked, deleted chat); do not retry."""


class DeliveryDelayed(Exception):
    """The channel asks to wait ``retry_after_s`` seconds, or failed in a way that may pass."""

    def __init__(self, words: str, retry_after_s: float | None = None) -> None:
        super().__init__(words)
        self.retry_after_s = retry_after_s
