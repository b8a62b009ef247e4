"""Replaying the ledger gives the present state of responsibility (invariant 2), without any other table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from domain.errors import RuleBroken
from domain.ledger import Entry, Step
from domain.ticket import Status
from domain.ticket_moves import status_after

MOVES_RESPONSIBILITY = frozenset(
    {Step.TAKEN_IN, Step.ACCEPTED, Step.HANDOVER_ACCEPTED, Step.REASSIGNED, Step.DUTY_CHANGED}
)
"""The only steps that name a new responsible person, in ``data["to"]``; no leg and no timer is among them."""

OFFER_OPENS = frozenset({Step.OFFERED, Step.HANDOVER_PROPOSED})
OFFER_ENDS = frozenset(
    {
        Step.OFFER_DECLINED,
        Step.OFFER_EXPIRED,
        Step.OFFER_WITHDRAWN,
        Step.HANDOVER_ACCEPTED,
        Step.HANDOVER_DECLINED,
        Step.HANDOVER_WITHDRAWN,
        Step.ACCEPTED,
    }
)


@dataclass(frozen=True, slots=True)
class State:
    """What the ledger says about a ticket after its last row."""

    responsible: str
    handler: str
    status: Status
    since: datetime
    """Since when this person is responsible."""
    offers: frozenset[str] = frozenset()
    """Ids of open offers."""
    legs: frozenset[str] = frozenset()
    """Ids of open legs."""
    reopened: int = 0
    urged: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody was responsible from ``begin`` to ``end`` (None: still is, or until the closure)."""

    responsible: str
    begin: datetime
    end: datetime | None


def replay(entries: Iterable[Entry]) -> State:
    """The state after the last row.

    Raises:
        RuleBroken: ``ledger`` when there is no row, a step is not in the table of moves from where the ticket
            stood, or a row names somebody else as responsible than the rows before it lead to.
    """
    state: State | None = None
    for entry in entries:
        state = _step(state, entry)
    if state is None:
        raise RuleBroken("ledger", "a ticket without a ledger")
    return state


def spans(entries: Iterable[Entry]) -> list[Span]:
    """Who was responsible from when to when; each span begins in the moment in which the last one ends."""
    found: list[Span] = []
    for entry in entries:
        if found and found[-1].responsible == entry.responsible:
            continue
        if found:
            found[-1] = replace(found[-1], end=entry.at)
        found.append(Span(entry.responsible, entry.at, None))
    return found


def _step(state: State | None, entry: Entry) -> State:
    step, data = entry.step, entry.data
    try:
        status = status_after(state.status if state else None, step)
    except RuleBroken as error:
        raise RuleBroken("ledger", f"row {entry.seq}: {error}") from error
    if state is None:
        state = State(data.get("to", ""), "", status, entry.at)
    elif step in MOVES_RESPONSIBILITY:
        # Duty is an answer to the customer, not work: nobody handles a ticket that only the duty officer has.
        handler = "" if step is Step.DUTY_CHANGED else data["to"]
        since = state.since if data["to"] == state.responsible else entry.at
        state = replace(state, responsible=data["to"], handler=handler, since=since)
    elif step in {Step.RELEASED, Step.CLOSED, Step.MERGED, Step.CANCELLED}:
        state = replace(state, handler="")
    elif step is Step.REOPENED:
        state = replace(state, handler=state.responsible, reopened=state.reopened + 1)
    elif step is Step.URGED:
        state = replace(state, urged=state.urged + 1)
    if not entry.responsible or entry.responsible != state.responsible:
        raise RuleBroken("ledger", f"row {entry.seq} names {entry.responsible!r}, not {state.responsible!r}")
    offers, legs = _sets(state, entry)
    return replace(state, status=status, offers=offers, legs=legs)


def _sets(state: State, entry: Entry) -> tuple[frozenset[str], frozenset[str]]:
    offer, leg = entry.data.get("offer", ""), entry.data.get("leg", "")
    offers, legs = state.offers, state.legs
    if entry.step in OFFER_OPENS:
        offers = offers | {offer}
    elif entry.step in OFFER_ENDS:
        offers = offers - {offer}
    if entry.step is Step.LEG_OPENED:
        legs = legs | {leg}
    elif entry.step in {Step.LEG_DONE, Step.LEG_WITHDRAWN}:
        legs = legs - {leg}
    return offers, legs
