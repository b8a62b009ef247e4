"""Cutting long texts for channels that limit the length of a message."""

from __future__ import annotations

_BREAKS = ("\n\n", "\n", "。", "！", "？", ". ", "! ", "? ", "；", "，", ", ", " ")
"""Where a text may be cut, best first."""


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram and most phones count: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def split_text(text: str, limit: int) -> list[str]:
    """The text in parts of at most ``limit`` UTF-16 units, cut after paragraphs or sentences where possible.

    Nothing but blanks at the cuts is lost, and no part is empty unless the text is.
    """
    parts: list[str] = []
    rest = text.strip()
    while units(rest) > limit:
        head = _head(rest, limit)
        cut = _best_cut(head)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest or not parts else parts


def _head(text: str, limit: int) -> str:
    """The longest beginning that fits, whole characters."""
    return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def _best_cut(head: str) -> int:
    """Behind the best break in the second half of the head; at its end if there is none."""
    for mark in _BREAKS:
        at = head.rfind(mark, len(head) // 2)
        if at > 0:
            return at + len(mark)
    return len(head)
