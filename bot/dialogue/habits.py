"""``nlu_data/dialogue.yml`` and ``answers.yml``: how long a proof holds, the menu, words of small repairs."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import yaml

from bot.dialogue.flows import FlowError, Handing

_WORD_LISTS = (
    "abuse",
    "abuse_alone",
    "to_zh",
    "to_en",
    "solved_yes",
    "solved_partly",
    "solved_no",
    "code_not_come",
    "code_out_of_reach",
    "person",
    "drops",
    "corrects",
    "not_this",
    "chases",
    "at_a_loss",
    "questions",
    "chatter",
    "places",
    "firms",
    "enquiries",
    "rule_words",
    "in_general",
    "asking",
    "wishes",
    "own",
    "menu",
    "hesitates",
    "disagrees",
)


@dataclass(frozen=True, slots=True)
class Habits:
    """Settings of the dialogue that are data, not code."""

    proof_holds: timedelta
    menu: tuple[str, ...]
    """Choice keys of the main menu."""
    person: Handing
    """The ticket for a customer who just wants, or needs, a person."""
    danger: Handing
    unsure_below: float
    """A request acted upon with less confidence than this is listed for learning."""
    words: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Words that answer a question with choices: slot, value, words."""

    def chosen(self, slot: str, values: Collection[str], text: str) -> str:
        """Which of the values the words of a message choose; empty when none, or two of them equally."""
        flat = bare(text)
        spaced = f" {flat} "
        found: dict[int, set[str]] = {}
        for value in values:
            for word in self.answers.get(slot, {}).get(value, ()):
                if (f" {word} " in spaced) if word.isascii() else (word in flat):
                    found.setdefault(len(word), set()).add(value)
        longest = found[max(found)] if found else set()
        return next(iter(longest)) if len(longest) == 1 else ""

    def says(self, list_name: str, text: str) -> bool:
        """Whether the whole message is one of the words of the list."""
        return bare(text) in self.words[list_name]

    def contains(self, list_name: str, text: str) -> bool:
        """Whether one of the words of the list is in the message; Latin words only as whole words."""
        flat = bare(text)
        spaced = f" {flat} "
        return any(
            (f" {word} " in spaced) if word.isascii() else (word in flat) for word in self.words[list_name]
        )

    def begins(self, list_name: str, text: str) -> bool:
        """Whether the message begins with one of the words of the list and goes on after it."""
        flat = bare(text)
        return any(
            flat.startswith(f"{word} " if word.isascii() else word) and flat != word
            for word in self.words[list_name]
        )


def bare(text: str) -> str:
    """Lower case, half width, without punctuation: for comparing short messages."""
    flat = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(letter if letter.isalnum() or letter == "'" else " " for letter in flat)
    return " ".join(kept.split())


def width(text: str) -> int:
    """How much a text says, roughly: a Chinese character counts two, a Latin letter one."""
    return sum(1 if letter.isascii() else 2 for letter in text)


def load_habits(path: Path) -> Habits:
    """Read the file, and ``answers.yml`` beside it.

    Raises:
        FlowError: a key is missing or has the wrong form.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        words = {name: tuple(bare(str(word)) for word in raw["words"][name]) for name in _WORD_LISTS}
        return Habits(
            proof_holds=timedelta(minutes=int(raw["proof_holds_minutes"])),
            menu=tuple(str(key) for key in raw["menu"]),
            person=_handing(raw["person"]),
            danger=_handing(raw["danger"]),
            unsure_below=float(raw["unsure_below"]),
            words=words,
            answers=_answers(path.with_name("answers.yml")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FlowError(f"{path.name}: {type(error).__name__}: {error}") from error


def _answers(path: Path) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        str(slot): {str(value): tuple(bare(str(word)) for word in words) for value, words in values.items()}
        for slot, values in raw.items()
    }


def _handing(raw: Mapping[str, object]) -> Handing:
    priority = raw.get("priority")
    return Handing(
        cls=str(raw["cls"]),
        subject=str(raw["subject"]),
        priority=None if priority is None else int(str(priority)),
        wants_person=bool(raw.get("wants_person", False)),
        say=str(raw["say"]),
    )
