"""What telephones, recognisers and thumbs do to a sentence, for measuring how much of it is still understood.

Every noise is a pure function of the sentence: the same sentence always comes out the same. Training never
sees these (measured: copies with noise in training gained nothing; what helps is to mend them when reading).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from random import Random

import rjieba
from opencc import OpenCC
from pypinyin import lazy_pinyin

from bot.understanding.hearing.own_words import own_words
from bot.understanding.hearing.sounds import spelled_by, syllables

Noise = Callable[[str, Random], str]

_HAN = re.compile(r"[㐀-䶿一-鿿]")
_PUNCTUATION = re.compile(r"[，。！？、；：,.!?;:…~～]+")
_NUMBER = re.compile(r"\d{4,}")
_ENGLISH_WORD = re.compile(r"[A-Za-z]{5,}")
_MISHEARD_SHARE = 0.12
"""Characters that a bad line turns into another of the same sound."""
_SLIP_SHARE = 0.25
"""English words of five letters and more with a slip."""
_FILLERS = {
    "zh": ("嗯", "那个", "就是说", "呃", "喂你好那个"),
    "en": ("um", "uh", "you know", "i mean", "like"),
}
_EMOJI = ("😡", "🙏", "😭", "👍", "🤔")
_SPOKEN = {
    "zh": dict(zip("0123456789", "洞幺二三四五六拐八九", strict=True)),
    "en": dict(
        zip(
            "0123456789",
            ["oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
            strict=True,
        )
    ),
}


def noisy(text: str, noise: str, lang: str) -> str:
    """``text`` as it arrives after one of :func:`noises` of its language; unchanged where there is nothing to spoil."""  # noqa: E501
    return noises(lang)[noise](text, Random(f"{noise} {text}"))  # noqa: S311 - no secret


@cache
def noises(lang: str) -> Mapping[str, Noise]:
    """The noises of ``zh`` or ``en`` by name."""
    speech: dict[str, Noise] = {
        "restarts": lambda text, random: _restarted(_bare(text), random, lang),
        "digits": lambda text, random: _NUMBER.sub(lambda found: _spoken(found[0], lang), text),  # noqa: ARG005
        "bare": lambda text, random: _bare(text),  # noqa: ARG005
        "emoji": lambda text, random: f"{_bare(text)}{random.choice(_EMOJI) * random.randint(1, 3)}",
    }
    if lang == "zh":
        return speech | {
            "misheard": _misheard,
            "pinyin": _pinyin,
            "traditional": _traditional,
            "swapped": _swapped,
        }
    return speech | {"slips": _slips, "small": lambda text, random: _bare(text).lower()}  # noqa: ARG005


def _bare(text: str) -> str:
    return _PUNCTUATION.sub(" " if not _HAN.search(text) else "", text).strip()


def _spoken(digits: str, lang: str) -> str:
    return ("" if lang == "zh" else " ").join(_SPOKEN[lang][digit] for digit in digits)


def _restarted(text: str, random: Random, lang: str) -> str:
    """A filler somewhere, and a beginning that is said twice."""
    words = list(text) if lang == "zh" else text.split()
    glue = "" if lang == "zh" else " "
    if len(words) > 3:
        again = random.randint(1, min(3, len(words) - 1))
        words[again:again] = [random.choice(_FILLERS[lang]), *words[:again]]
    return glue.join([random.choice(_FILLERS[lang]), *words])


def _misheard(text: str, random: Random) -> str:
    return "".join(
        _sounds_like(c, random) if _HAN.match(c) and random.random() < _MISHEARD_SHARE else c for c in text
    )


def _sounds_like(character: str, random: Random) -> str:
    common = own_words().characters
    others = [
        other
        for syllable in syllables(character)[:1]
        for other, _ in _spelled().get(syllable, ())
        if other != character and common.get(other, 0) >= 3
    ]
    return random.choice(others) if others else character


@cache
def _spelled() -> Mapping[str, tuple[tuple[str, float], ...]]:
    return spelled_by(own_words())


def _pinyin(text: str, random: Random) -> str:
    """As somebody without a Chinese keyboard types it: by words, by syllables, or in one go."""
    words = ["".join(lazy_pinyin(word)) if _HAN.search(word) else word for word in rjieba.cut(text)]
    glue = random.choice(("", " ", " "))
    if random.random() < 0.3:
        words = lazy_pinyin(text)
    return glue.join(words)


def _traditional(text: str, random: Random) -> str:  # noqa: ARG001
    converted: str = _to_traditional().convert(text)
    return converted


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


def _swapped(text: str, random: Random) -> str:
    """Two neighbours changed places, or one is missing."""
    if len(text) < 6:
        return text
    at = random.randrange(1, len(text) - 2)
    if random.random() < 0.5:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _slips(text: str, random: Random) -> str:
    return _ENGLISH_WORD.sub(
        lambda word: _slipped(word[0], random) if random.random() < _SLIP_SHARE else word[0], text
    )


def _slipped(word: str, random: Random) -> str:
    at = random.randrange(1, len(word) - 1)
    return random.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + random.choice("aeiourstln") + word[at + 1 :],
        )
    )
