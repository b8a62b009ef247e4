"""Two requests in one message: where to cut it, and which to act on first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.client import Ranking
from domain.understanding import IntentGuess

_JOINTS = re.compile(
    r"[。！？!?；;\n]+|\.(?=\s)"
    r"|[,，、\s]*(?:另外|还有就?是?|顺便|顺带|对了|再问一下|再问个|再一个|还想(?:问|办|查)|同时|以及|第二个?(?:是|事)|其次|然后(?:再|还|帮|问|我想))"
    r"|[,\s]*\b(?:and also|also|by the way|btw|another thing|one more thing|plus|as well as|besides|secondly|while (?:i'?m|you'?re) at it|on top of that|oh and|and (?:can|could|please|i (?:want|need)|how|what|when|where|tell))\b"  # noqa: E501
)
_WORDS = re.compile(r"[㐀-鿿]|[a-z']+|\d+")
_SELF_SUFFICIENT = 7
"""Words or characters from which a part may be understood without the rest."""
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


def parts(text: str) -> list[str]:
    """The message cut where one request may end and another begin; at most four, empty when it is one piece."""  # noqa: E501
    pieces = [p.strip(" ,，、") for p in _JOINTS.split(text) if p]
    pieces = [p for p in pieces if len(p) >= _SHORTEST]
    return pieces[:_MOST] if len(pieces) > 1 else []


def two_requests(
    whole: Ranking, of_parts: Sequence[tuple[str, Ranking]], least: float, in_whole: float, sure: float
) -> tuple[IntentGuess, IntentGuess] | None:
    """Primary and second among the parts' best guesses; None when the message is one request.

    A part counts when its guess has at least ``least`` and the whole message allows it too (``in_whole``),
    or when it is long enough to be understood alone and its guess has at least ``sure``: "What is the
    reason?" means an outage only where nobody heard the sentence before it. What the whole message says most
    clearly must be one of the two.
    """
    in_message = {guess.name: guess.confidence for guess in whole}
    asked: dict[str, IntentGuess] = {}
    for text, ranking in of_parts:
        guess = ranking[0]
        counts = guess.confidence >= least and in_message.get(guess.name, 0.0) >= in_whole
        alone = guess.confidence >= sure and _size(text) >= _SELF_SUFFICIENT
        if guess.name not in _NOT_REQUESTS and (counts or alone):
            asked.setdefault(guess.name, guess)
    if len(asked) < 2 or whole[0].name not in asked:
        return None
    ranked = sorted(asked.values(), key=lambda g: _place(g.name))
    return ranked[0], ranked[1]


def _size(text: str) -> int:
    """Words and Chinese characters."""
    return len(_WORDS.findall(text))


def _place(intent: str) -> int:
    return next((i for i, group in enumerate(_FIRST) if intent in group), len(_FIRST))
