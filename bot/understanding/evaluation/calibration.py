"""Whether a confidence means what it says: of all answers given with 0.7, seven in ten should be right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bot.understanding.evaluation.answered import Answered

STEPS = 10
"""Equal steps of confidence that are looked at together."""


@dataclass(frozen=True, slots=True)
class Step:
    """The answers whose confidence lies between ``low`` and ``low + 1 / STEPS``."""

    low: float
    n: int
    confidence: float
    """Their mean."""
    right: float
    """Share of them that is right."""


def said_and_right(answered: Iterable[Answered]) -> list[tuple[float, bool]]:
    """Confidence of the likeliest meaning, believed or not, and whether it is the labelled one."""
    return [(a.guess.confidence, a.guess.name in a.line.intents) for a in answered]


def steps(said: Iterable[tuple[float, bool]]) -> list[Step]:
    """The steps that have any answer, from unsure to sure."""
    of: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in said:
        of[min(int(confidence * STEPS), STEPS - 1)].append((confidence, right))
    return [
        Step(at / STEPS, len(rows), sum(c for c, _ in rows) / len(rows), sum(r for _, r in rows) / len(rows))
        for at, rows in sorted(of.items())
    ]


def expected_error(said: Iterable[tuple[float, bool]]) -> float | None:
    """Expected calibration error: gap between confidence and share right, over all steps by their size."""
    found = steps(said)
    n = sum(step.n for step in found)
    return round(sum(abs(step.confidence - step.right) * step.n for step in found) / n, 4) if n else None
