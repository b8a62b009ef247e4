"""Which of the two languages a model text is written in, as the models count it."""

from __future__ import annotations

import re

_HAN = re.compile(r"[㐀-䶿一-鿿]")


def script(text: str) -> str:
    """``zh`` when any Han character is there, else ``en``: which model reads it."""
    return "zh" if _HAN.search(text) else "en"
