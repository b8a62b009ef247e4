"""Energy used in a period, and how much that is a day; compared with as many days before."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal

from actions.world import World, account_of, months, today
from domain.ports import ActionCall, ActionResult


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``used``, ``compared`` (days before are known), ``none``."""
    account_of(call, world)
    asked = call.slots.get("period", "")
    first, last = _days(asked, today(call))
    used = world.utility.daily_usage(call.account_no, first, last)
    period = asked or f"{first:%Y-%m}"
    if not used:
        return ActionResult("none", {"account": call.account_no, "period": period})
    days = (last - first).days + 1
    before = world.utility.daily_usage(
        call.account_no, first - timedelta(days=days), first - timedelta(days=1)
    )
    kwh = sum((day.kwh for day in used), Decimal(0))
    values = {
        "account": call.account_no,
        "period": period,
        "kwh": float(kwh),
        "daily": float(kwh / len(used)),
    }
    if before:
        values["daily_before"] = float(sum((day.kwh for day in before), Decimal(0)) / len(before))
    return ActionResult("compared" if before else "used", values)


def _days(period: str, day: date) -> tuple[date, date]:
    """First and last day of a period; this month so far if there is none."""
    first, _, last = period.partition("/")
    if len(first) == len("2026-11-16"):
        return date.fromisoformat(first), date.fromisoformat(last or first)
    from_month, to_month = months(period, day) if period else (f"{day:%Y-%m}", f"{day:%Y-%m}")
    year, month = int(to_month[:4]), int(to_month[5:7])
    end = date(year, month, calendar.monthrange(year, month)[1])
    return date.fromisoformat(f"{from_month}-01"), min(end, day)
