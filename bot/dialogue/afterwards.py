"""What a customer adds once her matter is with a colleague: it goes to that ticket, and she is told so."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.dialogue import doubts
from bot.dialogue.habits import width
from bot.dialogue.step import Step
from domain.facts import TicketOpened
from domain.understanding import ENGINE_RASA, UNKNOWN

STILL_ABOUT_IT = timedelta(minutes=30)
"""Words without a request of their own belong to the ticket that was opened so long ago at most."""
_ANOTHER_MATTER = 0.3
"""Confidence from which words that we did not make out are rather asked about."""
_MORE_THAN_YES_OR_NO = 16
"""A yes or no wider than this (a Chinese character counts two) says something besides."""


def remember(step: Step, ticket: TicketOpened) -> None:
    """The ticket that what she adds from now on belongs to."""
    step.memory.opened = {
        "ticket": ticket.ticket_id,
        "number": ticket.number,
        "name": ticket.responsible_name,
        "at": step.now.isoformat(),
    }


def adds(step: Step) -> bool:
    """Take the message as words on the ticket just opened; False when it is something of its own."""
    opened = step.memory.opened
    if not opened or step.now - datetime.fromisoformat(opened["at"]) > STILL_ABOUT_IT:
        return False
    if all(ticket.id != opened["ticket"] for ticket in step.around.open_tickets) or not _only_tells(step):
        return False
    if step.heard.understanding.intent in ("affirm", "deny"):
        # "No, I meant the box outside" belongs on the ticket and tells that we misheard.
        doubts.acted(step, step.heard.understanding.intent)
    step.belongs_to = opened["ticket"]
    step.memory.missed = 0
    step.tell("handover.added", number=opened["number"], name=opened["name"])
    return True


def _only_tells(step: Step) -> bool:
    understood = step.heard.understanding
    if understood.intent == "inform":
        return not (understood.entity("ticket_no") or understood.entity("application_no"))
    if understood.intent in ("affirm", "deny"):
        return understood.engine == ENGINE_RASA and width(step.heard.text) > _MORE_THAN_YES_OR_NO
    if understood.intent != UNKNOWN or understood.close:
        return False
    requests = (guess for guess in understood.ranking if _is_request(step, guess.name))
    return all(guess.confidence < _ANOTHER_MATTER for guess in requests)


def _is_request(step: Step, intent: str) -> bool:
    flow = step.flows.get(intent)
    return flow is not None and not flow.control
