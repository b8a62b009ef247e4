"""What both sides of the border to Rasa agree on about a text, without any library."""

from __future__ import annotations

import re

SEPARATOR = "\x1e"
"""Between the texts of one request; no normalised text holds a control character."""
_HAN = re.compile(r"[㐀-䶿一-鿿]")


def script(text: str) -> str:
    """``zh`` when any Han character is there, else ``en``: which model reads it."""
    return "zh" if _HAN.search(text) else "en"
