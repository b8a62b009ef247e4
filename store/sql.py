"""The database: one transaction per ``with`` block, on SQLite or PostgreSQL.

Lock order within a transaction, for those who need several: conversation, then ticket, then agent. Another
order is not wrong, only slower: PostgreSQL ends a circle with Conflict after a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.clock import Clock
from domain.errors import Conflict, Unavailable
from store.contacts import SqlContacts
from store.conversations import SqlConversations
from store.engine import BUSY_S, open_engines
from store.inbox import SqlInbox
from store.learning import SqlLearning
from store.ledger import SqlLedger
from store.migrate import at_head, upgrade
from store.outbox import SqlOutbox
from store.people import SqlPeople
from store.rows import Db
from store.tickets import SqlTickets
from store.work import SqlAudit, SqlFeed, SqlJobs

KEPT = timedelta(days=1)
"""Longer than any page stays open without reading the feed, and than any failure counts."""
LEARNING_KEPT = timedelta(days=180)
"""What was not understood, without personal data, and labels that need no more work (PIPL article 19: no
longer than needed). A wording that nobody looked at in half a year teaches little."""


class SqlTransaction:
    """Everything one transaction can touch; implements :class:`domain.repositories.Transaction`."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        db = Db(connection)
        self.contacts = SqlContacts(db)
        self.conversations = SqlConversations(db)
        self.inbox = SqlInbox(db, self.contacts, self.conversations)
        self.outbox = SqlOutbox(db)
        self.tickets = SqlTickets(db)
        self.ledger = SqlLedger(db)
        self.people = SqlPeople(db)
        self.jobs = SqlJobs(db, clock)
        self.audit = SqlAudit(db)
        self.feed = SqlFeed(db)
        self.learning = SqlLearning(db)


class SqlStore:
    """Implements :class:`domain.ports.Store`. Safe for many threads; one store per process and database.

    Args:
        url: ``sqlite:///path`` or ``postgresql://user:password@host/name``.
        clock: dates what no caller gives a time for.
        pool_size: most connections kept open; as many more are opened under load.
    """

    def __init__(self, url: str, *, clock: Clock, pool_size: int = 16) -> None:
        self._engines = open_engines(url, pool_size)
        self._clock = clock
        self._turn = threading.Lock()
        self._mine = threading.local()

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        """A transaction that may write; commits at the end of the block.

        Raises:
            Conflict: a version or unique key was taken meanwhile, or others wrote for too long.
            Unavailable: the database cannot be reached. If that happens while committing, it may have been
                written: whoever repeats must do so under the same unique key or lease.
        """
        if getattr(self._mine, "writing", False):
            raise RuntimeError("a write transaction inside a write transaction would wait for itself")
        self._mine.writing = True
        try:
            with self._queue(), _reached(), self._engines.writer.begin() as connection:
                transaction = SqlTransaction(connection, self._clock)
                yield transaction
                transaction.feed.write_pending()
        finally:
            self._mine.writing = False

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """A consistent read-only view: what others commit meanwhile is not seen.

        Raises:
            Unavailable: the database cannot be reached.
        """
        with _reached(), self._engines.reader.connect() as connection, connection.begin():
            yield SqlTransaction(connection, self._clock)

    def migrate(self, progress: Callable[[str], None]) -> None:
        """Bring the tables up to date; ``progress`` hears each step. Two processes may do so at once.

        Raises:
            Unavailable: the database cannot be reached, or is newer than this program.
        """
        with self._queue(), _reached():
            upgrade(self._engines, progress)

    def check(self) -> None:
        """Whether it answers and its tables are up to date.

        Raises:
            Unavailable: it does not, or they are not.
        """
        with _reached(), self._engines.reader.connect() as connection:
            if not at_head(connection):
                raise Unavailable("the database is not migrated to this version of the program")

    def tidy(self, now: datetime) -> None:
        """Remove hints to live pages and failures after a day, what was not understood after half a year."""
        with self.write() as transaction:
            transaction.feed.forget(now - KEPT)
            transaction.contacts.forget_failures(now - KEPT)
            transaction.learning.forget(now - LEARNING_KEPT)

    def close(self) -> None:
        """Close all connections."""
        self._engines.dispose()

    def _queue(self) -> AbstractContextManager[object]:
        """On SQLite the threads of this process wait for each other here; fairer than polling the file."""
        return _held(self._turn) if self._engines.embedded else nullcontext()


@contextmanager
def _held(lock: threading.Lock) -> Iterator[None]:
    if not lock.acquire(timeout=BUSY_S):
        raise Conflict("the database is busy with other writers")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("all connections to the database are in use") from error
