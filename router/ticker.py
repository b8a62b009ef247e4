"""What time brings: reminders, escalation, offers that ran out, customers who say nothing (invariant 3).

Any number of workers may tick at once and as often as they like: every finding is looked at again under the
ticket's lock and does nothing when somebody else has done it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from domain.clock import ClockKind, ClockState, ServiceClock
from domain.errors import Conflict, NotFound, RuleBroken
from domain.job import Job
from domain.ledger import Step
from domain.ports import CustomerVoice, Signals, Store
from domain.repositories import Transaction
from domain.ticket import Offer, OfferState, Status, Ticket
from domain.ticket_moves import ENDED
from router.assignment import Offering, end_offer, relieve
from router.book import SYSTEM, enter, tell
from router.clocks import MISSED_STAGE, REMINDERS, Clocks
from router.closure import SURVEY_TIMEOUT, AreaKind, Closure, open_survey
from router.deadlines import Deadlines
from router.rules import Rules

log = structlog.get_logger(__name__)

BATCH = 50
LEASE_S = 60.0
RETRY_AFTER = timedelta(minutes=1)

Act = Callable[[Transaction, Ticket], bool]
"""Something to do with a locked ticket; whether it changed anything."""


class Ticker:
    """Does what is due; call :meth:`tick` every second or so, from any worker."""

    def __init__(
        self,
        *,
        store: Store,
        voice: CustomerVoice,
        signals: Signals,
        rules: Rules,
        deadlines: Deadlines,
        area_kind: AreaKind,
    ) -> None:
        self._store = store
        self._signals = signals
        self._clocks = Clocks(deadlines)
        self._closure = Closure(rules, deadlines, self._clocks, voice, area_kind)
        self._offering = Offering(rules, deadlines)

    def tick(self, now: datetime) -> int:
        """Do what is due at ``now``; how many tickets it touched. Doing it again at once touches none."""
        with self._store.read() as tx:
            clocks = tx.tickets.due_clocks(now, BATCH)
            offers = tx.tickets.expired_offers(now, BATCH)
            waiting = self._offering.neglected(tx, now)
        touched = sum(self._guarded(clock.ticket_id, self._look_at(clock, now)) for clock in clocks)
        touched += sum(self._guarded(offer.ticket_id, self._run_out(offer, now)) for offer in offers)
        touched += sum(self._guarded(ticket_id, self._wait(now)) for ticket_id in waiting)
        touched += self._silent(now)
        if touched:
            for topic in ("feed", "outbox"):
                self._signals.signal(topic)
        return touched

    def _guarded(self, ticket_id: str, act: Act) -> bool:
        """One finding in its own transaction; a lost race is left to the next tick, the others go on."""
        try:
            with self._locked(ticket_id) as (tx, ticket):
                return act(tx, ticket)
        except (Conflict, RuleBroken) as error:
            log.warning("tick.left", ticket=ticket_id, error=type(error).__name__)
            return False

    def _look_at(self, found: ServiceClock, now: datetime) -> Act:
        def look(tx: Transaction, ticket: Ticket) -> bool:
            clock = next((c for c in tx.tickets.clocks(ticket.id) if c.id == found.id), None)
            if clock is None or clock.state is not ClockState.RUNNING or clock.next_at is None:
                return False
            if ticket.status in ENDED:
                self._clocks.end(tx, ticket.id, frozenset(ClockKind), now)
                return True
            if clock.next_at > now:
                return False
            before = clock.stage
            clock, stage = self._clocks.advance(tx, clock, now)
            if stage > before:
                self._warn(tx, ticket, clock, stage, now)
            return True

        return look

    def _warn(self, tx: Transaction, ticket: Ticket, clock: ServiceClock, stage: int, now: datetime) -> None:
        data = {"clock": clock.kind.value, "due": clock.due_at.isoformat()}
        if stage < MISSED_STAGE:
            data |= {"policy": REMINDERS[stage - 1], "told": ticket.responsible}
            ticket = enter(tx, ticket, Step.REMINDED, SYSTEM, now, data)
            tell(tx, ticket, "reminder", now, {ticket.responsible, ticket.handler} - {""})
            return
        ticket = enter(tx, ticket, Step.DEADLINE_MISSED, SYSTEM, now, data)
        self._closure.escalate(tx, ticket, now, f"the {clock.kind} deadline has passed", clock.kind)

    def _run_out(self, found: Offer, now: datetime) -> Act:
        def run_out(tx: Transaction, ticket: Ticket) -> bool:
            offer = tx.tickets.offer(found.id)
            if offer.state is not OfferState.OPEN or offer.expires_at > now:
                return False
            end_offer(tx, offer, OfferState.EXPIRED, now)
            data = {"offer": offer.id, "agent": offer.to_agent}
            ticket = enter(tx, ticket, Step.OFFER_EXPIRED, SYSTEM, now, data)
            tell(tx, ticket, "offer", now, {offer.to_agent, offer.from_agent} - {""})
            self._offering.offer(tx, ticket, now)
            return True

        return run_out

    def _wait(self, now: datetime) -> Act:
        """A waiting ticket: the present duty officer answers for it, and whoever can by now is asked."""

        def ask(tx: Transaction, ticket: Ticket) -> bool:
            version = ticket.version
            queue = tx.people.queue(ticket.queue)
            ticket = relieve(tx, ticket, queue, SYSTEM, now, "the duty of the queue has changed")
            return self._offering.offer(tx, ticket, now).version != version

        return ask

    def _silent(self, now: datetime) -> int:
        touched = 0
        for _ in range(BATCH):
            with self._store.write() as tx:
                job = tx.jobs.claim([SURVEY_TIMEOUT], now, LEASE_S)
            if job is None:
                break
            touched += self._close_silent(job, now)
        return touched

    def _close_silent(self, job: Job, now: datetime) -> bool:
        try:
            with self._locked(job.payload["ticket"]) as (tx, ticket):
                survey = open_survey(tx, ticket)
                waits = ticket.status is Status.REPLIED and survey and survey.id == job.payload["survey"]
                if waits:
                    self._closure.settle(tx, ticket, SYSTEM, now, "no answer within the time of the policy")
                tx.jobs.done(job)
                return bool(waits)
        except (Conflict, RuleBroken, NotFound) as error:
            log.warning("tick.survey_left", ticket=job.payload["ticket"], error=type(error).__name__)
            with self._store.write() as tx:
                tx.jobs.retry(job, type(error).__name__, now + RETRY_AFTER)
            return False

    @contextmanager
    def _locked(self, ticket_id: str) -> Iterator[tuple[Transaction, Ticket]]:
        """Conversation and ticket locked, in the order of the bot's own turn."""
        with self._store.write() as tx:
            tx.conversations.lock(tx.tickets.get(ticket_id).conversation_id)
            yield tx, tx.tickets.lock(ticket_id)
