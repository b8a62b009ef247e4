"""A real utility behind the port: JSON over HTTP, as ``docs/utility-api.md`` tells its side to speak it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import TypeVar, cast

import httpx

from actions.back_ends.wire import decode, encode
from domain.application import Application, ApplicationForm, Booking, Slot
from domain.errors import BackEndUnavailable, NotFound, RuleBroken
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

T = TypeVar("T")
KEY_HEADER = "Idempotency-Key"
_RETRIED = (502, 503, 504)
_PAUSE_S = 0.1


class HttpUtility:
    """Implements :class:`domain.utility_port.UtilityPort`; may be shared by threads.

    Every call is one POST, so that account numbers and phones never stand in an address that some proxy logs.
    Reading is repeated once after a failure, changing too, as it carries its idempotency key.
    """

    def __init__(self, base_url: str, token: str, timeout_s: float = 5.0, tries: int = 2) -> None:
        self._client = httpx.Client(
            base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=timeout_s
        )
        self._tries = tries

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def find_account(self, account_no: str) -> Account | None:
        """See the port."""
        return self._maybe(Account, "find_account", account_no=account_no)

    def accounts_by_phone(self, phone: str) -> tuple[Account, ...]:
        """See the port."""
        return self._many(Account, "accounts_by_phone", phone=phone)

    def account_by_meter(self, meter_no: str) -> Account | None:
        """See the port."""
        return self._maybe(Account, "account_by_meter", meter_no=meter_no)

    def verify_holder(self, account_no: str, name: str, id_tail4: str) -> bool:
        """See the port."""
        return self._one(bool, "verify_holder", account_no=account_no, name=name, id_tail4=id_tail4)

    def areas(self) -> tuple[Area, ...]:
        """See the port."""
        return self._many(Area, "areas")

    def branches(self) -> tuple[Branch, ...]:
        """See the port."""
        return self._many(Branch, "branches")

    def bills(self, account_no: str, first: str, last: str) -> tuple[Bill, ...]:
        """See the port."""
        return self._many(Bill, "bills", account_no=account_no, first=first, last=last)

    def bill(self, account_no: str, period: str) -> Bill | None:
        """See the port."""
        return self._maybe(Bill, "bill", account_no=account_no, period=period)

    def readings(self, account_no: str, first: date, last: date) -> tuple[Reading, ...]:
        """See the port."""
        return self._many(Reading, "readings", account_no=account_no, first=first, last=last)

    def daily_usage(self, account_no: str, first: date, last: date) -> tuple[DailyUsage, ...]:
        """See the port."""
        return self._many(DailyUsage, "daily_usage", account_no=account_no, first=first, last=last)

    def temperatures(self, first: date, last: date) -> tuple[DayTemperature, ...]:
        """See the port."""
        return self._many(DayTemperature, "temperatures", first=first, last=last)

    def payments(self, account_no: str, first: date, last: date) -> tuple[Payment, ...]:
        """See the port."""
        return self._many(Payment, "payments", account_no=account_no, first=first, last=last)

    def payment_link(self, account_no: str, fen: int, idempotency_key: str) -> PaymentLink:
        """See the port."""
        return self._one(PaymentLink, "payment_link", idempotency_key, account_no=account_no, fen=fen)

    def arrears(self, account_no: str, today: date) -> Arrears:
        """See the port."""
        return self._one(Arrears, "arrears", account_no=account_no, today=today)

    def balance(self, account_no: str) -> Balance | None:
        """See the port."""
        return self._maybe(Balance, "balance", account_no=account_no)

    def issue_invoice(
        self, account_no: str, period: str, title: str, tax_no: str, idempotency_key: str
    ) -> Invoice:
        """See the port."""
        return self._one(
            Invoice,
            "issue_invoice",
            idempotency_key,
            account_no=account_no,
            period=period,
            title=title,
            tax_no=tax_no,
        )

    def alerts(self, account_no: str) -> tuple[Alert, ...]:
        """See the port."""
        return self._many(Alert, "alerts", account_no=account_no)

    def set_alert(self, alert: Alert, idempotency_key: str) -> None:
        """See the port."""
        self._ask("set_alert", idempotency_key, {"alert": alert})

    def outages_at(self, account_no: str = "", area: str = "", text: str = "") -> tuple[Outage, ...]:
        """See the port."""
        return self._many(Outage, "outages_at", account_no=account_no, area=area, text=text)

    def planned_outages(
        self, first: date, last: date, account_no: str = "", area: str = ""
    ) -> tuple[Outage, ...]:
        """See the port."""
        return self._many(Outage, "planned_outages", first=first, last=last, account_no=account_no, area=area)

    def outage(self, outage_id: str) -> Outage | None:
        """See the port."""
        return self._maybe(Outage, "outage", outage_id=outage_id)

    def probe(self, account_no: str) -> MeterProbe:
        """See the port."""
        return self._one(MeterProbe, "probe", account_no=account_no)

    def report_fault(self, report: FaultReport, idempotency_key: str) -> WorkOrder:
        """See the port."""
        return self._one(WorkOrder, "report_fault", idempotency_key, report=report)

    def request_reconnection(self, account_no: str, idempotency_key: str) -> WorkOrder:
        """See the port."""
        return self._one(WorkOrder, "request_reconnection", idempotency_key, account_no=account_no)

    def application(self, number: str) -> Application | None:
        """See the port."""
        return self._maybe(Application, "application", number=number)

    def applications(self, account_no: str = "", phone: str = "") -> tuple[Application, ...]:
        """See the port."""
        return self._many(Application, "applications", account_no=account_no, phone=phone)

    def start_application(self, form: ApplicationForm, idempotency_key: str) -> Application:
        """See the port."""
        return self._one(Application, "start_application", idempotency_key, form=form)

    def slots(self, branch: str, first: date, last: date) -> tuple[Slot, ...]:
        """See the port."""
        return self._many(Slot, "slots", branch=branch, first=first, last=last)

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
        """See the port."""
        return self._one(
            Booking,
            "book",
            idempotency_key,
            slot_id=slot_id,
            business=business,
            name=name,
            phone=phone,
            account_no=account_no,
            address=address,
        )

    def bookings(self, phone: str) -> tuple[Booking, ...]:
        """See the port."""
        return self._many(Booking, "bookings", phone=phone)

    def cancel_booking(self, number: str, idempotency_key: str) -> Booking:
        """See the port."""
        return self._one(Booking, "cancel_booking", idempotency_key, number=number)

    def _one(self, kind: type[T], operation: str, idempotency_key: str = "", **arguments: object) -> T:
        answer = self._ask(operation, idempotency_key, arguments)
        try:
            return decode(kind, answer)
        except ValueError as problem:
            raise BackEndUnavailable(f"{operation}: unreadable answer") from problem

    def _maybe(self, kind: type[T], operation: str, **arguments: object) -> T | None:
        answer = self._ask(operation, "", arguments)
        try:
            return None if answer is None else decode(kind, answer)
        except ValueError as problem:
            raise BackEndUnavailable(f"{operation}: unreadable answer") from problem

    def _many(self, kind: type[T], operation: str, **arguments: object) -> tuple[T, ...]:
        answer = self._ask(operation, "", arguments)
        try:
            return tuple(decode(kind, item) for item in cast(list[object], answer))
        except (ValueError, TypeError) as problem:
            raise BackEndUnavailable(f"{operation}: unreadable answer") from problem

    def _ask(self, operation: str, idempotency_key: str, arguments: Mapping[str, object]) -> object:
        response = self._send(operation, idempotency_key, encode(arguments))
        try:
            data = response.json()
            if response.is_success:
                return cast(object, data["answer"])
            error, words, rule = str(data["error"]), str(data.get("words", "")), str(data.get("rule", ""))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            status = response.status_code
            raise BackEndUnavailable(f"{operation}: unreadable answer, status {status}") from problem
        if error == "not_found":
            raise NotFound(words)
        if error == "rule_broken":
            raise RuleBroken(rule, words)
        raise BackEndUnavailable(f"{operation}: {error}, status {response.status_code}")

    def _send(self, operation: str, idempotency_key: str, body: object) -> httpx.Response:
        headers = {KEY_HEADER: idempotency_key} if idempotency_key else {}
        problem: Exception | None = None
        for attempt in range(self._tries):
            if attempt:
                time.sleep(_PAUSE_S)
            try:
                response = self._client.post(f"/v1/{operation}", json=body, headers=headers)
            except httpx.HTTPError as error:
                problem = error
                continue
            if response.status_code not in _RETRIED:
                return response
            problem = None
        raise BackEndUnavailable(f"{operation}: no answer after {self._tries} tries") from problem
