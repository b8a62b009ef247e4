"""The responsibility ledger: append-only, hash-chained; replaying it gives the present state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

GENESIS = "0" * 64


class Step(StrEnum):
    """What can happen to a ticket. Steps that name a person in ``data`` do so by agent id."""

    TAKEN_IN = "taken_in"
    OFFERED = "offered"
    NOT_ASSIGNED = "not_assigned"
    OFFER_DECLINED = "offer_declined"
    OFFER_EXPIRED = "offer_expired"
    OFFER_WITHDRAWN = "offer_withdrawn"
    """Somebody else accepted, or a supervisor decided."""
    ACCEPTED = "accepted"
    HANDOVER_PROPOSED = "handover_proposed"
    HANDOVER_ACCEPTED = "handover_accepted"
    HANDOVER_DECLINED = "handover_declined"
    HANDOVER_WITHDRAWN = "handover_withdrawn"
    REASSIGNED = "reassigned"
    """A supervisor's decision, with a reason."""
    DUTY_CHANGED = "duty_changed"
    RELEASED = "released"
    """Handled by nobody now; responsibility stays where it is."""
    NOTED = "noted"
    REPLIED_TO = "replied_to"
    CUSTOMER_WROTE = "customer_wrote"
    PROMISED = "promised"
    URGED = "urged"
    PRIORITY_CHANGED = "priority_changed"
    ARRIVED = "arrived"
    HELD = "held"
    RESUMED = "resumed"
    LEG_OPENED = "leg_opened"
    LEG_DONE = "leg_done"
    LEG_WITHDRAWN = "leg_withdrawn"
    RESULT_WRITTEN = "result_written"
    RESULT_DELIVERED = "result_delivered"
    CALLED_BACK = "called_back"
    CALLBACK_DUE = "callback_due"
    """The customer's word is in, or did not come; before closing somebody must still call."""
    SURVEY_ASKED = "survey_asked"
    SURVEY_ANSWERED = "survey_answered"
    NOT_SOLVED = "not_solved"
    REOPENED = "reopened"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    DEADLINE_MISSED = "deadline_missed"
    MERGED = "merged"
    CANCELLED = "cancelled"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. ``hash`` covers the row and ``prev``; a changed row breaks the chain from there on."""

    ticket_id: str
    seq: int
    at: datetime
    actor: str
    """``agent:<id>``, ``customer``, ``bot`` or ``system``."""
    step: Step
    responsible: str
    """Who is responsible after this step; the ledger answers "who, since when" without joins."""
    data: Mapping[str, str] = field(default_factory=dict)
    prev: str = GENESIS
    hash: str = ""


def digest(entry: Entry) -> str:
    """SHA-256 over every field but the hash itself, in a canonical JSON form."""
    body = [
        entry.ticket_id,
        entry.seq,
        entry.at.isoformat(),
        entry.actor,
        entry.step.value,
        entry.responsible,
        dict(sorted(entry.data.items())),
        entry.prev,
    ]
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken(entries: Iterable[Entry]) -> int | None:
    """Sequence number of the first row that does not fit the chain, or None if all do."""
    prev = GENESIS
    for expected, entry in enumerate(entries, start=1):
        if entry.seq != expected or entry.prev != prev or entry.hash != digest(entry):
            return entry.seq
        prev = entry.hash
    return None
