"""What the learning page shows, as plain values: words are chosen, times local."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.labelling import opinions
from desk.labels import name_of
from desk.times import clock_time
from desk.wording import Words
from domain.agent import Agent
from domain.errors import NotFound
from domain.learning import Lesson, Mark, Progress, Puzzle, PuzzleQuery, Reason, Stage, Unclear
from domain.repositories import Transaction
from domain.understanding import IntentGuess

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence in the list."""

    id: str
    text: str
    times: int
    foot: tuple[str, ...]
    signs: tuple[str, ...]
    """Why it is listed; empty for what is labelled."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class GuessView:
    """A meaning that the bot thought of."""

    code: str
    name: str
    percent: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sentence with everything that helps to label it."""

    id: str
    stage: str
    pieces: tuple[tuple[str, str], ...]
    """The sentence in pieces, each with the name of the entity that it is, or none."""
    times: int
    foot: tuple[str, ...]
    signs: tuple[str, ...]
    guesses: tuple[GuessView, ...]
    said: str
    chosen: str
    label: str
    labelled: str
    """By whom and when."""
    others: tuple[str, ...]
    file: str
    again: int
    may_undo: bool


class Puzzles:
    """Reads the list and one sentence for one agent within one transaction."""

    def __init__(self, tx: Transaction, agent: Agent, words: Words, now: datetime) -> None:
        self._tx = tx
        self._agent = agent
        self._words = words
        self._now = now
        self._names = {person.id: person.called(words.language) for person in tx.people.agents()}

    def progress(self) -> Progress:
        """How much is done."""
        return self._tx.learning.progress()

    def lines(self, stage: Stage, query: PuzzleQuery) -> list[Line]:
        """The sentences at this stage; filters count for those that wait for a label."""
        if stage is Stage.OPEN:
            return [self._open_line(puzzle) for puzzle in self._tx.learning.puzzles(query)]
        found = self._tx.learning.lessons(stage, query.limit, query.offset)
        return [self._labelled_line(lesson) for lesson in found]

    def filters(self) -> dict[str, list[tuple[str, str]]]:
        """Values that a filter may take, with their words."""
        words = self._words
        languages, channels, guesses = self._tx.learning.seen()
        return {
            "language": [(code, words.maybe(f"learning.language_{code}", code)) for code in languages],
            "channel": [(code, words.maybe(f"channel.{code}", code)) for code in channels],
            "guess": sorted(((code, name_of(code, words)) for code in guesses), key=lambda pair: pair[1]),
        }

    def sheet(self, lesson_id: str) -> Sheet:
        """One sentence. Raises NotFound."""
        lesson = self._tx.learning.lesson(lesson_id)
        puzzle = self._puzzle(lesson_id, lesson)
        newest = puzzle.newest
        return Sheet(
            id=lesson_id,
            stage=(lesson.stage if lesson else Stage.OPEN).value,
            pieces=tuple(self._pieces(newest.text, newest.marks)),
            times=puzzle.times,
            foot=self._foot(puzzle),
            signs=self._signs(puzzle),
            guesses=self._guesses(newest.guesses),
            said=newest.said,
            chosen=name_of(newest.chosen, self._words) if newest.chosen else "",
            label=name_of(lesson.label, self._words) if lesson else "",
            labelled=self._labelled(lesson) if lesson else "",
            others=self._others(lesson) if lesson else (),
            file=lesson.file if lesson else "",
            again=self._tx.learning.again([lesson]).get(lesson_id, 0) if lesson else 0,
            may_undo=lesson is not None
            and lesson.exported_at is None
            and (lesson.by == self._agent.id or self._agent.may_supervise()),
        )

    def taken(self, lesson: Lesson, mine: str) -> str:
        """What an agent is told whose colleague was faster."""
        key = "learning.taken_same" if lesson.label == mine else "learning.taken"
        return self._words(
            key,
            by=self._names.get(lesson.by, lesson.by),
            time=clock_time(lesson.at, self._now, self._words),
            label=name_of(lesson.label, self._words),
        )

    def _puzzle(self, lesson_id: str, lesson: Lesson | None) -> Puzzle:
        """The messages; once they are gone after half a year, what the label has kept of them."""
        try:
            return self._tx.learning.puzzle(lesson_id)
        except NotFound:
            if lesson is None:
                raise
        kept = Unclear(
            id="",
            lesson=lesson.id,
            text=lesson.text,
            language=lesson.language,
            channel=lesson.channel,
            at=lesson.at,
            reason=Reason.UNKNOWN,
            guesses=lesson.guesses,
            marks=lesson.marks,
        )
        return Puzzle(kept, lesson.times, (lesson.channel,), ())

    def _open_line(self, puzzle: Puzzle) -> Line:
        newest = puzzle.newest
        return Line(newest.lesson, newest.text, puzzle.times, self._foot(puzzle), self._signs(puzzle))

    def _labelled_line(self, lesson: Lesson) -> Line:
        foot = (self._names.get(lesson.by, lesson.by), clock_time(lesson.at, self._now, self._words))
        return Line(lesson.id, lesson.text, lesson.times, foot, (), name_of(lesson.label, self._words))

    def _foot(self, puzzle: Puzzle) -> tuple[str, ...]:
        words, newest = self._words, puzzle.newest
        return (
            words.maybe(f"learning.language_{newest.language}", newest.language),
            words("time.list").join(words.maybe(f"channel.{code}", code) for code in puzzle.channels),
            clock_time(newest.at, self._now, words),
        )

    def _signs(self, puzzle: Puzzle) -> tuple[str, ...]:
        return tuple(self._words(f"learning.reason.{reason.value}") for reason in puzzle.reasons)

    def _guesses(self, guesses: Iterable[IntentGuess]) -> tuple[GuessView, ...]:
        return tuple(
            GuessView(guess.name, name_of(guess.name, self._words), round(guess.confidence * 100))
            for guess in guesses
        )

    def _labelled(self, lesson: Lesson) -> str:
        by, time = self._names.get(lesson.by, lesson.by), clock_time(lesson.at, self._now, self._words)
        return self._words("learning.labelled_as", by=by, time=time)

    def _others(self, lesson: Lesson) -> tuple[str, ...]:
        return tuple(
            self._words(
                "learning.other_opinion",
                by=self._names.get(event.actor, event.actor),
                label=name_of(event.data["label"], self._words),
            )
            for event in opinions(self._tx, lesson)
        )

    def _pieces(self, text: str, marks: Sequence[Mark]) -> Iterable[tuple[str, str]]:
        at = 0
        for mark in sorted(marks, key=lambda mark: mark.start):
            if mark.start < at:
                continue
            yield text[at : mark.start], ""
            yield text[mark.start : mark.end], self._words.maybe(f"fact.{mark.name}", mark.name)
            at = mark.end
        yield text[at:], ""
