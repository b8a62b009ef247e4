"""The sample's outage management and crews."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import date
from decimal import Decimal

from actions.back_ends.sample import city, people
from actions.back_ends.sample.base import SampleBase
from actions.back_ends.sample.database import next_number
from actions.back_ends.sample.events import present_outages
from actions.back_ends.wire import decode, encode
from domain.calendar import local_day
from domain.errors import NotFound, RuleBroken
from domain.outage import Breaker, FaultReport, MeterProbe, Outage, OutageKind, OutageState, WorkOrder
from domain.utility import Account, Supply


class SampleOutages(SampleBase):
    """Implements :class:`domain.utility_port.Outages`."""

    def outages_at(self, account_no: str = "", area: str = "", text: str = "") -> tuple[Outage, ...]:
        """Interruptions running now, newest first."""
        with self._read() as connection:
            account = self._find(connection, account_no)
            named = city.area_named(text) if text else None
            codes = {area} if area else {named.code} if named else set()
            return tuple(
                outage
                for outage in sorted(self._present(connection), key=lambda each: each.starts_at, reverse=True)
                if self._running(outage)
                and (_reaches(outage, account) if account else bool(codes.intersection(outage.areas)))
            )

    def planned_outages(
        self, first: date, last: date, account_no: str = "", area: str = ""
    ) -> tuple[Outage, ...]:
        """Announced interruptions, earliest first."""
        with self._read() as connection:
            account = self._find(connection, account_no)
            if account_no and account is None:
                return ()
            return tuple(
                outage
                for outage in sorted(self._present(connection), key=lambda each: each.starts_at)
                if outage.kind is OutageKind.PLANNED
                and outage.state is not OutageState.CANCELLED
                and _touches(outage, first, last)
                and (account is None or _reaches(outage, account))
                and (not area or area in outage.areas)
            )

    def outage(self, outage_id: str) -> Outage | None:
        """One interruption."""
        with self._read() as connection:
            for outage in self._present(connection):
                if outage.id == outage_id:
                    return outage
            row = connection.execute("SELECT body FROM past_outage WHERE id = ?", (outage_id,)).fetchone()
            return decode(Outage, json.loads(row["body"])) if row else None

    def probe(self, account_no: str) -> MeterProbe:
        """A look at the meter."""
        now = self._now()
        if self.outages_at(account_no):
            return MeterProbe(account_no, now, reachable=False, volts=None, breaker=Breaker.UNKNOWN)
        with self._read() as connection:
            row = connection.execute("SELECT * FROM account WHERE account_no = ?", (account_no,)).fetchone()
        if row is None:
            raise NotFound("no such account")
        customer = people.read(row)
        volts = Decimal(2200 + int(account_no[-3:]) % 130) / 10
        breaker = Breaker.CLOSED
        if customer.account.supply in (Supply.CUT_FOR_DEBT, Supply.RESTORING):
            breaker = Breaker.OPEN_FOR_DEBT
        elif customer.profile.tripped:
            breaker = Breaker.TRIPPED
        return MeterProbe(account_no, now, reachable=True, volts=volts, breaker=breaker)

    def report_fault(self, report: FaultReport, idempotency_key: str) -> WorkOrder:
        """Take the report in; it is joined to a running interruption of the same place."""
        running = self.outages_at(report.account_no, report.area, report.place)

        def work(connection: sqlite3.Connection) -> WorkOrder:
            return self._work_order(connection, running[0].id if running else "")

        return self._once(idempotency_key, WorkOrder, work)

    def request_reconnection(self, account_no: str, idempotency_key: str) -> WorkOrder:
        """Order the supply back on."""

        def work(connection: sqlite3.Connection) -> WorkOrder:
            account = self._account(connection, account_no)
            if account.supply is Supply.RESTORING:
                return self._work_order(connection, "")
            if account.supply is not Supply.CUT_FOR_DEBT:
                raise RuleBroken("not_cut", "the supply is not off for debt")
            unpaid = connection.execute(
                "SELECT 1 FROM bill WHERE account_no = ? AND paid_fen < total_fen AND due_on < ?",
                (account_no, self._today().isoformat()),
            ).fetchone()
            if unpaid or account.balance_fen < 0:
                raise RuleBroken("unpaid", "debt is still open")
            body = json.dumps(encode(replace(account, supply=Supply.RESTORING)), ensure_ascii=False)
            connection.execute("UPDATE account SET body = ? WHERE account_no = ?", (body, account_no))
            return self._work_order(connection, "")

        return self._once(idempotency_key, WorkOrder, work)

    def _work_order(self, connection: sqlite3.Connection, outage_id: str) -> WorkOrder:
        now = self._now()
        number = f"{local_day(now):%y%m%d}{next_number(connection, 'work_order'):05}"
        return WorkOrder(number, now, outage_id)

    def _find(self, connection: sqlite3.Connection, account_no: str) -> Account | None:
        if not account_no:
            return None
        row = connection.execute("SELECT * FROM account WHERE account_no = ?", (account_no,)).fetchone()
        return people.read_account(row) if row else None

    def _present(self, connection: sqlite3.Connection) -> list[Outage]:
        return [
            replace(outage, accounts=_affected(connection, outage)) for outage in present_outages(self._now())
        ]

    def _running(self, outage: Outage) -> bool:
        return not outage.over and outage.starts_at <= self._now()


def _reaches(outage: Outage, account: Account) -> bool:
    if outage.transformers:
        return account.transformer in outage.transformers
    return account.area in outage.areas


def _touches(outage: Outage, first: date, last: date) -> bool:
    end = outage.expected_at or outage.starts_at
    return local_day(outage.starts_at) <= last and local_day(end) >= first


def _affected(connection: sqlite3.Connection, outage: Outage) -> int:
    column, values = ("transformer", outage.transformers) if outage.transformers else ("area", outage.areas)
    query = f"SELECT COUNT(*) FROM account WHERE {column} = ?"  # noqa: S608 - a column of ours
    return sum(connection.execute(query, (value,)).fetchone()[0] for value in values)
