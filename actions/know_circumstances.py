"""What is on record for an account and tells which of several requests is meant; nothing is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from actions.world import World, account_of, today
from domain.circumstances import Known
from domain.ports import ActionCall, ActionResult
from domain.utility import Supply

_AHEAD = timedelta(days=14)
"""An announced interruption that is farther off is on nobody's mind."""


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcome ``known``; values for those circumstances that ``wanted`` names, with blanks between.

    Names and values are those of :class:`domain.circumstances.Circumstances`.
    """
    wanted = call.slots.get("wanted", "").split()
    return ActionResult("known", {name: _ASK[name](call, world) for name in wanted if name in _ASK})


def _application_open(call: ActionCall, world: World) -> Known:
    return any(found.open for found in world.utility.applications(call.account_no))


def _prepaid(call: ActionCall, world: World) -> Known:
    return account_of(call, world).prepaid


def _cut_off(call: ActionCall, world: World) -> Known:
    return account_of(call, world).supply in (Supply.CUT_FOR_DEBT, Supply.RESTORING)


def _outage(call: ActionCall, world: World) -> Known:
    if world.utility.outages_at(call.account_no):
        return "running"
    day = today(call)
    return "planned" if world.utility.planned_outages(day, day + _AHEAD, call.account_no) else "none"


_ASK: Mapping[str, Callable[[ActionCall, World], Known]] = {
    "application_open": _application_open,
    "prepaid": _prepaid,
    "cut_off": _cut_off,
    "outage": _outage,
}
