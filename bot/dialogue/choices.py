"""Buttons and what stands for them: the typed number, the label in any language, a yes or a no."""

from __future__ import annotations

from bot.dialogue import slots
from bot.dialogue.habits import bare
from bot.dialogue.step import Step

_WORDS_FOR_NUMBERS = {
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
}


def pressed(step: Step) -> str:
    """The payload that the message means, or empty if it is not a choice."""
    if step.heard.payload:
        return step.heard.payload
    text = bare(step.heard.text)
    if not text or not step.memory.offered:
        return ""
    number = _number(text)
    if 1 <= number <= len(step.memory.offered):
        return step.menu.payload(step.memory.offered[number - 1])
    for key in step.memory.offered:
        if text in {bare(label) for label in step.menu.labels(key)}:
            return step.menu.payload(key)
    return _yes_or_no(step)


def _number(text: str) -> int:
    if text in _WORDS_FOR_NUMBERS:
        return _WORDS_FOR_NUMBERS[text]
    digits = slots.digits_in(text) if len(text) <= 2 else ""
    return int(digits) if digits and len(digits) == len(text) else 0


def _yes_or_no(step: Step) -> str:
    """A bare yes means the one choice that says yes, when there is just one; likewise a no."""
    tail = {"affirm": "yes", "deny": "no"}.get(step.heard.understanding.intent)
    if tail is None:
        return ""
    payloads = [step.menu.payload(key) for key in step.memory.offered]
    fitting = [payload for payload in payloads if payload == tail or payload.endswith(f"={tail}")]
    return fitting[0] if len(fitting) == 1 else ""
