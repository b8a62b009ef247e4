"""Opens the database: one URL, two engines below, the same behaviour above."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from domain.errors import BadRequest, Unavailable
from store.errors import watch

BUSY_S = 15.0
"""How long a writer waits for others before it gives up with Conflict."""

CONNECT_S = 5


@dataclass(frozen=True, slots=True)
class Engines:
    """``writer`` begins transactions that may write, ``reader`` consistent read-only ones."""

    writer: Engine
    reader: Engine

    @property
    def embedded(self) -> bool:
        """Whether this is SQLite, where one writer works at a time."""
        return self.writer.dialect.name == "sqlite"

    def dispose(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()


def open_engines(url: str, pool_size: int) -> Engines:
    """Engines for ``sqlite:///path`` or ``postgresql://user:password@host/name``; connects only when used.

    Raises:
        BadRequest: the URL is neither.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The URL itself is not shown: it may hold a password.
        raise BadRequest("the database URL cannot be read") from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _sqlite(parsed, pool_size)
    if kind in {"postgresql", "postgres"}:
        return _postgres(parsed.set(drivername="postgresql+psycopg"), pool_size)
    raise BadRequest(f"no such kind of database: {kind}; use sqlite:///path or postgresql://…")


def _common(url: URL, **more: Any) -> Engine:
    def dump(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    engine = create_engine(url, json_serializer=dump, pool_timeout=BUSY_S, **more)
    watch(engine)
    return engine


def _postgres(url: URL, pool_size: int) -> Engines:
    # Whoever is stopped in the middle of a transaction must not hold its locks for ever.
    limits = {
        "lock_timeout": f"{BUSY_S:.0f}s",
        "idle_in_transaction_session_timeout": "60s",
        "statement_timeout": "60s",
        "TimeZone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    engine = _common(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": CONNECT_S, "application_name": "shouwen"},
    )
    reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(writer=engine.execution_options(isolation_level="READ COMMITTED"), reader=reader)


def _sqlite(url: URL, pool_size: int) -> Engines:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise BadRequest("SQLite needs a file: sqlite:///path")
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable("the folder of the database cannot be made") from error
    # One connection writes; the store's own lock queues this process's threads before it.
    writer = _common(url, pool_size=1, max_overflow=1, connect_args={"timeout": BUSY_S})
    reader = _common(url, pool_size=pool_size, max_overflow=pool_size, connect_args={"timeout": BUSY_S})
    for engine in (writer, reader):
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(reader, "connect", _only_read)
    event.listen(writer, "begin", _begin_immediate)
    event.listen(reader, "begin", _begin)
    return Engines(writer=writer, reader=reader)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """WAL lets readers work beside the writer.

    FULL syncs each commit, so that what was acknowledged to a channel survives also a power cut; with NORMAL
    it would survive only the death of the process. It costs about 0.2 ms a commit on an SSD.
    """
    file = cast(sqlite3.Connection, connection)
    file.isolation_level = None  # we begin transactions ourselves, not the driver
    file.execute("PRAGMA foreign_keys = ON")
    file.execute("PRAGMA synchronous = FULL")
    file.execute("PRAGMA cache_size = -16000")
    # Without it an INSERT OR REPLACE would pass by the triggers that guard the ledger.
    file.execute("PRAGMA recursive_triggers = ON")
    _set_wal(file)


def _set_wal(connection: sqlite3.Connection) -> None:
    """Switching the journal does not wait for others by itself when two processes open a new file at once."""
    give_up = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _only_read(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cast(sqlite3.Connection, connection).execute("PRAGMA query_only = ON")


def _begin_immediate(connection: Connection) -> None:
    # Taking the write lock at the first statement would be a deadlock between two who read and then write.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
