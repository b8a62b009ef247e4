"""What was not understood, without personal data, and what people at the desk say it means."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from domain.learning import Mark, Reason
from domain.understanding import IntentGuess
from store.columns import Moment, Parts, Word, Words
from store.tables.base import METADATA

unclear_messages = Table(
    "unclear_messages",
    METADATA,
    # The message's own id, but no foreign key: the conversation may be deleted first.
    Column("id", Words, primary_key=True),
    Column("lesson", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("reason", Word(Reason), nullable=False),
    # The likeliest of the guesses, to filter by.
    Column("guess", Words, nullable=False),
    Column("guesses", Parts(IntentGuess), nullable=False),
    Column("marks", Parts(Mark), nullable=False),
    Column("said", Words, nullable=False),
    Column("chosen", Words, nullable=False),
    Index(None, "lesson", "id"),
)

lessons = Table(
    "lessons",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("text", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("by", Words, ForeignKey("agents.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    Column("guesses", Parts(IntentGuess), nullable=False),
    Column("marks", Parts(Mark), nullable=False),
    Column("file", Words, nullable=False),
    Column("exported_at", Moment),
)
