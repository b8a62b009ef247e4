"""Turns what the drivers raise into the domain's errors.

Only what a caller can act on is turned: a lost race is :class:`Conflict`, a database that cannot be reached
is :class:`Unavailable`, a reference to nothing is :class:`NotFound`. Everything else is a defect of ours and
stays as it was raised.
"""

from __future__ import annotations

import sqlite3

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from domain.errors import Conflict, NotFound, ShouwenError, Unavailable

LOST_RACES = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
)

GONE = (
    psycopg.errors.AdminShutdown,
    psycopg.errors.CrashShutdown,
    psycopg.errors.CannotConnectNow,
    psycopg.errors.TooManyConnections,
    psycopg.errors.InsufficientResources,
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.QueryCanceled,
)

BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
UNREACHABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOTADB}


def translated(error: BaseException) -> ShouwenError | None:
    """The domain's word for a driver's error, or None if it is a defect."""
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error)
    if isinstance(error, psycopg.Error):
        return _of_postgres(error)
    return None


def watch(engine: Engine) -> None:
    """Have the engine raise the domain's errors, wherever in a statement, commit or connection they occur."""

    @event.listens_for(engine, "handle_error")
    def turn(context: ExceptionContext) -> None:
        found = translated(context.original_exception)
        if found is not None:
            raise found


def _of_sqlite(error: sqlite3.Error) -> ShouwenError | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code in UNIQUE:
        return Conflict("a unique value is already taken")
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return NotFound("it refers to something that does not exist")
    # The low byte is the kind, the rest details it (SQLITE_BUSY_SNAPSHOT is a SQLITE_BUSY).
    if code & 0xFF in BUSY:
        return Conflict("the database is busy with other writers")
    if code & 0xFF in UNREACHABLE:
        return Unavailable("the database file cannot be used")
    return None


def _of_postgres(error: psycopg.Error) -> ShouwenError | None:
    if isinstance(error, LOST_RACES):
        return Conflict("somebody else changed it first")
    if isinstance(error, psycopg.errors.ForeignKeyViolation):
        return NotFound("it refers to something that does not exist")
    if isinstance(error, GONE) or (error.sqlstate or "08").startswith("08"):
        # Without a code the server never answered; class 08 is a broken connection.
        return (
            Unavailable("the database does not answer")
            if isinstance(error, psycopg.OperationalError)
            else None
        )
    return None
