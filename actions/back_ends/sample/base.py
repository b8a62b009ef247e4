"""What every part of the sample shares: the file, the time, and a past that reaches to yesterday."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from threading import Lock
from typing import TypeVar

from actions.back_ends.sample import events, people, situations
from actions.back_ends.sample.database import VERSION, Database, meta, set_meta
from actions.back_ends.sample.history import History, Weather, month_of
from actions.back_ends.sample.prepaid import seed_top_ups, spend
from actions.back_ends.wire import decode, encode
from domain.calendar import WorkingCalendar, local_day
from domain.clock import Clock
from domain.errors import NotFound
from domain.policy import Policies
from domain.tariff import TariffBook
from domain.utility import Account

Progress = Callable[[float], None]
"""Hears how far a long step is, 0 to 1."""

T = TypeVar("T")
MONTHS = 24
DAILY_MONTHS = 3


class SampleBase:
    """Keeps the file up to date with the clock; the parts of the port build on it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tariffs: TariffBook,
        policies: Policies,
        calendar: WorkingCalendar,
        seed: int,
        accounts: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tariffs = tariffs
        self._policies = policies
        self._calendar = calendar
        self._seed = seed
        self._accounts_to_seed = accounts
        self._as_of: date | None = None
        self._lock = Lock()

    def bring_up_to_date(self, progress: Progress = lambda _: None) -> None:
        """Seed an empty file, or carry an older one to today; does nothing twice on the same day."""
        now = self._clock.now()
        today = local_day(now)
        with self._lock:
            if self._as_of is not None and self._as_of >= today:
                return
            self._database.create()
            with self._database.read() as connection:
                outdated = meta(connection, "version") not in (None, str(VERSION))
            if outdated:
                self._database.drop()
                self._database.create()
            with self._database.write() as connection:
                as_of = meta(connection, "as_of")
                if as_of is None:
                    self._seed_all(connection, now, today, progress)
                elif date.fromisoformat(as_of) < today:
                    self._catch_up(connection, date.fromisoformat(as_of), now, today, progress)
            self._as_of = today

    def _seed_all(
        self, connection: sqlite3.Connection, now: datetime, today: date, progress: Progress
    ) -> None:
        set_meta(connection, "version", str(VERSION))
        set_meta(connection, "anchor", today.isoformat())
        month = month_of(today)
        first = month.back(MONTHS).first
        set_meta(connection, "first", first.isoformat())
        weather = Weather(connection, self._seed)
        situations.weather_spell(weather, today)
        customers = list(people.ordinary(self._seed, today, self._accounts_to_seed))
        people.save(connection, customers)
        history = History(connection, self._tariffs, self._seed, weather)
        history.extend(customers, first, today, month.back(DAILY_MONTHS).first, progress)
        seed_top_ups(connection, customers, self._seed, now)
        events.seed_past_outages(connection, self._seed, now)
        self._settle(connection, history, now, today)
        progress(1.0)

    def _catch_up(
        self, connection: sqlite3.Connection, as_of: date, now: datetime, today: date, progress: Progress
    ) -> None:
        weather = Weather(connection, self._seed)
        if month_of(as_of) != month_of(today):
            situations.weather_spell(weather, today)
        named = {situation.customer.account.account_no for situation in situations.situations()}
        rows = connection.execute("SELECT * FROM account ORDER BY account_no")
        customers = [people.read(row) for row in rows if row["account_no"] not in named]
        history = History(connection, self._tariffs, self._seed, weather)
        history.extend(customers, as_of, today, as_of, progress)
        spend(connection, customers, as_of, today)
        self._settle(connection, history, now, today)
        progress(1.0)

    def _settle(self, connection: sqlite3.Connection, history: History, now: datetime, today: date) -> None:
        first = meta(connection, "first")
        assert first is not None  # noqa: S101 - written with the seed
        situations.settle(
            connection, history, date.fromisoformat(first), now, today, self._policies, self._calendar
        )
        set_meta(connection, "as_of", today.isoformat())

    def _read(self) -> AbstractContextManager[sqlite3.Connection]:
        """A consistent view of a file whose past reaches to yesterday."""
        self.bring_up_to_date()
        return self._database.read()

    def _once(self, key: str, kind: type[T], work: Callable[[sqlite3.Connection], T]) -> T:
        """Do ``work`` in one transaction unless ``key`` was answered before; then give that answer again."""
        self.bring_up_to_date()
        with self._database.write() as connection:
            row = connection.execute("SELECT body FROM answered WHERE key = ?", (key,)).fetchone()
            if row is not None:
                return decode(kind, json.loads(row["body"]))
            answer = work(connection)
            connection.execute(
                "INSERT INTO answered VALUES (?, ?)", (key, json.dumps(encode(answer), ensure_ascii=False))
            )
            return answer

    def _now(self) -> datetime:
        return self._clock.now()

    def _today(self) -> date:
        return local_day(self._clock.now())

    def _account(self, connection: sqlite3.Connection, account_no: str) -> Account:
        row = connection.execute("SELECT * FROM account WHERE account_no = ?", (account_no,)).fetchone()
        if row is None:
            raise NotFound("no such account")
        return people.read_account(row)
