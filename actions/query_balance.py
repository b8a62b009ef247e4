"""Prepaid money left, and for how many days."""

from __future__ import annotations

from actions.world import World, account_of
from domain.ports import ActionCall, ActionResult


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``left``, ``low`` (under the warning threshold), ``not_prepaid``."""
    account_of(call, world)
    balance = world.utility.balance(call.account_no)
    if balance is None:
        return ActionResult("not_prepaid", {"account": call.account_no})
    values = {
        "account": call.account_no,
        "amount": balance.fen,
        "days": str(balance.days_left) if balance.days_left is not None else "",
    }
    return ActionResult("low" if balance.fen < balance.warn_fen else "left", values)
