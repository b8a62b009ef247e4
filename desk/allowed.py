"""Which moves the page offers; the router has the last word on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desk.board import HELD
from domain.agent import Agent, Role
from domain.errors import NotFound
from domain.ledger import Step
from domain.repositories import Transaction
from domain.ticket import Offer, OfferState, Status, Ticket, TicketClass
from domain.ticket_moves import ENDED, MOVES

_NO_VISIT = frozenset(
    {TicketClass.INFO, TicketClass.ENQ, TicketClass.SUG, TicketClass.OPN, TicketClass.PRA, TicketClass.PUB}
)
"""Classes that are settled in words: nobody travels for them."""
_WORK: Mapping[str, Step] = {
    "reply": Step.REPLIED_TO,
    "promise": Step.PROMISED,
    "resolve": Step.RESULT_WRITTEN,
    "leg": Step.LEG_OPENED,
    "arrived": Step.ARRIVED,
    "hold": Step.HELD,
    "resume": Step.RESUMED,
    "priority": Step.PRIORITY_CHANGED,
    "callback": Step.CALLED_BACK,
}
"""Moves of those who work on an accepted ticket, while the table of moves allows the step."""


def allowed_verbs(tx: Transaction, ticket: Ticket, agent: Agent, offers: Sequence[Offer]) -> frozenset[str]:
    """What this agent could do with the ticket now, by the names of :data:`desk.moves.MOVES`."""
    decides = _decides(tx, ticket, agent)
    works = decides or agent.id in {ticket.responsible, ticket.handler}
    serves = ticket.queue in agent.queues
    waiting = [offer for offer in offers if offer.state is OfferState.OPEN]
    verbs: set[str] = set()
    if works or serves or _has_leg(tx, ticket, agent):
        verbs.add("note")
    if ticket.status is Status.ACCEPTED and (
        serves or ticket.responsible == agent.id or any(offer.to_agent == agent.id for offer in waiting)
    ):
        verbs.add("accept")
    if works and ticket.status in HELD:
        verbs.update(verb for verb, step in _WORK.items() if ticket.status in MOVES[step].before)
        if ticket.cls in _NO_VISIT:
            verbs.discard("arrived")
        if ticket.called_back or not ticket.needs_callback:
            verbs.discard("callback")
    asked = any(offer.from_agent for offer in waiting)
    if ticket.responsible == agent.id and ticket.status in HELD and not asked:
        verbs.add("handover")
    if decides and ticket.status not in ENDED:
        verbs.update({"reassign", "priority"})
    return frozenset(verbs)


def _decides(tx: Transaction, ticket: Ticket, agent: Agent) -> bool:
    if not agent.may_supervise():
        return False
    if Role.ADMIN in agent.roles or ticket.queue in agent.queues:
        return True
    try:
        return tx.people.queue(ticket.queue).supervisor == agent.id
    except NotFound:
        return False


def _has_leg(tx: Transaction, ticket: Ticket, agent: Agent) -> bool:
    return any(
        leg.department == agent.department and leg.done_at is None for leg in tx.tickets.legs(ticket.id)
    )
