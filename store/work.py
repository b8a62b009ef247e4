"""Work for later, the audit trail, and the feed of live pages."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from domain.clock import Clock
from domain.errors import LeaseLost
from domain.ids import new_id
from domain.job import AuditEvent, FeedEvent, Job
from store.rows import Db, Rows, values_of
from store.tables import audit_events, feed_events, jobs

FEED = 2
"""Space of the advisory lock that puts the feed in commit order."""


class SqlJobs:
    """Implements :class:`domain.repositories.Jobs`. A job that is done leaves the table."""

    def __init__(self, db: Db, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._jobs = Rows(db, jobs, Job)

    def add(
        self, kind: str, run_at: datetime, payload: Mapping[str, str] | None = None, dedupe_key: str = ""
    ) -> Job | None:
        now = self._clock.now()
        job = Job(new_id(now), kind, run_at, dict(payload or {}), dedupe_key)
        return job if self._db.insert_if_new(jobs, values_of(job) | {"created_at": now}) else None

    def claim(self, kinds: Sequence[str], now: datetime, lease_s: float) -> Job | None:
        """The job that is due longest, also one whose worker's lease ran out; counts the attempt."""
        j = jobs.c
        due = self._db.first(
            select(j.id)
            .where(j.run_at <= now, j.kind.in_(kinds))
            .order_by(j.run_at, j.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if due is None:
            return None
        until = now + timedelta(seconds=lease_s)
        self._db.run(
            update(jobs)
            .where(j.id == due[0])
            .values(attempts=j.attempts + 1, token=secrets.token_hex(8), run_at=until)
        )
        return self._jobs.get(due[0])

    def done(self, job: Job) -> None:
        """Raises LeaseLost if another worker has it now."""
        self._mine(job, delete(jobs))

    def retry(self, job: Job, error: str, at: datetime) -> None:
        """Raises LeaseLost if another worker has it now."""
        self._mine(job, update(jobs).values(run_at=at, error=error, token=""))

    def _mine(self, job: Job, statement: Any) -> None:
        if not job.token or not self._db.run(statement.where(jobs.c.id == job.id, jobs.c.token == job.token)):
            raise LeaseLost("another worker has this job now")


class SqlAudit:
    """Implements :class:`domain.repositories.Audit`; rows are only ever added."""

    def __init__(self, db: Db) -> None:
        self._events = Rows(db, audit_events, AuditEvent)

    def add(self, event: AuditEvent) -> None:
        self._events.add(event)

    def about(self, subject: str, limit: int = 100) -> list[AuditEvent]:
        """Newest first."""
        e = audit_events.c
        return self._events.list(self._events.select(e.subject == subject).order_by(e.id.desc()).limit(limit))


class SqlFeed:
    """Implements :class:`domain.repositories.Feed`.

    Events are written at the very end of the transaction, under a lock that lasts until the commit is done.
    So a greater cursor is always committed later, and a reader never passes over one.
    """

    def __init__(self, db: Db) -> None:
        self._db = db
        self._events = Rows(db, feed_events, FeedEvent)
        self._pending: list[dict[str, Any]] = []

    def add(
        self, kind: str, now: datetime, *, conversation_id: str = "", ticket_id: str = "", agent_id: str = ""
    ) -> None:
        """The same hint twice in one transaction is one event."""
        hint = {
            "kind": kind,
            "conversation_id": conversation_id,
            "ticket_id": ticket_id,
            "agent_id": agent_id,
            "at": now,
        }
        if hint not in self._pending:
            self._pending.append(hint)

    def after(self, cursor: int, limit: int = 200) -> list[FeedEvent]:
        self.write_pending()
        found = self._events.select(feed_events.c.cursor > cursor)
        return self._events.list(found.order_by(feed_events.c.cursor).limit(limit))

    def last(self) -> int:
        """The newest cursor, or 0."""
        self.write_pending()
        return self._db.number(select(func.coalesce(func.max(feed_events.c.cursor), 0)))

    def forget(self, before: datetime) -> None:
        """Remove hints from before this moment; cursors are never given out again."""
        self._db.run(delete(feed_events).where(feed_events.c.at < before))

    def write_pending(self) -> None:
        """Give the hints their cursors; the store calls it just before the commit."""
        if self._pending:
            self._db.alone(FEED, "feed")
            for hint in self._pending:
                self._db.run(insert(feed_events).values(hint))
            self._pending.clear()
