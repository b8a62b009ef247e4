"""The sample's interruptions and applications. Those of today are relative to now, so that they never rot."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from actions.back_ends.sample import city
from actions.back_ends.wire import encode
from domain.application import (
    REQUIRED_PAPERS,
    STAGES,
    Application,
    ApplicationKind,
    ApplicationState,
    StageDone,
)
from domain.calendar import SHANGHAI, WorkingCalendar, local_day
from domain.outage import Outage, OutageKind, OutageState
from domain.policy import Policies

_TEN_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Fault:
    """A fault that is always running: it began some minutes ago."""

    id: str
    area: str
    transformers: tuple[str, ...]
    cause: str
    state: OutageState
    began_minutes_ago: int
    back_in_minutes: int | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """An announced interruption some days ahead of today."""

    id: str
    area: str
    transformers: tuple[str, ...]
    cause: str
    in_days: int
    start: time
    end: time
    cancelled: bool = False


FAULTS = (
    _Fault("FLT-0203", "sunshine", ("T0203",), "cable_fault", OutageState.CREW_ON_SITE, 50, 90),
    _Fault(
        "FLT-0901", "shiqiao", ("T0901", "T0902", "T0903"), "tree_on_line", OutageState.CREW_SENT, 20, None
    ),
)
PLANS = (
    _Plan("PLN-0300", "riverside", (), "maintenance", 1, time(8, 30), time(17)),
    _Plan("PLN-0701", "harbour", ("T0701",), "transformer_replacement", 0, time(8), time(18)),
    _Plan("PLN-0600", "university", ("T0601", "T0602"), "line_upgrade", 2, time(9), time(12), cancelled=True),
    _Plan("PLN-0401", "oldstreet", ("T0401", "T0402"), "line_upgrade", 3, time(9), time(12)),
    _Plan("PLN-1000", "liulin", (), "pole_replacement", 6, time(7), time(18)),
)
_PAST_CAUSES = ("cable_fault", "tree_on_line", "storm", "vehicle_damage", "overload", "equipment_fault")


def present_outages(now: datetime) -> Iterator[Outage]:
    """Running faults and announced plans, as they stand at ``now``."""
    on_the_ten = now - timedelta(minutes=now.minute % 10, seconds=now.second, microseconds=now.microsecond)
    for fault in FAULTS:
        back = fault.back_in_minutes
        yield Outage(
            fault.id,
            OutageKind.FAULT,
            fault.cause,
            (fault.area,),
            fault.transformers,
            on_the_ten - timedelta(minutes=fault.began_minutes_ago),
            None if back is None else on_the_ten + timedelta(minutes=back),
            fault.state,
            on_the_ten,
        )
    for plan in PLANS:
        yield _planned(plan, now)


def _planned(plan: _Plan, now: datetime) -> Outage:
    day = local_day(now) + timedelta(days=plan.in_days)
    starts, ends = (
        datetime.combine(day, moment, SHANGHAI).astimezone(UTC) for moment in (plan.start, plan.end)
    )
    outage = Outage(
        plan.id,
        OutageKind.PLANNED,
        plan.cause,
        (plan.area,),
        plan.transformers,
        starts,
        ends,
        OutageState.ANNOUNCED,
        starts - timedelta(days=7),
    )
    if plan.cancelled:
        return replace(outage, state=OutageState.CANCELLED)
    if now >= ends:
        return replace(outage, state=OutageState.RESTORED, restored_at=ends, updated_at=ends)
    if now >= starts:
        return replace(outage, state=OutageState.REPAIRING, updated_at=starts)
    return outage


def seed_past_outages(connection: sqlite3.Connection, seed: int, now: datetime) -> None:
    """Some interruptions of the last two years."""
    random = Random(f"outages {seed}")  # noqa: S311 - invented events, not secrets
    for n in range(40):
        area = random.choice(city.AREAS)
        began = now - timedelta(days=random.uniform(1, 720))
        back = began + timedelta(minutes=random.randrange(25, 400))
        outage = Outage(
            f"FLT-P{n:03}",
            OutageKind.FAULT,
            random.choice(_PAST_CAUSES),
            (area.code,),
            (random.choice(city.grid(area).transformers),),
            began,
            back,
            OutageState.RESTORED,
            back,
            back,
            random.randrange(30, 60),
        )
        connection.execute(
            "INSERT INTO past_outage VALUES (?, ?)",
            (outage.id, json.dumps(encode(outage), ensure_ascii=False)),
        )


def application_policy_key(kind: ApplicationKind) -> tuple[str, str]:
    """Policy keys of the deadline of a kind, the particular one first."""
    return f"application.{kind}", "application.other"


def deadline(kind: ApplicationKind, start: date, policies: Policies, calendar: WorkingCalendar) -> date:
    """Until when the utility must finish its own steps when it has all papers on ``start``.

    Raises:
        KeyError: no policy says so.
    """
    policy = policies.find(application_policy_key(kind), start)
    if policy is None:
        raise KeyError(kind)
    return calendar.after(start, int(policy.value))


def every_stage(today: date, policies: Policies, calendar: WorkingCalendar) -> Iterator[Application]:
    """One connection of each kind at each of its stages, and one of them done."""
    random = Random("applications")  # noqa: S311
    number = 8_000_001_000
    for kind in ApplicationKind:
        if not kind.startswith("connection"):
            continue
        for position, stage in enumerate(STAGES[kind]):
            number += 7
            area = random.choice(city.AREAS)
            submitted = today - timedelta(days=position + 1)
            last = position == len(STAGES[kind]) - 1
            yield Application(
                str(number),
                kind,
                random.choice(city.FAMILY_NAMES) + random.choice(city.GIVEN_NAMES),
                f"1991{number % 10_000_000:07}",
                ApplicationState.DONE if last else ApplicationState.WITH_UTILITY,
                stage,
                tuple(
                    StageDone(done, submitted + timedelta(days=n))
                    for n, done in enumerate(STAGES[kind][:position])
                ),
                datetime.combine(submitted, time(10), SHANGHAI).astimezone(UTC),
                area=area.code,
                address=f"{area.name_zh}{random.randrange(1, 90)}号",
                next_deadline=None if last else max(deadline(kind, submitted, policies, calendar), today),
            )


def save_applications(connection: sqlite3.Connection, applications: Iterable[Application]) -> None:
    """Write applications, replacing those with the same number."""
    connection.executemany(
        "INSERT OR REPLACE INTO application VALUES (?, ?, ?, ?, ?)",
        (
            (
                application.number,
                application.account_no,
                application.phone,
                application.submitted_at.isoformat(),
                json.dumps(encode(application), ensure_ascii=False),
            )
            for application in applications
        ),
    )


def waiting_for_papers(application: Application, papers: tuple[str, ...]) -> Application:
    """The application as it waits for every required paper that is not among ``papers``."""
    missing = tuple(paper for paper in REQUIRED_PAPERS[application.kind] if paper not in papers)
    if not missing:
        return application
    return replace(application, state=ApplicationState.WAITING_PAPERS, missing=missing, next_deadline=None)
