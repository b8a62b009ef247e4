"""How to pay; and, for a proved account, a link with the amount."""

from __future__ import annotations

from actions.world import World, account_of, owed_fen
from domain.contact import Level
from domain.ports import ActionCall, ActionResult


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``how`` (says nothing of any account), ``debit``, ``link``, ``nothing``."""
    if call.slots.get("channel") == "direct_debit":
        return ActionResult("debit")
    if not call.account_no or call.level < Level.V2:
        return ActionResult("how")
    account_of(call, world)
    owed = owed_fen(call, world)
    if owed <= 0:
        return ActionResult("nothing", {"account": call.account_no})
    link = world.utility.payment_link(call.account_no, owed, call.idempotency_key)
    return ActionResult(
        "link",
        {
            "account": call.account_no,
            "amount": link.fen,
            "url": link.url,
            "expires": link.expires_at.isoformat(),
        },
    )
