"""Reads a message in the light of what was just said, before anything is done about it."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import slots
from bot.dialogue.habits import bare, width
from bot.dialogue.step import Step
from domain.understanding import ENGINE_RASA, UNKNOWN, Understanding

SURE_TO_STEER = 0.5
"""Thanks, "again?", yes and the like are short words; a guess below this is none of them."""
SURE_TO_ACT = 0.45
"""A request that we would act upon; below, the likeliest meanings are offered."""
SURE_TO_FILE = 0.5
"""The same for a request that ends as a ticket: a wrong one costs two people their time."""
SURE_ALONE = 0.6
"""From here a message speaks for itself; below, a button just shown that it may mean decides."""
THINKABLE = 0.05
STATUS = "query_ticket_status"
_NAMED_CASES = frozenset(
    ("query_application_progress", "query_outage_status", "query_planned_outage", "book_appointment", STATUS)
)
"""Whoever asks for these while she waits means them, and they know her ticket where it matters."""
LONGEST_CHASE = 60
"""A longer message tells more than that she waits (a Chinese character counts two)."""


def read(step: Step) -> None:
    """Settle what the message means here; what stays doubtful becomes ``unknown``, its guesses kept."""
    _drop_false_place(step)
    understood = step.heard.understanding
    if understood.danger is not None or understood.engine != ENGINE_RASA or not understood.ranking:
        return
    if _chases(step, understood):
        _take(step, replace(understood, intent=STATUS, confidence=SURE_ALONE, close=False))
        return
    shown = _just_shown(step, understood)
    if shown:
        _take(step, replace(understood, intent=shown, confidence=SURE_ALONE, close=False))
    elif understood.second is None and understood.confidence < _least(step, understood.intent):
        _take(step, replace(understood, intent=UNKNOWN, close=False))


def _chases(step: Step, understood: Understanding) -> bool:
    """Whether a customer who waits for us asks where we are: nothing new, and no wish for an agent."""
    text = step.heard.text
    waits = bool(step.around.open_tickets) and step.memory.top is None and understood.second is None
    brief = width(text) <= LONGEST_CHASE and understood.intent not in _NAMED_CASES
    says = step.habits.contains
    return waits and brief and says("chases", text) and not says("person", text)


def _drop_false_place(step: Step) -> None:
    """While we wait for a place the reader takes any whole message for one: "be quick!" is none."""
    understood = step.heard.understanding
    place = understood.entity("address")
    if place is None or bare(place.surface) != bare(step.heard.text):
        return
    rest = tuple(entity for entity in understood.entities if entity is not place)
    without = replace(step.heard, understanding=replace(understood, entities=rest))
    if not slots.looks_like_a_place(without, step.habits):
        step.heard = without


def _take(step: Step, understood: Understanding) -> None:
    step.heard = replace(step.heard, understanding=understood)


def _least(step: Step, intent: str) -> float:
    flow = step.flows.get(intent)
    if flow is None or intent == "inform":
        return 0.0
    if flow.control:
        return SURE_TO_STEER
    return SURE_TO_ACT if flow.do or flow.built_in else SURE_TO_FILE


def _just_shown(step: Step, understood: Understanding) -> str:
    """After a bill, "far too much!" means the button "why so much", if the model finds that thinkable."""
    if understood.confidence >= SURE_ALONE or step.memory.top is not None:
        return ""
    shown = [
        rest
        for head, _, rest in (step.menu.payload(key).partition(":") for key in step.memory.offered)
        if head == "start" and rest in step.flows
    ]
    thinkable = [g for g in understood.ranking if g.name in shown and g.confidence >= THINKABLE]
    return max(thinkable, key=lambda guess: guess.confidence).name if thinkable else ""
