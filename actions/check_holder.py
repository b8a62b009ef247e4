"""Check the holder's name and the last four of the ID."""

from __future__ import annotations

from actions import identity
from actions.world import World
from domain.ports import ActionCall, ActionResult


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``ok`` (grants V2), ``wrong`` with ``left`` tries, ``locked``; alike for unknown accounts."""
    if identity.locked(call, world):
        return identity.LOCKED
    name, tail = call.slots.get("name", ""), call.slots.get("id_tail4", "")
    fits = bool(name and tail) and world.utility.verify_holder(call.account_no, name, tail)
    return identity.right(call, world) if fits else identity.wrong(call, world)
