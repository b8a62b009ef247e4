"""Why a bill is higher than the one before, in parts that add up to the fen (domain file, section 4.8)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from actions.world import World, account_of, month_before, newest_bill
from domain.bill_explanation import Explanation, explain, weather_driven
from domain.ports import ActionCall, ActionResult
from domain.utility import Account, Bill

LEARNED_FROM = timedelta(days=365)
"""How far back the household's answer to the weather is learned from."""


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``higher``, ``lower``, ``same``, ``first`` (nothing to compare with), ``none`` (no bill)."""
    account = account_of(call, world)
    bill = newest_bill(call, world)
    if bill is None:
        return ActionResult("none", {"account": call.account_no, "period": call.slots.get("period", "")})
    reference = world.utility.bill(call.account_no, month_before(bill.period))
    learned = {"period": bill.period}
    if reference is None:
        return ActionResult(
            "first", {"period": bill.period, "amount": bill.total_fen, "kwh": float(bill.kwh)}, learned
        )
    weather = _weather(call, world, reference, bill)
    found = explain(reference, bill, weather, _moved_in_lately(account, reference))
    outcome = "higher" if found.difference_fen > 0 else "lower" if found.difference_fen else "same"
    return ActionResult(outcome, _values(found), learned)


def _values(found: Explanation) -> dict[str, object]:
    return {
        "period": found.bill.period,
        "reference": found.reference.period,
        "amount": found.bill.total_fen,
        "before": found.reference.total_fen,
        "difference": abs(found.difference_fen),
        "daily_before": float(found.daily_before),
        "daily_now": float(found.daily_now),
        "parts": [{"effect": part.effect.value, "amount": part.fen} for part in found.parts],
        "hint": f"hint.{found.hints[0].value}" if found.hints else "hint.none",
    }


def _weather(call: ActionCall, world: World, reference: Bill, bill: Bill) -> tuple[Decimal, Decimal] | None:
    since = reference.first_day - LEARNED_FROM
    usage = world.utility.daily_usage(call.account_no, since, bill.last_day)
    temperatures = world.utility.temperatures(since, bill.last_day)
    learned = [day for day in usage if day.day < reference.first_day]
    spans = [
        [day for day in usage if month.first_day <= day.day <= month.last_day] for month in (reference, bill)
    ]
    driven = weather_driven(learned, temperatures, spans)
    return (driven[0], driven[1]) if driven else None


def _moved_in_lately(account: Account, reference: Bill) -> bool:
    return account.moved_in is not None and account.moved_in >= reference.first_day
