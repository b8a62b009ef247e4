"""Names: a customer's, another person's or a firm's (``name``), and our own staff's (``staff_name``)."""

from __future__ import annotations

import re

from bot.understanding.entities import names_en, names_zh
from bot.understanding.entities.span import Span
from bot.understanding.normalise import Folded

_EDGES = " ,.，。!！"
_LONGEST = 40
"""Characters of a name that was asked for."""


def read_people(folded: Folded, expecting: str = "") -> list[Span]:
    """Everybody that a message names."""
    return [*names_zh.chinese_names(folded.text), *names_en.latin_names(folded), *_alone(folded, expecting)]


def _alone(folded: Folded, expecting: str) -> list[Span]:
    """A message that is nothing but a name."""
    bare = folded.text.strip(_EDGES)
    if not bare:
        return []
    if expecting == "name" and len(bare) <= _LONGEST and not re.search(r"\d", bare):
        weight = 9
    else:
        weight = 2 if names_zh.whole_name(bare) else names_en.whole_name(folded)
    start = folded.text.index(bare)
    return [Span("name", start, start + len(bare), bare, weight)] if weight else []
