"""One way of writing for everything that reads messages.

Two strengths. :func:`fold` keeps each character's place in the original, so that an entity found in the
folded text can be shown in the customer's own words. :func:`normalise` also drops what carries no
meaning; the statistical model is trained on it and asked with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.hearing.by_sound import mend_by_sound
from bot.understanding.hearing.typed_pinyin import Heard, hear_pinyin
from bot.understanding.letters import fold_letter

MAX_LENGTH = 2000
"""Characters of a message that are read; what people ask for stands in the first few hundred."""

_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_LATIN_WORD = re.compile(r"[a-z]{2,}", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text and, for each of its characters, where it begins and ends in the original."""

    text: str
    at: tuple[int, ...]
    until: tuple[int, ...]
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original ``(start, end)`` of ``text[start:end]``; the span must not be empty."""
        return self.at[start], self.until[end - 1]


def fold(text: str) -> Folded:
    """Half width, lower case, simplified, homophones mended, control characters out; at most 2000 read.

    Pinyin typed in letters becomes characters. Folding the folded text changes nothing.
    """
    read = [
        (folded, index, index + 1)
        for index, char in enumerate(text[:MAX_LENGTH])
        for folded in fold_letter(char)
    ]
    while True:
        folded = _mend_homophones("".join(char for char, _, _ in read))
        heard = hear_pinyin(folded)
        if not heard:
            return Folded(folded, tuple(at for _, at, _ in read), tuple(until for _, _, until in read), text)
        # Characters in one place can show that the letters in another are pinyin too.
        read = _with_characters(folded, read, heard)


_Read = list[tuple[str, int, int]]
"""Folded characters, each with the beginning and the end of what it stands for in the original."""


def _with_characters(folded: str, read: _Read, heard: tuple[Heard, ...]) -> _Read:
    """The characters in the place of their letters, and no blanks between them."""
    words: _Read = []
    here = 0
    for meant in heard:
        between = folded[here : meant.start]
        if here == 0 or between.strip(" '’"):
            words.extend(read[here : meant.start])
        words.append((meant.character, read[meant.start][1], read[meant.end - 1][2]))
        here = meant.end
    return [*words, *read[here:]]


def normalise(text: str) -> str:
    """The words that carry meaning, in one way of writing. ``normalise(normalise(x)) == normalise(x)``."""  # noqa: D402
    present = fold(text).text
    while True:
        cleaned = _SPACES.sub(" ", _fillers().sub("", present)).strip(" ,，、")
        cleaned = fold(cleaned).text
        if cleaned == present:
            return present
        if not cleaned:
            # A message of nothing but fillers ("嗯嗯") still is an answer: keep its words.
            return _SPACES.sub(" ", present).strip()
        present = cleaned


def language(text: str, hint: str = "") -> str:
    """``zh`` or ``en``. Han characters decide; without letters the hint does, and then Chinese.

    English with one or two Chinese names in it stays English.
    """
    han = len(_HAN.findall(text))
    words = len(_LATIN_WORD.findall(text))
    if han and (han >= words or han > 6):
        return "zh"
    if words:
        return "en"
    if han:
        return "zh"
    return hint if hint in ("zh", "en") else "zh"


def _speech() -> dict[str, Any]:
    speech: dict[str, Any] = read_yaml(NLU_DATA / "speech.yml")
    return speech


@cache
def _homophones() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(wrong), right) for right, wrong in _speech()["homophones"].items())


@lru_cache(maxsize=4_000)
def _mend_homophones(text: str) -> str:
    if not _HAN.search(text):
        return text
    for wrong, right in _homophones():
        text = wrong.sub(right, text)
    return mend_by_sound(text)


@cache
def _fillers() -> re.Pattern[str]:
    fillers = _speech()["fillers"]
    return re.compile("|".join((*fillers["zh"], *fillers["en"])))
