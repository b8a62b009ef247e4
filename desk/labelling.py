"""What an agent does to words that were not understood: label them, take a label back; always audited."""

from __future__ import annotations

from datetime import datetime

from desk.labels import LABELS
from domain.agent import Agent
from domain.errors import RuleBroken
from domain.job import AuditEvent
from domain.learning import Lesson
from domain.repositories import Transaction

LABELLED = "labelled"
AGREED = "label_agreed"
DIFFERED = "label_differed"
"""Somebody was faster with another label; the reviewer reads both."""
UNDONE = "label_undone"


def subject(lesson_id: str) -> str:
    """Whom the audit rows of a label are about."""
    return f"lesson:{lesson_id}"


def label(tx: Transaction, agent: Agent, lesson_id: str, meaning: str, now: datetime) -> Lesson:
    """Label these words; the label that counts, which is a colleague's if she was faster.

    Raises:
        NotFound: no message has these words any more.
        RuleBroken: ``label_missing``, nothing or no known label was chosen.
    """
    if meaning not in LABELS:
        raise RuleBroken("label_missing", "choose a label first")
    puzzle = tx.learning.puzzle(lesson_id)
    newest = puzzle.newest
    mine = Lesson(
        lesson_id,
        newest.text,
        newest.language,
        newest.channel,
        meaning,
        agent.id,
        now,
        puzzle.times,
        newest.guesses,
        newest.marks,
    )
    counts = tx.learning.teach(mine)
    if counts != mine and (counts.by, counts.label) == (agent.id, meaning):
        return counts  # the same click twice, over a bad line
    if counts == mine:
        action, told = LABELLED, {"label": meaning, "times": str(puzzle.times)}
    else:
        action = AGREED if counts.label == meaning else DIFFERED
        told = {"label": meaning, "counts": counts.label, "by": counts.by}
    tx.audit.add(AuditEvent(now, agent.id, action, subject(lesson_id), told))
    return counts


def take_back(tx: Transaction, agent: Agent, lesson_id: str, now: datetime) -> Lesson:
    """Take a label back; the words wait for one again. The label that was.

    Raises:
        RuleBroken: ``no_label``, ``label_not_mine`` (but supervisors may), ``label_exported``.
    """
    given = tx.learning.lesson(lesson_id)
    if given is None:
        raise RuleBroken("no_label", "there is no label to take back")
    if given.by != agent.id and not agent.may_supervise():
        raise RuleBroken("label_not_mine", "only a supervisor takes back the label of another")
    if not tx.learning.unteach(lesson_id):
        raise RuleBroken("label_exported", "it is in a review file already")
    tx.audit.add(
        AuditEvent(now, agent.id, UNDONE, subject(lesson_id), {"label": given.label, "by": given.by})
    )
    return given


def opinions(tx: Transaction, lesson: Lesson) -> list[AuditEvent]:
    """Other labels that colleagues gave to the same words since, oldest first."""
    events = tx.audit.about(subject(lesson.id))
    return [event for event in reversed(events) if event.action == DIFFERED and event.at >= lesson.at]
