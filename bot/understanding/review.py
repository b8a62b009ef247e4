"""Labelled sentences on their way into training: the file for review, and what of it may teach.

A review file has the form of ``nlu_data/intents/*.yml``, one block a sentence, so that whoever reviews it can
change or delete one without touching the others. Merging appends what passes to the intent's own file;
nothing gets there by itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.anonymous import personal
from bot.understanding.entities.clock import SHANGHAI
from bot.understanding.model_text import model_text
from bot.understanding.teaching import ENTITIES, INTENTS, Example, read_examples, read_line
from domain.errors import BadRequest
from domain.learning import TWO_REQUESTS, Lesson, Mark

SPOKEN_CHANNEL = "hotline"
_HEAD = """version: "3.1"
about: sentences that the bot did not understand, labelled at the desk, for review before they teach
# Exported {at}: {count}.
# Change a label, mend an annotation, delete a block. Then: python -m app learning merge {name}
"""


@dataclass(frozen=True, slots=True)
class Proposed:
    """One sentence of a review file."""

    intent: str
    line: str
    """With its annotations."""
    text: str
    """Without them."""
    problem: str = ""
    """What is wrong with the line itself, in words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one proposed sentence."""

    proposed: Proposed
    known: bool = False
    """The same intent teaches it already."""
    problem: str = ""
    """Why it may not teach, in words; empty when it may."""

    @property
    def accepted(self) -> bool:
        """Whether it is to be appended."""
        return not self.known and not self.problem


# ---- writing ----


def review_text(
    lessons: Sequence[Lesson],
    name: str,
    at: datetime,
    people: Mapping[str, str],
    others: Mapping[str, Sequence[tuple[str, str]]],
) -> str:
    """The whole review file.

    Args:
        lessons: what was labelled; each label an intent or :data:`TWO_REQUESTS`.
        name: of the file itself.
        at: when it is written.
        people: how to name an agent, by id.
        others: by lesson id, ``(agent id, label)`` of those who read the same words otherwise.
    """
    taught = sorted(
        (lesson for lesson in lessons if lesson.label in INTENTS),
        key=lambda lesson: (lesson.label, lesson.language, -lesson.times, lesson.id),
    )
    two = [lesson for lesson in lessons if lesson.label == TWO_REQUESTS]
    intents = len({lesson.label for lesson in taught})
    count = f"{_counted(len(taught), 'sentence')} for {_counted(intents, 'intent')}"
    lines = [_HEAD.format(at=_moment(at), count=count, name=name) + ("nlu:" if taught else "nlu: []")]
    for lesson in taught:
        lines.append(f"- intent: {lesson.label}     # {_kind(lesson)}")
        lines.append(f"  # {_who(lesson, people)}; the bot guessed {_guesses(lesson)}")
        lines += [
            f"  # but {people.get(agent, agent)} reads it as {label}"
            for agent, label in others.get(lesson.id, ())
        ]
        lines += ["  examples: |", f"    - {annotated(lesson.text, lesson.marks)}"]
    if two:
        lines.append(
            "# Two requests in one message: nothing to teach as they are; split them, or keep for evaluation."
        )
        lines += [f"#   {lesson.text}     ({_kind(lesson)}; {_who(lesson, people)})" for lesson in two]
    return "\n".join(lines) + "\n"


def annotated(text: str, marks: Iterable[Mark]) -> str:
    """The sentence as an example line, its entities marked where that can be read back."""
    written, at = [], 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        if mark.name in ENTITIES and mark.start >= at:
            written += [text[at : mark.start], f"[{text[mark.start : mark.end]}]({mark.name})"]
            at = mark.end
    line = "".join([*written, text[at:]])
    read, _ = read_line("inform", f"- {line}")
    if read is not None and read.text == text:
        return line
    return text.translate(str.maketrans("[]()", "（）（）"))


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _kind(lesson: Lesson) -> str:
    language = {"zh": "Chinese", "en": "English"}.get(lesson.language, lesson.language)
    return f"{language}, {'hotline speech text' if lesson.channel == SPOKEN_CHANNEL else 'chat'}"


def _who(lesson: Lesson, people: Mapping[str, str]) -> str:
    times = "once" if lesson.times == 1 else f"{lesson.times} times"
    return f"labelled by {people.get(lesson.by, lesson.by)}, {_moment(lesson.at)}; came {times}"


def _guesses(lesson: Lesson) -> str:
    return ", ".join(f"{guess.name} {guess.confidence:.0%}" for guess in lesson.guesses) or "nothing"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


# ---- reading and judging ----


def read_review(path: Path) -> list[Proposed]:
    """The sentences of a review file; those whose line is wrong carry the problem.

    Raises:
        BadRequest: it cannot be read, is no YAML or no review file; the text says where.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"cannot read {path}: {error}") from error
    except yaml.YAMLError as error:
        raise BadRequest(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    blocks = raw.get("nlu") if isinstance(raw, dict) else None
    if not isinstance(blocks, list):
        raise BadRequest(f"{path} is no review file: it has no list under nlu")
    return [each for block in blocks for each in _of_block(block, path)]


def _of_block(block: Any, path: Path) -> list[Proposed]:
    if not isinstance(block, dict) or not isinstance(block.get("examples"), str):
        raise BadRequest(f"{path}: a block needs intent and examples: {block!r:.80}")
    intent = str(block.get("intent", ""))
    found = []
    for line in filter(None, map(str.strip, block["examples"].splitlines())):
        example, problems = read_line(intent, line)
        if intent not in INTENTS:
            problems.insert(0, f"unknown intent {intent!r}")
        text = example.text if example else line
        found.append(Proposed(intent, line.removeprefix("- "), text, "; ".join(problems)))
    return found


def judge(
    proposed: Sequence[Proposed], taught: Iterable[Example], evaluated: Mapping[str, str]
) -> list[Verdict]:
    """What may teach. ``evaluated`` gives the file of every :func:`same_words` that measures us."""
    known = {same_words(example.text): example.intent for example in taught}
    wanted: dict[str, set[str]] = {}
    for each in proposed:
        wanted.setdefault(same_words(each.text), set()).add(each.intent)
    verdicts, taken = [], set()
    for each in proposed:
        key = same_words(each.text)
        problem = each.problem or _problem(each, key, known, wanted[key], evaluated)
        is_known = not problem and (known.get(key) == each.intent or key in taken)
        taken.add(key)
        verdicts.append(Verdict(each, is_known, problem))
    return verdicts


def _problem(
    each: Proposed, key: str, known: Mapping[str, str], wanted: set[str], evaluated: Mapping[str, str]
) -> str:
    if not key:
        return "no words to learn from"
    if len(wanted) > 1:
        return f"this file has it under {', '.join(sorted(wanted))}"
    if known.get(key, each.intent) != each.intent:
        return f"taught under {known[key]} already"
    found = personal(each.text)
    if found:
        return f"may name somebody: {', '.join(found)}; write zeros instead"
    return f"measures us in {evaluated[key]}; it must not teach" if key in evaluated else ""


def same_words(text: str) -> str:
    """Alike for sentences that differ only in punctuation, spaces, script, fillers or long numbers."""
    return "".join(letter for letter in model_text(text) if letter.isalnum())


def evaluation_words(files: Iterable[Path]) -> dict[str, str]:
    """:func:`same_words` of every ``text`` in these JSON lines, with the name of its file.

    Raises:
        BadRequest: a file cannot be read.
    """
    found: dict[str, str] = {}
    for path in files:
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BadRequest(f"cannot read {path}: {error}") from error
        for text in filter(None, map(_text_of, lines)):
            found.setdefault(same_words(text), path.name)
    found.pop("", None)
    return found


def _text_of(line: str) -> str:
    """The text of one JSON line; empty for lines of another kind."""
    try:
        row = json.loads(line) if line.strip() else None
    except ValueError:
        return ""
    text = row.get("text") if isinstance(row, dict) else None
    return text if isinstance(text, str) else ""


# ---- merging ----


def append(accepted: Sequence[Proposed], data_dir: Path, source: str) -> None:
    """Append sentences to their intents' files, each under one block that names its source.

    Raises:
        BadTeaching: the language files would contradict themselves; then they are as they were before.
    """
    by_intent: dict[str, list[str]] = {}
    for each in accepted:
        by_intent.setdefault(each.intent, []).append(each.line)
    before: dict[Path, str] = {}
    try:
        for intent, lines in sorted(by_intent.items()):
            path = data_dir / "intents" / f"{intent}.yml"
            before[path] = path.read_text(encoding="utf-8")
            block = [f"- intent: {intent}     # from the desk, reviewed: {source}", "  examples: |"]
            block += [f"    - {line}" for line in lines]
            _write(path, before[path].rstrip("\n") + "\n" + "\n".join(block) + "\n")
        read_examples(data_dir)
    except BaseException:
        for path, text in before.items():
            _write(path, text)
        raise


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
