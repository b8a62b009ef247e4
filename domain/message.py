"""What customers and we write to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Author(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Audience(StrEnum):
    """Who may read a message."""

    ALL = "all"
    DESK = "desk"
    """An internal note: agents only, never sent to a channel."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; the bytes stay with the channel or in the data folder."""

    kind: str
    """``photo``, ``voice``, ``file`` or ``location``."""
    reference: str
    """The channel's own file id, or a path inside the data folder."""
    name: str = ""
    media_type: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. A channel without buttons shows numbered lines; a spoken one says the numbers."""

    label: str
    payload: str
    """What comes back when pressed; typing the number or the label means the same."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as a channel verified and read it, before anything is stored."""

    channel: str
    """``web``, ``telegram``, ``hotline``, ``console``."""
    provider_message_id: str
    """Unique within (channel); a second delivery with the same id is a duplicate."""
    address: str
    """Where to answer: chat id, call id, web session id."""
    text: str
    payload: str = ""
    """A pressed button's payload, else empty."""
    attachments: tuple[Attachment, ...] = ()
    display_name: str = ""
    language: str = ""
    """The channel's hint (``zh`` or ``en``), or empty."""
    spoken: bool = False
    """Speech recognised by the hotline, or digits pressed there."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One outgoing message, whole words, ready for any channel."""

    text: str
    speech: str = ""
    """How to say it where the text reads badly aloud; empty means the text itself."""
    choices: tuple[Choice, ...] = ()
    phrase: str = ""
    """Key of the phrase it was made from, for tests and reports."""
    gather: str = ""
    """What a spoken channel should collect next: ``digits``, ``speech`` or nothing."""


@dataclass(frozen=True, slots=True)
class Message:
    """One row of a conversation's timeline; ``seq`` counts from 1 without gaps."""

    id: str
    conversation_id: str
    seq: int
    author: Author
    author_id: str
    """Agent id, contact id, or ``bot``."""
    text: str
    at: datetime
    audience: Audience = Audience.ALL
    choices: tuple[Choice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    speech: str = ""
    phrase: str = ""
    gather: str = ""
    ticket_id: str = ""
    reply_to: str = ""
    """Inbound id that this answers; empty for messages that we begin."""
    meta: Mapping[str, str] = field(default_factory=dict)
