"""Two requests in one message: where to cut it, and which to act on first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.understanding import IntentGuess

_JOINTS = re.compile(
    r"[。！？!?；;\n]+|\.(?=\s)"
    r"|[,，、\s]*(?:另外|还有就?是?|顺便|顺带|对了|再问一下|再问个|再一个|还想(?:问|办|查)|同时|以及|第二个?(?:是|事)|其次|然后(?:再|还|帮|问|我想))"
    r"|[,\s]*\b(?:and also|also|by the way|btw|another thing|one more thing|plus|as well as|besides|secondly|while (?:i'?m|you'?re) at it|on top of that|oh and|and (?:can|could|please|i (?:want|need)|how|what|when|where|tell))\b"  # noqa: E501
)
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


def two_requests(guesses: Sequence[IntentGuess], least: float) -> tuple[IntentGuess, IntentGuess] | None:
    """Primary and second among the parts' best guesses, in order of the message; None when it is one request."""  # noqa: E501
    asked: dict[str, IntentGuess] = {}
    for guess in guesses:
        if guess.name not in _NOT_REQUESTS and guess.confidence >= least:
            asked.setdefault(guess.name, guess)
    if len(asked) < 2:
        return None
    ranked = sorted(asked.values(), key=lambda g: _place(g.name))
    return ranked[0], ranked[1]


def _place(intent: str) -> int:
    return next((i for i, group in enumerate(_FIRST) if intent in group), len(_FIRST))
