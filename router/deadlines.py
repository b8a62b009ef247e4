"""Every moment that the router promises or waits for, from dated policy rows and the working-day calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.calendar import WorkingCalendar, day_end, local_day
from domain.clock import ServiceClock
from domain.errors import NotFound
from domain.policy import Policies, Policy, Unit
from domain.ticket import TicketClass

_MOMENT = timedelta(microseconds=1)
"""A deadline in days lies on the first moment of the next day; its own day is the one before."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment and the policy that gave it."""

    key: str
    at: datetime


class Deadlines:
    """Asks policies by key and counts in the unit of the row: wall clock, calendar days or working days."""

    def __init__(self, policies: Policies, calendar: WorkingCalendar) -> None:
        self._policies = policies
        self._calendar = calendar

    def of_ticket(self, cls: TicketClass, subject: str, what: str, start: datetime) -> Deadline | None:
        """When ``what`` (a clock's kind, ``repeat_within`` …) runs out for this class and subject."""
        policy = self._policies.ticket_deadline(cls, subject, what, local_day(start))
        return self._of(policy, start) if policy else None

    def after(self, keys: Sequence[str], start: datetime) -> Deadline:
        """The deadline of the first of ``keys`` that is in force.

        Raises:
            NotFound: none is.
        """
        policy = self._policies.find(keys, local_day(start))
        if policy is None:
            raise NotFound(f"no policy among {', '.join(keys)}")
        return self._of(policy, start)

    def number(self, key: str, now: datetime) -> int:
        """A counting policy's value."""
        return int(self._policies.get(key, local_day(now)).value)

    def share(self, key: str, begin: datetime, end: datetime) -> datetime:
        """The moment at which a policy's per cent of the way from ``begin`` to ``end`` is gone."""
        return begin + (end - begin) * float(self._policies.get(key, local_day(begin)).value / 100)

    def pushed(self, clock: ServiceClock, resumed_at: datetime) -> datetime:
        """The due moment of a clock that stood still from ``paused_at``, moved in its own unit.

        A deadline in working days moves by the working days that were lost, so that waiting over a holiday
        gives nobody a longer promise than the days that could be worked.
        """
        begin = clock.paused_at
        if begin is None:
            return clock.due_at
        policy = self._policies.find((clock.policy_key,), local_day(clock.started_at))
        last = local_day(clock.due_at - _MOMENT)
        if policy is not None and policy.unit is Unit.WORKING_DAYS:
            lost = self._calendar.between(local_day(begin), local_day(resumed_at))
            return day_end(self._calendar.after(last, lost))
        if policy is not None and policy.unit is Unit.DAYS:
            return day_end(last + (local_day(resumed_at) - local_day(begin)))
        return clock.due_at + (resumed_at - begin)

    def begin(self, clock: ServiceClock) -> datetime:
        """From when the shares of a clock's time count: its start, moved by what it stood still."""
        if not clock.policy_key:
            return clock.started_at
        first_due = self.after([clock.policy_key], clock.started_at).at
        return clock.started_at + (clock.due_at - first_due)

    def _of(self, policy: Policy, start: datetime) -> Deadline:
        return Deadline(policy.key, self._calendar.due_at(policy, start))
