"""Named accounts, one for each situation worth trying; made fresh every day so that none of them rots."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from actions.back_ends.sample import city, events, people
from actions.back_ends.sample.history import DAY, History, Weather, month_of
from actions.back_ends.sample.people import Customer, Profile
from actions.back_ends.wire import decode
from domain.application import STAGES, Application, ApplicationKind, ApplicationState, StageDone
from domain.calendar import SHANGHAI, WorkingCalendar
from domain.policy import Policies
from domain.utility import Account

DAILY_DAYS = 400
_COLD_MONTHS = (11, 12, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a situation's last touch may use."""

    connection: sqlite3.Connection
    account: Account
    now: datetime
    today: date
    policies: Policies
    calendar: WorkingCalendar


def weather_spell(weather: Weather, today: date) -> None:
    """Last month was hot (or cold, in winter), the month before was as usual: bills differ by the weather."""
    last = month_of(today).back(1)
    before = last.back(1)
    for n in range(before.last.day):
        day = before.first + n * DAY
        weather.set(day, 18 + n % 5)
    degrees = 4.0 if last.first.month in _COLD_MONTHS else 29.5
    for n in range(last.last.day):
        weather.set(last.first + n * DAY, degrees + (n % 5 - 2) * 0.5)


def settle(
    connection: sqlite3.Connection,
    history: History,
    first: date,
    now: datetime,
    today: date,
    policies: Policies,
    calendar: WorkingCalendar,
) -> None:
    """Write every named account anew as of ``today``."""
    customers = [situation.customer for situation in situations()]
    for customer in customers:
        history.forget(customer.account.account_no)
        connection.execute("DELETE FROM cut_notice WHERE account_no = ?", (customer.account.account_no,))
    people.save(connection, customers)
    history.extend(customers, first, today, today - DAILY_DAYS * DAY)
    events.save_applications(connection, events.every_stage(today, policies, calendar))
    for situation in situations():
        situation.play(Scene(connection, situation.customer.account, now, today, policies, calendar))


def _cut_soon(scene: Scene) -> None:
    cut_on = scene.calendar.after(scene.today + 2 * DAY, 1)
    while not scene.calendar.works(cut_on + DAY):  # never before a weekend or holiday
        cut_on = scene.calendar.after(cut_on, 1)
    scene.connection.execute(
        "INSERT OR REPLACE INTO cut_notice VALUES (?, ?)", (scene.account.account_no, cut_on.isoformat())
    )


def _paid_all(scene: Scene) -> None:
    at = scene.now - timedelta(hours=2)
    open_bills = scene.connection.execute(
        "SELECT period, total_fen FROM bill WHERE account_no = ? AND paid_on IS NULL AND issued_on <= ?",
        (scene.account.account_no, scene.today.isoformat()),
    ).fetchall()
    for row in open_bills:
        _add_payment(scene, row["total_fen"], at, "posted", row["period"])
    scene.connection.execute(
        "UPDATE bill SET paid_fen = total_fen, paid_on = ?, channel = 'wechat'"
        " WHERE account_no = ? AND paid_on IS NULL AND issued_on <= ?",
        (scene.today.isoformat(), scene.account.account_no, scene.today.isoformat()),
    )


def _paid_but_not_posted(scene: Scene) -> None:
    row = scene.connection.execute(
        "SELECT period, total_fen FROM bill WHERE account_no = ? AND paid_on IS NULL ORDER BY period",
        (scene.account.account_no,),
    ).fetchone()
    _add_payment(scene, row["total_fen"], scene.now - timedelta(hours=20), "pending", row["period"])


def _topped_up(scene: Scene) -> None:
    _add_payment(scene, 10000, scene.now - timedelta(days=9), "posted", "")


def _top_up_lost(scene: Scene) -> None:
    _add_payment(scene, 10000, scene.now - timedelta(hours=5), "pending", "")


def _add_payment(scene: Scene, amount: int, at: datetime, state: str, period: str) -> None:
    scene.connection.execute(
        "INSERT OR REPLACE INTO payment VALUES (?, ?, ?, 'wechat', ?, ?, ?)",
        (
            f"W{period.replace('-', '') or 'TOPUP'}{scene.account.account_no}",
            scene.account.account_no,
            amount,
            at.isoformat(),
            state,
            period,
        ),
    )


def _estimated(scene: Scene) -> None:
    last = month_of(scene.today).back(1)
    if scene.today < last.issued_on:
        last = last.back(1)
    scene.connection.execute(
        "UPDATE bill SET estimated = 1 WHERE account_no = ? AND period = ?",
        (scene.account.account_no, last.period),
    )
    scene.connection.execute(
        "UPDATE reading SET estimated = 1 WHERE account_no = ? AND day = ?",
        (scene.account.account_no, last.last.isoformat()),
    )


def _application(
    scene: Scene, kind: ApplicationKind, number: str, position: int, papers: list[str] | None
) -> None:
    """An application at its ``position``-th stage; with ``papers`` named, it waits for the others."""
    submitted = scene.today - (position + 1) * DAY
    due = events.deadline(kind, submitted, scene.policies, scene.calendar)
    application = Application(
        number,
        kind,
        scene.account.holder,
        scene.account.phone,
        ApplicationState.WITH_UTILITY,
        STAGES[kind][position],
        tuple(StageDone(stage, submitted + n * DAY) for n, stage in enumerate(STAGES[kind][:position])),
        datetime.combine(submitted, time(10, 30), SHANGHAI).astimezone(UTC),
        scene.account.account_no,
        scene.account.area,
        scene.account.address,
        next_deadline=max(due, scene.today + 2 * DAY),
    )
    if papers is not None:
        application = events.waiting_for_papers(application, tuple(papers))
    events.save_applications(scene.connection, [application])


_TOUCHES: Mapping[str, Callable[[Scene], None]] = {
    "cut_soon": _cut_soon,
    "paid_all": _paid_all,
    "paid_but_not_posted": _paid_but_not_posted,
    "topped_up": _topped_up,
    "top_up_lost": _top_up_lost,
    "estimated": _estimated,
}


@dataclass(frozen=True, slots=True)
class Situation:
    """One named account and what to try with it."""

    code: str
    title_zh: str
    title_en: str
    say_zh: str
    say_en: str
    customer: Customer
    touch: str = ""
    application: Mapping[str, Any] | None = None

    def play(self, scene: Scene) -> None:
        """The last touch, after the account has its ordinary past."""
        if self.touch:
            _TOUCHES[self.touch](scene)
        if self.application:
            facts = dict(self.application)
            kind = ApplicationKind(facts.pop("kind"))
            _application(scene, kind, facts["number"], facts["position"], facts.get("papers"))


@cache
def situations() -> tuple[Situation, ...]:
    """All of them, by account number."""
    rows = yaml.safe_load((Path(__file__).parent / "situations.yml").read_text(encoding="utf-8"))
    return tuple(_situation(n, row) for n, row in enumerate(rows, start=1))


def _situation(n: int, row: Mapping[str, Any]) -> Situation:
    return Situation(
        row["code"],
        row["zh"]["title"],
        row["en"]["title"],
        row["zh"]["say"],
        row["en"]["say"],
        Customer(_account(n, row), Profile(**row["profile"])),
        row.get("touch", ""),
        row.get("application"),
    )


def _account(n: int, row: Mapping[str, Any]) -> Account:
    area = next(each for each in city.AREAS if each.code == row["area"])
    home = f"{n}栋2单元{n % 9 + 1}02" if area.setting == "urban" else f"3组{n}号"
    feeders = city.grid(area).feeders
    facts = {
        "account_no": f"0312{n:02}{n:02}{n:02}",
        "holder": row["holder"],
        "phone": f"19900000{100 + n}",
        "id_tail4": f"{(1000 + 37 * n) % 10000:04}",
        "area": area.code,
        "address": f"{area.name_zh}{home}",
        "feeder": feeders[int(row["transformer"][-1]) % len(feeders)],
        "transformer": row["transformer"],
        "meter_no": f"3310{n:06}",
        "customer_class": "residential",
        "plan": "flat",
        "capacity_kva": "8",
        "moved_in": f"2015-05-{n:02}",
        **row.get("account", {}),
    }
    return decode(Account, facts)
