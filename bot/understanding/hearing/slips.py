"""Slips in English words of the trade: one letter too many, too few, wrong, or two that changed places.

Only a word that none of our sentences holds is mended, and only into one listed under ``slips`` in
``speech.yml``: real words that no customer used before ("bending") would else become others of ours
("pending"). For the model's ears alone: names are words that we do not know either, so entities are read
from what was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.hearing.own_words import own_words

_WORD = re.compile(r"[a-z]{5,}")


def mend_slips(text: str) -> str:
    """``text``, in lower case, with misspelt words of the trade spelt as usual."""
    return _WORD.sub(lambda word: _mended(word[0]), text)


@lru_cache(maxsize=20_000)
def _mended(word: str) -> str:
    if word in own_words().english:
        return word
    meant = {
        known for shape in _shapes(word) for known in _by_shape().get(shape, ()) if _one_slip(word, known)
    }
    return max(meant, key=lambda known: (own_words().english.get(known, 0), known), default=word)


def _shapes(word: str) -> Iterator[str]:
    """The word itself and with each letter left out: two words one slip apart share a shape (SymSpell)."""
    yield word
    for index in range(len(word)):
        yield word[:index] + word[index + 1 :]


@cache
def _by_shape() -> Mapping[str, tuple[str, ...]]:
    shapes: dict[str, list[str]] = {}
    for word in read_yaml(NLU_DATA / "speech.yml")["slips"]:
        for shape in _shapes(word):
            shapes.setdefault(shape, []).append(word)
    return {shape: tuple(words) for shape, words in shapes.items()}


def _one_slip(written: str, meant: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes one of the other."""
    short, long = sorted((written, meant), key=len)
    start = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) != len(short):
        return len(long) - len(short) == 1 and short[start:] == long[start + 1 :]
    swapped = long[start + 1 : start + 2] + long[start : start + 1] + long[start + 2 :]
    return short[start + 1 :] == long[start + 1 :] or short[start:] == swapped
