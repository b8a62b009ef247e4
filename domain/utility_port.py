"""What the house asks of the utility's own systems (customer information, outage management, applications).

Every call may raise :class:`domain.errors.BackEndUnavailable`; a call about an account that does not exist
raises :class:`domain.errors.NotFound` unless it says that it answers None or nothing. The port knows no
identity levels: who may hear an answer, and that nobody learns whether another's account exists, is the duty
of the actions. A call with an ``idempotency_key`` changes something; the same key again gives the first
answer.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from domain.application import Application, ApplicationForm, Booking, Slot
from domain.outage import FaultReport, MeterProbe, Outage, WorkOrder
from domain.utility import (
    Account,
    Alert,
    Area,
    Arrears,
    Balance,
    Bill,
    Branch,
    DailyUsage,
    DayTemperature,
    Invoice,
    Payment,
    PaymentLink,
    Reading,
)


class AccountRecords(Protocol):
    """Who is supplied where."""

    def find_account(self, account_no: str) -> Account | None:
        """The account, or None."""
        ...

    def accounts_by_phone(self, phone: str) -> tuple[Account, ...]:
        """Accounts whose registered phone this is, by account number; empty if none."""
        ...

    def account_by_meter(self, meter_no: str) -> Account | None:
        """The account whose meter carries this number, or None."""
        ...

    def verify_holder(self, account_no: str, name: str, id_tail4: str) -> bool:
        """Whether both fit; False too for an unknown account. Case and spaces do not matter."""
        ...

    def areas(self) -> tuple[Area, ...]:
        """All places of the supply area, with aliases."""
        ...

    def branches(self) -> tuple[Branch, ...]:
        """Service halls and kiosks."""
        ...


class Billing(Protocol):
    """Bills, usage and money."""

    def bills(self, account_no: str, first: str, last: str) -> tuple[Bill, ...]:
        """Bills with ``first <= period <= last`` (``YYYY-MM``), oldest first."""
        ...

    def bill(self, account_no: str, period: str) -> Bill | None:
        """The bill of one period, or None when it was not issued (yet)."""
        ...

    def readings(self, account_no: str, first: date, last: date) -> tuple[Reading, ...]:
        """Month-end readings within the days given, oldest first."""
        ...

    def daily_usage(self, account_no: str, first: date, last: date) -> tuple[DailyUsage, ...]:
        """Usage by day, oldest first; days that are not read yet are absent."""
        ...

    def temperatures(self, first: date, last: date) -> tuple[DayTemperature, ...]:
        """Mean temperatures by day, as far as known."""
        ...

    def payments(self, account_no: str, first: date, last: date) -> tuple[Payment, ...]:
        """Payments, top-ups and payments under way, oldest first."""
        ...

    def payment_link(self, account_no: str, fen: int, idempotency_key: str) -> PaymentLink:
        """A link for paying ``fen``."""
        ...

    def arrears(self, account_no: str, today: date) -> Arrears:
        """Debt and penalty as of ``today``; zero everywhere when nothing is overdue."""
        ...

    def balance(self, account_no: str) -> Balance | None:
        """The prepaid balance, or None for an account that pays by bill."""
        ...

    def issue_invoice(
        self, account_no: str, period: str, title: str, tax_no: str, idempotency_key: str
    ) -> Invoice:
        """Issue an electronic invoice for a fully paid bill.

        Raises:
            NotFound: no such bill.
            RuleBroken: ``unpaid``, as only paid bills are invoiced.
        """
        ...

    def alerts(self, account_no: str) -> tuple[Alert, ...]:
        """Alarms that are set."""
        ...

    def set_alert(self, alert: Alert, idempotency_key: str) -> None:
        """Set or replace the alarm of its kind; a threshold of 0 takes it away."""
        ...


class Outages(Protocol):
    """Interruptions and the crews."""

    def outages_at(self, account_no: str = "", area: str = "", text: str = "") -> tuple[Outage, ...]:
        """Interruptions running now for an account, an area code, or an address in the customer's words.

        Nothing is found for an unknown account or a place nobody can make out. Newest first.
        """
        ...

    def planned_outages(
        self, first: date, last: date, account_no: str = "", area: str = ""
    ) -> tuple[Outage, ...]:
        """Announced interruptions that touch the days given, earliest first; everywhere if none is named."""
        ...

    def outage(self, outage_id: str) -> Outage | None:
        """One interruption with its newest state, or None."""
        ...

    def probe(self, account_no: str) -> MeterProbe:
        """Look at the meter from afar; an unreachable meter is an answer, not an error."""
        ...

    def report_fault(self, report: FaultReport, idempotency_key: str) -> WorkOrder:
        """Tell the crews."""
        ...

    def request_reconnection(self, account_no: str, idempotency_key: str) -> WorkOrder:
        """Order the supply back on after payment.

        Raises:
            RuleBroken: ``unpaid`` while debt is open, ``not_cut`` when the supply is not off for debt.
        """
        ...


class Applications(Protocol):
    """Applications and appointments."""

    def application(self, number: str) -> Application | None:
        """One application, or None."""
        ...

    def applications(self, account_no: str = "", phone: str = "") -> tuple[Application, ...]:
        """Applications of an account or a phone number, newest first."""
        ...

    def start_application(self, form: ApplicationForm, idempotency_key: str) -> Application:
        """File it; ``missing`` of the answer names every paper that is still needed."""
        ...

    def slots(self, branch: str, first: date, last: date) -> tuple[Slot, ...]:
        """Bookable times of a branch, or of home visits (``home``), with free places, earliest first."""
        ...

    def book(
        self,
        slot_id: str,
        business: str,
        name: str,
        phone: str,
        idempotency_key: str,
        account_no: str = "",
        address: str = "",
    ) -> Booking:
        """Book a slot.

        Raises:
            NotFound: no such slot.
            RuleBroken: ``slot_full``.
        """
        ...

    def bookings(self, phone: str) -> tuple[Booking, ...]:
        """Standing bookings from now on, earliest first."""
        ...

    def cancel_booking(self, number: str, idempotency_key: str) -> Booking:
        """Give the slot back; cancelling again changes nothing."""
        ...


class UtilityPort(AccountRecords, Billing, Outages, Applications, Protocol):
    """The whole utility, as the wiring gives it to the actions."""
