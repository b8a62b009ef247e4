"""Two requests in one message: where to cut it, and which to act on first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.understanding.client import Ranking
from bot.understanding.data import NLU_DATA, read_yaml
from domain.understanding import IntentGuess

_ENDS = r"[。！？!?；;\n]+|\.(?=\s)"
_SHORTEST = 4
_MOST = 4
_FIRST = (
    frozenset(("report_safety_hazard",)),
    frozenset(("report_outage", "query_outage_status", "report_voltage_problem", "request_reconnection")),
    frozenset(("file_complaint",)),
)
"""Taxonomy: safety, then outage and repair, then complaint, otherwise the first asked."""
_NOT_REQUESTS = frozenset(
    [
        "greet",
        "goodbye",
        "thanks",
        "affirm",
        "deny",
        "stop",
        "repeat",
        "inform",
        "out_of_scope",
        "human_agent",
        "unknown",
    ]
)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message in which one request may stand."""

    text: str
    turned: bool
    """Whether a word stands before or behind it with which people turn to something else."""


def parts(text: str) -> list[Part]:
    """The message cut where one request may end and another begin; at most four, empty when it is one piece."""  # noqa: E501
    pieces: list[Part] = []
    here, turned = 0, False
    for joint in (*_joints().finditer(text), None):
        turns = joint is not None and joint["turn"] is not None
        piece = text[here : joint.start() if joint else None].strip(" ,，、")
        if len(piece) >= _SHORTEST:
            pieces.append(Part(piece, turned or turns))
            turned = turns
        else:
            # Two joints with next to nothing between them are one.
            turned = turned or turns
            if pieces and turns:
                pieces[-1] = replace(pieces[-1], turned=True)
        here = joint.end() if joint else len(text)
    return pieces[:_MOST] if len(pieces) > 1 else []


@cache
def _joints() -> re.Pattern[str]:
    """Ends of sentences, and the words of ``nlu_data/turns.yml`` with which people turn to something else."""
    turns = read_yaml(NLU_DATA / "turns.yml")
    zh, en, begins = ("|".join(turns[words]) for words in ("zh", "en", "begins"))
    joined = rf"{turns['joins']} (?=(?:{begins})\b)"
    return re.compile(rf"{_ENDS}|(?P<turn>[,，、\s]*(?:{zh})|[,\s]*\b(?:(?:{en})\b|{joined}))")


def two_requests(
    whole: Ranking, of_parts: Sequence[tuple[Part, Ranking]], least: float, in_whole: float
) -> tuple[IntentGuess, IntentGuess] | None:
    """Primary and second among the parts' best guesses; None when the message is one request.

    A part counts when its guess has at least ``least`` and either the whole message allows it too
    (``in_whole``) or a turn to something else stands beside it: "What is the reason?" means an outage only
    where nobody heard the sentence before it. What the whole message says most clearly must be one of both.
    """
    in_message = {guess.name: guess.confidence for guess in whole}
    asked: dict[str, IntentGuess] = {}
    for part, ranking in of_parts:
        guess = ranking[0]
        allowed = part.turned or in_message.get(guess.name, 0.0) >= in_whole
        if guess.name not in _NOT_REQUESTS and guess.confidence >= least and allowed:
            asked.setdefault(guess.name, guess)
    if len(asked) < 2 or whole[0].name not in asked:
        return None
    ranked = sorted(asked.values(), key=lambda g: _place(g.name))
    return ranked[0], ranked[1]


def _place(intent: str) -> int:
    return next((i for i, group in enumerate(_FIRST) if intent in group), len(_FIRST))
