"""What a reader of entities finds in a folded text."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """``text[start:end]`` is an entity; of two that overlap, the higher ``weight`` wins, then the longer."""

    name: str
    start: int
    end: int
    value: str
    weight: int = 5
    sense: str = ""
    """What must be spoken of for this reading to hold, see :mod:`bot.understanding.entities.wanted`."""
