"""The library: articles with their numbers filled in, found by the words of a question."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Protocol

from bot.understanding.articles import HOLE, LANGUAGES, Section, Shelf, Topic
from domain.errors import NotFound
from domain.knowledge import Article, Fact, Facts, Hit, Passage
from domain.policy import Unit

_log = logging.getLogger(__name__)
_DAYS_KEPT = 4
"""Days whose numbers are remembered: yesterday's turns may still be answered just after midnight."""
_IN_CONTEXT = 0.1
"""So much less sure may a search be that takes what is talked about into account, and still count."""
_SPARE = 5
"""Passages looked at beyond those asked for: some may not be told here for want of a number."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search says of one passage."""

    key: str
    score: float
    """0 to 1."""
    enough: bool


class Finder(Protocol):
    """Finds passages by their keys."""

    def find(self, text: str, most: int) -> Sequence[Found]:
        """The nearest passages, best first; never raises."""
        ...


class Library:
    """Implements :class:`domain.knowledge.Knowledge`.

    Args:
        shelf: the articles as written.
        finder: searches them.
        facts: the numbers of the trade.
        address: where the house is reached from outside, without a slash at its end.
    """

    def __init__(self, shelf: Shelf, finder: Finder, facts: Facts, address: str = "") -> None:
        self._shelf, self._finder, self._facts, self._address = shelf, finder, facts, address
        self._topic_of = {section.key: topic for topic in shelf.topics for section in topic.sections}
        self._on = lru_cache(_DAYS_KEPT)(self._told)

    def search(self, text: str, on: date, most: int = 3, *, about: str = "") -> tuple[Hit, ...]:
        """See :meth:`domain.knowledge.Knowledge.search`."""
        told = self._on(on)
        found = self._finder.find(text, most + _SPARE)
        if about:
            within = self._finder.find(f"{about} {text}", most + _SPARE)
            if within and (not found or within[0].score > found[0].score - _IN_CONTEXT):
                found = within
        hits = (Hit(item.score, item.enough, told[item.key]) for item in found if item.key in told)
        return tuple(hits)[:most]

    def articles(self, language: str, on: date) -> tuple[Article, ...]:
        """See :meth:`domain.knowledge.Knowledge.articles`."""
        return tuple(
            article for topic in self._shelf.topics for article in self._article(topic, language, on)
        )

    def article(self, topic: str, language: str, on: date) -> Article:
        """See :meth:`domain.knowledge.Knowledge.article`."""
        for known in self._shelf.topics:
            if known.topic == topic and (found := self._article(known, language, on)):
                return found[0]
        raise NotFound(f"no article {topic!r}")

    def _article(self, topic: Topic, language: str, on: date) -> Sequence[Article]:
        """The article, or nothing when none of its passages can be told here."""
        tongue = language if language in LANGUAGES else LANGUAGES[0]
        told = self._on(on)
        passages = tuple(told[section.key][tongue] for section in topic.sections if section.key in told)
        if not passages:
            return ()
        return (
            Article(
                topic.topic, topic.group, topic.title[tongue], topic.effective_from, topic.reviewed, passages
            ),
        )

    def _told(self, on: date) -> Mapping[str, Mapping[str, Passage]]:
        """Every passage that can be told on a day, by key and language."""
        told = {}
        for section in self._shelf.sections():
            numbers = {name: self._facts.find(name, on) for name in section.facts()}
            missing = [name for name, fact in numbers.items() if fact is None]
            if missing:
                _log.info("article %s is not told: no %s", section.key, ", ".join(sorted(missing)))
                continue
            told[section.key] = {
                tongue: self._passage(section, tongue, {name: fact for name, fact in numbers.items() if fact})
                for tongue in LANGUAGES
            }
        return told

    def _passage(self, section: Section, tongue: str, numbers: Mapping[str, Fact]) -> Passage:
        words = section.words[tongue]
        return Passage(
            topic=section.topic,
            name=section.name,
            title=self._topic_of[section.key].title[tongue],
            question=words.question,
            answer=HOLE.sub(lambda hole: written(numbers[hole[1]], tongue), words.answer),
            intents=section.intents,
            sources=tuple(self._shelf.sources[source][tongue] for source in section.sources),
            link=f"{self._address}/knowledge/{section.topic}?lang={tongue}#{section.name}",
        )


def written(fact: Fact, language: str) -> str:
    """A fact as people of that language write it."""
    return _WRITERS[fact.kind](fact.value, language == "zh")


def _number(value: str) -> str:
    """Without zeros that say nothing: ``198.0`` is 198, ``2760`` stays."""
    return f"{Decimal(value):f}".rstrip("0").rstrip(".") if "." in value else value


def _counted(zh: str, en: str) -> Callable[[str, bool], str]:
    def write(value: str, chinese: bool) -> str:
        number = _number(value)
        if chinese:
            return f"{number}{zh}"
        return f"{number} {en.removesuffix('s') if number == '1' else en}"

    return write


def _per_mille(value: str, chinese: bool) -> str:
    return f"千分之{'零一二三四五六七八九'[int(value)]}" if chinese else f"{Decimal(value) / 10:f} %"


def _fen(value: str, chinese: bool) -> str:
    yuan = _number(str(Decimal(value) / 100))
    return f"{yuan}元" if chinese else f"{yuan} yuan"


def _clock(value: str, chinese: bool) -> str:
    spans = [span.split("-") for span in value.split(",")]
    if chinese:
        return "、".join(f"{_hour(start)}到{_hour(end)}" for start, end in spans)
    return " and ".join(f"{start} to {end}" for start, end in spans)


def _hour(clock: str) -> str:
    hour, minute = clock.split(":")
    return f"{int(hour)}点" + (f"{minute}分" if int(minute) else "")


def _share(value: str, chinese: bool) -> str:
    share = (Decimal(value) * 100).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{share}%" if chinese else f"{share} %"


_WRITERS: Mapping[str, Callable[[str, bool], str]] = {
    Unit.MINUTES: _counted("分钟", "minutes"),
    Unit.HOURS: _counted("小时", "hours"),
    Unit.DAYS: _counted("天", "days"),
    Unit.WORKING_DAYS: _counted("个工作日", "working days"),
    Unit.KWH: _counted("度", "kWh"),
    Unit.VOLT: _counted("伏", "V"),
    Unit.FEN: _fen,
    Unit.PER_MILLE_PER_DAY: _per_mille,
    Unit.PERCENT: _counted("%", "%"),
    Unit.COUNT: lambda value, _: _number(value),
    "yuan_per_kwh": _counted("元", "yuan"),
    "clock": _clock,
    "share": _share,
}
