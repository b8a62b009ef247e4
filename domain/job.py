"""Work for later, kept in a table: a lease while it runs, a dedupe key so that it is queued once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Job:
    """``kind`` names the handler in the wiring; ``payload`` is small JSON."""

    id: str
    kind: str
    run_at: datetime
    payload: Mapping[str, str] = field(default_factory=dict)
    dedupe_key: str = ""
    attempts: int = 0
    token: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something that somebody saw or changed and that must be explainable years later."""

    at: datetime
    actor: str
    action: str
    """``revealed``, ``signed_in``, ``labelled``, ``exported``, ``setting_changed`` …"""
    subject: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """A hint for live pages: something changed here. ``cursor`` only grows, in commit order."""

    cursor: int
    kind: str
    """``message``, ``ticket``, ``offer``, ``presence``, ``incident``, ``lesson`` (labelled, or taken
    back), ``reminder`` or ``escalation`` (both to ``agent_id``)."""
    conversation_id: str = ""
    ticket_id: str = ""
    agent_id: str = ""
