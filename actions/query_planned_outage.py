"""Announced interruptions of a place."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from actions.world import World, area_named, name_of, today, told
from domain.masking import mask_account_no
from domain.ports import ActionCall, ActionResult

AHEAD = timedelta(days=14)
MOST_TOLD = 5


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``list``, ``none``, ``unknown_place``."""
    area = area_named(call.slots, world)
    if area is None and not call.account_no:
        return ActionResult("unknown_place")
    first, last = _days(call)
    found = world.utility.planned_outages(first, last, call.account_no, area.code if area else "")
    place = name_of(area, call.language) if area else mask_account_no(call.account_no)
    values: dict[str, object] = {"place": place, "first": first.isoformat(), "last": last.isoformat()}
    if not found:
        return ActionResult("none", values)
    rows = [{**told(outage), "place": place} for outage in found[:MOST_TOLD]]
    return ActionResult("list", {**values, "outages": rows})


def _days(call: ActionCall) -> tuple[date, date]:
    """The day, the days (``2026-11-30/2026-12-06``) or the month asked for, else two weeks from today."""
    first, _, last = call.slots.get("date", "").partition("/")
    try:
        if len(first) == len("2026-12"):
            begins = date.fromisoformat(f"{first}-01")
            return begins, begins.replace(day=calendar.monthrange(begins.year, begins.month)[1])
        return date.fromisoformat(first[:10]), date.fromisoformat((last or first)[:10])
    except ValueError:
        return today(call), today(call) + AHEAD
