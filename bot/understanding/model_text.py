"""What the statistical model reads: normalised words, with numbers that name something made alike."""

from __future__ import annotations

import re

from bot.understanding.entities.numerals import digit_runs
from bot.understanding.hearing.slips import mend_slips
from bot.understanding.normalise import normalise

_LONG = 6
"""Digits from which a number is a name (an account, a telephone) and not a quantity."""
_DIGITS = re.compile(r"\d+")


def model_text(text: str) -> str:
    """The text for training and for asking; both must pass here.

    Numbers of six and more digits become ``0000`` whatever they are, shorter ones keep their length.
    """
    words = mend_slips(normalise(text))
    for start, end, digits in reversed(digit_runs(words)):
        if len(digits) >= _LONG:
            words = f"{words[:start]}0000{words[end:]}"
    return _DIGITS.sub(lambda m: "0" * min(len(m[0]), 4), words)
