"""Where a ticket may go from where it stands: one table, read by the router before a step and by the replay.

Every step of the ledger has a row. A step that is not in the row's ``before`` is refused with the rule
``move``; a guard that fails is refused with the guard's own rule, so that the desk can say what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.errors import RuleBroken
from domain.ledger import Step
from domain.ticket import Status

ENDED = frozenset({Status.CLOSED, Status.MERGED, Status.CANCELLED})
"""Nobody owes the customer anything any more; only "not solved" brings a closed ticket back."""

OPEN = frozenset(Status) - ENDED
IN_WORK = frozenset({Status.ASSIGNED, Status.ON_SITE, Status.REOPENED})
"""Somebody accepted it and works on it."""

TOLD = frozenset({Status.REPLIED, Status.CALLBACK})
"""The customer has the result; the customer's word or our call-back is still missing."""

ANY = frozenset(Status)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the guards must know of a ticket at the moment of the step."""

    open_legs: int = 0
    result: bool = False
    """A result text is written."""
    delivered: bool = False
    """The present result reached the customer."""
    callback_owed: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition with the rule code and the words of its refusal."""

    rule: str
    words: str
    holds: Callable[[Standing], bool]


LEGS_DONE = Guard("leg_open", "work given to another department is not finished", lambda s: s.open_legs == 0)
RESULT = Guard("result_missing", "the result is not written", lambda s: s.result)
DELIVERED = Guard("result_not_delivered", "the result has not reached the customer", lambda s: s.delivered)
CALLED_BACK = Guard("callback_owed", "it must be called back before it closes", lambda s: not s.callback_owed)
CALLBACK_OWED = Guard("callback_not_owed", "no call-back is owed", lambda s: s.callback_owed)
REASON = Guard("reason_missing", "a reason is required", lambda s: bool(s.reason.strip()))


@dataclass(frozen=True, slots=True)
class Move:
    """One row: from which statuses, to which (None: it stays), under which guards."""

    before: frozenset[Status]
    after: Status | None = None
    guards: tuple[Guard, ...] = ()


MOVES: Mapping[Step, Move] = {
    Step.TAKEN_IN: Move(frozenset(), Status.ACCEPTED),
    Step.OFFERED: Move(frozenset({Status.ACCEPTED})),
    Step.NOT_ASSIGNED: Move(frozenset({Status.ACCEPTED})),
    Step.OFFER_DECLINED: Move(OPEN),
    Step.OFFER_EXPIRED: Move(OPEN),
    Step.OFFER_WITHDRAWN: Move(OPEN),
    Step.ACCEPTED: Move(frozenset({Status.ACCEPTED}), Status.ASSIGNED),
    Step.HANDOVER_PROPOSED: Move(OPEN, None, (REASON,)),
    Step.HANDOVER_ACCEPTED: Move(OPEN),
    Step.HANDOVER_DECLINED: Move(OPEN),
    Step.HANDOVER_WITHDRAWN: Move(OPEN),
    Step.REASSIGNED: Move(OPEN, None, (REASON,)),
    Step.DUTY_CHANGED: Move(frozenset({Status.ACCEPTED}), None, (REASON,)),
    Step.RELEASED: Move(OPEN),
    Step.NOTED: Move(ANY),
    Step.REPLIED_TO: Move(OPEN),
    Step.CUSTOMER_WROTE: Move(ANY),
    Step.PROMISED: Move(OPEN),
    Step.URGED: Move(OPEN),
    Step.PRIORITY_CHANGED: Move(OPEN, None, (REASON,)),
    Step.ARRIVED: Move(frozenset({Status.ASSIGNED, Status.REOPENED}), Status.ON_SITE),
    Step.HELD: Move(IN_WORK, Status.ON_HOLD, (REASON,)),
    Step.RESUMED: Move(frozenset({Status.ON_HOLD}), Status.ASSIGNED),
    Step.LEG_OPENED: Move(OPEN - TOLD - {Status.HANDLED}),
    Step.LEG_DONE: Move(OPEN),
    Step.LEG_WITHDRAWN: Move(OPEN, None, (REASON,)),
    # Written again while the first text has not arrived (blocked chat, typing error): the last text counts.
    Step.RESULT_WRITTEN: Move(IN_WORK | {Status.HANDLED}, Status.HANDLED, (RESULT, LEGS_DONE)),
    Step.RESULT_DELIVERED: Move(frozenset({Status.HANDLED}), Status.REPLIED, (RESULT,)),
    Step.CALLED_BACK: Move(TOLD, None, (DELIVERED,)),
    Step.CALLBACK_DUE: Move(frozenset({Status.REPLIED}), Status.CALLBACK, (CALLBACK_OWED,)),
    Step.SURVEY_ASKED: Move(frozenset({Status.HANDLED})),
    # A score may follow after the closing, in a second turn.
    Step.SURVEY_ANSWERED: Move(TOLD | {Status.CLOSED}),
    Step.NOT_SOLVED: Move(TOLD | {Status.CLOSED}),
    Step.REOPENED: Move(TOLD | {Status.CLOSED}, Status.REOPENED),
    Step.REMINDED: Move(OPEN),
    Step.ESCALATED: Move(ANY),
    Step.DEADLINE_MISSED: Move(OPEN),
    Step.MERGED: Move(OPEN, Status.MERGED, (LEGS_DONE, REASON)),
    Step.CANCELLED: Move(OPEN, Status.CANCELLED, (LEGS_DONE, REASON)),
    Step.CLOSED: Move(TOLD, Status.CLOSED, (RESULT, DELIVERED, LEGS_DONE, CALLED_BACK)),
}

TAKES_OVER = frozenset({Step.ACCEPTED, Step.HANDOVER_ACCEPTED, Step.REASSIGNED})
"""Steps after which a named person has accepted, or was given, the ticket; a waiting one is then assigned."""


def status_after(status: Status | None, step: Step) -> Status:
    """The status after ``step``; None stands for a ticket that does not exist yet.

    Raises:
        RuleBroken: ``move`` when the table has no such move.
    """
    move = MOVES[step]
    if status is None:
        if step is Step.TAKEN_IN:
            return Status.ACCEPTED
        raise RuleBroken("move", f"{step} cannot be the first step")
    if status not in move.before:
        raise RuleBroken("closed" if status in ENDED else "move", f"{step} is not possible while {status}")
    if step in TAKES_OVER and status is Status.ACCEPTED:
        return Status.ASSIGNED
    return move.after or status


def check(status: Status | None, step: Step, standing: Standing) -> Status:
    """The status after ``step``, with every guard asked.

    Raises:
        RuleBroken: ``move``, ``closed``, or the rule of the first guard that fails.
    """
    after = status_after(status, step)
    for guard in MOVES[step].guards:
        if not guard.holds(standing):
            raise RuleBroken(guard.rule, guard.words)
    return after
