"""Send a one-time code to the phone on file; the answer never tells whether there is one."""

from __future__ import annotations

import structlog

from actions import identity
from actions.world import World
from domain.errors import Unavailable
from domain.ports import ActionCall, ActionResult, Saying

log = structlog.get_logger(__name__)


def run(call: ActionCall, world: World) -> ActionResult:
    """Outcomes ``sent`` (also when no such account exists, or the gateway is down) and ``locked``."""
    subject = f"code:{call.account_no}"
    if identity.locked(call, world) or world.attempts.failed(subject, call.now) > identity.MOST_CODES:
        return identity.LOCKED
    account = world.utility.find_account(call.account_no)
    code = identity.code_for(call, world)
    until = (call.now + identity.GOOD_FOR).isoformat()
    if account is not None and account.phone:
        minutes = int(identity.GOOD_FOR.total_seconds() // 60)
        words = world.phrasing.say(Saying("sms.code", {"code": code, "minutes": minutes}), call.language)
        try:
            world.sms.send(account.phone, words.text, call.idempotency_key)
        except Unavailable:
            # Saying so would tell that the account exists; she can prove it by name instead.
            log.warning("send_code.gateway_down")
    return ActionResult(
        "sent", learned={"challenge": identity.challenge(call, world, code, until), "until": until}
    )
