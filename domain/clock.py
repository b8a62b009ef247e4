"""Time: the port that tells it, and the service clocks that run on a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol


class Clock(Protocol):
    """Tells the time; tests hold their own."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class ClockKind(StrEnum):
    """What a service clock measures."""

    ACCEPT = "accept"
    """Somebody must accept the ticket."""
    FIRST_RESPONSE = "first_response"
    CONTACT = "contact"
    """The customer must be contacted (24 h for a complaint)."""
    ARRIVAL = "arrival"
    """The crew must be on site (45 min / 90 min / 2 h)."""
    INTERNAL = "internal"
    """The unit's own deadline, a working day before the public one."""
    PUBLIC = "public"
    """What the customer was promised."""
    PROMISE = "promise"
    """What an agent last promised in her own words; a promise that nobody watches is none."""


class ClockState(StrEnum):
    """A clock runs, or waits, or has ended well or badly."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    """The moment passed; it stays missed even if the work is done later."""


@dataclass(frozen=True, slots=True)
class ServiceClock:
    """A deadline on a ticket that reminds and escalates (invariants 3 and 6)."""

    id: str
    ticket_id: str
    kind: ClockKind
    policy_key: str
    started_at: datetime
    due_at: datetime
    state: ClockState = ClockState.RUNNING
    paused_at: datetime | None = None
    pause_reason: str = ""
    stage: int = 0
    """How many of the warning stages have been told: 70 %, 90 %, missed, to supervisor."""
    next_at: datetime | None = None
    """When the clock must be looked at again; None when it has ended or is paused."""
    ended_at: datetime | None = None
    version: int = 1
