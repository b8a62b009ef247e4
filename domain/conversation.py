"""A conversation carries messages; a ticket carries responsibility; many to many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.message import Inbound


class Mode(StrEnum):
    """Who holds the floor."""

    BOT = "bot"
    AGENT = "agent"
    """An agent accepted and talks; the bot only watches for danger."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One thread with one contact at one address of one channel."""

    id: str
    contact_id: str
    channel: str
    address: str
    mode: Mode
    language: str
    last_seq: int
    created_at: datetime
    updated_at: datetime
    ticket_id: str = ""
    """The ticket that agent and customer are talking about, if any."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """The dialogue's own state as JSON; only the dialogue reads inside."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the inbox answers to a channel: stored, or already known."""

    inbound_id: str
    conversation_id: str
    seq: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to answer one message, valid until ``until`` and only with ``token``."""

    token: str
    until: datetime
    inbound_id: str
    inbound: Inbound
    conversation: Conversation
    seq: int
    received_at: datetime
    attempts: int
    """How often this message was claimed, this time included; more than a few means it kills workers."""
