"""Which step an application is at, who must act, and by when."""

from __future__ import annotations

from actions.world import World
from domain.application import ApplicationState
from domain.ports import ActionCall, ActionResult

_OUTCOMES = {
    ApplicationState.WITH_UTILITY: "with_us",
    ApplicationState.WAITING_PAPERS: "papers",
    ApplicationState.WAITING_CUSTOMER_WORKS: "works",
    ApplicationState.DONE: "done",
    ApplicationState.WITHDRAWN: "withdrawn",
}


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``with_us``, ``papers``, ``works``, ``done``, ``withdrawn``, ``not_found``.

    Knowing the number is proof enough for the stage; name, address and phone are never told.
    """
    found = world.utility.application(call.slots.get("application_no", ""))
    if found is None:
        return ActionResult("not_found")
    return ActionResult(
        _OUTCOMES[found.state],
        {
            "number": found.number,
            "kind": found.kind.value,
            "stage": found.stage,
            "when": "connection.by" if found.next_deadline else "connection.in_time",
            "deadline": found.next_deadline.isoformat() if found.next_deadline else "",
            "papers": [{"paper": paper} for paper in found.missing],
        },
    )
