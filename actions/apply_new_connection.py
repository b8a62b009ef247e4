"""File an application for a new supply; every missing paper is named at once."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from actions.world import World, area_named
from domain.application import ApplicationForm, ApplicationKind
from domain.ports import ActionCall, ActionResult

HIGH_VOLTAGE_FROM_KVA = 160
"""Above this a supply is no "three-zero" low-voltage one (domain file, section 2.5)."""

_KINDS = {
    "residential": ApplicationKind.CONNECTION_RESIDENTIAL,
    "charger": ApplicationKind.CONNECTION_CHARGER,
    "solar": ApplicationKind.CONNECTION_PV,
}
_OUTCOMES = {
    ApplicationKind.CONNECTION_RESIDENTIAL: "residential",
    ApplicationKind.CONNECTION_CHARGER: "pv_charger",
    ApplicationKind.CONNECTION_PV: "pv_charger",
    ApplicationKind.CONNECTION_LV: "lv",
    ApplicationKind.CONNECTION_HV_SINGLE: "hv",
}


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``residential``, ``lv``, ``hv``, ``pv_charger``: who looks after it differs."""
    slots = call.slots
    area = area_named(slots, world)
    kind = _kind(slots.get("customer_type", ""), slots.get("capacity_kva", ""))
    application = world.utility.start_application(
        ApplicationForm(
            kind=kind,
            applicant=slots.get("name", ""),
            phone=slots.get("phone", ""),
            area=area.code if area else "",
            address=slots.get("address", ""),
            details={name: slots[name] for name in ("customer_type", "capacity_kva") if slots.get(name)},
        ),
        call.idempotency_key,
    )
    return ActionResult(
        _OUTCOMES[kind],
        {
            "number": application.number,
            "kind": kind.value,
            "when": "connection.by" if application.next_deadline else "connection.after_papers",
            "deadline": application.next_deadline.isoformat() if application.next_deadline else "",
            "need": "connection.papers" if application.missing else "connection.no_papers",
            "papers": [{"paper": paper} for paper in application.missing],
        },
        learned={"application_no": application.number},
    )


def _kind(customer_type: str, capacity: str) -> ApplicationKind:
    try:
        large = Decimal(capacity or "0") > HIGH_VOLTAGE_FROM_KVA
    except InvalidOperation:
        large = False
    if large and customer_type not in _KINDS:
        return ApplicationKind.CONNECTION_HV_SINGLE
    return _KINDS.get(customer_type, ApplicationKind.CONNECTION_LV)
