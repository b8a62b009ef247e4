"""Reads files of labelled messages: one JSON object a line.

``{"text", "lang", "channel", "intent", "entities": [{"entity", "value"}], "hard"}``; other keys
are ignored, and all but ``text`` and ``intent`` may be missing. A message with two requests has
``intents: [a, b]`` instead of ``intent``. ``around`` holds what is known of the customer, by the names of
:class:`domain.circumstances.Circumstances`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.circumstances import NOTHING_KNOWN, VALUES, Circumstances
from domain.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line of a file."""

    text: str
    lang: str
    intents: tuple[str, ...]
    entities: tuple[tuple[str, str], ...] = ()
    """``(name, value)`` of each."""
    hard: bool = False
    """Has none of the usual words of its intent."""
    channel: str = ""
    """``chat`` or ``hotline``; empty when the file does not say."""
    around: Circumstances = NOTHING_KNOWN
    """What the house knows of the customer."""


def read_labelled(paths: Iterable[Path]) -> list[Labelled]:
    """The lines of all files, in order; empty ones are passed over.

    Raises:
        BadRequest: a file is unreadable or empty, or has a malformed line, which the text names.
    """
    return [line for path in paths for line in _read_file(path)]


def _read_file(path: Path) -> list[Labelled]:
    try:
        # Only "\n" ends a line: JSON may hold other separators of Unicode inside a string.
        raw = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"cannot read {path}: {error}") from error
    lines = [_read_line(f"{path.name} line {at}", line) for at, line in enumerate(raw, 1) if line.strip()]
    if not lines:
        raise BadRequest(f"{path} has no lines")
    return lines


def _read_line(place: str, line: str) -> Labelled:
    try:
        row = json.loads(line)
        intents = tuple(str(i) for i in (row["intents"] if "intents" in row else [row["intent"]]))
        text = row["text"]
        if not isinstance(text, str) or not intents:
            raise TypeError("text must be a string, intents must not be empty")
        return Labelled(
            text,
            str(row.get("lang") or ""),
            intents,
            tuple((str(e["entity"]), str(e["value"])) for e in row.get("entities") or ()),
            bool(row.get("hard", False)),
            str(row.get("channel") or ""),
            _circumstances(row.get("around") or {}),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRequest(f"{place}: {type(error).__name__} {error}: {line[:120]}") from error


def _circumstances(around: Mapping[str, Any]) -> Circumstances:
    for name, value in around.items():
        if value not in VALUES.get(name, ()):
            raise ValueError(f"around: {name} cannot be {value}")
    return NOTHING_KNOWN.with_more(around)
