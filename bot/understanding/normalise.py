"""One way of writing for everything that reads messages.

Two strengths. :func:`fold` keeps each character's place in the original, so that an entity found in the
folded text can be shown in the customer's own words. :func:`normalise` also drops what carries no
meaning; the statistical model is trained on it and asked with it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from opencc import OpenCC

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.hearing.by_sound import mend_by_sound
from bot.understanding.hearing.typed_pinyin import Heard, hear_pinyin

MAX_LENGTH = 2000
"""Characters of a message that are read; what people ask for stands in the first few hundred."""

_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_LATIN_WORD = re.compile(r"[a-z]{2,}", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_KEPT_CONTROLS = "\n\t"
_ALONE_DIFFERENT = {"著": "着", "妳": "你", "嘅": "的", "喺": "在", "冇": "没", "咗": "了", "瞭": "了"}
"""Single characters that opencc leaves because it decides by word."""


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
    chars: list[str] = []
    at: list[int] = []
    for index, char in enumerate(text[:MAX_LENGTH]):
        for folded in _fold_char(char):
            chars.append(folded)
            at.append(index)
    folded = _mend_homophones("".join(chars))
    heard = hear_pinyin(folded)
    if heard:
        return _with_characters(folded, at, heard, text)
    return Folded(folded, tuple(at), tuple(index + 1 for index in at), text)


def _with_characters(folded: str, at: list[int], heard: tuple[Heard, ...], original: str) -> Folded:
    """The characters in the place of their letters, and no blanks between them."""
    words: list[tuple[str, int, int]] = []
    here = 0
    for read in heard:
        between = folded[here : read.start]
        if here == 0 or between.strip(" '’"):
            words.extend((c, at[i], at[i] + 1) for i, c in enumerate(between, here))
        words.append((read.character, at[read.start], at[read.end - 1] + 1))
        here = read.end
    words.extend((c, at[i], at[i] + 1) for i, c in enumerate(folded[here:], here))
    text = _mend_homophones("".join(c for c, _, _ in words))
    return Folded(text, tuple(b for _, b, _ in words), tuple(e for _, _, e in words), original)


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


@lru_cache(maxsize=20_000)
def _fold_char(char: str) -> str:
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") and char not in _KEPT_CONTROLS:
        return ""
    present = char
    for _ in range(4):
        step = unicodedata.normalize("NFKC", present).lower()
        step = "".join(_ALONE_DIFFERENT.get(c, c) for c in _converter().convert(step))
        if step == present:
            break
        present = step
    return present


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


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
