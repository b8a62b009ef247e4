"""What the dialogue did not make out, reported for learning. Nothing here changes what is decided.

Some doubts show at once (no likely meaning, two about equally likely), others by what the customer does next:
she says that we got her wrong, or wants a person. For those the last request is kept in the memory: which
message it was and what it might have meant, not its words.

Confidential matters (tip-offs) are never reported: others than their own people would read them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.dialogue.step import Step
from domain.learning import GUESSES, Doubt, Mark, Reason
from domain.ticket import TicketClass
from domain.understanding import ENGINE_RASA, UNKNOWN, IntentGuess

CONFIDENTIAL = TicketClass.TIP
"""Class of matters that only their own people may read."""
_ANSWERS = frozenset({"affirm", "deny"})
"""Who says yes or no and then wants a person was not misheard."""
_MAY_BE = 0.05
"""A confidential meaning at least this likely keeps a message from the list."""


def next_message(step: Step) -> None:
    """The customer has written again."""
    since = step.memory.heard.get("since")
    step.memory.heard = {**step.memory.heard, "since": since + 1} if isinstance(since, int) else {}


def unclear(step: Step, reason: Reason) -> None:
    """This message was not understood."""
    doubt = _of_this(step, reason)
    step.memory.heard = {}
    if doubt is not None:
        step.doubts.append(doubt)
        step.memory.heard = _kept(doubt, flow="", listed=True)


def off_the_point(step: Step) -> None:
    """This message does not answer the open question, and is nothing else that we are sure of."""
    intent = step.heard.understanding.intent
    doubt = _of_this(step, Reason.UNKNOWN if intent == UNKNOWN else Reason.UNSURE)
    unsure = intent != step.memory.frames[-1].flow and _confidence(step, intent) < step.habits.unsure_below
    if doubt is not None and (intent == UNKNOWN or unsure):
        step.doubts.append(doubt)


def acted(step: Step, intent: str) -> None:
    """This message was taken for ``intent``: a request, or a plain yes, no or value."""
    if _corrects(step, intent):
        misheard(step, Reason.CORRECTED)
    doubt = _of_this(step, Reason.UNSURE)
    step.memory.heard = {}
    if doubt is not None:
        unsure = _confidence(step, intent) < step.habits.unsure_below
        if unsure:
            step.doubts.append(doubt)
        if unsure or intent not in _ANSWERS:
            step.memory.heard = _kept(doubt, flow=intent, listed=unsure)


def misheard(step: Step, reason: Reason) -> None:
    """What the customer says now tells that we did not understand the message before."""
    doubt = _recalled(step.memory.heard)
    if doubt is not None and step.memory.heard.get("since") == 1:
        step.doubts.append(Doubt(reason, doubt.inbound_id, doubt.language, doubt.guesses, doubt.marks))
    step.memory.heard = {}


def dropped(step: Step, flow: str) -> None:
    """The customer says that this request, however long ago it began, is not what she meant."""
    if step.memory.heard.get("flow") == flow:
        step.memory.heard["since"] = 1
        misheard(step, Reason.CORRECTED)


def chose(step: Step, intent: str) -> None:
    """After words that we were in doubt about she presses a button: that is what she meant."""
    heard = step.memory.heard
    doubt = _recalled(heard)
    if doubt is not None and heard.get("since") == 1 and heard.get("listed"):
        told = Doubt(doubt.reason, doubt.inbound_id, doubt.language, doubt.guesses, doubt.marks, intent)
        step.doubts.append(told)
    step.memory.heard = {}


def _of_this(step: Step, reason: Reason) -> Doubt | None:
    """The doubt about this message, if it is one that the models read and everybody at the desk may."""
    understood = step.heard.understanding
    guesses = understood.ranking[:GUESSES]
    if understood.engine != ENGINE_RASA or not guesses or not step.heard.text.strip():
        return None
    if _confidential(step, guesses):
        return None
    marks = tuple(Mark(entity.name, entity.start, entity.end) for entity in understood.entities)
    return Doubt(reason, step.heard.inbound_id, understood.lang, guesses, marks)


def _confidential(step: Step, guesses: Iterable[IntentGuess]) -> bool:
    """Whether this may be, or belong to, a matter that not everybody at the desk may read."""
    flows = {
        name
        for name, flow in step.flows.items()
        if flow.hand_over is not None and flow.hand_over.cls == CONFIDENTIAL
    }
    return (
        any(frame.flow in flows for frame in step.memory.frames)
        or any(ticket.cls == CONFIDENTIAL for ticket in step.around.open_tickets)
        or any(guess.name in flows and guess.confidence >= _MAY_BE for guess in guesses)
    )


def _confidence(step: Step, intent: str) -> float:
    """The models' own, also where the dialogue was surer because of what it had just shown."""
    understood = step.heard.understanding
    own = next((guess.confidence for guess in understood.ranking if guess.name == intent), None)
    return understood.confidence if own is None or understood.second is not None else own


def _corrects(step: Step, intent: str) -> bool:
    before = step.memory.heard.get("flow")
    text = step.heard.text
    denies = step.habits.begins("corrects", text) or step.habits.says("not_this", text)
    return before not in (None, "", intent) and denies


def _kept(doubt: Doubt, *, flow: str, listed: bool) -> dict[str, Any]:
    return {
        "inbound": doubt.inbound_id,
        "language": doubt.language,
        "guesses": [[guess.name, guess.confidence] for guess in doubt.guesses],
        "marks": [[mark.name, mark.start, mark.end] for mark in doubt.marks],
        "reason": doubt.reason.value,
        "flow": flow,
        "listed": listed,
        "since": 0,
    }


def _recalled(heard: dict[str, Any]) -> Doubt | None:
    """The doubt that was kept; None for nothing, and for a state that somebody else wrote."""
    try:
        return Doubt(
            Reason(heard["reason"]),
            str(heard["inbound"]),
            str(heard["language"]),
            tuple(IntentGuess(str(name), float(share)) for name, share in heard["guesses"]),
            tuple(Mark(str(name), int(start), int(end)) for name, start, end in heard["marks"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
