"""What customers' language looks like, counted in the sentences that teach the intents.

Counted once in a process (about half a second); reading the files as YAML would take ten times as long.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from bot.understanding.data import NLU_DATA
from bot.understanding.letters import fold_letters

_EXAMPLE = re.compile(r"^\s+- (.+)$", re.MULTILINE)
_ANNOTATION = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_HAN_RUN = re.compile(r"[㐀-䶿一-鿿]+")
_WORD = re.compile(r"[a-z]+")
_PAIR_WEIGHT = 0.9
"""Share that the character before has in how likely a character is; the rest is how common it is at all."""
_PAIR_WEIGHT_APART = 0.3
"""The same where the writer left a space between the two."""
_LEAST = 1e-6
_KNOWN_FROM = 2
_OWNER = re.compile(r"['’]s$")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Counts of characters, of pairs of neighbours, and of English words in lower case.

    The empty string stands for what is before the first character of a run.
    """

    characters: Mapping[str, int]
    pairs: Mapping[str, int]
    english: Mapping[str, int]
    total: int

    def chance(self, before: str, character: str, *, apart: bool = False) -> float:
        """Natural logarithm of the chance of ``character`` after ``before`` (empty where a run begins).

        ``apart``: another word begins here, so that what stood before says less.
        """
        common = self.characters.get(character, 0) / self.total
        after = self.characters.get(before, 0)
        pair = self.pairs.get(before + character, 0) / after if after else common
        weight = _PAIR_WEIGHT_APART if apart else _PAIR_WEIGHT
        return math.log(weight * pair + (1 - weight) * common + _LEAST)

    def knows(self, word: str) -> bool:
        """Whether a folded English word, or another form of it, is used and not only written once."""
        stem = _OWNER.sub("", word)
        forms = {word, stem, stem.removesuffix("s"), f"{stem}s"}
        return sum(self.english.get(form, 0) for form in forms) >= _KNOWN_FROM

    def likelihood(self, text: str) -> float:
        """Natural logarithm of the chance of a run of Chinese characters."""
        return sum(self.chance(before, here) for before, here in zip(("", *text), text, strict=False))


def count(sentences: Iterable[str]) -> OwnWords:
    """Count sentences of either language, each on one line, as they read when folded."""
    characters: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    english: Counter[str] = Counter()
    for sentence in fold_letters("\n".join(sentences)).split("\n"):
        runs = _HAN_RUN.findall(sentence)
        for run in runs:
            characters.update(run)
            characters[""] += 1
            pairs[run[0]] += 1
            pairs.update(map("".join, pairwise(run)))
        if not runs:
            english.update(_WORD.findall(sentence))
    return OwnWords(characters, pairs, english, max(1, characters.total() - characters[""]))


def sentences(data_dir: Path = NLU_DATA) -> list[str]:
    """Every example of the language files as it was written, annotations taken off."""
    return [
        _ANNOTATION.sub(r"\1", found[1])
        for path in sorted((data_dir / "intents").glob("*.yml"))
        for found in _EXAMPLE.finditer(path.read_text(encoding="utf-8"))
    ]


@cache
def own_words() -> OwnWords:
    """Those of the house."""
    return count(sentences())
