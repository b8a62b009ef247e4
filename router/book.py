"""The one way to change a ticket: checked by the table of moves, saved, in the ledger, told to the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.ledger import Step
from domain.repositories import Transaction
from domain.responsibility import MOVES_RESPONSIBILITY
from domain.ticket import OfferState, Ticket
from domain.ticket_moves import LEGS_DONE, MOVES, TOLD, Standing, check

SYSTEM = "system"
CUSTOMER = "customer"
BOT = "bot"


def agent_actor(agent_id: str) -> str:
    """How the ledger names an agent who acted."""
    return f"agent:{agent_id}"


def open_ticket(
    tx: Transaction, ticket: Ticket, actor: str, now: datetime, data: Mapping[str, str]
) -> Ticket:
    """Save a new ticket with the first row of its ledger: from this moment somebody is responsible."""
    check(None, Step.TAKEN_IN, Standing())
    tx.tickets.add(ticket)
    tx.ledger.append(
        ticket.id, actor, Step.TAKEN_IN, ticket.responsible, now, {**data, "to": ticket.responsible}
    )
    tell(tx, ticket, "ticket", now, [ticket.responsible])
    return ticket


def enter(
    tx: Transaction,
    ticket: Ticket,
    step: Step,
    actor: str,
    now: datetime,
    data: Mapping[str, str] | None = None,
    **changes: Any,
) -> Ticket:
    """One step of a locked ticket: the row of the ledger and the row of the ticket always agree.

    ``changes`` are fields that the step sets; status, responsible and handler follow from the step.

    Raises:
        RuleBroken: the table has no such move from here, or a guard says no.
    """
    data = dict(data or {})
    after = replace(ticket, **changes)
    status = check(ticket.status, step, _standing(tx, after, step, data))
    responsible, handler = ticket.responsible, ticket.handler
    if step in MOVES_RESPONSIBILITY:
        responsible = data["to"]
        handler = "" if step is Step.DUTY_CHANGED else responsible
    elif step in {Step.RELEASED, Step.CLOSED, Step.MERGED, Step.CANCELLED}:
        handler = ""
    elif step is Step.REOPENED:
        handler = responsible
    after = replace(after, status=status, responsible=responsible, handler=handler, updated_at=now)
    saved = tx.tickets.save(after)
    tx.ledger.append(ticket.id, actor, step, responsible, now, data)
    tell(tx, saved, "ticket", now, {responsible, ticket.responsible})
    return saved


def tell(tx: Transaction, ticket: Ticket, kind: str, now: datetime, agents: Iterable[str]) -> None:
    """Hint to the pages of these agents that something of this ticket changed."""
    for agent_id in sorted(set(agents)):
        tx.feed.add(kind, now, conversation_id=ticket.conversation_id, ticket_id=ticket.id, agent_id=agent_id)


def withdraw_offers(
    tx: Transaction, ticket: Ticket, actor: str, now: datetime, why: str, only: str = ""
) -> Ticket:
    """End the open offers of a ticket (``only``: to this agent); nobody can accept them any more."""
    for offer in tx.tickets.offers(ticket.id):
        if offer.state is not OfferState.OPEN or (only and offer.to_agent != only):
            continue
        tx.tickets.save_offer(replace(offer, state=OfferState.WITHDRAWN, answered_at=now, answer=why))
        data = {"offer": offer.id, "agent": offer.to_agent, "why": why}
        ticket = enter(tx, ticket, Step.OFFER_WITHDRAWN, actor, now, data)
        tell(tx, ticket, "offer", now, [offer.to_agent])
    return ticket


def _standing(tx: Transaction, ticket: Ticket, step: Step, data: Mapping[str, str]) -> Standing:
    legs = 0
    if LEGS_DONE in MOVES[step].guards:
        legs = sum(leg.done_at is None for leg in tx.tickets.legs(ticket.id))
    return Standing(
        open_legs=legs,
        result=bool(ticket.result.strip()),
        delivered=ticket.status in TOLD,
        callback_owed=ticket.needs_callback and not ticket.called_back,
        reason=data.get("reason", ""),
    )
