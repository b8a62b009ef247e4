"""Interruptions of supply as the utility's outage management knows them, and faults that customers report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class OutageKind(StrEnum):
    """Why the power is (or will be) off."""

    PLANNED = "planned"
    """Announced seven days before (REG96 art. 28)."""
    FAULT = "fault"


class OutageState(StrEnum):
    """How far an interruption is."""

    ANNOUNCED = "announced"
    REPORTED = "reported"
    CREW_SENT = "crew_sent"
    CREW_ON_SITE = "crew_on_site"
    REPAIRING = "repairing"
    RESTORED = "restored"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Outage:
    """One interruption, planned or not."""

    id: str
    kind: OutageKind
    cause: str
    """Code with a phrase in both languages: ``maintenance``, ``tree_on_line``, ``cable_fault`` …"""
    areas: tuple[str, ...]
    """Area codes."""
    transformers: tuple[str, ...]
    """Affected transformers; empty means the areas as a whole."""
    starts_at: datetime
    expected_at: datetime | None
    """When the power is expected back; None while unknown."""
    state: OutageState
    updated_at: datetime
    restored_at: datetime | None = None
    accounts: int = 0
    """How many accounts are without power."""

    @property
    def over(self) -> bool:
        """Whether the power is back, or was never taken."""
        return self.state in (OutageState.RESTORED, OutageState.CANCELLED)


class FaultKind(StrEnum):
    """What a customer reports to the crews."""

    NO_POWER = "no_power"
    VOLTAGE = "voltage"
    HAZARD = "hazard"
    METER = "meter"


@dataclass(frozen=True, slots=True)
class FaultReport:
    """A report for the crews. At least one of account, area and place is given."""

    kind: FaultKind
    description: str
    account_no: str = ""
    area: str = ""
    place: str = ""
    """The customer's own words for where."""
    phone: str = ""
    scope: str = ""
    """``own_home``, ``unit``, ``building`` or ``area``."""
    urgent: bool = False
    """Danger to life: dispatch at once."""


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """What the utility's dispatch answers."""

    number: str
    accepted_at: datetime
    outage_id: str = ""
    """The known interruption that the report was joined to, if any."""


class Breaker(StrEnum):
    """The meter's own switch."""

    CLOSED = "closed"
    OPEN_FOR_DEBT = "open_for_debt"
    TRIPPED = "tripped"
    """The customer's own protection switched off."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MeterProbe:
    """A remote look at a meter, for telling an own fault from the network's."""

    account_no: str
    at: datetime
    reachable: bool
    volts: Decimal | None
    """At the utility's side of the meter; None when the meter cannot be reached."""
    breaker: Breaker

    @property
    def own_fault(self) -> bool:
        """Power arrives and the utility's switch is closed or tripped: the fault is behind the meter."""
        return self.volts is not None and self.volts > 0 and self.breaker in (Breaker.CLOSED, Breaker.TRIPPED)
