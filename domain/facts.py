"""Facts in the past tense: how sibling rooms meet without importing each other.

``app/wiring.py`` connects who tells them with who listens; a listener joins the teller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.satisfaction import Solved


@dataclass(frozen=True, slots=True)
class HandoverRequested:
    """The bot cannot settle it, must not, or the customer wants a person."""

    source: str
    """Unique per purpose within a turn; asking again with the same source finds the same ticket."""
    conversation_id: str
    contact_id: str
    intent: str
    cls: str
    """Ticket class code, level 1."""
    subject: str
    """Level 2 code; the routing rules choose queue, department and deadlines by (cls, subject)."""
    summary: str
    language: str
    facts: Mapping[str, str] = field(default_factory=dict)
    account_no: str = ""
    area: str = ""
    priority: int | None = None
    """Only to raise it above the class's own (danger: 0)."""
    wants_person: bool = False
    """The customer asked to talk; the agent who accepts takes the floor."""


@dataclass(frozen=True, slots=True)
class TicketOpened:
    """Answer to HandoverRequested: what the customer is told."""

    ticket_id: str
    number: str
    responsible: str
    responsible_name: str
    queue_name: str
    public_due_at: datetime | None
    due_words: str
    """Key of the promise phrase for this class, for example ``arrive_45_min``."""
    existing: bool = False
    """The same matter was already open; nothing new was made (repeat contact noted)."""
    ahead: int = 0
    """How many wait in the queue before this one."""


@dataclass(frozen=True, slots=True)
class CustomerWrote:
    """A customer's message that belongs to an open ticket: an agent holds the floor, or waits for it."""

    ticket_id: str
    conversation_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class CustomerUrged:
    """The customer chases an open ticket: status is told, an urge mark raised."""

    ticket_id: str
    inbound_id: str


@dataclass(frozen=True, slots=True)
class SatisfactionGiven:
    """The customer said whether it was solved, or gave a score, or both (in one turn or two)."""

    ticket_id: str
    solved: Solved | None
    score: int | None
    comment: str
    inbound_id: str


@dataclass(frozen=True, slots=True)
class MessageDelivered:
    """The outbox got a message of a ticket to the customer's channel; a result counts only from then."""

    ticket_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class MessageUndeliverable:
    """The channel will never take this message; the responsible person must reach the customer otherwise."""

    ticket_id: str
    message_id: str
    error: str
