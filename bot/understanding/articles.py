"""Reads and checks the articles ``nlu_data/knowledge/<topic>.md``; how to write: ``docs/knowledge.md``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from domain.errors import BadRequest

LANGUAGES = ("zh", "en")
GROUPS = ("prices", "bills", "outages", "meter", "connections", "account", "service", "safety")
"""Headings of the index, in its order."""
HOLE = re.compile(r"\{((?:rule|price):[\w./]+)\}")
"""Stands for a number of the trade, see :class:`domain.knowledge.Facts`."""

_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_PASSAGE = re.compile(r"^## (.+)$", re.MULTILINE)
_TONGUE = re.compile(r"^### (\w+): (.+)$", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KEYS = {"topic", "group", "place", "title", "effective_from", "reviewed", "intents", "only_in"}
_ANY_BRACE = re.compile(r"[{}]")


class BadArticle(BadRequest):
    """The articles need mending; the text lists every place."""


@dataclass(frozen=True, slots=True)
class Words:
    """A passage in one language, numbers still as names of facts."""

    question: str
    """Its heading: the plainest way to ask."""
    asked: tuple[str, ...]
    """Other ways that people ask it."""
    answer: str


@dataclass(frozen=True, slots=True)
class Section:
    """One passage as written."""

    topic: str
    name: str
    intents: tuple[str, ...]
    sources: tuple[str, ...]
    """Keys of ``sources.yml``."""
    words: Mapping[str, Words]

    @property
    def key(self) -> str:
        """``topic.name``."""
        return f"{self.topic}.{self.name}"

    def facts(self) -> frozenset[str]:
        """Names of the numbers that its answers hold."""
        return frozenset(name for words in self.words.values() for name in HOLE.findall(words.answer))


@dataclass(frozen=True, slots=True)
class Topic:
    """One article as written."""

    topic: str
    group: str
    place: int
    """Within the group; the most asked first."""
    title: Mapping[str, str]
    effective_from: date
    reviewed: date
    only_in: tuple[str, ...]
    """Regions or companies where it holds; empty: everywhere."""
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All articles, and the names of their sources by language."""

    topics: tuple[Topic, ...]
    sources: Mapping[str, Mapping[str, str]]
    unanswered: tuple[str, ...] = ()
    """Questions that sound near and that no article answers."""

    def sections(self) -> Iterator[Section]:
        """Every passage, in the order of the index."""
        for topic in self.topics:
            yield from topic.sections


def read_articles(folder: Path, regions: Iterable[str] = ()) -> Shelf:
    """All articles of a folder that hold in ``regions`` (all of them when none is named), checked.

    Raises:
        BadArticle: unknown or missing keys, a passage without one of the languages, one question under two
            passages, unknown sources, or a brace that is no number's name.
    """
    errors: list[str] = []
    sources = yaml.safe_load((folder / "sources.yml").read_text(encoding="utf-8"))
    topics = [_topic(path, errors) for path in sorted(folder.glob("*.md"))]
    found = [topic for topic in topics if topic is not None]
    if not topics:
        errors.append(f"no articles under {folder}")
    unanswered = _unanswered(folder / "unanswered.yml")
    errors.extend(_mistakes(found, sources, unanswered))
    if errors:
        raise BadArticle("the articles need mending:\n  " + "\n  ".join(errors))
    here = set(regions)
    held = [topic for topic in found if not here or not topic.only_in or here & set(topic.only_in)]
    placed = sorted(held, key=lambda topic: (GROUPS.index(topic.group), topic.place))
    return Shelf(tuple(placed), sources, unanswered)


def _unanswered(path: Path) -> tuple[str, ...]:
    if not path.exists():
        return ()
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(str(question) for tongue in LANGUAGES for question in listed[tongue])


def _topic(path: Path, errors: list[str]) -> Topic | None:
    text = path.read_text(encoding="utf-8")
    front = _FRONT.match(text)
    try:
        raw: dict[str, Any] = yaml.safe_load(front[1]) if front else {}
    except yaml.YAMLError as error:
        errors.append(f"{path.name}: its head is not YAML: {str(error).splitlines()[0]}")
        return None
    wrong = (set(raw) | {"only_in"}) ^ _KEYS
    if front is None or wrong:
        errors.append(f"{path.name}: missing or unknown in its head: {', '.join(sorted(wrong)) or 'all'}")
        return None
    try:
        if raw["topic"] != path.stem or raw["group"] not in GROUPS or set(raw["title"]) != set(LANGUAGES):
            raise ValueError("topic is the file's name, group one of the index, title has both languages")
        if not isinstance(raw["effective_from"], date) or not isinstance(raw["reviewed"], date):
            raise TypeError("effective_from and reviewed are days (YYYY-MM-DD)")
        return Topic(
            topic=raw["topic"],
            group=raw["group"],
            place=int(raw["place"]),
            title=raw["title"],
            effective_from=raw["effective_from"],
            reviewed=raw["reviewed"],
            only_in=tuple(raw.get("only_in", ())),
            sections=tuple(_sections(path.stem, text[front.end() :], tuple(raw["intents"]), errors)),
        )
    except (KeyError, TypeError, ValueError) as error:
        errors.append(f"{path.name}: {error}")
        return None


def _sections(topic: str, body: str, intents: tuple[str, ...], errors: list[str]) -> Iterator[Section]:
    for name, text in _parts(_PASSAGE, body):
        where = f"{topic}.md: {name}"
        if not _NAME.fullmatch(name):
            errors.append(f"{where}: a passage's name is small letters, digits and _")
        head, *_ = _TONGUE.split(text, maxsplit=1)
        keys = dict(line.split(": ", 1) for line in head.split("\n") if ": " in line)
        if set(keys) - {"intents"} != {"sources"}:
            errors.append(f"{where}: needs the line sources, and at most intents beside it")
        words: dict[str, Words] = {}
        for tongue, title, answer in _spoken(text):
            if tongue in words or tongue not in LANGUAGES:
                errors.append(f"{where}: ### {tongue} is there twice or no language of ours")
            words[tongue] = _words(title, answer)
        if set(words) != set(LANGUAGES):
            errors.append(f"{where}: needs ### zh and ### en")
            continue
        own = _list(keys.get("intents", ""))
        yield Section(topic, name, own or intents, _list(keys.get("sources", "")), words)


def _parts(mark: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """Heading and text of each part that begins with ``mark``."""
    pieces = mark.split(text)
    yield from zip((piece.strip() for piece in pieces[1::2]), pieces[2::2], strict=True)


def _spoken(text: str) -> Iterator[tuple[str, str, str]]:
    pieces = _TONGUE.split(text)
    for start in range(1, len(pieces), 3):
        yield pieces[start], pieces[start + 1].strip(), pieces[start + 2]


def _words(question: str, text: str) -> Words:
    lines = text.strip().split("\n")
    asked = []
    while lines and lines[0].startswith("- "):
        asked.append(lines.pop(0)[2:].strip())
    return Words(question, tuple(asked), "\n".join(lines).strip())


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _mistakes(
    topics: Iterable[Topic], sources: Mapping[str, Mapping[str, str]], unanswered: Iterable[str]
) -> Iterator[str]:
    seen = {question.casefold(): "unanswered.yml" for question in unanswered}
    names: set[str] = set()
    for section in (section for topic in topics for section in topic.sections):
        if section.key in names:
            yield f"{section.topic}.md: {section.name} is there twice"
        names.add(section.key)
        for source in section.sources:
            if set(sources.get(source, ())) != set(LANGUAGES):
                yield f"{section.topic}.md: {section.name}: {source} is not in sources.yml in both languages"
        for tongue, words in section.words.items():
            where = f"{section.topic}.md: {section.name}: {tongue}"
            if not words.asked or not words.answer:
                yield f"{where}: needs other ways to ask (- …) and an answer"
            if _ANY_BRACE.search(HOLE.sub("", words.answer)):
                yield f"{where}: a brace that is no {{rule:…}} or {{price:…}}"
            for question in (words.question, *words.asked):
                other = seen.setdefault(question.casefold(), section.key)
                if other != section.key:
                    yield f"both {other} and {section.key} answer: {question}"
