"""What a bill, or the bills of a span, come to."""

from __future__ import annotations

from decimal import Decimal

from actions.world import World, account_of, months, today
from domain.ports import ActionCall, ActionResult


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``unpaid``, ``paid`` (one bill), ``several`` (a span), ``none``."""
    account_of(call, world)
    asked = call.slots.get("period", "")
    first, last = months(asked, today(call))
    bills = world.utility.bills(call.account_no, first, last)
    if not bills:
        return ActionResult("none", {"account": call.account_no, "period": asked or last})
    if asked and first != last and len(bills) > 1:
        rows = [{"period": bill.period, "amount": bill.total_fen, "kwh": float(bill.kwh)} for bill in bills]
        return ActionResult(
            "several",
            {
                "account": call.account_no,
                "period": asked,
                "bills": rows,
                "amount": sum(bill.total_fen for bill in bills),
                "kwh": float(sum((bill.kwh for bill in bills), Decimal(0))),
            },
        )
    bill = bills[-1]
    return ActionResult(
        "unpaid" if bill.owed_fen > 0 else "paid",
        {
            "account": call.account_no,
            "period": bill.period,
            "amount": bill.total_fen,
            "kwh": float(bill.kwh),
            "owed": bill.owed_fen,
            "due": bill.due_on.isoformat(),
        },
        learned={"period": bill.period},
    )
