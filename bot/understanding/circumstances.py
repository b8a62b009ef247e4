"""Weighs what the words leave open by what is known of the customer (``nlu_data/circumstances.yml``)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.understanding.client import Ranking
from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.teaching import INTENTS
from bot.understanding.weights import weighed
from domain.circumstances import NOTHING_KNOWN, VALUES, Circumstances, Known
from domain.errors import BadRequest

Factors = Mapping[str, Mapping[Known, Mapping[str, float]]]


class Likelihoods:
    """How much likelier requests are in which circumstances.

    Args:
        factors: by circumstance, by its value, by request; see :func:`read_likelihoods`.
    """

    def __init__(self, factors: Factors) -> None:
        self._factors = factors
        spreads = [_spread(by_value) for by_value in factors.values()]
        self._farthest = max(spreads, default=1.0)

    def weigh(self, ranking: Ranking, known: Circumstances) -> Ranking:
        """The ranking with each request as likely as what is known makes it; danger stays as it is."""
        factors: dict[str, float] = {}
        for name, value in known.items():
            for intent, factor in self._factors.get(name, {}).get(value, {}).items():
                factors[intent] = factors.get(intent, 1.0) * factor
        return weighed(ranking, factors)

    def hinges(
        self, ranking: Ranking, known: Circumstances, judge: Callable[[Ranking], object]
    ) -> frozenset[str]:
        """The circumstances, not known yet, that might each change what ``judge`` makes of the ranking."""
        first = ranking[0].confidence
        if first > self._farthest * (1 - first):
            return frozenset()
        before = judge(ranking)
        there = {name for name, _ in known.items()}
        return frozenset(
            name
            for name, values in VALUES.items()
            if name not in there
            and any(judge(self.weigh(ranking, NOTHING_KNOWN.with_more({name: v}))) != before for v in values)
        )


def _spread(by_value: Mapping[Known, Mapping[str, float]]) -> float:
    """The most that one value can change the odds of two requests."""
    return max(max([1.0, *of.values()]) / min([1.0, *of.values()]) for of in by_value.values())


def read_likelihoods(path: Path = NLU_DATA / "circumstances.yml") -> Likelihoods:
    """The factors of a file.

    Raises:
        BadRequest: it names a circumstance, a value or a request that there is not, or a factor that is none.
    """
    factors: Factors = read_yaml(path)
    for name, by_value in factors.items():
        if set(by_value) != set(VALUES.get(name, ())):
            raise BadRequest(f"{path.name}: {name} is no circumstance, or lacks or has too many values")
        for value, of_intents in by_value.items():
            for intent, factor in of_intents.items():
                good = isinstance(factor, int | float) and 0 < factor < math.inf
                if intent not in INTENTS or not good:
                    raise BadRequest(f"{path.name}: {name} {value}: {intent}: {factor}")
    return Likelihoods(factors)
