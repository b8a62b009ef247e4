"""Words of the trade written with other characters of the same sound, as speech recognisers do.

The hand-made list in ``speech.yml`` comes first and knows its exceptions; this knows any spelling of the
words under ``by_sound``, and so asks for more proof: what was written is no word of our customers, and the
word meant makes the sentence far likelier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.hearing.own_words import OwnWords, own_words
from bot.understanding.hearing.sounds import roughly, syllables

_HAN_RUN = re.compile(r"[㐀-䶿一-鿿]{2,}")
_SEEN_AT_MOST = 1
"""Times that the rarest pair of what was written may stand in our sentences."""
_LIKELIER = 6.0
"""How much likelier the sentence must become, as a natural logarithm."""


class SoundMender:
    """Puts the words of the ``trade`` in the place of what sounds like them, by the proof of ``words``."""

    def __init__(self, words: OwnWords, trade: Iterable[str]) -> None:
        self._words = words
        self._trade = {tuple(map(_sound, word)): word for word in trade}
        self._lengths = sorted({len(sounds) for sounds in self._trade}, reverse=True)

    def mend(self, text: str) -> str:
        """``text`` with words of the trade in their own characters; as long as before."""
        return _HAN_RUN.sub(lambda run: self._mend(run[0]), text)

    def _mend(self, run: str) -> str:
        for start, end, word in self._candidates(run):
            if self._is_a_word(run[start:end]):
                continue
            mended = run[:start] + word + run[end:]
            around = slice(max(0, start - 1), end + 1)
            gain = self._words.likelihood(mended[around]) - self._words.likelihood(run[around])
            if gain >= _LIKELIER:
                run = mended
        return run

    def _candidates(self, run: str) -> Iterator[tuple[int, int, str]]:
        """Places that sound like a word of the trade and are not it, longer words first."""
        sounds = [_sound(character) for character in run]
        for length in self._lengths:
            for start in range(len(run) - length + 1):
                word = self._trade.get(tuple(sounds[start : start + length]))
                if word is not None and run[start : start + length] != word:
                    yield start, start + length, word

    def _is_a_word(self, written: str) -> bool:
        return min(self._words.pairs.get(a + b, 0) for a, b in pairwise(written)) > _SEEN_AT_MOST


def mend_by_sound(text: str) -> str:
    """``text`` with the words under ``by_sound`` of ``speech.yml`` in their own characters."""
    return _house().mend(text)


def trade_words() -> list[str]:
    """Those of ``speech.yml``."""
    words: list[str] = read_yaml(NLU_DATA / "speech.yml")["by_sound"]
    return words


@cache
def _house() -> SoundMender:
    return SoundMender(own_words(), trade_words())


def _sound(character: str) -> str:
    readings = syllables(character)
    return roughly(readings[0]) if readings else ""
