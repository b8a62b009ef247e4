"""Check a one-time code."""

from __future__ import annotations

from actions import identity
from actions.world import World
from domain.ports import ActionCall, ActionResult


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``ok`` (grants V2), ``wrong`` with ``left`` tries, ``expired``, ``locked``."""
    if identity.locked(call, world):
        return identity.LOCKED
    if identity.expired(call):
        return ActionResult("expired")
    return identity.right(call, world) if identity.fits(call, world) else identity.wrong(call, world)
