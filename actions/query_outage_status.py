"""What is known of a running interruption: cause, state, when the power is expected."""

from __future__ import annotations

from actions.world import World, area_named, name_of, told
from domain.masking import mask_account_no
from domain.ports import ActionCall, ActionResult


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``known``, ``known_no_time``, ``none``."""
    area = area_named(call.slots, world)
    address = call.slots.get("address", "")
    running = world.utility.outages_at(call.account_no, area.code if area else "", address)
    if not running:
        return ActionResult("none")
    place = name_of(area, call.language) if area else address or mask_account_no(call.account_no)
    values = {**told(running[0]), "place": place}
    return ActionResult("known" if running[0].expected_at else "known_no_time", values)
