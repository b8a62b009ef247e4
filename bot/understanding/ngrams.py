"""How near texts are by their letters alone: character n-grams, weighed by how rare they are."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

_RUN = re.compile(r"[㐀-䶿一-鿿]+|[a-z0-9']+")


_LETTERS = re.compile(r"[㐀-䶿一-鿿a-z]")


def has_words(text: str) -> bool:
    """Whether a model text holds a letter of one of our languages."""
    return bool(_LETTERS.search(text))


class NgramIndex:
    """Cosine of tf-idf weights between a text and each of some documents.

    Args:
        documents: model texts (see :func:`bot.understanding.model_text.model_text`).
    """

    def __init__(self, documents: Sequence[str]) -> None:
        counts = [Counter(_grams(document)) for document in documents]
        seen = Counter(gram for count in counts for gram in count)
        self._rarity = {
            gram: math.log((1 + len(documents)) / (1 + times)) + 1 for gram, times in seen.items()
        }
        self._holders: dict[str, list[tuple[int, float]]] = {}
        self._size = len(documents)
        for number, count in enumerate(counts):
            for gram, weight in self._weights(count).items():
                self._holders.setdefault(gram, []).append((number, weight))

    def near(self, text: str) -> list[float]:
        """0 to 1 for each document."""
        scores = [0.0] * self._size
        for gram, weight in self._weights(Counter(_grams(text))).items():
            for number, other in self._holders.get(gram, ()):
                scores[number] += weight * other
        return scores

    def _weights(self, count: Counter[str]) -> dict[str, float]:
        """Of length one; grams that no document holds carry no weight."""
        known = {
            gram: (1 + math.log(times)) * self._rarity[gram]
            for gram, times in count.items()
            if gram in self._rarity
        }
        length = math.sqrt(sum(weight * weight for weight in known.values())) or 1.0
        return {gram: weight / length for gram, weight in known.items()}


def _grams(text: str) -> Iterator[str]:
    """Chinese by one to three characters; Latin by whole words and three to five letters of them."""
    for run in _RUN.findall(text):
        if run[0] >= "㐀":
            yield from (run[at : at + n] for n in (1, 2, 3) for at in range(len(run) - n + 1))
        else:
            yield f"={run}"
            framed = f" {run} "
            yield from (framed[at : at + n] for n in (3, 4, 5) for at in range(len(framed) - n + 1))
