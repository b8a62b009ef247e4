"""Who may do what with a ticket; nobody who left the desk may do anything."""

from __future__ import annotations

from domain.agent import Agent, Role
from domain.errors import NotAllowed
from domain.repositories import Transaction
from domain.ticket import Ticket


def active_agent(tx: Transaction, agent_id: str) -> Agent:
    """The agent, if still at the desk.

    Raises:
        NotFound: no such agent.
        NotAllowed: left the desk.
    """
    agent = tx.people.agent(agent_id)
    if not agent.active:
        raise NotAllowed(f"{agent.name} left the desk")
    return agent


def must_be_responsible(ticket: Ticket, agent: Agent) -> None:
    """Only who answers to the customer may hand that on."""
    if ticket.responsible != agent.id:
        raise NotAllowed("only the responsible person may do this")


def must_work_on(tx: Transaction, ticket: Ticket, agent: Agent) -> None:
    """Responsible, handler, or a supervisor of the queue."""
    if agent.id not in {ticket.responsible, ticket.handler} and not decides(tx, ticket, agent):
        raise NotAllowed("this is not your ticket")


def must_concern(tx: Transaction, ticket: Ticket, agent: Agent) -> None:
    """Whoever works on it, serves its queue, or belongs to a department that has a piece of it."""
    if agent.id in {ticket.responsible, ticket.handler} or ticket.queue in agent.queues:
        return
    if decides(tx, ticket, agent) or has_leg(tx, ticket, agent):
        return
    raise NotAllowed("this ticket is not for your queue")


def must_decide(tx: Transaction, ticket: Ticket, agent: Agent) -> None:
    """Supervisors of the queue and administrators."""
    if not decides(tx, ticket, agent):
        raise NotAllowed("only a supervisor of this queue may decide")


def decides(tx: Transaction, ticket: Ticket, agent: Agent) -> bool:
    """Whether this person may decide over the ticket against its responsible person's will."""
    if not agent.may_supervise():
        return False
    if Role.ADMIN in agent.roles or ticket.queue in agent.queues:
        return True
    return tx.people.queue(ticket.queue).supervisor == agent.id


def has_leg(tx: Transaction, ticket: Ticket, agent: Agent) -> bool:
    """Whether an open piece of the ticket lies with the agent's department."""
    legs = tx.tickets.legs(ticket.id)
    return any(leg.department == agent.department and leg.done_at is None for leg in legs)
