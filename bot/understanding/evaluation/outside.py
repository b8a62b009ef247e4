"""Whether the confidence tells what is our business from what is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from bot.understanding.evaluation.answered import HAZARD, OUTSIDE, Answered

Point = tuple[float, float]
"""Share of outside messages that is let in, share of inside messages that is let in, at one threshold."""


def scores(answered: Iterable[Answered]) -> tuple[list[float], list[float]]:
    """How much each message looks like our business: those inside the taxonomy, those outside.

    Best intent inside, less that of out_of_scope. A line with two requests of which one is outside counts on
    neither side.
    """
    inside, outside = [], []
    for one in answered:
        if OUTSIDE not in one.line.intents:
            inside.append(_ours(one))
        elif one.line.intents == (OUTSIDE,):
            outside.append(_ours(one))
    return inside, outside


def _ours(one: Answered) -> float:
    answer = one.answer
    if answer.intent == HAZARD or not answer.ranking:
        return answer.confidence
    inside = max((g.confidence for g in answer.ranking if g.name != OUTSIDE), default=0.0)
    return inside - max((g.confidence for g in answer.ranking if g.name == OUTSIDE), default=0.0)


def roc(inside: Sequence[float], outside: Sequence[float]) -> list[Point]:
    """The curve from (0, 0) to (1, 1); empty when one side has no message."""
    if not inside or not outside:
        return []
    marked = sorted([(s, True) for s in inside] + [(s, False) for s in outside], key=lambda m: -m[0])
    points, let_in, wrongly = [(0.0, 0.0)], 0, 0
    for _, equal in groupby(marked, key=lambda m: m[0]):
        for _, is_inside in equal:
            let_in += is_inside
            wrongly += not is_inside
        points.append((wrongly / len(outside), let_in / len(inside)))
    return points


def area(points: Sequence[Point]) -> float | None:
    """Under the curve: how often a message inside looks more like our business than one outside."""
    if not points:
        return None
    strips = pairwise(points)
    return round(sum((x2 - x1) * (y1 + y2) / 2 for (x1, y1), (x2, y2) in strips), 4)


def kept_out(points: Sequence[Point], kept: float = 0.95) -> float | None:
    """Share of outside messages refused at the threshold that still lets ``kept`` of the inside in."""
    return next((round(1 - x, 4) for x, y in points if y >= kept), None)
