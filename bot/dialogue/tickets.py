"""What the dialogue itself knows of tickets: their status, urging, and the satisfaction question."""

from __future__ import annotations

import re
from typing import Any

from bot.dialogue.memory import Frame
from bot.dialogue.step import Step
from domain.dialogue import SurveyAnswer, TicketView
from domain.satisfaction import Solved

MOST_TOLD = 3
SHORT = 20
"""Longer messages that hold the words "not solved" may well be about something else."""
_SCORE = re.compile(r"[1-5]")


def status(step: Step, frame: Frame) -> None:
    """Tell where the customer's tickets stand; asking about an open one also chases it."""
    number = frame.slots.get("ticket_no", "")
    around = step.around
    if number:
        found = [t for t in (*around.open_tickets, *around.closed_tickets) if _is(t, number)]
        if not found:
            step.tell("tickets.not_found")
            return
        _tell(step, found[0])
        return
    if not around.open_tickets:
        if around.closed_tickets:
            _tell(step, around.closed_tickets[0])
        else:
            step.tell("tickets.none")
        return
    if len(around.open_tickets) > 1:
        step.tell("tickets.several", count=len(around.open_tickets))
    for ticket in around.open_tickets[:MOST_TOLD]:
        _tell(step, ticket)
    step.urge = around.open_tickets[0].id


def of_class(step: Step, classes: tuple[str, ...]) -> bool:
    """Tell of the newest open ticket of these classes, and chase it; False if there is none."""
    found = next((ticket for ticket in step.around.open_tickets if ticket.cls in classes), None)
    if found is None:
        return False
    _tell(step, found)
    return True


def survey(step: Step, pressed: str) -> bool:
    """Take the message as the answer to "is it solved?"; False when it is something else."""
    asked = step.memory.survey or _just_closed(step)
    if not asked:
        return False
    solved, score = _solved(step, pressed), _score(step, pressed)
    if solved is None and score is None:
        return False
    text = " ".join(step.heard.text.split())
    comment = text[:500] if len(text) > 8 and not step.heard.payload else ""
    step.survey = SurveyAnswer(asked["ticket"], solved, score, comment)
    if score is not None:
        step.memory.survey = {}
    elif solved is not None:
        step.memory.survey = {**asked, "solved": solved.value}
    return True


def tell_surveyed(step: Step, answer: SurveyAnswer, outcome: str) -> None:
    """Thanks, or: it goes back to the same person."""
    ticket = next((t for t in _all(step) if t.id == answer.ticket_id), None)
    number = step.memory.survey.get("number", "") or (ticket.number if ticket else "")
    if outcome == "reopened":
        step.memory.survey = {}
        step.tell("survey.reopened", number=number, name=ticket.responsible_name if ticket else "")
    elif answer.score is None and outcome == "closed":
        step.tell("survey.ask_score", number=number)
    else:
        step.memory.survey = {}
        step.tell("survey.thanks")


def _just_closed(step: Step) -> dict[str, str]:
    """A closed ticket may still be called unsolved, in so many words, though nobody asks any more."""
    closed = step.around.closed_tickets
    text = step.heard.text
    if not closed or step.memory.top or len(text) > SHORT or not step.habits.contains("solved_no", text):
        return {}
    return {"ticket": closed[0].id, "number": closed[0].number}


def _solved(step: Step, pressed: str) -> Solved | None:
    head, _, word = pressed.partition(":")
    if head == "solved":
        return Solved(word) if word in {known.value for known in Solved} else None
    text = step.heard.text
    if not pressed and step.habits.contains("solved_no", text):
        return Solved.NO
    if step.memory.survey.get("solved") or pressed:
        return None
    if step.habits.contains("solved_partly", text):
        return Solved.PARTLY
    if step.heard.understanding.intent.startswith("query_"):
        return None
    if step.habits.contains("solved_yes", text):
        return Solved.YES
    top = step.memory.top
    if top is not None:
        return None
    return {"affirm": Solved.YES, "deny": Solved.NO}.get(step.heard.understanding.intent)


def _score(step: Step, pressed: str) -> int | None:
    head, _, word = pressed.partition(":")
    if head == "score":
        return int(word) if _SCORE.fullmatch(word) else None
    rating = step.heard.understanding.entity("rating")
    if rating is not None and _SCORE.fullmatch(rating.value) and step.memory.top is None:
        return int(rating.value)
    text = step.heard.text.strip()
    if step.memory.survey.get("solved") and _SCORE.fullmatch(text):
        return int(text)
    return None


def _tell(step: Step, ticket: TicketView) -> None:
    values: dict[str, Any] = {
        "number": ticket.number,
        "name": ticket.responsible_name,
        "status": ticket.status.value,
        "opened": ticket.opened_at.isoformat(),
        "due": ticket.public_due_at.isoformat() if ticket.public_due_at else "",
        "promise": ticket.promise,
        "until": ticket.promised_until.isoformat() if ticket.promised_until else "",
        "result": ticket.result,
    }
    if ticket.closed_at is not None:
        step.tell("tickets.closed_result" if ticket.result else "tickets.closed", **values)
    elif ticket.promise:
        step.tell("tickets.promised", **values)
    else:
        step.tell("tickets.open_due" if ticket.public_due_at else "tickets.open", **values)
    if ticket.closed_at is None:
        step.urge = ticket.id


def _is(ticket: TicketView, number: str) -> bool:
    return ticket.number == number or (len(number) >= 4 and ticket.number.endswith(number))


def _all(step: Step) -> tuple[TicketView, ...]:
    return (*step.around.open_tickets, *step.around.closed_tickets)
