"""Pinyin typed in letters ("wo jia tingdian le"), turned into the characters that were most likely meant.

English must never be harmed: letters count as pinyin only where they divide into syllables, are mostly no
English words of ours, and give characters that stand beside each other in our customers' own sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.understanding.hearing.own_words import OwnWords, own_words
from bot.understanding.hearing.sounds import LONGEST, spelled_by

_LETTERS = re.compile(r"[a-z]+(?:[1-5](?![0-9])[a-z]*)*")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_BETWEEN = re.compile(r"[ '’]*")
_READ_AT_MOST = 400
"""Characters of a message that are read; nobody types more in pinyin."""
_CANDIDATES = 40
_FOREIGN_SHARE = 0.6
"""Letters that must stand in words which are no English words of ours."""
_FOREIGN_SHARE_OF_ALL = 0.3
"""The same where the whole message divides into syllables, which English never does for long."""
_SHARE_OF_MESSAGE = 0.75
"""Letters of a message without Chinese that must divide; a name inside an English sentence is less."""
_KNOWN_FROM = 2
"""Times that an English word stands in our sentences before it counts as one."""
_LIKELY = -6.0
"""Mean logarithm of the chance of a character from which the reading is believed."""
_LIKELY_SHORT = -4.4
"""The same for two syllables, which many a name has too."""
_SHORT = 2

_Run = list[re.Match[str]]


@dataclass(frozen=True, slots=True)
class Heard:
    """One character that was read out of the letters ``start`` to ``end`` of the text."""

    character: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Way:
    """The likeliest reading so far that ends with some character."""

    likely: float
    read: tuple[Heard, ...]


class PinyinReader:
    """Reads pinyin by what stands beside what in ``words``."""

    def __init__(self, words: OwnWords) -> None:
        self._words, self._spelled = words, spelled_by(words)
        self.read = lru_cache(maxsize=4_000)(self._read)

    def _read(self, text: str) -> tuple[Heard, ...]:
        """The characters meant by the pinyin in an already folded text; empty when there is none."""
        runs = list(self._runs(text))
        if _HAN.search(text):
            runs = [run for run in runs if self._foreign_share(run) >= _FOREIGN_SHARE]
        elif not self._no_english(text, runs):
            return ()
        heard = [self._likeliest([(word[0], word.start()) for word in run]) for run in runs]
        heard = [read for read in heard if len(read) >= _SHORT or len(heard) > 1]
        count = sum(map(len, heard))
        if not count:
            return ()
        likely = sum(self._words.likelihood("".join(h.character for h in read)) for read in heard)
        if likely / count < (_LIKELY_SHORT if count <= _SHORT else _LIKELY):
            return ()
        return tuple(h for read in heard for h in read)

    def _runs(self, text: str) -> Iterator[_Run]:
        """Neighbouring words that all divide into syllables, with only blanks and apostrophes between."""
        run: _Run = []
        for word in _LETTERS.finditer(text):
            if run and not _BETWEEN.fullmatch(text, run[-1].end(), word.start()):
                yield run
                run = []
            if self._divides(word[0]):
                run.append(word)
            elif run:
                yield run
                run = []
        if run:
            yield run

    def _no_english(self, text: str, runs: list[_Run]) -> bool:
        """Whether a message without Chinese characters is pinyin as a whole; a name inside English is not."""
        letters = sum(len(word[0]) for word in _LETTERS.finditer(text))
        words = [word for run in runs for word in run]
        here = sum(len(word[0]) for word in words)
        if here < _SHARE_OF_MESSAGE * letters:
            return False
        return self._foreign_share(words) >= (_FOREIGN_SHARE_OF_ALL if here == letters else _FOREIGN_SHARE)

    def _foreign_share(self, words: _Run) -> float:
        """Share of the letters that stand in words which are no English words of ours."""
        known = self._words.english
        foreign = sum(len(word[0]) for word in words if known.get(word[0], 0) < _KNOWN_FROM)
        return foreign / max(1, sum(len(word[0]) for word in words))

    def _divides(self, word: str) -> bool:
        """Whether a word is nothing but syllables, each perhaps with the number of its tone."""
        ends = {0}
        for start in range(len(word)):
            if start in ends:
                ends.update(end for _, end in self._syllables_at(word, start))
        return len(word) in ends

    def _syllables_at(self, word: str, start: int) -> Iterator[tuple[str, int]]:
        """Syllables that begin at a place and where each ends, its tone included."""
        for end in range(start + 1, min(len(word), start + LONGEST) + 1):
            syllable = word[start:end]
            if syllable in self._spelled:
                yield syllable, end + (end < len(word) and word[end].isdigit())

    def _likeliest(self, words: Sequence[tuple[str, int]]) -> tuple[Heard, ...]:
        """Viterbi over all divisions into syllables and all characters with these sounds."""
        # Blanks stand between words ("wo jia tingdian le") or between syllables ("ting dian le").
        by_words = any(word not in self._spelled for word, _ in words)
        best = {"": _Way(0.0, ())}
        for word, offset in words:
            at: list[dict[str, _Way]] = [best, *({} for _ in word)]
            for start, ways in enumerate(at[:-1]):
                if ways:
                    for syllable, end in self._syllables_at(word, start):
                        place = (offset + start, offset + end)
                        self._go_on(ways, syllable, place, at[end], apart=by_words and start == 0)
            best = at[len(word)]
        return max(best.values(), key=lambda way: way.likely).read

    def _go_on(
        self,
        ways: dict[str, _Way],
        syllable: str,
        place: tuple[int, int],
        into: dict[str, _Way],
        *,
        apart: bool,
    ) -> None:
        """Each way on with each character of that sound; the best for each character is kept."""
        chance = self._words.chance
        for character, reading in self._spelled[syllable][:_CANDIDATES]:
            likely, last = max(
                (way.likely + reading + chance(last, character, apart=apart), last)
                for last, way in ways.items()
            )
            if character not in into or likely > into[character].likely:
                into[character] = _Way(likely, (*ways[last].read, Heard(character, *place)))


def hear_pinyin(text: str) -> tuple[Heard, ...]:
    """What is meant by the pinyin in an already folded text, by our own sentences; empty without."""
    return _house().read(text[:_READ_AT_MOST]) if _LETTERS.search(text) else ()


@cache
def _house() -> PinyinReader:
    return PinyinReader(own_words())
