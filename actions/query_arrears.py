"""Debt, penalty and, if it was announced, the day of the cut."""

from __future__ import annotations

from actions.world import World, account_of, today
from domain.ports import ActionCall, ActionResult


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``none``, ``owed``, ``protected`` (may not be cut), ``cut_announced``."""
    account_of(call, world)
    debt = world.utility.arrears(call.account_no, today(call))
    if debt.total_fen <= 0:
        return ActionResult("none", {"account": call.account_no})
    values = {
        "account": call.account_no,
        "total": debt.total_fen,
        "principal": debt.principal_fen,
        "penalty": debt.penalty_fen,
        "days": debt.days,
        "cut_on": debt.cut_on.isoformat() if debt.cut_on else "",
    }
    if debt.protected:
        return ActionResult("protected", values)
    return ActionResult("cut_announced" if debt.cut_on else "owed", values)
