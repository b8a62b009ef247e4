"""The sample utility's own database file. It plays a foreign system, so it shares nothing with our store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import BackEndUnavailable

VERSION = 1
"""Raise it when tables or seeds change: an older file is then seeded anew."""

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE account (
    account_no TEXT PRIMARY KEY, phone TEXT NOT NULL, meter_no TEXT NOT NULL UNIQUE,
    area TEXT NOT NULL, transformer TEXT NOT NULL, body TEXT NOT NULL, profile TEXT NOT NULL
);
CREATE INDEX account_phone ON account (phone);
CREATE INDEX account_transformer ON account (transformer);
CREATE TABLE temperature (day TEXT PRIMARY KEY, mean_tenths INTEGER NOT NULL);
CREATE TABLE daily (
    account_no TEXT NOT NULL, day TEXT NOT NULL, centi INTEGER NOT NULL, valley_centi INTEGER NOT NULL,
    PRIMARY KEY (account_no, day)
) WITHOUT ROWID;
CREATE TABLE reading (
    account_no TEXT NOT NULL, day TEXT NOT NULL, kwh INTEGER NOT NULL, estimated INTEGER NOT NULL,
    PRIMARY KEY (account_no, day)
) WITHOUT ROWID;
CREATE TABLE bill (
    account_no TEXT NOT NULL, period TEXT NOT NULL, first_day TEXT NOT NULL, last_day TEXT NOT NULL,
    kwh INTEGER NOT NULL, before_kwh INTEGER NOT NULL, lines TEXT NOT NULL, total_fen INTEGER NOT NULL,
    issued_on TEXT NOT NULL, due_on TEXT NOT NULL, plan TEXT NOT NULL, estimated INTEGER NOT NULL,
    paid_fen INTEGER NOT NULL, paid_on TEXT, pays_on TEXT, channel TEXT NOT NULL,
    PRIMARY KEY (account_no, period)
) WITHOUT ROWID;
CREATE INDEX bill_to_pay ON bill (pays_on) WHERE paid_on IS NULL;
CREATE TABLE payment (
    reference TEXT PRIMARY KEY, account_no TEXT NOT NULL, fen INTEGER NOT NULL, channel TEXT NOT NULL,
    at TEXT NOT NULL, state TEXT NOT NULL, period TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX payment_account ON payment (account_no, at);
CREATE TABLE cut_notice (account_no TEXT PRIMARY KEY, cut_on TEXT NOT NULL);
CREATE TABLE past_outage (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE application (
    number TEXT PRIMARY KEY, account_no TEXT NOT NULL, phone TEXT NOT NULL, submitted_at TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE booking (
    number TEXT PRIMARY KEY, slot_id TEXT NOT NULL, phone TEXT NOT NULL, state TEXT NOT NULL,
    starts_at TEXT NOT NULL, body TEXT NOT NULL
);
CREATE TABLE alert (
    account_no TEXT NOT NULL, kind TEXT NOT NULL, threshold INTEGER NOT NULL, PRIMARY KEY (account_no, kind)
);
CREATE TABLE answered (key TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class Database:
    """Short-lived connections to one SQLite file; writers queue up behind each other."""

    def __init__(self, path: Path, timeout_s: float = 30.0) -> None:
        self._path = path
        self._timeout_s = timeout_s

    def create(self) -> None:
        """Make the tables of an empty file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self.write() as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                for statement in _TABLES.split(";\n"):
                    connection.execute(statement)

    def drop(self) -> None:
        """Take every table away, keeping the file that others may have open."""
        with self.write() as connection:
            names = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
            for (name,) in names.fetchall():
                connection.execute(f'DROP TABLE "{name}"')

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A consistent view."""
        with self._open("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction; an exception inside rolls it back."""
        with self._open("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _open(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self._path, timeout=self._timeout_s, isolation_level=None)
        except sqlite3.Error as error:
            raise BackEndUnavailable(f"sample utility: {error}") from error
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except sqlite3.DatabaseError as error:
            raise BackEndUnavailable(f"sample utility: {error}") from error
        finally:
            # Closing an open transaction rolls it back.
            connection.close()


def meta(connection: sqlite3.Connection, key: str) -> str | None:
    """A remembered setting of the file."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row["value"])


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Remember a setting."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def next_number(connection: sqlite3.Connection, name: str) -> int:
    """The next number of a series, from 1, without gaps in committed ones."""
    connection.execute("INSERT OR IGNORE INTO counter VALUES (?, 0)", (name,))
    connection.execute("UPDATE counter SET value = value + 1 WHERE name = ?", (name,))
    return int(connection.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()["value"])
