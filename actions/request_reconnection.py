"""Cut for debt and paid: order the supply back on."""

from __future__ import annotations

from actions.world import World, account_of, today
from domain.errors import RuleBroken
from domain.ports import ActionCall, ActionResult


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``ordered``, ``unpaid``, ``not_cut``."""
    account_of(call, world)
    try:
        order = world.utility.request_reconnection(call.account_no, call.idempotency_key)
    except RuleBroken as refusal:
        if refusal.rule == "not_cut":
            return ActionResult("not_cut", {"account": call.account_no})
        debt = world.utility.arrears(call.account_no, today(call))
        return ActionResult("unpaid", {"account": call.account_no, "owed": debt.total_fen})
    return ActionResult("ordered", {"account": call.account_no, "number": order.number})
