"""Work on a ticket that one already answers for: talking, pieces for departments, waiting, the result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from domain.clock import Clock, ClockKind
from domain.conversation import Mode
from domain.errors import BadRequest, NotAllowed, RuleBroken
from domain.ids import new_id
from domain.ledger import Step
from domain.message import Audience, Author, Message
from domain.ports import CustomerVoice, Saying, Signals, Store
from domain.repositories import Transaction
from domain.satisfaction import Solved
from domain.ticket import Leg, Priority, Status, Ticket
from domain.ticket_moves import ENDED, TOLD
from router import rights
from router.assignment import Offering
from router.book import agent_actor, enter, tell
from router.clocks import Clocks
from router.closure import AreaKind, Closure, open_survey
from router.deadlines import Deadline, Deadlines
from router.rules import Rules

TOPICS = ("feed", "outbox")
ANSWERING = frozenset({ClockKind.FIRST_RESPONSE, ClockKind.CONTACT})
"""Clocks that end when the customer hears from a person."""


class DeskWork:
    """The half of :class:`domain.responsibility_port.Responsibility` that never moves responsibility."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        voice: CustomerVoice,
        signals: Signals,
        rules: Rules,
        deadlines: Deadlines,
        area_kind: AreaKind,
    ) -> None:
        self._store = store
        self._clock = clock
        self._voice = voice
        self._signals = signals
        self._rules = rules
        self._deadlines = deadlines
        self._clocks = Clocks(deadlines)
        self._closure = Closure(rules, deadlines, self._clocks, voice, area_kind)
        self._offering = Offering(rules, deadlines)

    def reply(self, ticket_id: str, agent_id: str, text: str, client_token: str = "") -> Message:
        """Write to the customer; the first reply takes the floor from the bot."""
        with self._locked(ticket_id) as (tx, ticket, now):
            agent = rights.active_agent(tx, agent_id)
            rights.must_work_on(tx, ticket, agent)
            if again := _said_before(tx, ticket, Step.REPLIED_TO, client_token):
                return again
            if not text.strip():
                raise RuleBroken("text_missing", "an empty reply")
            if ticket.status in ENDED:
                raise RuleBroken("closed", "the ticket is closed")
            message = self._voice.relay(tx, ticket.conversation_id, agent_id, text.strip(), ticket.id, now)
            data = {"agent": agent_id, "message": message.id, "token": client_token}
            ticket = enter(tx, ticket, Step.REPLIED_TO, agent_actor(agent_id), now, data)
            self._clocks.end(tx, ticket.id, ANSWERING, now)
            if ticket.status not in TOLD | {Status.HANDLED}:
                self._take_floor(tx, ticket, now)
            return message

    def note(self, ticket_id: str, agent_id: str, text: str, client_token: str = "") -> Message:
        """An internal note; never sent."""
        with self._locked(ticket_id) as (tx, ticket, now):
            agent = rights.active_agent(tx, agent_id)
            rights.must_concern(tx, ticket, agent)
            if again := _said_before(tx, ticket, Step.NOTED, client_token):
                return again
            if not text.strip():
                raise RuleBroken("text_missing", "an empty note")
            message = tx.conversations.append(
                ticket.conversation_id,
                Author.AGENT,
                agent_id,
                text.strip(),
                now,
                audience=Audience.DESK,
                ticket_id=ticket.id,
            )
            data = {"agent": agent_id, "message": message.id, "token": client_token}
            enter(tx, ticket, Step.NOTED, agent_actor(agent_id), now, data)
            return message

    def promise(self, ticket_id: str, agent_id: str, text: str, until: datetime | None) -> Ticket:
        """Tell the customer what happens by when; a clock watches the moment, a new promise ends the old."""
        with self._locked(ticket_id) as (tx, ticket, now):
            self._mine(tx, ticket, agent_id)
            if not text.strip():
                raise RuleBroken("text_missing", "an empty promise")
            if until is not None and until <= now:
                raise RuleBroken("promise_past", "a promise must lie in the future")
            name = tx.people.agent(ticket.responsible).called(ticket.language)
            values = {"number": ticket.number, "name": name, "text": text.strip()}
            if until is not None:
                values["until"] = until.isoformat()
            data = {"agent": agent_id, "text": text.strip(), "until": values.get("until", "")}
            ticket = enter(
                tx, ticket, Step.PROMISED, agent_actor(agent_id), now, data,
                promise=text.strip(), promised_until=until,
            )  # fmt: skip
            phrase = "ticket.promise" if until else "ticket.promise_open"
            self._voice.tell(tx, ticket.conversation_id, Saying(phrase, values), now, ticket_id=ticket.id)
            self._clocks.end(tx, ticket.id, ANSWERING | {ClockKind.PROMISE}, now)
            if until is not None:
                self._clocks.start(tx, ticket.id, ClockKind.PROMISE, Deadline("", until), now)
            return ticket

    def open_leg(
        self, ticket_id: str, agent_id: str, department: str, task: str, due_at: datetime | None
    ) -> Leg:
        """Give a piece of work to a department; who answers to the customer stays."""
        with self._locked(ticket_id) as (tx, ticket, now):
            self._mine(tx, ticket, agent_id)
            if not task.strip():
                raise RuleBroken("text_missing", "a piece of work needs a task")
            people = [agent for agent in tx.people.agents() if agent.department == department]
            if not people:
                raise BadRequest(f"no such department: {department}")
            leg = Leg(new_id(now), ticket.id, department, task.strip(), agent_id, now, due_at)
            tx.tickets.add_leg(leg)
            data = {"leg": leg.id, "agent": agent_id, "department": department, "task": leg.task}
            ticket = enter(tx, ticket, Step.LEG_OPENED, agent_actor(agent_id), now, data)
            tell(tx, ticket, "ticket", now, [agent.id for agent in people if agent.active])
            return leg

    def finish_leg(self, leg_id: str, agent_id: str, result: str) -> Leg:
        """The department says what came of it; the responsible person learns it."""
        if not result.strip():
            raise RuleBroken("result_missing", "a finished piece needs a result")
        return self._end_leg(leg_id, agent_id, result.strip(), Step.LEG_DONE)

    def withdraw_leg(self, leg_id: str, agent_id: str, reason: str) -> Leg:
        """Not needed any more; only who answers for the ticket may say so."""
        return self._end_leg(leg_id, agent_id, reason.strip(), Step.LEG_WITHDRAWN)

    def arrived(self, ticket_id: str, agent_id: str) -> Ticket:
        """The crew is on site: the arrival clock ends."""
        with self._locked(ticket_id) as (tx, ticket, now):
            self._mine(tx, ticket, agent_id)
            ticket = enter(tx, ticket, Step.ARRIVED, agent_actor(agent_id), now, {"agent": agent_id})
            self._clocks.end(tx, ticket.id, {ClockKind.ARRIVAL}, now)
            return ticket

    def hold(self, ticket_id: str, agent_id: str, reason: str) -> Ticket:
        """Wait for a stated reason; only clocks that the reason may pause stand still."""
        with self._locked(ticket_id) as (tx, ticket, now):
            self._mine(tx, ticket, agent_id)
            kinds = self._rules.pausable(ticket.cls, reason)
            paused = self._clocks.pause(tx, ticket.id, kinds, reason, now)
            data = {"agent": agent_id, "reason": reason, "paused": ", ".join(paused)}
            return enter(tx, ticket, Step.HELD, agent_actor(agent_id), now, data)

    def resume(self, ticket_id: str, agent_id: str) -> Ticket:
        """Go on; what stood still runs again with the time that was left."""
        with self._locked(ticket_id) as (tx, ticket, now):
            self._mine(tx, ticket, agent_id)
            timed = self._clocks.resume(tx, ticket, now)
            return enter(
                tx, ticket, Step.RESUMED, agent_actor(agent_id), now, {"agent": agent_id},
                public_due_at=timed.public_due_at, internal_due_at=timed.internal_due_at,
            )  # fmt: skip

    def set_priority(self, ticket_id: str, agent_id: str, priority: Priority, reason: str) -> Ticket:
        """Raise or lower it with a reason. Deadlines stay; danger is lowered only by a supervisor."""
        with self._locked(ticket_id) as (tx, ticket, now):
            agent = rights.active_agent(tx, agent_id)
            rights.must_work_on(tx, ticket, agent)
            if ticket.priority is Priority.P0 and priority is not Priority.P0:
                rights.must_decide(tx, ticket, agent)
            data = {"agent": agent_id, "to": str(int(priority)), "reason": reason.strip()}
            ticket = enter(
                tx, ticket, Step.PRIORITY_CHANGED, agent_actor(agent_id), now, data, priority=priority
            )
            return self._offering.offer(tx, ticket, now)

    def resolve(self, ticket_id: str, agent_id: str, result: str) -> Ticket:
        """Write the result, send it and ask whether it is solved."""
        with self._locked(ticket_id) as (tx, ticket, now):
            self._mine(tx, ticket, agent_id)
            return self._closure.resolve(tx, ticket, agent_id, result, now)

    def called_back(self, ticket_id: str, agent_id: str, solved: bool, note: str) -> Ticket:
        """Record the call: it tells the result by voice, and what the customer said counts as the answer."""
        with self._locked(ticket_id) as (tx, ticket, now):
            self._mine(tx, ticket, agent_id)
            actor = agent_actor(agent_id)
            if ticket.status is Status.HANDLED:
                ticket = self._closure.delivered(tx, ticket, "call", now)
            data = {"agent": agent_id, "solved": "yes" if solved else "no", "note": note.strip()}
            ticket = enter(tx, ticket, Step.CALLED_BACK, actor, now, data, called_back=True)
            self._clocks.end(tx, ticket.id, {ClockKind.CONTACT}, now)
            if survey := open_survey(tx, ticket):
                word = Solved.YES if solved else Solved.NO
                tx.tickets.save_survey(replace(survey, solved=word, comment=note.strip(), answered_at=now))
            if solved:
                return self._closure.close(tx, ticket, actor, now, "confirmed in the call-back")
            why = note.strip() or "not solved, said on the phone"
            return self._closure.reopen(tx, ticket, actor, now, why)

    def _end_leg(self, leg_id: str, agent_id: str, result: str, step: Step) -> Leg:
        with self._store.read() as tx:
            ticket_id = tx.tickets.leg(leg_id).ticket_id
        with self._locked(ticket_id) as (tx, ticket, now):
            agent = rights.active_agent(tx, agent_id)
            leg = tx.tickets.leg(leg_id)
            theirs = step is Step.LEG_DONE and agent.department == leg.department
            if not theirs:
                rights.must_work_on(tx, ticket, agent)
            if leg.done_at is not None:
                raise RuleBroken("leg_done", "this piece is finished already")
            data = {"leg": leg.id, "agent": agent_id, "result": result, "reason": result}
            ticket = enter(tx, ticket, step, agent_actor(agent_id), now, data)
            tell(tx, ticket, "reminder", now, [ticket.responsible])
            return tx.tickets.save_leg(replace(leg, done_at=now, result=result))

    def _mine(self, tx: Transaction, ticket: Ticket, agent_id: str) -> None:
        """Responsible or handler (or a supervisor), and the ticket accepted by somebody."""
        agent = rights.active_agent(tx, agent_id)
        rights.must_work_on(tx, ticket, agent)
        if ticket.status is Status.ACCEPTED and ticket.responsible != agent_id:
            raise NotAllowed("accept the ticket first")

    def _take_floor(self, tx: Transaction, ticket: Ticket, now: datetime) -> None:
        conversation = tx.conversations.get(ticket.conversation_id)
        if conversation.mode is not Mode.AGENT or conversation.ticket_id != ticket.id:
            self._voice.floor(tx, conversation.id, ticket.id, now)

    @contextmanager
    def _locked(self, ticket_id: str) -> Iterator[tuple[Transaction, Ticket, datetime]]:
        """One write transaction with conversation and ticket locked in the order of the bot's own turn.

        The time is read once the locks are held, so that the ledger's moments never run backwards.
        """
        with self._store.write() as tx:
            tx.conversations.lock(tx.tickets.get(ticket_id).conversation_id)
            ticket = tx.tickets.lock(ticket_id)
            yield tx, ticket, self._clock.now()
        self._wake()

    def _wake(self) -> None:
        for topic in TOPICS:
            self._signals.signal(topic)


def _said_before(tx: Transaction, ticket: Ticket, step: Step, client_token: str) -> Message | None:
    """What this page already said with this token: it may ask again, nothing is said twice."""
    if not client_token:
        return None
    for entry in tx.ledger.of(ticket.id):
        if entry.step is step and entry.data.get("token") == client_token:
            return tx.conversations.message(entry.data["message"])
    return None
