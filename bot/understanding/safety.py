"""The safety rule: finds danger to life in a message before and beside any model.

Recall first: a false alarm costs a crew an hour, a missed one may cost a life. Still a bill may be "shocking",
a fire may be last year's and a question may be only that; the word lists of ``nlu_data/safety`` say so, and
every alarm explains itself.
"""  # noqa: E501

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.normalise import Folded
from domain.understanding import Danger

_CLAUSE_END = re.compile(
    r"[。!?;,、\n…~()]+|\.(?=\s|$)|(?<=[一-鿿]) +(?=[一-鿿])|\b(?:but|however)\b|但是?|不过"
)
_CLAIMED = frozenset(("fire", "sparks"))
_TAKEN_OUT = "□"
"""Stands for each character of words that only sound like danger."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule that found its words."""

    danger: Danger
    strong: bool
    """False: believe it only when the model finds it thinkable too."""


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    name: str
    parts: tuple[re.Pattern[str], ...]
    within: int
    not_with: re.Pattern[str] | None
    strong: bool


@dataclass(frozen=True, slots=True)
class _Rules:
    rules: tuple[_Rule, ...]
    blank: re.Pattern[str]
    void: dict[str, re.Pattern[str]]


class SafetyRule:
    """Reads ``nlu_data/safety/zh.yml`` and ``en.yml``; both look at every message, for people mix languages.

    Args:
        folder: where the two files are.
    """

    def __init__(self, folder: Path = NLU_DATA / "safety") -> None:
        self._languages = tuple(_load(folder / f"{lang}.yml") for lang in ("zh", "en"))

    def alarm(self, folded: Folded) -> Alarm | None:
        """The first strong alarm, else the first weak one, else None."""
        weak: Alarm | None = None
        for rules in self._languages:
            for found in _alarms(folded, rules):
                if found.strong:
                    return found
                weak = weak or found
        return weak


def _alarms(folded: Folded, rules: _Rules) -> Iterator[Alarm]:
    text = rules.blank.sub(lambda m: _TAKEN_OUT * len(m[0]), folded.text)
    for rule in rules.rules:
        for hits in _matches(rule, text):
            start, end = min(h[0] for h in hits), max(h[1] for h in hits)
            if not _taken_back(rule, text, start, end, rules.void):
                first, last = folded.span(start, end)
                words = folded.original[first:last]
                reason = f'safety rule "{rule.name}": ' + " + ".join(f"'{text[a:b]}'" for a, b in hits)
                yield Alarm(Danger(rule.kind, words, f"danger.advice.{rule.kind}", reason), rule.strong)
                break


def _matches(rule: _Rule, text: str) -> Iterator[Sequence[tuple[int, int]]]:
    """One place for each part of the rule, each near the next."""
    places = [[m.span() for m in part.finditer(text) if m.end() > m.start()][:12] for part in rule.parts]
    if not all(places):
        return
    for hits in product(*places):
        ordered = sorted(hits)
        if all(b[0] - a[1] <= rule.within for a, b in pairwise(ordered)):
            yield hits


def _taken_back(rule: _Rule, text: str, start: int, end: int, void: dict[str, re.Pattern[str]]) -> bool:
    if rule.not_with and rule.not_with.search(text):
        return True
    first, last = _clause(text, start, end)
    clause = text[first:last]
    if void["learning"].search(text) or void["supposed"].search(text[first:start]):
        return True
    if void["present"].search(clause):
        return False
    return bool(
        void["past"].search(clause)
        or void["settled"].search(text)
        or (rule.kind in _CLAIMED and void["claim"].search(text))
    )


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    first, last = 0, len(text)
    for mark in _CLAUSE_END.finditer(text):
        if mark.end() <= start:
            first = mark.end()
        elif mark.start() >= end:
            last = mark.start()
            break
    return first, last


def _any(expressions: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{e})" for e in expressions))


@cache
def _load(path: Path) -> _Rules:
    raw: dict[str, Any] = read_yaml(path)
    words = {name: _any(expressions) for name, expressions in raw["words"].items()}
    rules = tuple(
        _Rule(
            kind=r["kind"],
            name=r["rule"],
            parts=tuple(words[n] for n in r["needs"]) if "needs" in r else (_any(r["says"]),),
            within=int(r.get("within", 0)),
            not_with=_any(r["not_with"]) if "not_with" in r else None,
            strong=not r.get("weak", False),
        )
        for r in raw["rules"]
    )
    return _Rules(
        rules, _any(raw["blank"]), {name: _any(expressions) for name, expressions in raw["void"].items()}
    )
