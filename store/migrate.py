"""Runs the Alembic migrations from code, safe when several processes start at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection, text

from domain.errors import Unavailable
from store.engine import Engines

MIGRATION_LOCK = 0x53_48_4F_55
"""PostgreSQL advisory lock that a migrating process holds."""


def config() -> Config:
    """Alembic's configuration; there is no ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return made


def upgrade(engines: Engines, progress: Callable[[str], None]) -> None:
    """Apply what is missing in one transaction that no other process can run beside."""
    with engines.writer.begin() as connection:
        if not engines.embedded:
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        before = _revision(connection)
        made = config()
        made.attributes["connection"] = connection
        try:
            missing = list(ScriptDirectory.from_config(made).iterate_revisions("head", before or "base"))
        except RevisionError as error:
            raise Unavailable(f"the database is at {before}, which this program does not know") from error
        for step in reversed(missing):
            progress(f"database: {step.revision} {step.doc}")
            command.upgrade(made, step.revision)
        if not missing:
            progress(f"database: up to date at {before}")


def at_head(connection: Connection) -> bool:
    """Whether the tables are those of this program."""
    return _revision(connection) == head()


@cache
def head() -> str | None:
    """The newest revision that this program knows; read from disk once, readiness asks for it often."""
    return ScriptDirectory.from_config(config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
