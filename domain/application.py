"""Applications that run in stages (业扩报装 and other services), and appointments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class ApplicationKind(StrEnum):
    """What a customer may apply for. Deadlines: policy rows ``application.<kind>``."""

    CONNECTION_RESIDENTIAL = "connection_residential"
    CONNECTION_LV = "connection_lv"
    CONNECTION_HV_SINGLE = "connection_hv_single"
    CONNECTION_HV_DOUBLE = "connection_hv_double"
    CONNECTION_CHARGER = "connection_charger"
    CONNECTION_PV = "connection_pv"
    CAPACITY_CHANGE = "capacity_change"
    TRANSFER = "transfer"
    CONTACT_CHANGE = "contact_change"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"
    TARIFF_SWITCH = "tariff_switch"
    RELIEF_MULTI_PERSON = "relief_multi_person"
    RELIEF_LOW_INCOME = "relief_low_income"
    METER_TEST = "meter_test"
    SPECIAL_CARE = "special_care"
    AUTHORIZATION = "authorization"


_SIMPLE = ("accepted", "review", "done")
_RESIDENTIAL = ("accepted", "works_and_connect", "energised", "follow_up")
_LV = ("accepted", "supply_plan", "works", "meter_and_connect", "energised")
_HV = (
    "accepted",
    "site_survey",
    "supply_plan",
    "works",
    "inspection",
    "contract_and_fees",
    "meter_and_connect",
    "energised",
)

STAGES: Mapping[ApplicationKind, tuple[str, ...]] = {
    **dict.fromkeys(ApplicationKind, _SIMPLE),
    ApplicationKind.CONNECTION_RESIDENTIAL: _RESIDENTIAL,
    ApplicationKind.CONNECTION_CHARGER: _RESIDENTIAL,
    ApplicationKind.CONNECTION_LV: _LV,
    ApplicationKind.CONNECTION_PV: _LV,
    ApplicationKind.CAPACITY_CHANGE: _LV,
    ApplicationKind.CONNECTION_HV_SINGLE: _HV,
    ApplicationKind.CONNECTION_HV_DOUBLE: _HV,
    ApplicationKind.METER_TEST: ("accepted", "test", "result"),
}
"""Stages in order (SG11, domain file section 2.5); the clock runs only while the utility holds the work."""


class ApplicationState(StrEnum):
    """Who must act."""

    WITH_UTILITY = "with_utility"
    WAITING_PAPERS = "waiting_papers"
    """Clock paused: the customer must bring what ``missing`` names, all told at once."""
    WAITING_CUSTOMER_WORKS = "waiting_customer_works"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class StageDone:
    """A stage and the day it was finished."""

    stage: str
    on: date


@dataclass(frozen=True, slots=True)
class Application:
    """One application on its way."""

    number: str
    kind: ApplicationKind
    applicant: str
    phone: str
    state: ApplicationState
    stage: str
    """Where it is now; one of ``STAGES[kind]``."""
    done: tuple[StageDone, ...]
    submitted_at: datetime
    account_no: str = ""
    area: str = ""
    address: str = ""
    missing: tuple[str, ...] = ()
    """Codes of papers that are missing: ``id_card``, ``property_proof``, ``licence``, ``load_list`` …"""
    next_deadline: date | None = None
    """Until when the utility must finish its own steps; None while the customer holds the work."""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether anybody still has to act on it."""
        return self.state not in (ApplicationState.DONE, ApplicationState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ApplicationForm:
    """What is needed to start one. ``details`` holds the slots of the kind (capacity, new name, dates …)."""

    kind: ApplicationKind
    applicant: str
    phone: str
    account_no: str = ""
    area: str = ""
    address: str = ""
    papers: tuple[str, ...] = ()
    """Codes of papers that the customer already has at hand or has sent."""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slot:
    """A bookable time at a branch, or for a home visit (``branch`` is then ``home``)."""

    id: str
    branch: str
    starts_at: datetime
    ends_at: datetime
    free: int


class BookingState(StrEnum):
    """A booking stands or was given back."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Booking:
    """A booked slot; ``number`` is the queue number to show at the hall."""

    number: str
    slot_id: str
    branch: str
    starts_at: datetime
    ends_at: datetime
    business: str
    name: str
    phone: str
    state: BookingState
    account_no: str = ""
    address: str = ""


_IDENTITY = ("id_card",)
_PREMISES = ("id_card", "property_proof")
_FIRM = ("licence", "id_card", "property_proof", "load_list")

REQUIRED_PAPERS: Mapping[ApplicationKind, tuple[str, ...]] = {
    **dict.fromkeys(ApplicationKind, _IDENTITY),
    ApplicationKind.CONNECTION_RESIDENTIAL: _PREMISES,
    ApplicationKind.CONNECTION_CHARGER: (*_PREMISES, "parking_proof"),
    ApplicationKind.CONNECTION_PV: (*_PREMISES, "equipment_list"),
    ApplicationKind.CONNECTION_LV: _FIRM,
    ApplicationKind.CONNECTION_HV_SINGLE: (*_FIRM, "project_approval"),
    ApplicationKind.CONNECTION_HV_DOUBLE: (*_FIRM, "project_approval", "backup_need"),
    ApplicationKind.TRANSFER: _PREMISES,
    ApplicationKind.AUTHORIZATION: ("id_card", "authorization_letter"),
    ApplicationKind.RELIEF_MULTI_PERSON: ("id_card", "household_register"),
    ApplicationKind.RELIEF_LOW_INCOME: (),
    ApplicationKind.SPECIAL_CARE: (),
    ApplicationKind.METER_TEST: (),
    ApplicationKind.TARIFF_SWITCH: (),
    ApplicationKind.CONTACT_CHANGE: (),
}
"""Papers to bring, told once and all together (general knowledge, confirm with the utility). Low-income
households are on the civil affairs list already and prove nothing again."""
