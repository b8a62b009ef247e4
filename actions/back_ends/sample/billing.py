"""The sample's bills, usage and money."""

from __future__ import annotations

import json
import sqlite3
from datetime import date, datetime, timedelta
from decimal import Decimal

from actions.back_ends.sample.base import SampleBase
from actions.back_ends.sample.database import next_number
from actions.back_ends.sample.prepaid import FEN_PER_KWH
from actions.back_ends.wire import decode
from domain.calendar import day_end, day_start
from domain.errors import NotFound, RuleBroken
from domain.penalty import penalty_fen, penalty_rates
from domain.utility import (
    Account,
    Alert,
    AlertKind,
    Arrears,
    Balance,
    Bill,
    BillLine,
    CareTag,
    DailyUsage,
    DayTemperature,
    Invoice,
    OverdueBill,
    Payment,
    PaymentLink,
    PaymentState,
    Reading,
)

_CENT = Decimal("0.01")
_PROTECTED = (CareTag.MEDICAL_DEVICE, CareTag.PUBLIC_LOAD, CareTag.LOW_INCOME)
_DEMAND_DAYS = (1, 7, 15)
"""Days overdue on which reminders go out (domain file, section 8)."""


class SampleBilling(SampleBase):
    """Implements :class:`domain.utility_port.Billing`."""

    def bills(self, account_no: str, first: str, last: str) -> tuple[Bill, ...]:
        """Issued bills, oldest first."""
        with self._read() as connection:
            self._account(connection, account_no)
            rows = connection.execute(
                "SELECT * FROM bill WHERE account_no = ? AND period BETWEEN ? AND ? AND issued_on <= ?"
                " ORDER BY period",
                (account_no, first, last, self._today().isoformat()),
            )
            return tuple(_bill(row) for row in rows)

    def bill(self, account_no: str, period: str) -> Bill | None:
        """One bill, or None."""
        found = self.bills(account_no, period, period)
        return found[0] if found else None

    def readings(self, account_no: str, first: date, last: date) -> tuple[Reading, ...]:
        """Month-end readings."""
        rows = self._rows("reading", account_no, first, last)
        return tuple(
            Reading(account_no, date.fromisoformat(row["day"]), Decimal(row["kwh"]), bool(row["estimated"]))
            for row in rows
        )

    def daily_usage(self, account_no: str, first: date, last: date) -> tuple[DailyUsage, ...]:
        """Usage by day."""
        rows = self._rows("daily", account_no, first, last)
        return tuple(
            DailyUsage(
                account_no,
                date.fromisoformat(row["day"]),
                row["centi"] * _CENT,
                (row["centi"] - row["valley_centi"]) * _CENT,
                row["valley_centi"] * _CENT,
            )
            for row in rows
        )

    def temperatures(self, first: date, last: date) -> tuple[DayTemperature, ...]:
        """The city's weather."""
        with self._read() as connection:
            rows = connection.execute(
                "SELECT * FROM temperature WHERE day BETWEEN ? AND ? AND day < ? ORDER BY day",
                (first.isoformat(), last.isoformat(), self._today().isoformat()),
            )
            return tuple(
                DayTemperature(date.fromisoformat(row["day"]), Decimal(row["mean_tenths"]) / 10)
                for row in rows
            )

    def payments(self, account_no: str, first: date, last: date) -> tuple[Payment, ...]:
        """Payments and top-ups."""
        with self._read() as connection:
            self._account(connection, account_no)
            rows = connection.execute(
                "SELECT * FROM payment WHERE account_no = ? AND at >= ? AND at < ? ORDER BY at, reference",
                (account_no, day_start(first).isoformat(), day_end(last).isoformat()),
            )
            return tuple(_payment(row) for row in rows)

    def payment_link(self, account_no: str, fen: int, idempotency_key: str) -> PaymentLink:
        """A link that no payment provider stands behind."""

        def work(connection: sqlite3.Connection) -> PaymentLink:
            self._account(connection, account_no)
            number = next_number(connection, "payment_link")
            return PaymentLink(
                f"https://pay.cuihu.example/{number:08}", fen, self._now() + timedelta(hours=24)
            )

        return self._once(idempotency_key, PaymentLink, work)

    def arrears(self, account_no: str, today: date) -> Arrears:
        """Debt and penalty."""
        with self._read() as connection:
            account = self._account(connection, account_no)
            rows = connection.execute(
                "SELECT * FROM bill WHERE account_no = ? AND paid_fen < total_fen AND due_on < ?"
                " ORDER BY period",
                (account_no, today.isoformat()),
            ).fetchall()
            notice = connection.execute(
                "SELECT cut_on FROM cut_notice WHERE account_no = ?", (account_no,)
            ).fetchone()
        bills = tuple(self._overdue(account, _bill(row), today) for row in rows)
        oldest = bills[0] if bills else None
        days = oldest.days if oldest else 0
        return Arrears(
            account_no,
            today,
            bills,
            sum(bill.owed_fen for bill in bills),
            sum(bill.penalty_fen for bill in bills),
            days,
            sum(days >= start for start in _DEMAND_DAYS),
            self._eligible_on(oldest, today) if oldest else None,
            date.fromisoformat(notice["cut_on"]) if notice and bills else None,
            tuple(tag.value for tag in _PROTECTED if tag in account.care),
        )

    def balance(self, account_no: str) -> Balance | None:
        """The prepaid balance."""
        today = self._today()
        week = self.daily_usage(account_no, today - timedelta(days=7), today)
        with self._read() as connection:
            account = self._account(connection, account_no)
        if not account.prepaid:
            return None
        used = sum((day.kwh for day in week), Decimal(0)) / max(len(week), 1)
        warn = self._policies.get("prepaid.warn_below", today, account.customer_class)
        return Balance(
            account_no, account.balance_fen, round(used * FEN_PER_KWH), int(warn.value), day_start(today)
        )

    def issue_invoice(
        self, account_no: str, period: str, title: str, tax_no: str, idempotency_key: str
    ) -> Invoice:
        """Issue an invoice that can be fetched from nowhere."""
        bill = self.bill(account_no, period)
        if bill is None:
            raise NotFound("no such bill")
        if bill.owed_fen > 0:
            raise RuleBroken("unpaid", "only paid bills are invoiced")

        def work(connection: sqlite3.Connection) -> Invoice:
            number = f"{next_number(connection, 'invoice'):020}"
            url = f"https://invoice.cuihu.example/{number}"
            return Invoice(number, account_no, period, bill.total_fen, f"{title} {tax_no}".strip(), url)

        return self._once(idempotency_key, Invoice, work)

    def alerts(self, account_no: str) -> tuple[Alert, ...]:
        """Alarms that are set."""
        with self._read() as connection:
            self._account(connection, account_no)
            rows = connection.execute("SELECT * FROM alert WHERE account_no = ? ORDER BY kind", (account_no,))
            return tuple(Alert(account_no, AlertKind(row["kind"]), row["threshold"]) for row in rows)

    def set_alert(self, alert: Alert, idempotency_key: str) -> None:
        """Set, replace or take away."""

        def work(connection: sqlite3.Connection) -> bool:
            self._account(connection, alert.account_no)
            if alert.threshold:
                connection.execute(
                    "INSERT OR REPLACE INTO alert VALUES (?, ?, ?)",
                    (alert.account_no, alert.kind.value, alert.threshold),
                )
            else:
                connection.execute(
                    "DELETE FROM alert WHERE account_no = ? AND kind = ?",
                    (alert.account_no, alert.kind.value),
                )
            return True

        self._once(idempotency_key, bool, work)

    def _rows(self, table: str, account_no: str, first: date, last: date) -> list[sqlite3.Row]:
        # The table is one of ours, never a customer's words.
        query = f"SELECT * FROM {table} WHERE account_no = ? AND day BETWEEN ? AND ? ORDER BY day"  # noqa: S608
        with self._read() as connection:
            self._account(connection, account_no)
            return connection.execute(query, (account_no, first.isoformat(), last.isoformat())).fetchall()

    def _overdue(self, account: Account, bill: Bill, today: date) -> OverdueBill:
        rates = penalty_rates(self._policies, account.customer_class, bill.due_on)
        return OverdueBill(
            bill.period,
            bill.owed_fen,
            bill.due_on,
            (today - bill.due_on).days,
            penalty_fen(bill.owed_fen, bill.due_on, today, rates),
        )

    def _eligible_on(self, oldest: OverdueBill, today: date) -> date:
        more_than = int(self._policies.get("cut.overdue_more_than", today).value)
        return oldest.due_on + timedelta(days=more_than + 1)


def _bill(row: sqlite3.Row) -> Bill:
    return Bill(
        row["account_no"],
        row["period"],
        date.fromisoformat(row["first_day"]),
        date.fromisoformat(row["last_day"]),
        Decimal(row["kwh"]),
        Decimal(row["before_kwh"]),
        tuple(decode(BillLine, line) for line in json.loads(row["lines"])),
        row["total_fen"],
        date.fromisoformat(row["issued_on"]),
        date.fromisoformat(row["due_on"]),
        row["plan"],
        bool(row["estimated"]),
        row["paid_fen"],
        date.fromisoformat(row["paid_on"]) if row["paid_on"] else None,
    )


def _payment(row: sqlite3.Row) -> Payment:
    return Payment(
        row["reference"],
        row["account_no"],
        row["fen"],
        row["channel"],
        datetime.fromisoformat(row["at"]),
        PaymentState(row["state"]),
        row["period"],
    )
