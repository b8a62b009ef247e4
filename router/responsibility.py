"""Who answers to the customer: accepting, handing over, deciding; each move one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.agent import Agent, Presence, Queue
from domain.clock import ClockKind
from domain.errors import AlreadyTaken, NotAllowed, RuleBroken
from domain.ids import new_id
from domain.ledger import Step
from domain.ports import Saying
from domain.repositories import TicketQuery, Transaction
from domain.ticket import Offer, OfferState, Status, Ticket
from domain.ticket_moves import ENDED, TOLD
from router import rights
from router.assignment import MOST_WAITING, barred, end_offer, relieve
from router.book import agent_actor, enter, tell, withdraw_offers
from router.desk_work import DeskWork
from router.intake import CONFIDENTIAL, WANTS_PERSON


class ResponsibilityService(DeskWork):
    """Implements :class:`domain.responsibility_port.Responsibility`.

    Locks are taken in one order everywhere: conversation, ticket, agent; two calls never wait for each other.
    """

    def accept(self, ticket_id: str, agent_id: str) -> Ticket:
        """Become responsible. Accepting what one already has changes nothing."""
        with self._locked(ticket_id) as (tx, ticket, now):
            if ticket.status in ENDED:
                raise RuleBroken("closed", "the ticket is closed")
            if ticket.status is not Status.ACCEPTED:
                if ticket.responsible == agent_id:
                    return ticket
                raise AlreadyTaken(tx.people.agent(ticket.responsible).name)
            agent = _with_room(tx, agent_id)
            offer = _open_offer_to(tx, ticket, agent_id)
            if offer is None and ticket.queue not in agent.queues and ticket.responsible != agent_id:
                raise NotAllowed("this ticket is not for your queue")
            _may_receive(ticket, agent, offered=offer is not None)
            data = {"to": agent_id, "agent": agent_id}
            if offer:
                data["offer"] = offer.id
                end_offer(tx, offer, OfferState.ACCEPTED, now)
            ticket = enter(tx, ticket, Step.ACCEPTED, agent_actor(agent_id), now, data)
            return self._taken_over(tx, ticket, agent, now, "somebody accepted")

    def decline(self, offer_id: str, agent_id: str, reason: str) -> None:
        """Say no; the ticket keeps its age and the next is asked."""
        with self._store.read() as tx:
            ticket_id = tx.tickets.offer(offer_id).ticket_id
        with self._locked(ticket_id) as (tx, ticket, now):
            offer = _my_offer(tx, offer_id, agent_id, now)
            end_offer(tx, offer, OfferState.DECLINED, now, reason.strip())
            step = Step.HANDOVER_DECLINED if offer.from_agent else Step.OFFER_DECLINED
            data = {"offer": offer.id, "agent": agent_id, "why": reason.strip()}
            ticket = enter(tx, ticket, step, agent_actor(agent_id), now, data)
            if offer.from_agent:
                tell(tx, ticket, "offer", now, [offer.from_agent])
            self._offering.offer(tx, ticket, now)

    def propose_handover(self, ticket_id: str, agent_id: str, to_agent: str, reason: str) -> Offer:
        """Ask a colleague; nothing moves until she accepts."""
        with self._locked(ticket_id) as (tx, ticket, now):
            agent = rights.active_agent(tx, agent_id)
            rights.must_be_responsible(ticket, agent)
            receiver = rights.active_agent(tx, to_agent)
            if receiver.id == agent_id:
                raise RuleBroken("same_person", "the ticket is already yours")
            _may_receive(ticket, receiver)
            if any(o.from_agent and o.state is OfferState.OPEN for o in tx.tickets.offers(ticket.id)):
                raise RuleBroken("handover_open", "a colleague has been asked already")
            expires = self._deadlines.after(["responsibility.handover"], now).at
            words = (f"asked by {agent.name}", reason.strip())
            offer = Offer(new_id(now), ticket.id, to_agent, agent_id, words, now, expires)
            data = {"offer": offer.id, "agent": agent_id, "reason": reason.strip()}
            ticket = enter(
                tx, ticket, Step.HANDOVER_PROPOSED, agent_actor(agent_id), now, {**data, "asked": to_agent}
            )
            tx.tickets.add_offer(offer)
            tell(tx, ticket, "offer", now, [to_agent])
            return offer

    def accept_handover(self, offer_id: str, agent_id: str) -> Ticket:
        """Take it over from the colleague; the customer learns the new name."""
        with self._store.read() as tx:
            ticket_id = tx.tickets.offer(offer_id).ticket_id
        with self._locked(ticket_id) as (tx, ticket, now):
            offer = _my_offer(tx, offer_id, agent_id, now)
            if not offer.from_agent:
                raise RuleBroken("not_a_handover", "accept the ticket instead")
            agent = _with_room(tx, agent_id)
            end_offer(tx, offer, OfferState.ACCEPTED, now)
            data = {"offer": offer.id, "to": agent_id, "from": offer.from_agent, "agent": agent_id}
            ticket = enter(
                tx, ticket, Step.HANDOVER_ACCEPTED, agent_actor(agent_id), now, data, **_place(ticket, agent)
            )
            tell(tx, ticket, "offer", now, [offer.from_agent])
            return self._taken_over(tx, ticket, agent, now, "a colleague took it over")

    def withdraw_handover(self, offer_id: str, agent_id: str) -> None:
        """Take the question back; only who asked may."""
        with self._store.read() as tx:
            ticket_id = tx.tickets.offer(offer_id).ticket_id
        with self._locked(ticket_id) as (tx, ticket, now):
            offer = tx.tickets.offer(offer_id)
            if offer.from_agent != agent_id:
                raise NotAllowed("you did not ask this")
            _must_be_open(offer, now)
            end_offer(tx, offer, OfferState.WITHDRAWN, now)
            data = {"offer": offer.id, "agent": agent_id}
            ticket = enter(tx, ticket, Step.HANDOVER_WITHDRAWN, agent_actor(agent_id), now, data)
            tell(tx, ticket, "offer", now, [offer.to_agent])

    def reassign(self, ticket_id: str, supervisor_id: str, to_agent: str, reason: str) -> Ticket:
        """A supervisor decides; the receiver's capacity holds here too."""
        with self._locked(ticket_id) as (tx, ticket, now):
            rights.must_decide(tx, ticket, rights.active_agent(tx, supervisor_id))
            rights.active_agent(tx, to_agent)
            if ticket.responsible == to_agent and ticket.status is not Status.ACCEPTED:
                raise RuleBroken("same_person", "this person has it already")
            receiver = _with_room(tx, to_agent)
            _may_receive(ticket, receiver)
            actor = agent_actor(supervisor_id)
            data = {"to": to_agent, "from": ticket.responsible, "agent": supervisor_id}
            data["reason"] = reason.strip()
            ticket = enter(tx, ticket, Step.REASSIGNED, actor, now, data, **_place(ticket, receiver))
            return self._taken_over(tx, ticket, receiver, now, "a supervisor decided")

    def change_duty(self, queue_code: str, supervisor_id: str, duty_officer: str, reason: str) -> Queue:
        """Another duty officer: in the same moment she answers for all that nobody has accepted."""
        with self._store.write() as tx:
            now = self._clock.now()
            queue = tx.people.queue(queue_code)
            supervisor = rights.active_agent(tx, supervisor_id)
            if not supervisor.may_supervise():
                raise NotAllowed("only a supervisor changes the duty")
            officer = rights.active_agent(tx, duty_officer)
            if not reason.strip():
                raise RuleBroken("reason_missing", "a reason is required")
            changed = replace(queue, duty_officer=officer.id)
            tx.people.save_queue(changed)
            query = TicketQuery(queues=[queue_code], statuses=[Status.ACCEPTED], limit=MOST_WAITING)
            for waiting in sorted(tx.tickets.find(query), key=lambda ticket: ticket.id):
                ticket = tx.tickets.lock(waiting.id)
                relieve(tx, ticket, changed, agent_actor(supervisor_id), now, reason)
        self._wake()
        return changed

    def set_presence(self, agent_id: str, presence: Presence) -> Agent:
        """Coming online offers what waits in one's queues; going away passes one's open offers on."""
        with self._store.write() as tx:
            agent = rights.active_agent(tx, agent_id)
            tx.people.set_presence(agent_id, presence)
            tx.feed.add("presence", self._clock.now(), agent_id=agent_id)
            online = presence is Presence.ONLINE
            offered = [] if online else [o for o in tx.tickets.open_offers_to(agent_id) if not o.from_agent]
            waiting = self._offering.waiting(tx, agent.queues) if online else []
        # Each ticket in its own transaction: the order of locks is ticket before agent, everywhere.
        for ticket_id in dict.fromkeys([*waiting, *(offer.ticket_id for offer in offered)]):
            with self._locked(ticket_id) as (tx, ticket, now):
                if not online and ticket.status is Status.ACCEPTED:
                    ticket = withdraw_offers(
                        tx, ticket, agent_actor(agent_id), now, f"went {presence}", only=agent_id
                    )
                self._offering.offer(tx, ticket, now)
        with self._store.read() as tx:
            return tx.people.agent(agent_id)

    def _taken_over(self, tx: Transaction, ticket: Ticket, agent: Agent, now: datetime, why: str) -> Ticket:
        ticket = withdraw_offers(tx, ticket, agent_actor(agent.id), now, why)
        self._clocks.end(tx, ticket.id, {ClockKind.ACCEPT}, now)
        waits = ticket.status not in TOLD | {Status.HANDLED}
        if waits and ticket.facts.get(WANTS_PERSON) == "yes":
            self._take_floor(tx, ticket, now)
        values = {"number": ticket.number, "name": agent.called(ticket.language)}
        self._voice.tell(tx, ticket.conversation_id, Saying("ticket.taken", values), now, ticket_id=ticket.id)
        return ticket


def _with_room(tx: Transaction, agent_id: str) -> Agent:
    """The agent, locked so that two tickets cannot take the same last place."""
    agent = tx.people.lock_agent(agent_id)
    if not agent.active:
        raise NotAllowed(f"{agent.name} left the desk")
    load = tx.tickets.load(agent_id)
    if load >= agent.capacity:
        raise RuleBroken("capacity", f"{agent.name} holds {load} of {agent.capacity} tickets")
    return agent


def _may_receive(ticket: Ticket, agent: Agent, *, offered: bool = False) -> None:
    if ticket.facts.get(CONFIDENTIAL) == "yes" and ticket.queue not in agent.queues and not offered:
        raise RuleBroken("confidential", "only the queue's own people may have this ticket")
    if barred(ticket.cls, ticket.facts, [agent]):
        raise RuleBroken("named", f"{agent.name} is named in the matter itself")


def _place(ticket: Ticket, agent: Agent) -> dict[str, str]:
    """Queue and department follow the person, so that her own deputy and supervisor watch over it."""
    if ticket.queue in agent.queues or not agent.queues:
        return {}
    return {"queue": agent.queues[0], "department": agent.department}


def _open_offer_to(tx: Transaction, ticket: Ticket, agent_id: str) -> Offer | None:
    offers = tx.tickets.offers(ticket.id)
    return next((o for o in offers if o.to_agent == agent_id and o.state is OfferState.OPEN), None)


def _my_offer(tx: Transaction, offer_id: str, agent_id: str, now: datetime) -> Offer:
    offer = tx.tickets.offer(offer_id)
    if offer.to_agent != agent_id:
        raise NotAllowed("this offer is not for you")
    _must_be_open(offer, now)
    return offer


def _must_be_open(offer: Offer, now: datetime) -> None:
    if offer.state is not OfferState.OPEN or offer.expires_at <= now:
        raise RuleBroken("offer_ended", "the offer is not open any more")
