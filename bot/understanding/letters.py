"""One character in one way of writing: half width, lower case, simplified; control characters vanish."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

_KEPT_CONTROLS = "\n\t"
_ALONE_DIFFERENT = {"著": "着", "妳": "你", "嘅": "的", "喺": "在", "冇": "没", "咗": "了", "瞭": "了"}
"""Single characters that opencc leaves because it decides by word."""


@lru_cache(maxsize=20_000)
def fold_letter(char: str) -> str:
    """What stands for one character: nothing, one or several. Folding these again changes nothing."""
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


def fold_letters(text: str) -> str:
    """:func:`fold_letter` of every character."""
    return text.translate({ord(char): fold_letter(char) for char in set(text)})


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
