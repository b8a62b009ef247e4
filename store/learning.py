"""What was not understood, and the labels that people at the desk gave it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, distinct, func, select, update

from domain.errors import NotFound
from domain.learning import SET_ASIDE, Lesson, Progress, Puzzle, PuzzleQuery, Reason, Stage, Unclear
from store.rows import Db, Rows, values_of
from store.tables import lessons, unclear_messages

_OF_STAGE: dict[Stage, tuple[ColumnElement[bool], ...]] = {
    Stage.LABELLED: (lessons.c.exported_at.is_(None), lessons.c.label.not_in(SET_ASIDE)),
    Stage.ASIDE: (lessons.c.exported_at.is_(None), lessons.c.label.in_(SET_ASIDE)),
    Stage.EXPORTED: (lessons.c.exported_at.is_not(None),),
}


class SqlLearning:
    """Implements :class:`domain.repositories.Learning`.

    A turn only ever inserts its own row here, so that two customers with the same words never wait for each
    other; words are counted and grouped when somebody looks.
    """

    def __init__(self, db: Db) -> None:
        self._db = db
        self._unclear = Rows(db, unclear_messages, Unclear)
        self._lessons = Rows(db, lessons, Lesson)

    def note(self, unclear: Unclear) -> None:
        """Store, or strengthen what is there: the stronger reason, what was said and chosen since."""
        written = values_of(unclear) | {"guess": unclear.guesses[0].name}
        if self._db.insert_if_new(unclear_messages, written):
            return
        before = self._unclear.get(unclear.id, lock=True)
        stronger = unclear.reason if unclear.reason.outweighs(before.reason) else before.reason
        self._db.run(
            update(unclear_messages)
            .where(unclear_messages.c.id == unclear.id)
            .values(reason=stronger, said=before.said or unclear.said, chosen=unclear.chosen or before.chosen)
        )

    def puzzles(self, query: PuzzleQuery) -> list[Puzzle]:
        """Words that nobody has labelled: the commonest first, of equally common ones the newest."""
        u = unclear_messages.c
        grouped = (
            select(u.lesson, func.max(u.id).label("newest"), func.count().label("times"))
            .where(*_filters(query), ~_labelled())
            .group_by(u.lesson)
            .order_by(func.count().desc(), func.max(u.id).desc())
            .limit(query.limit)
            .offset(query.offset)
        )
        found = self._db.all(grouped)
        newest = self._by_id([row.newest for row in found])
        signs = self._signs([row.lesson for row in found])
        return [Puzzle(newest[row.newest], row.times, *signs[row.lesson]) for row in found]

    def puzzle(self, lesson_id: str) -> Puzzle:
        """All messages with these words, labelled or not. Raises NotFound."""
        u = unclear_messages.c
        newest = func.max(u.id).label("newest")
        row = self._db.first(select(newest, func.count().label("times")).where(u.lesson == lesson_id))
        if row is None or not row.times:
            raise NotFound("no message has these words")
        return Puzzle(self._unclear.get(row.newest), row.times, *self._signs([lesson_id])[lesson_id])

    def teach(self, lesson: Lesson) -> Lesson:
        """Keep the label; the one that counts, which is another's if somebody was first."""
        if self._db.insert_if_new(lessons, values_of(lesson)):
            return lesson
        return self._lessons.get(lesson.id)

    def lesson(self, lesson_id: str) -> Lesson | None:
        return self._lessons.find(lessons.c.id == lesson_id)

    def unteach(self, lesson_id: str) -> bool:
        """Take a label back; False when there is none or it was exported meanwhile."""
        statement = delete(lessons).where(lessons.c.id == lesson_id, lessons.c.exported_at.is_(None))
        return self._db.run(statement) == 1

    def lessons(self, stage: Stage, limit: int = 50, offset: int = 0) -> list[Lesson]:
        """Labels at this stage, the newest first."""
        found = self._lessons.select(*_OF_STAGE[stage]).order_by(lessons.c.at.desc(), lessons.c.id)
        return self._lessons.list(found.limit(limit).offset(offset))

    def to_review(self) -> list[Lesson]:
        """All that wait to be exported, the oldest label first; nobody else exports them meanwhile."""
        found = self._lessons.select(*_OF_STAGE[Stage.LABELLED]).order_by(lessons.c.at, lessons.c.id)
        return self._lessons.list(found.with_for_update())

    def exported(self, lesson_ids: Collection[str], file: str, now: datetime) -> None:
        """These went to this review file."""
        statement = update(lessons).where(lessons.c.id.in_(lesson_ids))
        self._db.run(statement.values(file=file, exported_at=now))

    def progress(self) -> Progress:
        u = unclear_messages.c
        waiting = self._db.number(select(func.count(distinct(u.lesson))).where(~_labelled()))
        counted = {
            stage: self._db.number(select(func.count()).select_from(lessons).where(*where))
            for stage, where in _OF_STAGE.items()
        }
        return Progress({Stage.OPEN: waiting, **counted})

    def seen(self) -> tuple[list[str], list[str], list[str]]:
        """Languages, channels and likeliest guesses among what is not labelled; what filters may offer."""
        u = unclear_messages.c
        languages, channels, guesses = (
            [
                str(row[0])
                for row in self._db.all(select(column).where(~_labelled()).distinct().order_by(column))
            ]
            for column in (u.language, u.channel, u.guess)
        )
        return languages, channels, guesses

    def again(self, found: Sequence[Lesson]) -> dict[str, int]:
        """How often the words of exported lessons came since, by lesson id."""
        u = unclear_messages.c
        counted = (
            select(u.lesson, func.count().label("times"))
            .join(lessons, lessons.c.id == u.lesson)
            .where(u.lesson.in_([lesson.id for lesson in found]), u.at > lessons.c.exported_at)
            .group_by(u.lesson)
        )
        return {row.lesson: row.times for row in self._db.all(counted)}

    def forget(self, before: datetime) -> None:
        """Remove messages and finished labels from before this moment; not what waits for review."""
        self._db.run(delete(unclear_messages).where(unclear_messages.c.at < before))
        done = lessons.c.exported_at.is_not(None) | lessons.c.label.in_(SET_ASIDE)
        self._db.run(delete(lessons).where(lessons.c.at < before, done))

    def _by_id(self, ids: Sequence[str]) -> dict[str, Unclear]:
        found = self._unclear.list(self._unclear.select(unclear_messages.c.id.in_(ids)))
        return {unclear.id: unclear for unclear in found}

    def _signs(self, ids: Sequence[str]) -> dict[str, tuple[tuple[str, ...], tuple[Reason, ...]]]:
        """Channels and reasons of each, by lesson id."""
        u = unclear_messages.c
        rows = self._db.all(select(u.lesson, u.channel, u.reason).where(u.lesson.in_(ids)).distinct())
        strength = list(Reason)
        return {
            lesson_id: (
                tuple(sorted({row.channel for row in rows if row.lesson == lesson_id})),
                tuple(
                    sorted(
                        {row.reason for row in rows if row.lesson == lesson_id},
                        key=strength.index,
                        reverse=True,
                    )
                ),
            )
            for lesson_id in ids
        }


def _labelled() -> ColumnElement[bool]:
    found: Select[tuple[str]] = select(lessons.c.id).where(lessons.c.id == unclear_messages.c.lesson)
    return found.exists()


def _filters(query: PuzzleQuery) -> list[ColumnElement[bool]]:
    u = unclear_messages.c
    wanted = ((u.language, query.language), (u.channel, query.channel), (u.guess, query.guess))
    return [column == value for column, value in wanted if value]
