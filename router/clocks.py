"""The service clocks of a ticket: begun by rule, paused only for stated reasons, ended by what was done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from domain.clock import ClockKind, ClockState, ServiceClock
from domain.ids import new_id
from domain.repositories import Transaction
from domain.ticket import Ticket, TicketClass
from router.deadlines import Deadline, Deadlines
from router.rules import Rule

REMINDERS = ("clock.first_reminder", "clock.second_reminder")
MISSED_STAGE = len(REMINDERS) + 1
"""After the reminders comes the moment itself, told to deputy and supervisor."""

AREA_KINDS = frozenset({"urban", "rural", "remote"})


class Clocks:
    """Writes clock rows inside the caller's transaction; the ticket must be locked."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines

    def planned(
        self, cls: TicketClass, subject: str, kinds: Iterable[ClockKind], area_kind: str, now: datetime
    ) -> dict[ClockKind, Deadline]:
        """The deadlines that a matter taken in now would have, for the kinds that a policy rules."""
        found: dict[ClockKind, Deadline] = {}
        for kind in kinds:
            if kind is ClockKind.ARRIVAL and area_kind in AREA_KINDS:
                found[kind] = self._deadlines.after([f"outage.arrival.{area_kind}"], now)
                continue
            deadline = self._deadlines.of_ticket(cls, subject, kind, now)
            if deadline:
                found[kind] = deadline
        return found

    def start(
        self, tx: Transaction, ticket_id: str, kind: ClockKind, deadline: Deadline, now: datetime
    ) -> ServiceClock:
        """Begin one clock; its first look is at the first reminder."""
        clock = ServiceClock(
            id=new_id(now),
            ticket_id=ticket_id,
            kind=kind,
            policy_key=deadline.key,
            started_at=now,
            due_at=deadline.at,
            next_at=self._look(now, deadline.at, 0, now),
        )
        tx.tickets.add_clock(clock)
        return clock

    def end(self, tx: Transaction, ticket_id: str, kinds: Collection[ClockKind], now: datetime) -> None:
        """What these clocks measure is done: met, or missed if the moment has passed; missed stays missed."""
        for clock in tx.tickets.clocks(ticket_id):
            if clock.kind not in kinds or clock.ended_at is not None:
                continue
            late = clock.state is ClockState.MISSED or (clock.paused_at is None and now > clock.due_at)
            state = ClockState.MISSED if late else ClockState.MET
            tx.tickets.save_clock(replace(clock, state=state, ended_at=now, next_at=None, paused_at=None))

    def pause(
        self, tx: Transaction, ticket_id: str, kinds: Collection[ClockKind], reason: str, now: datetime
    ) -> tuple[ClockKind, ...]:
        """Let the running ones of these kinds stand still; which they were. One that is late runs on."""
        paused: list[ClockKind] = []
        for clock in tx.tickets.clocks(ticket_id):
            if clock.kind not in kinds or clock.state is not ClockState.RUNNING or now >= clock.due_at:
                continue
            still = replace(clock, state=ClockState.PAUSED, paused_at=now, pause_reason=reason, next_at=None)
            tx.tickets.save_clock(still)
            paused.append(clock.kind)
        return tuple(paused)

    def resume(self, tx: Transaction, ticket: Ticket, now: datetime) -> Ticket:
        """Let paused clocks run again with what was left; the ticket with the moments that follow from it."""
        public, internal = ticket.public_due_at, ticket.internal_due_at
        for clock in tx.tickets.clocks(ticket.id):
            if clock.state is not ClockState.PAUSED:
                continue
            due = self._deadlines.pushed(clock, now)
            if clock.due_at == public:
                public = due
            if clock.due_at == internal:
                internal = due
            running = replace(clock, state=ClockState.RUNNING, due_at=due, paused_at=None)
            begin = self._deadlines.begin(running)
            tx.tickets.save_clock(replace(running, next_at=self._look(begin, due, clock.stage, now)))
        return replace(ticket, public_due_at=public, internal_due_at=internal)

    def restart(self, tx: Transaction, ticket: Ticket, rule: Rule, area_kind: str, now: datetime) -> Ticket:
        """A new round of the class's clocks for a reopened ticket; the first round stays as it ended."""
        self.end(tx, ticket.id, frozenset(ClockKind), now)
        kinds = [kind for kind in rule.clocks if kind not in {ClockKind.ACCEPT, ClockKind.FIRST_RESPONSE}]
        planned = self.planned(ticket.cls, ticket.subject, kinds, area_kind, now)
        planned[ClockKind.CONTACT] = self._deadlines.after(["ticket.reopened"], now)
        for kind, deadline in planned.items():
            self.start(tx, ticket.id, kind, deadline, now)
        public_due_at, internal_due_at = due_moments(planned, rule.promise)
        return replace(ticket, public_due_at=public_due_at, internal_due_at=internal_due_at)

    def advance(self, tx: Transaction, clock: ServiceClock, now: datetime) -> tuple[ServiceClock, int]:
        """Move a running clock to the stage that its time has reached; the clock and that stage.

        Stages that nobody looked at in between are not told one by one: only the last one counts.
        """
        stage, begin = clock.stage, self._deadlines.begin(clock)
        if now >= clock.due_at:
            missed = replace(clock, state=ClockState.MISSED, stage=MISSED_STAGE, next_at=None)
            return tx.tickets.save_clock(missed), MISSED_STAGE
        for number, key in enumerate(REMINDERS, start=1):
            if now >= self._deadlines.share(key, begin, clock.due_at):
                stage = max(stage, number)
        next_at = self._look(begin, clock.due_at, stage, now)
        return tx.tickets.save_clock(replace(clock, stage=stage, next_at=next_at)), stage

    def _look(self, begin: datetime, due: datetime, stage: int, now: datetime) -> datetime:
        if stage >= len(REMINDERS):
            return due
        return max(now, min(due, self._deadlines.share(REMINDERS[stage], begin, due)))


def due_moments(
    planned: dict[ClockKind, Deadline], promise: ClockKind
) -> tuple[datetime | None, datetime | None]:
    """What the ticket itself remembers: the moment told to the customer, and the unit's own."""
    told = planned.get(promise) or planned.get(ClockKind.PUBLIC)
    internal = planned.get(ClockKind.INTERNAL)
    return told.at if told else None, internal.at if internal else None
