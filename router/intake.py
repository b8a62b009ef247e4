"""What the bot asks of the router, in the bot's transaction: a matter comes in, the customer says more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.agent import Queue
from domain.facts import (
    CustomerUrged,
    CustomerWrote,
    HandoverRequested,
    MessageDelivered,
    MessageUndeliverable,
    SatisfactionGiven,
    TicketOpened,
)
from domain.ids import new_id
from domain.ledger import Step
from domain.ports import CustomerVoice
from domain.repositories import TicketQuery, Transaction
from domain.ticket import Priority, Status, Ticket, TicketClass
from domain.ticket_moves import ENDED, TOLD
from router.assignment import EARLIER_TICKETS, Offering, first_responsible
from router.book import BOT, CUSTOMER, SYSTEM, enter, open_ticket, tell
from router.clocks import Clocks, due_moments
from router.closure import AreaKind, Closure
from router.deadlines import Deadlines
from router.rules import Chosen, Rule, Rules

CONFIDENTIAL = "confidential"
WANTS_PERSON = "wants_person"
"""Facts that the router itself adds to a ticket, with the value ``yes``."""

PLACES = ("address", "area")


@dataclass(frozen=True, slots=True)
class _Matter:
    """What is decided about a request before anything is written."""

    fact: HandoverRequested
    cls: TicketClass
    chosen: Chosen
    priority: Priority
    reasons: tuple[str, ...]


class Intake:
    """Implements :class:`domain.ports.TicketDesk`; has no transaction of its own."""

    def __init__(self, rules: Rules, deadlines: Deadlines, voice: CustomerVoice, area_kind: AreaKind) -> None:
        self._rules = rules
        self._deadlines = deadlines
        self._clocks = Clocks(deadlines)
        self._closure = Closure(rules, deadlines, self._clocks, voice, area_kind)
        self._offering = Offering(rules, deadlines)
        self._area_kind = area_kind

    def hand_over(self, tx: Transaction, fact: HandoverRequested, now: datetime) -> TicketOpened:
        """Open a ticket with its duty officer, clocks and first offer, or find the one open for this matter.

        Never refuses: an unknown class or subject goes to a desk that exists.
        """
        known = tx.tickets.by_source(fact.source)
        if known is not None:
            return self._opened(tx, known, existing=False, now=now)
        earlier = _earlier(tx, fact)
        matter = self._matter(fact, earlier, now)
        same = self._same_open(matter, earlier, now)
        if same is not None:
            return self._repeated(tx, tx.tickets.lock(same.id), matter, now)
        ticket = self._take_in(tx, matter, now)
        ticket = self._offering.offer(tx, ticket, now)
        return self._opened(tx, ticket, existing=False, now=now)

    def customer_wrote(self, tx: Transaction, fact: CustomerWrote, now: datetime) -> None:
        """The responsible person, who works on it and who is asked to take it over learn of the message."""
        ticket = tx.tickets.lock(fact.ticket_id)
        ticket = enter(tx, ticket, Step.CUSTOMER_WROTE, CUSTOMER, now, {"message": fact.message_id})
        tell(tx, ticket, "message", now, _concerned(tx, ticket))

    def urge(self, tx: Transaction, fact: CustomerUrged, now: datetime) -> None:
        """One mark more; chasing a matter that has ended marks nothing."""
        ticket = tx.tickets.lock(fact.ticket_id)
        if ticket.status in ENDED:
            return
        data = {"inbound": fact.inbound_id, "times": str(ticket.urged + 1)}
        ticket = enter(tx, ticket, Step.URGED, CUSTOMER, now, data, urged=ticket.urged + 1)
        tell(tx, ticket, "reminder", now, _concerned(tx, ticket))

    def answered(self, tx: Transaction, fact: SatisfactionGiven, now: datetime) -> str:
        """The customer's word about a result: ``closed``, ``reopened`` or ``noted``."""
        return self._closure.answered(tx, tx.tickets.lock(fact.ticket_id), fact, now)

    def delivered(self, tx: Transaction, fact: MessageDelivered, now: datetime) -> None:
        """Only the present result counts; anything else that arrived changes nothing."""
        ticket = tx.tickets.lock(fact.ticket_id)
        if ticket.status is Status.HANDLED and ticket.result_message_id == fact.message_id:
            self._closure.delivered(tx, ticket, "channel", now)

    def undeliverable(self, tx: Transaction, fact: MessageUndeliverable, now: datetime) -> None:
        """The responsible person must reach the customer otherwise, and learns it at once."""
        ticket = tx.tickets.lock(fact.ticket_id)
        data = {"message": fact.message_id, "undeliverable": fact.error}
        ticket = enter(tx, ticket, Step.NOTED, SYSTEM, now, data)
        tell(tx, ticket, "reminder", now, _concerned(tx, ticket))

    def _matter(self, fact: HandoverRequested, earlier: list[Ticket], now: datetime) -> _Matter:
        chosen = self._rules.choose(fact.cls, fact.subject, now)
        cls = TicketClass(fact.cls) if fact.cls in set(TicketClass) else chosen.rule.cls
        signals: dict[str, str] = {}
        if fact.priority == Priority.P0:
            signals["danger"] = "the bot heard danger"
        if special := fact.facts.get("special_type", ""):
            signals |= {"life_support": special, "sensitive": special}
        if self._came_before(cls, fact, earlier, now):
            signals["repeat"] = "the same matter within the time of the policy"
        priority, reasons = self._rules.raised(chosen.rule.priority, cls, signals)
        if fact.priority is not None and fact.priority < priority:
            reasons = (*reasons, f"asked for by the bot: P{fact.priority}")
            priority = Priority(fact.priority)
        if priority is Priority.P0 and chosen.rule.priority is not Priority.P0:
            danger = self._rules.choose(TicketClass.FLT, "hazard", now)
            chosen = Chosen(danger.rule, (*chosen.reasons, "danger: dispatch takes it", *danger.reasons))
        return _Matter(fact, cls, chosen, priority, (*chosen.reasons, *reasons))

    def _came_before(
        self, cls: TicketClass, fact: HandoverRequested, earlier: list[Ticket], now: datetime
    ) -> bool:
        return any(
            _alike(ticket, cls, fact)
            and ticket.status in ENDED
            and now < self._deadlines.after(["ticket.repeat_within"], ticket.updated_at).at
            for ticket in earlier
        )

    def _same_open(self, matter: _Matter, earlier: list[Ticket], now: datetime) -> Ticket | None:
        """The open ticket of the same matter. Danger whose result is already told is a new danger."""
        if matter.chosen.rule.separate:
            return None
        for ticket in earlier:
            if ticket.status in ENDED or not _alike(ticket, matter.cls, matter.fact):
                continue
            if matter.priority is Priority.P0 and (
                ticket.priority is not Priority.P0 or ticket.status in TOLD or _elsewhere(ticket, matter.fact)
            ):
                continue
            within = self._deadlines.of_ticket(ticket.cls, ticket.subject, "repeat_within", ticket.created_at)
            fresh = within is not None and now < within.at
            # A promise that is still running is the same matter however old it is.
            running = ticket.public_due_at is not None and now < ticket.public_due_at
            if fresh or (running and ticket.status not in TOLD):
                return ticket
        return None

    def _repeated(self, tx: Transaction, ticket: Ticket, matter: _Matter, now: datetime) -> TicketOpened:
        fact = matter.fact
        data = {"repeat": fact.source, "summary": fact.summary}
        facts = {**ticket.facts, **({WANTS_PERSON: "yes"} if fact.wants_person else {})}
        ticket = enter(tx, ticket, Step.NOTED, BOT, now, data, facts=facts)
        if matter.priority < ticket.priority:
            reason = {"to": str(int(matter.priority)), "reason": "; ".join(matter.reasons)}
            ticket = enter(tx, ticket, Step.PRIORITY_CHANGED, BOT, now, reason, priority=matter.priority)
        if ticket.status in TOLD:
            ticket = self._closure.reopen(tx, ticket, CUSTOMER, now, f"came again: {fact.summary}")
        tell(tx, ticket, "reminder", now, _concerned(tx, ticket))
        ticket = self._offering.offer(tx, ticket, now)
        return self._opened(tx, ticket, existing=True, now=now)

    def _take_in(self, tx: Transaction, matter: _Matter, now: datetime) -> Ticket:
        fact, rule = matter.fact, matter.chosen.rule
        queue = tx.people.queue(rule.queue)
        area_kind = self._area_kind(fact.area or fact.facts.get("address", ""))
        danger = rule.priority is Priority.P0
        cls, subject = (rule.cls, rule.subject) if danger else (matter.cls, fact.subject)
        planned = self._clocks.planned(cls, subject, rule.clocks, area_kind, now)
        public_due_at, internal_due_at = due_moments(planned, rule.promise)
        promised = planned.get(rule.promise)
        ticket = Ticket(
            id=new_id(now),
            number=tx.tickets.next_number(now),
            cls=matter.cls,
            subject=fact.subject or "other",
            priority=matter.priority,
            status=Status.ACCEPTED,
            contact_id=fact.contact_id,
            conversation_id=fact.conversation_id,
            summary=fact.summary,
            queue=queue.code,
            department=rule.department,
            responsible=first_responsible(tx, queue, matter.cls, fact.facts),
            created_at=now,
            updated_at=now,
            intent=fact.intent,
            language=fact.language,
            account_no=fact.account_no,
            area=fact.area,
            facts=_facts(fact, rule),
            policy_key=promised.key if promised else "",
            public_due_at=public_due_at,
            internal_due_at=internal_due_at,
            needs_callback=rule.needs_callback,
            source=fact.source,
        )
        data = {"queue": queue.code, "priority": str(int(matter.priority)), "why": "; ".join(matter.reasons)}
        ticket = open_ticket(tx, ticket, BOT, now, data)
        for kind, deadline in planned.items():
            self._clocks.start(tx, ticket.id, kind, deadline, now)
        if matter.priority is Priority.P0:
            tell(tx, ticket, "escalation", now, filter(None, [queue.deputy, queue.supervisor]))
        return ticket

    def _opened(self, tx: Transaction, ticket: Ticket, *, existing: bool, now: datetime) -> TicketOpened:
        queue = tx.people.queue(ticket.queue)
        rule = self._rule_of(ticket, now)
        waiting = tx.tickets.count(TicketQuery(queues=[ticket.queue], statuses=[Status.ACCEPTED]))
        ahead = max(0, waiting - 1) if ticket.status is Status.ACCEPTED else 0
        return TicketOpened(
            ticket_id=ticket.id,
            number=ticket.number,
            responsible=ticket.responsible,
            responsible_name=tx.people.agent(ticket.responsible).called(ticket.language),
            queue_name=_queue_name(queue, ticket.language),
            public_due_at=ticket.public_due_at,
            due_words=rule.due_words,
            existing=existing,
            ahead=0 if ticket.priority is Priority.P0 else ahead,
        )

    def _rule_of(self, ticket: Ticket, now: datetime) -> Rule:
        if ticket.priority is Priority.P0:
            return self._rules.choose(TicketClass.FLT, "hazard", now).rule
        return self._rules.choose(ticket.cls, ticket.subject, now).rule


def _earlier(tx: Transaction, fact: HandoverRequested) -> list[Ticket]:
    if not fact.contact_id:
        return []
    return tx.tickets.find(TicketQuery(contact_id=fact.contact_id, order="newest", limit=EARLIER_TICKETS))


def _alike(ticket: Ticket, cls: TicketClass, fact: HandoverRequested) -> bool:
    return (ticket.cls, ticket.subject, ticket.account_no) == (cls, fact.subject or "other", fact.account_no)


def _elsewhere(ticket: Ticket, fact: HandoverRequested) -> bool:
    """Both name a place, and not the same one."""
    before: Mapping[str, str] = {**ticket.facts, "area": ticket.area}
    after: Mapping[str, str] = {**fact.facts, "area": fact.area}
    return any(before.get(p) and after.get(p) and before[p] != after[p] for p in PLACES)


def _facts(fact: HandoverRequested, rule: Rule) -> dict[str, str]:
    added = {CONFIDENTIAL: rule.confidential, WANTS_PERSON: fact.wants_person}
    return {**fact.facts, **{name: "yes" for name, holds in added.items() if holds}}


def _concerned(tx: Transaction, ticket: Ticket) -> list[str]:
    asked = [offer.to_agent for offer in tx.tickets.offers(ticket.id) if offer.answered_at is None]
    return [agent for agent in (ticket.responsible, ticket.handler, *asked) if agent]


def _queue_name(queue: Queue, language: str) -> str:
    return queue.name_en if language == "en" else queue.name_zh
