"""Syllables of Chinese characters, without tones, as pypinyin knows them (``ü`` is written ``v``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pypinyin import Style, pinyin

from bot.understanding.hearing.own_words import OwnWords

LONGEST = 6
"""Letters of the longest syllable (``zhuang``)."""
_UNUSUAL = -3.0
_HEARD_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"), ("f", "h"))
"""Beginnings that many speakers do not keep apart; the second stands for both."""
_ENDS_ALIKE = (("ing", "in"), ("eng", "en"), ("ang", "an"))


@lru_cache(maxsize=20_000)
def syllables(character: str) -> tuple[str, ...]:
    """All readings of one character, the usual one first; empty for what is no Chinese character."""
    readings = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(readings[0])) if readings else ()


def spelled_by(words: OwnWords) -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Syllable to the characters with that sound that ``words`` use, the commonest first.

    Beside each the logarithm of the chance that it is read so: a reading that is not the usual one is rare.
    """
    table: dict[str, list[tuple[str, float]]] = {}
    characters = {c: times for c, times in words.characters.items() if c}
    for character in sorted(characters, key=characters.__getitem__, reverse=True):
        for syllable in syllables(character):
            usual = syllable == syllables(character)[0]
            table.setdefault(syllable, []).append((character, 0.0 if usual else _UNUSUAL))
    return {syllable: tuple(found) for syllable, found in table.items() if syllable.isascii()}


def roughly(syllable: str) -> str:
    """One spelling for syllables that dialect and noise confuse: ``zhang`` and ``zan`` both are ``zan``."""
    for full, flat in _HEARD_ALIKE:
        if syllable.startswith(full):
            syllable = flat + syllable.removeprefix(full)
            break
    for full, flat in _ENDS_ALIKE:
        if syllable.endswith(full):
            return syllable.removesuffix(full) + flat
    return syllable
