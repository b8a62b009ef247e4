"""A ticket carries responsibility. Classes and priorities follow the 95598 taxonomy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum


class TicketClass(StrEnum):
    """Level 1 of the taxonomy."""

    INFO = "INFO"
    ENQ = "ENQ"
    FLT = "FLT"
    CMP = "CMP"
    TIP = "TIP"
    SUG = "SUG"
    OPN = "OPN"
    PRA = "PRA"
    REQ = "REQ"
    CON = "CON"
    ARR = "ARR"
    PUB = "PUB"
    REF = "REF"


class Priority(IntEnum):
    """P0 danger to life, P1 outage, P2 complaint or repeat, P3 normal, P4 low."""

    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4


class Status(StrEnum):
    """Where a ticket stands; the moves between them are one table in :mod:`domain.ticket_moves`."""

    ACCEPTED = "accepted"
    """Taken in; the duty officer answers until somebody accepts."""
    ASSIGNED = "assigned"
    """A person accepted and is responsible."""
    ON_SITE = "on_site"
    ON_HOLD = "on_hold"
    """Waits for a stated reason; the clocks that may pause do."""
    HANDLED = "handled"
    """A result text is written."""
    REPLIED = "replied"
    """The result was delivered to the customer."""
    CALLBACK = "callback"
    """A call-back is owed before it may close."""
    CLOSED = "closed"
    REOPENED = "reopened"
    """The customer said that it was not solved; the same person is responsible again."""
    MERGED = "merged"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One matter with exactly one responsible person from acceptance to closure (invariant 1)."""

    id: str
    number: str
    """What customers and agents say aloud: digits only."""
    cls: TicketClass
    subject: str
    """Level 2 code, for example ``hazard``, ``lv_fault``, ``bill_dispute``."""
    priority: Priority
    status: Status
    contact_id: str
    conversation_id: str
    summary: str
    """What it is about, for an agent, with personal numbers masked."""
    queue: str
    department: str
    responsible: str
    """Agent id of who answers to the customer; never empty."""
    created_at: datetime
    updated_at: datetime
    handler: str = ""
    """Agent id of who works on it now; empty while nobody does."""
    intent: str = ""
    language: str = "zh"
    account_no: str = ""
    area: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the bot collected, name to value; shown masked."""
    policy_key: str = ""
    """The policy rows that gave the deadlines."""
    public_due_at: datetime | None = None
    internal_due_at: datetime | None = None
    promise: str = ""
    """What was last promised to the customer, in their words."""
    promised_until: datetime | None = None
    result: str = ""
    result_message_id: str = ""
    needs_callback: bool = False
    called_back: bool = False
    reopened: int = 0
    urged: int = 0
    source: str = ""
    """Unique key of what caused it (inbound id + purpose), so that a repeated turn opens one ticket."""
    incident_id: str = ""
    closed_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Leg:
    """A piece of work given to another department (协办); it never moves responsibility."""

    id: str
    ticket_id: str
    department: str
    task: str
    opened_by: str
    opened_at: datetime
    due_at: datetime | None = None
    done_at: datetime | None = None
    result: str = ""
    version: int = 1


class OfferState(StrEnum):
    """An offer is open until one of the others happens to it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Offer:
    """A ticket shown to one agent to accept: a first assignment, or a handover from ``from_agent``."""

    id: str
    ticket_id: str
    to_agent: str
    from_agent: str
    """Empty for an assignment; the responsible person for a handover."""
    reasons: tuple[str, ...]
    """Why this agent, in words that the desk shows (invariant 5)."""
    at: datetime
    expires_at: datetime
    state: OfferState = OfferState.OPEN
    answered_at: datetime | None = None
    answer: str = ""
    version: int = 1
