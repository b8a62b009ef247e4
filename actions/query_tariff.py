"""Household prices: tiers, time-of-use, and from which share of valley use the latter is cheaper."""

from __future__ import annotations

from actions.world import World, today
from domain.ports import ActionCall, ActionResult
from domain.tariff import Tariff, TierCycle, break_even_valley_share
from domain.utility import CustomerClass, TouPeriod


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``household`` and ``other`` (firms, or a tariff that one sentence does not tell)."""
    if call.slots.get("customer_type", "residential") != "residential":
        return ActionResult("other")
    plans = world.tariffs.plans(world.region, today(call), CustomerClass.RESIDENTIAL)
    flat = next((plan for plan in plans if plan.tiers and not plan.tou), None)
    tou = next((plan for plan in plans if plan.tou), None)
    if flat is None or flat.tiers is None or tou is None or flat.tiers.cycle is not TierCycle.YEAR:
        return ActionResult("other")
    return ActionResult(
        "household",
        {
            "price": str(flat.price),
            "first": str(flat.tiers.limits[0]),
            "second": str(flat.tiers.limits[1]),
            "second_adder": str(flat.tiers.adders[0]),
            "third_adder": str(flat.tiers.adders[1]),
            "peak": str(tou.prices[TouPeriod.PEAK]),
            "peak_hours": _hours(tou, TouPeriod.PEAK),
            "valley": str(tou.prices[TouPeriod.VALLEY]),
            "valley_hours": _hours(tou, TouPeriod.VALLEY),
            "share": str(break_even_valley_share(flat, tou)),
        },
    )


def _hours(plan: Tariff, period: TouPeriod) -> str:
    return ", ".join(f"{start}–{end}" for start, end in plan.hours[period])
