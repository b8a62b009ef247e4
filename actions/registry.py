"""All business verbs by name; the one place that runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from actions import (
    apply_new_connection,
    check_code,
    check_holder,
    explain_high_bill,
    know_circumstances,
    pay_bill,
    query_application_progress,
    query_arrears,
    query_balance,
    query_bill,
    query_branch,
    query_outage_status,
    query_planned_outage,
    query_tariff,
    query_usage,
    report_outage,
    request_reconnection,
    send_code,
)
from actions.world import World
from domain.contact import Level
from domain.errors import BackEndUnavailable, NotAllowed, NotFound, Unavailable
from domain.ports import ActionCall, ActionResult

Verb = Callable[[ActionCall, World], ActionResult]

VERBS: Mapping[str, Verb] = {
    "apply_new_connection": apply_new_connection.run,
    "check_code": check_code.run,
    "check_holder": check_holder.run,
    "explain_high_bill": explain_high_bill.run,
    "know_circumstances": know_circumstances.run,
    "pay_bill": pay_bill.run,
    "query_application_progress": query_application_progress.run,
    "query_arrears": query_arrears.run,
    "query_balance": query_balance.run,
    "query_bill": query_bill.run,
    "query_branch": query_branch.run,
    "query_outage_status": query_outage_status.run,
    "query_planned_outage": query_planned_outage.run,
    "query_tariff": query_tariff.run,
    "query_usage": query_usage.run,
    "report_outage": report_outage.run,
    "request_reconnection": request_reconnection.run,
    "send_code": send_code.run,
}

PRIVATE = frozenset(
    {
        "explain_high_bill",
        "know_circumstances",
        "query_arrears",
        "query_balance",
        "query_bill",
        "query_usage",
        "request_reconnection",
    }
)
"""Verbs that tell or move what belongs to an account: only with a proof, whatever the dialogue asked."""


class BusinessActions:
    """Implements :class:`domain.ports.Actions`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def run(self, call: ActionCall) -> ActionResult:
        """Run one verb.

        Raises:
            BackEndUnavailable: the utility's system did not answer, or not in time.
            NotFound: no such verb.
            NotAllowed: a private verb was asked for without a proof; a fault of ours, not of the customer's.
        """
        verb = VERBS.get(call.name)
        if verb is None:
            raise NotFound(f"no verb {call.name!r}")
        if call.name in PRIVATE and (call.level < Level.V2 or not call.account_no):
            raise NotAllowed(f"{call.name} needs a proof")
        try:
            return verb(call, self._world)
        except BackEndUnavailable:
            raise
        except (Unavailable, NotFound, TimeoutError, ConnectionError) as error:
            raise BackEndUnavailable(f"{call.name}: {type(error).__name__}") from error
