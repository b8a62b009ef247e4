"""Offers: who is asked to take a waiting ticket, why, and what happens when nobody can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from domain.agent import Agent, Presence, Queue
from domain.assignment import Candidate, Choice, Need, choose
from domain.ids import new_id
from domain.ledger import Step
from domain.repositories import TicketQuery, Transaction
from domain.ticket import Offer, OfferState, Priority, Status, Ticket, TicketClass
from router.book import SYSTEM, enter, tell
from router.deadlines import Deadlines
from router.rules import Rules

EARLIER_TICKETS = 20
MOST_WAITING = 200


class Offering:
    """Makes offers inside the caller's transaction; the ticket must be locked."""

    def __init__(self, rules: Rules, deadlines: Deadlines) -> None:
        self._rules = rules
        self._deadlines = deadlines

    def offer(self, tx: Transaction, ticket: Ticket, now: datetime) -> Ticket:
        """Ask the next fitting agent, or for danger all who can; nothing while an answer is still awaited.

        When nobody can, the reasons go into the ledger (once, as long as they stay the same) and the duty
        officer goes on answering to the customer.
        """
        choice = self._open_question(tx, ticket, now)
        for pick in choice.picks:
            key = "offer.danger_answer" if ticket.priority is Priority.P0 else "offer.answer"
            expires = self._deadlines.after([key], now).at
            made = Offer(new_id(now), ticket.id, pick.agent_id, "", pick.reasons, now, expires)
            tx.tickets.add_offer(made)
            data = {"offer": made.id, "agent": pick.agent_id, "why": "; ".join(pick.reasons)}
            ticket = enter(tx, ticket, Step.OFFERED, SYSTEM, now, data)
            tell(tx, ticket, "offer", now, [pick.agent_id])
        if choice.reasons:
            why = "; ".join(choice.reasons)
            ticket = enter(tx, ticket, Step.NOT_ASSIGNED, SYSTEM, now, {"why": why})
        return ticket

    def waiting(self, tx: Transaction, queues: tuple[str, ...] = ()) -> list[str]:
        """Ids of tickets that nobody has accepted, the most urgent first."""
        query = TicketQuery(queues=queues, statuses=[Status.ACCEPTED], limit=MOST_WAITING)
        return [ticket.id for ticket in tx.tickets.find(query)]

    def neglected(self, tx: Transaction, now: datetime) -> list[str]:
        """Ids of waiting tickets with something to do: a new duty officer, somebody to ask, news on why not.

        Only reads, so that ticking over a full queue takes no locks.
        """
        found: list[str] = []
        query = TicketQuery(statuses=[Status.ACCEPTED], limit=MOST_WAITING)
        for ticket in tx.tickets.find(query):
            officer = first_responsible(tx, tx.people.queue(ticket.queue), ticket.cls, ticket.facts)
            choice = self._open_question(tx, ticket, now)
            if ticket.responsible != officer or choice.picks or choice.reasons:
                found.append(ticket.id)
        return found

    def _open_question(self, tx: Transaction, ticket: Ticket, now: datetime) -> Choice:
        """Whom to ask now beyond those already asked; empty when there is nothing new to do or to say."""
        if ticket.status is not Status.ACCEPTED:
            return Choice()
        offers = [offer for offer in tx.tickets.offers(ticket.id) if not offer.from_agent]
        awaited = {offer.to_agent for offer in offers if offer.state is OfferState.OPEN}
        if awaited and ticket.priority is not Priority.P0:
            return Choice()
        choice = self._choose(tx, ticket, offers, now)
        picks = tuple(pick for pick in choice.picks if pick.agent_id not in awaited)
        said_already = awaited or self._said(tx, ticket) == "; ".join(choice.reasons)
        return Choice(picks, () if said_already else choice.reasons)

    def _choose(self, tx: Transaction, ticket: Ticket, offers: list[Offer], now: datetime) -> Choice:
        rule = self._rules.choose(ticket.cls, ticket.subject, now).rule
        agents = tx.people.agents(ticket.queue)
        need = Need(
            queue=ticket.queue,
            skills=rule.skills if rule.queue == ticket.queue else (),
            language=ticket.language,
            danger=ticket.priority is Priority.P0,
            previous=_previous(tx, ticket),
            barred=barred(ticket.cls, ticket.facts, agents),
        )
        candidates = [_candidate(tx, agent, ticket, offers) for agent in agents]
        return choose(need, candidates, self._deadlines.number("offer.most_unanswered", now))

    def _said(self, tx: Transaction, ticket: Ticket) -> str:
        """Why nobody could be asked, if that is the last that the ledger says about asking."""
        said = [e for e in tx.ledger.of(ticket.id) if e.step in {Step.NOT_ASSIGNED, Step.OFFERED}]
        return said[-1].data.get("why", "") if said and said[-1].step is Step.NOT_ASSIGNED else ""


def first_responsible(tx: Transaction, queue: Queue, cls: TicketClass, facts: Mapping[str, str]) -> str:
    """Who answers until somebody accepts: the duty officer, or the next in line when she is named."""
    line = [queue.duty_officer, queue.deputy, queue.supervisor]
    people = [tx.people.agent(agent_id) for agent_id in dict.fromkeys(filter(None, line))]
    named = barred(cls, facts, people)
    able = [agent.id for agent in people if agent.id not in named and agent.active]
    return able[0] if able else queue.duty_officer


def relieve(tx: Transaction, ticket: Ticket, queue: Queue, actor: str, now: datetime, reason: str) -> Ticket:
    """Let the present duty officer answer for a waiting ticket; nothing when she does already."""
    officer = first_responsible(tx, queue, ticket.cls, ticket.facts)
    if ticket.status is not Status.ACCEPTED or ticket.responsible == officer:
        return ticket
    data = {"to": officer, "from": ticket.responsible, "reason": reason}
    return enter(tx, ticket, Step.DUTY_CHANGED, actor, now, data)


def barred(cls: TicketClass, facts: Mapping[str, str], agents: list[Agent]) -> frozenset[str]:
    """Agents whom a complaint or tip-off names: they never judge their own case."""
    named = facts.get("staff_name", "").strip().lower()
    if cls not in {TicketClass.CMP, TicketClass.TIP} or not named:
        return frozenset()
    return frozenset(
        agent.id
        for agent in agents
        if any(
            name and name.lower() in named for name in (agent.called("zh"), agent.called("en"), agent.login)
        )
    )


def end_offer(tx: Transaction, offer: Offer, state: OfferState, now: datetime, answer: str = "") -> None:
    """Answer an open offer."""
    tx.tickets.save_offer(replace(offer, state=state, answered_at=now, answer=answer))


def _candidate(tx: Transaction, agent: Agent, ticket: Ticket, offers: list[Offer]) -> Candidate:
    mine = [offer for offer in offers if offer.to_agent == agent.id]
    online = agent.active and agent.presence is Presence.ONLINE
    elsewhere = [o for o in tx.tickets.open_offers_to(agent.id) if o.ticket_id != ticket.id] if online else []
    return Candidate(
        agent=agent,
        load=tx.tickets.load(agent.id) if online else 0,
        pending=len(elsewhere),
        declined=any(offer.state is OfferState.DECLINED for offer in mine),
        unanswered=sum(offer.state is OfferState.EXPIRED for offer in mine),
    )


def _previous(tx: Transaction, ticket: Ticket) -> tuple[str, ...]:
    if not ticket.contact_id:
        return ()
    query = TicketQuery(contact_id=ticket.contact_id, order="newest", limit=EARLIER_TICKETS)
    earlier = [other for other in tx.tickets.find(query) if other.id != ticket.id]
    met = [other.responsible for other in earlier if other.status is not Status.ACCEPTED]
    return tuple(dict.fromkeys(met))
