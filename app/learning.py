"""``learning``: what the desk labelled goes to a file for review, what was reviewed to the language files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.settings import HOUSE, Settings
from bot.understanding.entities.clock import SHANGHAI
from bot.understanding.review import (
    Proposed,
    Verdict,
    append,
    evaluation_words,
    judge,
    read_review,
    review_text,
)
from bot.understanding.teaching import read_examples
from desk.labelling import opinions
from domain.clock import Clock
from domain.errors import BadRequest
from domain.job import AuditEvent
from domain.learning import TWO_REQUESTS, Exported, Lesson
from domain.ports import Store
from domain.repositories import Transaction

COMMAND_LINE = "command line"
"""Who exports when it is not somebody at the desk."""
_PASSED_OVER = frozenset({"var", "models", "node_modules"})


class LessonExport:
    """Writes everything that waits for review to a new file, and marks it as exported in one transaction.

    The file is written before the commit: if the machine stops between them, the next export writes the same
    sentences again, and merging knows those that it has seen. None is ever lost.
    """

    def __init__(self, store: Store, folder: Path, clock: Clock) -> None:
        self._store = store
        self._folder = folder
        self._clock = clock

    def __call__(self, actor: str) -> Exported:
        """Export for this agent id, or :data:`COMMAND_LINE`.

        Raises:
            OSError: the file cannot be written; nothing is marked.
        """
        now = self._clock.now()
        with self._store.write() as tx:
            lessons = tx.learning.to_review()
            if not lessons:
                return Exported("", 0, 0, {})
            path = self._written(tx, lessons, now)
            tx.learning.exported([lesson.id for lesson in lessons], path.name, now)
            counted = Counter(lesson.label for lesson in lessons)
            two = counted.pop(TWO_REQUESTS, 0)
            told = {"file": path.name, "sentences": str(counted.total()), "two_requests": str(two)}
            tx.audit.add(AuditEvent(now, actor, "exported", "learning", told))
            tx.feed.add("lesson", now)
        return Exported(str(path), counted.total(), two, dict(sorted(counted.items())))

    def _written(self, tx: Transaction, lessons: Sequence[Lesson], now: datetime) -> Path:
        people = {agent.id: f"{agent.id} ({agent.called('zh')})" for agent in tx.people.agents()}
        others = {
            lesson.id: [(event.actor, event.data["label"]) for event in opinions(tx, lesson)]
            for lesson in lessons
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in _names(now):
            try:
                file = (self._folder / name).open("x", encoding="utf-8")
            except FileExistsError:
                continue
            with file:
                file.write(review_text(lessons, name, now, people, others))
                file.flush()
                os.fsync(file.fileno())
            break
        return self._folder / name


def _names(now: datetime) -> Iterator[str]:
    """``review-2026-11-25.yml``; a second export on the same day gets a number."""
    day = f"{now.astimezone(SHANGHAI):%Y-%m-%d}"
    yield f"review-{day}.yml"
    number = 2
    while True:
        yield f"review-{day}-{number}.yml"
        number += 1


def lesson_export(settings: Settings, store: Store, clock: Clock) -> LessonExport:
    """The export of this copy: to ``learning/`` in its data folder."""
    return LessonExport(store, settings.data_dir / "learning", clock)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge came to."""

    accepted: Sequence[Proposed]
    known: Sequence[Proposed]
    refused: Sequence[Verdict]


def merge(file: Path, evaluation: Sequence[Path], *, data_dir: Path, write: bool = True) -> Merged:
    """Check a review file and append what may teach to ``data_dir``; with ``write=False`` only check.

    ``evaluation`` are files that measure us, besides every ``*.jsonl`` of this repository.

    Raises:
        BadRequest: the review file, an evaluation file or the language files are wrong; nothing was changed.
    """
    for each in (file, *evaluation):
        if not each.is_file():
            raise BadRequest(f"there is no file {each}")
    verdicts = judge(
        read_review(file),
        read_examples(data_dir),
        evaluation_words([*_evaluation_files(HOUSE), *evaluation]),
    )
    accepted = [verdict.proposed for verdict in verdicts if verdict.accepted]
    if write and accepted:
        append(accepted, data_dir, file.name)
    return Merged(
        accepted,
        [verdict.proposed for verdict in verdicts if verdict.known],
        [verdict for verdict in verdicts if verdict.problem],
    )


def _evaluation_files(house: Path) -> list[Path]:
    """Every ``*.jsonl`` of the repository, but for what copies of the program have written."""
    rooms = (path for path in sorted(house.iterdir()) if path.is_dir() and not path.name.startswith("."))
    inside = [
        file for room in rooms if room.name not in _PASSED_OVER for file in sorted(room.rglob("*.jsonl"))
    ]
    return [*sorted(house.glob("*.jsonl")), *inside]
