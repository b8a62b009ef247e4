"""Whether it was solved, asked once after the result and answered by the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Solved(StrEnum):
    """The customer's word, not ours."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Survey:
    """One satisfaction question about one closure; responsible and handlers are frozen when asked."""

    id: str
    ticket_id: str
    conversation_id: str
    contact_id: str
    responsible: str
    handlers: tuple[str, ...]
    asked_at: datetime
    solved: Solved | None = None
    score: int | None = None
    """1 to 5, or None if the customer gave none."""
    comment: str = ""
    answered_at: datetime | None = None
    version: int = 1
