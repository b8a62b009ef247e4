"""Words: phrase files of both languages, and values put into them as people write, or say, them.

``nlu_data/phrases/{zh,en}/*.yml`` map a key to a text, or to ``{text, speech, choices, gather}``.
``choices.yml`` maps a choice key to ``{label, payload}``; every phrase
``topic.<intent>`` is also a choice that starts that intent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.values import written
from domain.errors import NotFound
from domain.message import Choice, Reply
from domain.ports import Saying

LANGUAGES = ("zh", "en")
MISSING = "—"
"""Stands for a value that was not given."""

LEFT_OUT = "…"
"""Stands for every value in an outline."""

_HOLE = re.compile(r"\{(\w+)(?::(\w+)(?:=([\w.]+))?)?\}")
_TOPIC = "topic."
_DEEPEST = 4


class PhraseError(ValueError):
    """A phrase file is wrong; the text names the file and the key."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase in one language."""

    text: str
    speech: str = ""
    choices: tuple[str, ...] = ()
    gather: str = ""

    def holes(self) -> frozenset[tuple[str, str, str]]:
        """Placeholders of text and speech as (name, kind, argument)."""
        found = _HOLE.findall(self.text + self.speech)
        return frozenset((name, kind, argument) for name, kind, argument in found)


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Implements :class:`domain.ports.Phrasing`, and tells the dialogue what its choices mean."""

    phrases: Mapping[str, Mapping[str, Phrase]]
    """By language, then key."""
    buttons: Mapping[str, Mapping[str, Choice]]
    """By language, then choice key."""

    def say(self, saying: Saying, language: str, *, spoken: bool = False) -> Reply:
        """The reply in that language, or in Chinese where the language is none of ours.

        Raises:
            NotFound: no such phrase.
        """
        tongue = language if language in self.phrases else LANGUAGES[0]
        phrase = self._phrase(saying.phrase, tongue)
        keys = tuple(saying.choices) or phrase.choices
        speech = self._fill(phrase.speech or phrase.text, saying.values, tongue, spoken=True)
        return Reply(
            text=self._fill(phrase.text, saying.values, tongue, spoken=False),
            speech=speech if spoken or phrase.speech else "",
            choices=tuple(self.buttons[tongue][key] for key in keys if key in self.buttons[tongue]),
            phrase=saying.phrase,
            gather=phrase.gather or ("speech" if spoken else ""),
        )

    def outline(self, phrase: str, language: str) -> str:
        """The words of a phrase with nothing put in; empty for an unknown phrase."""
        tongue = language if language in self.phrases else LANGUAGES[0]
        known = self.phrases[tongue].get(phrase)
        return _HOLE.sub(LEFT_OUT, known.text) if known else ""

    def has(self, phrase: str) -> bool:
        """Whether there is such a phrase, in the first language and so in all."""
        return phrase in self.phrases[LANGUAGES[0]]

    def choices_of(self, phrase: str) -> Sequence[str]:
        """Choice keys that the phrase itself shows."""
        known = self.phrases[LANGUAGES[0]].get(phrase)
        return known.choices if known else ()

    def payload(self, choice: str) -> str:
        """What pressing the choice sends; empty for an unknown choice."""
        button = self.buttons[LANGUAGES[0]].get(choice)
        return button.payload if button else ""

    def labels(self, choice: str) -> Sequence[str]:
        """Its words, in the order of LANGUAGES."""
        return [self.buttons[tongue][choice].label for tongue in LANGUAGES if choice in self.buttons[tongue]]

    def _phrase(self, key: str, tongue: str) -> Phrase:
        try:
            return self.phrases[tongue][key]
        except KeyError:
            raise NotFound(f"no phrase {key!r} in {tongue}") from None

    def _fill(
        self, text: str, values: Mapping[str, Any], tongue: str, *, spoken: bool, depth: int = 0
    ) -> str:
        def put(hole: re.Match[str]) -> str:
            name, kind, argument = hole.groups()
            value = values.get(name)
            if value is None or value == "":
                return MISSING
            if kind in ("phrase", "word", "each"):
                return self._nested(kind, argument, value, values, tongue, spoken=spoken, depth=depth)
            return written(kind or "text", value, tongue, spoken=spoken)

        return _HOLE.sub(put, text)

    def _nested(
        self,
        kind: str,
        argument: str | None,
        value: Any,
        values: Mapping[str, Any],
        tongue: str,
        *,
        spoken: bool,
        depth: int,
    ) -> str:
        if depth >= _DEEPEST:
            return MISSING
        if kind == "each":
            inner = self._phrase(str(argument), tongue).text
            rows = [
                self._fill(inner, {**values, **row}, tongue, spoken=spoken, depth=depth + 1) for row in value
            ]
            return "\n".join(rows)
        key = str(value) if kind == "phrase" else f"{argument}.{value}"
        if key not in self.phrases[tongue] and kind == "word":
            key = f"{argument}.other"
        phrase = self._phrase(key, tongue)
        words = phrase.speech if spoken and phrase.speech else phrase.text
        return self._fill(words, values, tongue, spoken=spoken, depth=depth + 1)


def load_phrases(folder: Path) -> Phrasebook:
    """The phrase book of ``nlu_data/phrases``.

    Raises:
        PhraseError: a file is wrong, a key is there twice, or the languages do not hold the same keys.
    """
    phrases: dict[str, dict[str, Phrase]] = {tongue: {} for tongue in LANGUAGES}
    buttons: dict[str, dict[str, Choice]] = {tongue: {} for tongue in LANGUAGES}
    for tongue in LANGUAGES:
        for path in sorted((folder / tongue).glob("*.yml")):
            where = f"{tongue}/{path.name}"
            for key, raw in _table(path, where).items():
                if path.name == "choices.yml":
                    buttons[tongue][key] = _choice(raw, f"{where}: {key}")
                elif key in phrases[tongue]:
                    raise PhraseError(f"{where}: {key} is there twice")
                else:
                    phrases[tongue][key] = _read(raw, f"{where}: {key}")
        for key, phrase in phrases[tongue].items():
            if key.startswith(_TOPIC):
                label = phrase.text[:1].upper() + phrase.text[1:]
                buttons[tongue][key] = Choice(label, f"start:{key.removeprefix(_TOPIC)}")
    _same(phrases, buttons)
    return Phrasebook(phrases, buttons)


def _same(phrases: Mapping[str, Mapping[str, Phrase]], buttons: Mapping[str, Mapping[str, Choice]]) -> None:
    first, *others = LANGUAGES
    for other in others:
        for table, what in ((phrases, "phrase"), (buttons, "choice")):
            apart = sorted(set(table[first]) ^ set(table[other]))
            if apart:
                raise PhraseError(f"{what} {apart[0]!r} is not there in both {first} and {other}")
        for key, phrase in phrases[first].items():
            if phrase.choices != phrases[other][key].choices:
                raise PhraseError(f"phrase {key!r} shows other choices in {first} than in {other}")
        for key, button in buttons[first].items():
            if button.payload != buttons[other][key].payload:
                raise PhraseError(f"choice {key!r} means something else in {first} than in {other}")
    for key, phrase in phrases[first].items():
        unknown = [choice for choice in phrase.choices if choice not in buttons[first]]
        if unknown:
            raise PhraseError(f"phrase {key!r} shows the choice {unknown[0]!r}, which is not in choices.yml")


def _read(raw: object, where: str) -> Phrase:
    if isinstance(raw, str):
        return Phrase(raw.strip())
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
        raise PhraseError(f"{where}: expected a text, or a table with text")
    unknown = sorted(set(raw) - {"text", "speech", "choices", "gather"})
    if unknown:
        raise PhraseError(f"{where}: unknown key {unknown[0]!r}")
    return Phrase(
        raw["text"].strip(),
        str(raw.get("speech", "")).strip(),
        tuple(str(key) for key in raw.get("choices", [])),
        str(raw.get("gather", "")),
    )


def _choice(raw: object, where: str) -> Choice:
    if not isinstance(raw, dict) or set(raw) != {"label", "payload"}:
        raise PhraseError(f"{where}: expected label and payload")
    return Choice(str(raw["label"]), str(raw["payload"]))


def _table(path: Path, where: str) -> Mapping[str, object]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise PhraseError(f"{where}: not YAML: {error}") from error
    if not isinstance(raw, dict):
        raise PhraseError(f"{where}: expected a table of phrases")
    return {str(key): value for key, value in raw.items()}
