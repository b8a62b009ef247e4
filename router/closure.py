"""From the result to the customer's word: delivered, asked, closed, or reopened (invariant 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from domain.clock import ClockKind
from domain.conversation import Mode
from domain.facts import SatisfactionGiven
from domain.ids import new_id
from domain.ledger import Step
from domain.ports import CustomerVoice, Saying
from domain.repositories import Transaction
from domain.satisfaction import Solved, Survey
from domain.ticket import Status, Ticket
from domain.ticket_moves import TAKES_OVER, TOLD
from router.book import CUSTOMER, SYSTEM, agent_actor, enter, tell, withdraw_offers
from router.clocks import Clocks
from router.deadlines import Deadlines
from router.rules import Rules

AreaKind = Callable[[str], str]
"""Area or address to ``urban``, ``rural`` or ``remote``."""

SURVEY_TIMEOUT = "router.survey_timeout"
"""Kind of the job that closes a matter whose customer says nothing."""

WORTH_A_CALL = 2
"""A score of at most this (of 5) is told to the supervisor."""

MANY_TIMES = 2
"""From this reopening on the supervisor is told: the same matter for the third time."""


class Closure:
    """Writes the last part of a ticket's life inside the caller's transaction; the ticket must be locked."""

    def __init__(
        self, rules: Rules, deadlines: Deadlines, clocks: Clocks, voice: CustomerVoice, area_kind: AreaKind
    ) -> None:
        self._rules = rules
        self._deadlines = deadlines
        self._clocks = clocks
        self._voice = voice
        self._area_kind = area_kind

    def resolve(self, tx: Transaction, ticket: Ticket, agent_id: str, result: str, now: datetime) -> Ticket:
        """Write the result, send it, ask whether it is solved; the question remembers who had worked on it.

        Raises:
            RuleBroken: ``result_missing``, ``leg_open``, ``move``.
        """
        actor = agent_actor(agent_id)
        data = {"agent": agent_id, "result": result.strip()}
        ticket = enter(tx, ticket, Step.RESULT_WRITTEN, actor, now, data, result=result.strip())
        name = tx.people.agent(ticket.responsible).called(ticket.language)
        values = {"number": ticket.number, "result": ticket.result, "name": name}
        saying = Saying("ticket.result", values)
        message = self._voice.tell(
            tx, ticket.conversation_id, saying, now, ticket_id=ticket.id, expect_survey=True
        )
        survey = Survey(
            new_id(now), ticket.id, ticket.conversation_id, ticket.contact_id, ticket.responsible,
            _handlers(tx, ticket), now,
        )  # fmt: skip
        tx.tickets.add_survey(survey)
        data = {"survey": survey.id, "message": message.id}
        ticket = enter(tx, ticket, Step.SURVEY_ASKED, SYSTEM, now, data, result_message_id=message.id)
        done = {ClockKind.ACCEPT, ClockKind.ARRIVAL, ClockKind.INTERNAL, ClockKind.PROMISE}
        self._clocks.end(tx, ticket.id, done, now)
        self._floor_to_bot(tx, ticket, now)
        return ticket

    def delivered(self, tx: Transaction, ticket: Ticket, how: str, now: datetime) -> Ticket:
        """The result reached the customer: from now on we wait for the customer's word."""
        data = {"message": ticket.result_message_id, "how": how}
        ticket = enter(tx, ticket, Step.RESULT_DELIVERED, SYSTEM, now, data)
        told = {ClockKind.PUBLIC, ClockKind.CONTACT, ClockKind.FIRST_RESPONSE}
        self._clocks.end(tx, ticket.id, told, now)
        survey = open_survey(tx, ticket)
        if survey:
            wait = self._deadlines.after(["survey.wait"], now).at
            payload = {"ticket": ticket.id, "survey": survey.id}
            tx.jobs.add(SURVEY_TIMEOUT, wait, payload, dedupe_key=f"survey:{survey.id}")
        return ticket

    def answered(self, tx: Transaction, ticket: Ticket, fact: SatisfactionGiven, now: datetime) -> str:
        """The customer's word: ``closed``, ``reopened`` or ``noted``.

        "Partly" counts as not solved: something is still open, and the same person finds out what.
        """
        if ticket.status is Status.HANDLED:
            ticket = self.delivered(tx, ticket, "answered", now)  # who answers has seen it
        if ticket.status not in TOLD | {Status.CLOSED}:
            return "noted"
        self._store_answer(tx, ticket, fact, now)
        data = {"solved": fact.solved or "", "score": str(fact.score or ""), "inbound": fact.inbound_id}
        ticket = enter(tx, ticket, Step.SURVEY_ANSWERED, CUSTOMER, now, data)
        if fact.score is not None and fact.score <= WORTH_A_CALL:
            ticket = self.escalate(tx, ticket, now, f"the customer gave {fact.score} of 5")
        if fact.solved in {Solved.NO, Solved.PARTLY} and self._may_reopen(ticket, now):
            self.reopen(tx, ticket, CUSTOMER, now, fact.comment or str(fact.solved))
            return "reopened"
        if fact.solved is not Solved.YES or ticket.status is Status.CLOSED:
            return "noted"
        settled = self.settle(tx, ticket, CUSTOMER, now, "solved")
        return "closed" if settled.status is Status.CLOSED else "noted"

    def settle(self, tx: Transaction, ticket: Ticket, actor: str, now: datetime, why: str) -> Ticket:
        """Close a ticket whose customer is content or silent, or remember that a call-back is still owed."""
        if not ticket.needs_callback or ticket.called_back:
            return self.close(tx, ticket, actor, now, why)
        if ticket.status is Status.CALLBACK:
            return ticket
        ticket = enter(tx, ticket, Step.CALLBACK_DUE, actor, now, {"why": why})
        self._clocks.start(
            tx, ticket.id, ClockKind.CONTACT, self._deadlines.after(["ticket.callback"], now), now
        )
        self._say(tx, ticket, "ticket.callback", now)
        tell(tx, ticket, "reminder", now, [ticket.responsible])
        return ticket

    def close(self, tx: Transaction, ticket: Ticket, actor: str, now: datetime, why: str) -> Ticket:
        """Close it with a receipt that says until when "not solved" brings it back; the bot has the floor.

        Raises:
            RuleBroken: ``leg_open``, ``result_not_delivered``, ``callback_owed``.
        """
        ticket = withdraw_offers(tx, ticket, SYSTEM, now, "the matter is closed")
        ticket = enter(tx, ticket, Step.CLOSED, actor, now, {"why": why}, closed_at=now)
        self._clocks.end(tx, ticket.id, frozenset(ClockKind), now)
        self._floor_to_bot(tx, ticket, now)
        until = self._deadlines.after(["ticket.reopen_within"], now).at
        self._say(tx, ticket, "ticket.closed", now, until=until.isoformat())
        return ticket

    def reopen(self, tx: Transaction, ticket: Ticket, actor: str, now: datetime, why: str) -> Ticket:
        """Not solved: the same person again, a new round of clocks beside the old ones, and more urgent."""
        ticket = enter(tx, ticket, Step.NOT_SOLVED, actor, now, {"why": why})
        rule = self._rules.choose(ticket.cls, ticket.subject, now).rule
        area_kind = self._area_kind(ticket.area or ticket.facts.get("address", ""))
        timed = self._clocks.restart(tx, ticket, rule, area_kind, now)
        ticket = enter(
            tx, ticket, Step.REOPENED, SYSTEM, now, {"why": why},
            reopened=ticket.reopened + 1, called_back=False, closed_at=None,
            public_due_at=timed.public_due_at, internal_due_at=timed.internal_due_at,
        )  # fmt: skip
        priority, reasons = self._rules.raised(ticket.priority, ticket.cls, {"reopened": why})
        if reasons:
            data = {"to": str(int(priority)), "reason": "; ".join(reasons)}
            ticket = enter(tx, ticket, Step.PRIORITY_CHANGED, SYSTEM, now, data, priority=priority)
        tell(tx, ticket, "reminder", now, [ticket.responsible])
        if ticket.reopened >= MANY_TIMES:
            ticket = self.escalate(tx, ticket, now, f"not solved {ticket.reopened} times")
        return ticket

    def escalate(self, tx: Transaction, ticket: Ticket, now: datetime, why: str, clock: str = "") -> Ticket:
        """Tell deputy and supervisor of the queue; the responsible person stays (invariant 3)."""
        queue = tx.people.queue(ticket.queue)
        above = [agent for agent in (queue.deputy, queue.supervisor) if agent and agent != ticket.responsible]
        told = list(dict.fromkeys(above)) or [ticket.responsible]
        data = {"told": ", ".join(told), "why": why, "clock": clock}
        ticket = enter(tx, ticket, Step.ESCALATED, SYSTEM, now, data)
        tell(tx, ticket, "escalation", now, told)
        return ticket

    def _may_reopen(self, ticket: Ticket, now: datetime) -> bool:
        if ticket.status is not Status.CLOSED or ticket.closed_at is None:
            return True
        return now < self._deadlines.after(["ticket.reopen_within"], ticket.closed_at).at

    def _say(self, tx: Transaction, ticket: Ticket, phrase: str, now: datetime, **values: str) -> None:
        name = tx.people.agent(ticket.responsible).called(ticket.language)
        saying = Saying(phrase, {"number": ticket.number, "name": name, **values})
        self._voice.tell(tx, ticket.conversation_id, saying, now, ticket_id=ticket.id)

    def _store_answer(self, tx: Transaction, ticket: Ticket, fact: SatisfactionGiven, now: datetime) -> None:
        surveys = tx.tickets.surveys(ticket.id)
        survey = max(surveys, key=lambda s: (s.asked_at, s.id))
        tx.tickets.save_survey(
            replace(
                survey,
                solved=fact.solved or survey.solved,
                score=survey.score if fact.score is None else fact.score,
                comment=fact.comment or survey.comment,
                answered_at=now,
            )
        )

    def _floor_to_bot(self, tx: Transaction, ticket: Ticket, now: datetime) -> None:
        conversation = tx.conversations.get(ticket.conversation_id)
        if conversation.mode is Mode.AGENT and conversation.ticket_id == ticket.id:
            self._voice.floor(tx, conversation.id, None, now)


def open_survey(tx: Transaction, ticket: Ticket) -> Survey | None:
    """The question about the present result, if it waits for an answer."""
    surveys = tx.tickets.surveys(ticket.id)
    last = max(surveys, key=lambda s: (s.asked_at, s.id), default=None)
    return last if last and last.answered_at is None else None


def _handlers(tx: Transaction, ticket: Ticket) -> tuple[str, ...]:
    """Whoever had it in hand, and whoever finished a piece of it, in order."""
    entries = tx.ledger.of(ticket.id)
    held = [entry.data["to"] for entry in entries if entry.step in TAKES_OVER]
    helped = [entry.data["agent"] for entry in entries if entry.step is Step.LEG_DONE]
    return tuple(dict.fromkeys([*held, *helped]))
