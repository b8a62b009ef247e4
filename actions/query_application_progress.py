"""Which step an application is at, who must act, and by when."""

from __future__ import annotations

from typing import Any

from actions.world import World
from domain.application import Application, ApplicationState
from domain.contact import Level
from domain.ports import ActionCall, ActionResult

_OUTCOMES = {
    ApplicationState.WITH_UTILITY: "with_us",
    ApplicationState.WAITING_PAPERS: "papers",
    ApplicationState.WAITING_CUSTOMER_WORKS: "works",
    ApplicationState.DONE: "done",
    ApplicationState.WITHDRAWN: "withdrawn",
}
_MOST_TOLD = 5


def run(call: ActionCall, world: World) -> ActionResult:
    """The step, or what is missing to tell it.

    Outcomes ``with_us``, ``papers``, ``works``, ``done``, ``withdrawn``, ``several``; ``not_found`` (no such
    number), ``none`` (nothing filed for the account), ``number`` (the application's must be asked for).
    Knowing the number is proof enough for the stage; name, address and phone are never told. Without a number
    the applications of an account are told to whom it was proved: those under way, else the newest.
    """
    number = call.slots.get("application_no", "")
    if number:
        found = world.utility.application(number)
        return _told(found) if found else ActionResult("not_found")
    if call.level < Level.V2 or not call.account_no:
        return ActionResult("number")
    filed = world.utility.applications(call.account_no)
    open_ = [application for application in filed if application.open]
    if len(open_) > 1:
        rows = [_row(application) for application in open_[:_MOST_TOLD]]
        return ActionResult("several", {"count": len(open_), "applications": rows})
    newest = next(iter(open_ or filed), None)
    return _told(newest) if newest else ActionResult("none", {"account": call.account_no})


def _told(found: Application) -> ActionResult:
    values = {
        "number": found.number,
        "kind": found.kind.value,
        "stage": found.stage,
        "when": "connection.by" if found.next_deadline else "connection.in_time",
        "deadline": found.next_deadline.isoformat() if found.next_deadline else "",
        "papers": [{"paper": paper} for paper in found.missing],
    }
    return ActionResult(_OUTCOMES[found.state], values)


def _row(found: Application) -> dict[str, Any]:
    turn = f"application_turn.{_OUTCOMES[found.state]}"
    return {"number": found.number, "kind": found.kind.value, "stage": found.stage, "turn": turn}
