"""Knowledge: dated articles that answer enquiries, passage by passage, in the customer's language.

A passage is one answer to one question that people ask in many ways. Its numbers are not written in it: they
are names of facts (prices, deadlines) that the house fills in as they hold on the day, so that an article
never contradicts the rules that the tickets run on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fact:
    """A number of the trade on one day.

    ``kind`` is a :class:`domain.policy.Unit`, or ``yuan_per_kwh``, ``yuan``, ``clock`` (``08:00-22:00``,
    several joined by a comma) or ``share`` (0.1071 is about 11 %).
    """

    kind: str
    value: str


class Facts(Protocol):
    """The numbers that articles name: ``rule:<policy key>[/<customer class>]`` and ``price:<name>``."""

    def find(self, name: str, on: date) -> Fact | None:
        """The fact in force on that day, or None where this house has none: then the passage is not told."""
        ...


@dataclass(frozen=True, slots=True)
class Passage:
    """One answer in one language, its numbers filled in."""

    topic: str
    """The article's name, also in its address."""
    name: str
    title: str
    """Of the article."""
    question: str
    answer: str
    """Plain text; an empty line parts paragraphs."""
    intents: tuple[str, ...]
    """What may be begun from here, best first."""
    sources: tuple[str, ...]
    """Names of the rules it rests on, for readers."""
    link: str
    """Address of the whole article, at this passage."""


@dataclass(frozen=True, slots=True)
class Article:
    """All passages of a topic in one language."""

    topic: str
    group: str
    """Heading that it stands under."""
    title: str
    effective_from: date
    """Since when the rules told here hold."""
    reviewed: date
    """When somebody last compared it with its sources."""
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found."""

    score: float
    """0 to 1; see ``config.yml``, section ``knowledge``."""
    enough: bool
    """The score is high enough to answer with it; below, it is only a suggestion to a reader."""
    passage: Mapping[str, Passage]
    """By language, ``zh`` and ``en``."""

    @property
    def key(self) -> str:
        """``topic.name``, the same in every language."""
        any_one = next(iter(self.passage.values()))
        return f"{any_one.topic}.{any_one.name}"

    @property
    def intents(self) -> tuple[str, ...]:
        """What may be begun from here, best first."""
        return next(iter(self.passage.values())).intents


class Knowledge(Protocol):
    """The house's articles."""

    def search(self, text: str, on: date, most: int = 3, *, about: str = "") -> tuple[Hit, ...]:
        """The passages nearest to a question in any words, best first. Never raises, whatever the text.

        ``about`` are words on what is being talked about: "how long does it take?" may leave it out.
        """
        ...

    def articles(self, language: str, on: date) -> tuple[Article, ...]:
        """Every article, in the order of the index."""
        ...

    def article(self, topic: str, language: str, on: date) -> Article:
        """One article.

        Raises:
            NotFound: no such topic.
        """
        ...
