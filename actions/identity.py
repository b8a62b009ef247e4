"""One-time codes and the lock, shared by the verbs that prove who is asking."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from actions.world import World
from domain.contact import Level
from domain.ports import ActionCall, ActionResult

GOOD_FOR = timedelta(minutes=5)
MOST_FAILURES = 3
"""Failed proofs within an hour that lock the account and the contact (domain file, section 5)."""
MOST_CODES = 5
"""Codes sent to one account within an hour; more would let anybody flood a stranger's phone."""

LOCKED = ActionResult("locked")


def locked(call: ActionCall, world: World) -> bool:
    """Whether account or contact had too many failed proofs within the hour."""
    return any(world.attempts.failures(subject, call.now) >= MOST_FAILURES for subject in _subjects(call))


def wrong(call: ActionCall, world: World) -> ActionResult:
    """Count a failed proof, for an account that does not exist just the same."""
    count = max([world.attempts.failed(subject, call.now) for subject in _subjects(call)])
    left = MOST_FAILURES - count
    return ActionResult("wrong", {"left": left}) if left > 0 else LOCKED


def right(call: ActionCall, world: World) -> ActionResult:
    """The proof succeeded: forget the failures."""
    for subject in _subjects(call):
        world.attempts.clear(subject)
    return ActionResult("ok", granted=Level.V2)


def code_for(call: ActionCall, world: World) -> str:
    """Six digits from the call's idempotency key, so that a turn done again sends the same code."""
    number = int.from_bytes(_mac(world, "code", call.idempotency_key, call.account_no)[:8], "big")
    return f"{number % 1_000_000:06d}"


def challenge(call: ActionCall, world: World, code: str, until: str) -> str:
    """What the dialogue keeps instead of the code: a keyed digest over who, what and until when."""
    return _mac(world, "challenge", call.account_no, call.contact_id, until, code).hex()


def fits(call: ActionCall, world: World) -> bool:
    """Whether the code in the slots is the one of the challenge, compared in constant time."""
    expected = challenge(call, world, call.slots.get("code", ""), call.slots.get("until", ""))
    return hmac.compare_digest(expected, call.slots.get("challenge", ""))


def expired(call: ActionCall) -> bool:
    """Whether the code's time is over, or was never set."""
    try:
        return datetime.fromisoformat(call.slots.get("until", "")) < call.now
    except ValueError:
        return True


def _subjects(call: ActionCall) -> tuple[str, str]:
    return f"account:{call.account_no}", f"contact:{call.contact_id}"


def _mac(world: World, *parts: str) -> bytes:
    return hmac.digest(world.secret, "\x1f".join(parts).encode(), hashlib.sha256)
