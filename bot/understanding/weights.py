"""Changes the odds of a ranking by what is known beside the words."""

from __future__ import annotations

from collections.abc import Mapping

from bot.understanding.client import Ranking
from domain.understanding import IntentGuess

HAZARD = "report_safety_hazard"


def weighed(ranking: Ranking, factors: Mapping[str, float]) -> Ranking:
    """The ranking with each meaning so many times likelier, at the cost of all meanings but danger."""
    if not factors:
        return ranking
    danger = sum(guess.confidence for guess in ranking if guess.name == HAZARD)
    heavy = [guess.confidence * factors.get(guess.name, 1.0) for guess in ranking]
    whole = sum(weight for guess, weight in zip(ranking, heavy, strict=True) if guess.name != HAZARD)
    if not whole:
        return ranking
    share = (1 - danger) / whole
    again = (
        guess if guess.name == HAZARD else IntentGuess(guess.name, weight * share)
        for guess, weight in zip(ranking, heavy, strict=True)
    )
    return tuple(sorted(again, key=lambda guess: -guess.confidence))
