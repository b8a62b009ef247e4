"""Chinese working days (工作日, make-up weekends included) and deadlines counted in them.

Days are calendar days in Asia/Shanghai; moments are aware UTC. The day on which something is accepted is not
counted, and a deadline in days runs out at the end of its last day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.policy import Policy, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)


def local_day(moment: datetime) -> date:
    """The calendar day in Asia/Shanghai of an aware moment."""
    return moment.astimezone(SHANGHAI).date()


def day_start(day: date) -> datetime:
    """The first moment of a day, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The moment at which a day is over, in UTC."""
    return day_start(day + _DAY)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Weekdays less the days off, plus the weekend days that are worked instead (调休)."""

    days_off: frozenset[date]
    """Official days off that fall on weekdays."""
    make_up_days: frozenset[date]
    """Saturdays and Sundays that are worked."""
    provisional_years: frozenset[int] = frozenset()
    """Years for which the State Council's order was not out when the rows were written."""

    def works(self, day: date) -> bool:
        """Whether it is a working day. Years without rows count plain weekdays."""
        if day.weekday() >= 5:
            return day in self.make_up_days
        return day not in self.days_off

    def after(self, day: date, working_days: int) -> date:
        """The ``working_days``-th working day after ``day``; 0 gives ``day`` itself, whatever it is.

        Raises:
            ValueError: a negative count.
        """
        if working_days < 0:
            raise ValueError("working days are counted forwards")
        while working_days:
            day += _DAY
            working_days -= self.works(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and including ``last``; 0 when ``last`` is not later."""
        return sum(self.works(first + _DAY * n) for n in range(1, (last - first).days + 1))

    def due_at(self, policy: Policy, start: datetime) -> datetime:
        """When a deadline of ``policy`` that began at ``start`` runs out, in UTC.

        Minutes and hours run on the wall clock, day and night.

        Raises:
            ValueError: the policy does not count time.
        """
        count = policy.value
        if policy.unit is Unit.MINUTES:
            return start + timedelta(seconds=float(count * 60))
        if policy.unit is Unit.HOURS:
            return start + timedelta(seconds=float(count * 3600))
        if policy.unit is Unit.DAYS:
            return day_end(local_day(start) + timedelta(days=int(count)))
        if policy.unit is Unit.WORKING_DAYS:
            return day_end(self.after(local_day(start), int(count)))
        raise ValueError(f"policy {policy.key} counts {policy.unit}, not time")


def working_calendar(
    days_off: Iterable[date], make_up_days: Iterable[date], provisional_years: Iterable[int] = ()
) -> WorkingCalendar:
    """Build a calendar, without rows that say nothing (days off on weekends, make-up days on weekdays)."""
    return WorkingCalendar(
        frozenset(day for day in days_off if day.weekday() < 5),
        frozenset(day for day in make_up_days if day.weekday() >= 5),
        frozenset(provisional_years),
    )
