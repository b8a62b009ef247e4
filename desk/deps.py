"""What the desk needs from the rest of the house; ``app/wiring.py`` fills it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.clock import Clock
from domain.conversation import Receipt
from domain.knowledge import Knowledge
from domain.learning import Exported
from domain.message import Inbound
from domain.ports import PresenceBoard, RateLimiter, Signals, Store
from domain.responsibility_port import Responsibility


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A sign-in that the demo prints on the sign-in page; a real installation has none."""

    login: str
    password: str
    name: str


@dataclass(frozen=True, slots=True)
class ShownSms:
    """A text message of the sample gateway, shown on the outbox page in place of a real phone."""

    at: datetime
    phone: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskDeps:
    """The desk's whole surroundings.

    ``accept`` stores one inbound message and returns at once; ``await_answer`` blocks its thread until the
    turn of that inbound id has been saved, or the seconds given have passed (then False).
    """

    store: Store
    responsibility: Responsibility
    knowledge: Knowledge
    accept: Callable[[Inbound], Receipt]
    await_answer: Callable[[str, float], bool]
    signals: Signals
    presence: PresenceBoard
    limiter: RateLimiter
    clock: Clock
    secret: bytes
    """At least 32 random bytes; signs web sessions and sign-ins, so it must outlive a restart."""
    version: str = ""
    demo_sign_ins: Sequence[DemoSignIn] = ()
    read_sms: Callable[[], Sequence[ShownSms]] | None = None
    embed_origins: Sequence[str] = ()
    """Web sites that may show the chat in a frame, besides our own."""
    messages_per_minute: int = 30
    """From one chat session."""
    messages_per_minute_per_address: int = 600
    """From one network address: a whole office behind one router still fits."""
    export_lessons: Callable[[str], Exported] | None = None
    """Writes what was labelled to a file for review, for an agent id; raises OSError. None: no button."""
    departments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Those a leg may be given to: code to name by language. Empty means those of the known agents."""
