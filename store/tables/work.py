"""Work for later, hints for live pages, and the audit trail."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, text

from store.columns import Document, Moment, Words
from store.tables.base import METADATA

COUNTER = BigInteger().with_variant(Integer, "sqlite")

jobs = Table(
    "jobs",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    # When it may run; while it runs, when its worker's lease runs out. A job that is done leaves the table.
    Column("run_at", Moment, nullable=False),
    Column("payload", Document, nullable=False),
    Column("dedupe_key", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("token", Words, nullable=False),
    Column("error", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(None, "run_at"),
    Index(
        "uq_jobs_dedupe_key",
        "dedupe_key",
        unique=True,
        sqlite_where=text("dedupe_key <> ''"),
        postgresql_where=text("dedupe_key <> ''"),
    ),
)

audit_events = Table(
    "audit_events",
    METADATA,
    Column("id", COUNTER, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False, index=True),
    Column("data", Document, nullable=False),
)

feed_events = Table(
    "feed_events",
    METADATA,
    Column("cursor", COUNTER, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("kind", Words, nullable=False),
    Column("conversation_id", Words, nullable=False),
    Column("ticket_id", Words, nullable=False),
    Column("agent_id", Words, nullable=False),
    # Cursors of pruned events must not be given out again.
    sqlite_autoincrement=True,
)
