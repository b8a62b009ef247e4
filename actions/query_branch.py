"""Service halls and kiosks, with today's hours."""

from __future__ import annotations

from actions.world import World, area_named, today
from domain.ports import ActionCall, ActionResult
from domain.utility import Branch

MOST_TOLD = 3


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``list`` (those of the area first) and ``none``."""
    area = area_named(call.slots, world)
    code = area.code if area else ""
    branches = sorted(world.utility.branches(), key=lambda branch: (branch.area != code, branch.kiosk_only))
    if not branches:
        return ActionResult("none")
    return ActionResult("list", {"branches": [_row(call, branch) for branch in branches[:MOST_TOLD]]})


def _row(call: ActionCall, branch: Branch) -> dict[str, str]:
    opens, closes = branch.hours[today(call).weekday()]
    return {
        "name": branch.name_zh if call.language == "zh" else branch.name_en,
        "address": branch.address,
        "hours": "branch.open" if opens else "branch.closed",
        "opens": opens,
        "closes": closes,
    }
