"""No power: debt? planned? known fault? own switch? Only then a crew."""

from __future__ import annotations

from actions.world import World, area_named, today, told
from domain.contact import Level
from domain.outage import FaultKind, FaultReport, Outage, OutageKind
from domain.ports import ActionCall, ActionResult
from domain.utility import Supply


def run(call: ActionCall, world: World) -> ActionResult:
    """Triage, then a report to the crews.

    Outcomes ``debt``, ``planned``, ``known``, ``known_no_time``, ``check_breaker``, ``own_side``, ``solved``,
    ``own_side_help``, ``fault``. ``debt`` is told to a proved customer only; to others the agent sees it
    among the facts.
    """
    account = world.utility.find_account(call.account_no) if call.account_no else None
    cut = account is not None and account.supply is Supply.CUT_FOR_DEBT
    if cut and call.level >= Level.V2:
        from_debt = world.utility.arrears(call.account_no, today(call))
        return ActionResult("debt", {"account": call.account_no, "owed": from_debt.total_fen})
    area = area_named(call.slots, world)
    code = area.code if area else ""
    running = world.utility.outages_at(call.account_no, code, call.slots.get("address", ""))
    if running:
        return _known(call, world, running[0], code)
    learned = {"supply": "cut_for_debt"} if cut else {}
    if call.slots.get("outage_scope") == "own_home" and not cut:
        own = _own_side(call, world)
        if own is not None:
            return own
    return _to_the_crews(call, world, code, "fault", learned)


def _known(call: ActionCall, world: World, outage: Outage, area: str) -> ActionResult:
    if outage.kind is OutageKind.PLANNED and outage.expected_at is not None:
        return ActionResult("planned", told(outage), {"outage_id": outage.id})
    outcome = "known" if outage.expected_at else "known_no_time"
    reported = _to_the_crews(call, world, area, outcome, {"outage_id": outage.id})
    return ActionResult(outcome, told(outage), reported.learned)


def _own_side(call: ActionCall, world: World) -> ActionResult | None:
    """Find out whether the fault is behind the meter; None when it is not, as far as anybody can tell."""
    power_back, breaker = call.slots.get("power_back"), call.slots.get("breaker")
    if power_back == "no":
        return ActionResult("own_side_help")
    if power_back == "yes":
        return ActionResult("solved")
    if breaker == "tripped":
        return ActionResult("own_side")
    if breaker == "fine":
        return None
    if call.level >= Level.V2:
        probe = world.utility.probe(call.account_no)
        if probe.reachable:
            return ActionResult("own_side") if probe.own_fault else None
    return ActionResult("check_breaker")


def _to_the_crews(
    call: ActionCall, world: World, area: str, outcome: str, learned: dict[str, str]
) -> ActionResult:
    order = world.utility.report_fault(
        FaultReport(
            kind=FaultKind.NO_POWER,
            description=call.slots.get("words", "")[:500],
            account_no=call.account_no,
            area=area,
            place=call.slots.get("address", "") or call.slots.get("area", ""),
            phone=call.slots.get("phone", ""),
            scope=call.slots.get("outage_scope", ""),
        ),
        call.idempotency_key,
    )
    found = {**learned, "work_order": order.number}
    if order.outage_id:
        found["outage_id"] = order.outage_id
    if area:
        found["area"] = area
    return ActionResult(outcome, {}, found)
