"""The same store on both engines; a test that takes ``store`` runs on each.

The tables are made once for the whole run: PostgreSQL's are emptied before each test, SQLite's are copied.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from store.sql import SqlStore
from store.tables import METADATA
from tests.servers import fresh_database
from tests.store_house import StillClock, migrated

ENGINES = ["sqlite", "postgres"]


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database of either kind without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("fresh_postgres_url")
    return url


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file to copy."""
    path = tmp_path_factory.mktemp("store") / "tables.db"
    migrated(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgres_with_tables(postgres_url: str) -> Iterator[str]:
    """URL of a database to empty and use again."""
    with fresh_database(postgres_url, "store_contract") as url:
        migrated(url).close()
        yield url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database of either kind with all tables and nothing in them."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_with_tables"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("postgres_with_tables")
    tables = ", ".join(METADATA.tables)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        # The ledger refuses to be emptied; a replica's tables have no triggers.
        connection.execute("SET session_replication_role = replica")
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY".encode())
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """A store with all its tables and nothing in them."""
    made = SqlStore(database_url, clock=StillClock())
    yield made
    made.close()
