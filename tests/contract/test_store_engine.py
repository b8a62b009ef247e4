"""Transactions, migrations and failures of the database itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, event, text

from domain.errors import BadRequest, Conflict, Unavailable
from domain.repositories import Transaction
from store.sql import SqlStore, SqlTransaction
from store.tables import METADATA
from tests.servers import free_port
from tests.store_house import NOW, StillClock, accept, agent, fail_after, inbound, migrated, say, together


def test_an_exception_rolls_everything_back(store: SqlStore) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_after(
            store,
            lambda tx: tx.inbox.accept(inbound("m"), NOW),
            lambda tx: tx.people.save_agent(agent("wang")),
        )
    with store.read() as tx:
        assert tx.inbox.waiting() == 0
        assert tx.people.agents() == []


def test_a_reader_sees_one_moment(store: SqlStore) -> None:
    thread = accept(store, "m1").conversation_id
    with store.read() as tx:
        assert len(tx.conversations.messages(thread)) == 1
        other = threading.Thread(target=accept, args=(store, "m2"))
        other.start()
        other.join()
        assert tx.conversations.get(thread).last_seq == 1
        assert tx.inbox.waiting() == 1
    with store.read() as tx:
        assert tx.inbox.waiting() == 2


def test_a_reader_cannot_write(store: SqlStore) -> None:
    with pytest.raises(Exception, match=r"read-?only"), store.read() as tx:
        tx.people.save_agent(agent("wang"))
    with store.write() as tx:
        tx.people.save_agent(agent("wang"))


def test_a_write_inside_a_write_is_refused_at_once(store: SqlStore) -> None:
    with pytest.raises(RuntimeError), store.write(), store.write():
        pass
    with store.write() as tx:
        tx.people.save_agent(agent("wang"))


def test_reading_inside_a_write_sees_what_is_committed(store: SqlStore) -> None:
    with store.write() as tx:
        tx.people.save_agent(agent("wang"))
        with store.read() as before:
            assert before.people.agents() == []


def test_those_who_wait_in_a_circle_get_conflict(store: SqlStore) -> None:
    """SQLite lets writers in one by one; PostgreSQL ends one of the two."""
    threads = [accept(store, "m", address).conversation_id for address in ("a", "b")]
    inside = threading.Barrier(2)

    def cross(number: int) -> str:
        try:
            with store.write() as tx:
                say(tx, threads[number], "first")
                if store_kind == "postgresql":
                    inside.wait(10)
                say(tx, threads[1 - number], "second")
        except Conflict:
            return "conflict"
        return "written"

    store_kind = _kind(store)
    expected = ["conflict", "written"] if store_kind == "postgresql" else ["written", "written"]
    assert sorted(together(2, cross)) == expected


def test_the_migrations_make_the_tables_that_the_code_reads(store: SqlStore, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_migrating_tells_its_steps_and_does_nothing_twice(empty_url: str) -> None:
    store = SqlStore(empty_url, clock=StillClock())
    with pytest.raises(Unavailable, match="not migrated"):
        store.check()
    told: list[str] = []
    store.migrate(told.append)
    assert told[0].startswith("database: 0001")
    accept(store, "m")
    told.clear()
    store.migrate(told.append)
    assert len(told) == 1
    assert told[0].startswith("database: up to date")
    store.check()
    with store.read() as tx:
        assert tx.inbox.waiting() == 1
    store.close()


def test_four_may_migrate_at_once(empty_url: str) -> None:
    stores = together(4, lambda _: migrated(empty_url))
    for number, store in enumerate(stores):
        store.check()
        accept(store, f"m{number}")
    with stores[0].read() as tx:
        assert tx.inbox.waiting() == 4
    for store in stores:
        store.close()


def test_a_database_of_a_newer_program_is_left_alone(empty_url: str) -> None:
    store = migrated(empty_url)
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(Unavailable, match="does not know"):
        store.migrate(lambda _: None)
    with pytest.raises(Unavailable):
        store.check()
    store.close()


def test_two_stores_on_one_database_wait_for_each_other(store: SqlStore, database_url: str) -> None:
    """As two processes do: on SQLite only the file's own lock is between them."""
    other = SqlStore(database_url, clock=StillClock())
    receipts = together(
        6, lambda number: [accept((store, other)[number % 2], f"{number}:{n}") for n in range(5)]
    )
    assert sorted(receipt.seq for part in receipts for receipt in part) == list(range(1, 31))
    other.close()


def test_a_killed_process_loses_nothing_it_acknowledged(store: SqlStore, database_url: str) -> None:
    script = (
        "import sys\n"
        "from store.sql import SqlStore\n"
        "from tests.store_house import NOW, StillClock, accept, inbound\n"
        "store = SqlStore(sys.argv[1], clock=StillClock())\n"
        "accept(store, 'acknowledged')\n"
        "with store.write() as tx:\n"
        "    tx.inbox.accept(inbound('not yet'), NOW)\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    house = Path(__file__).resolve().parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", script, database_url],
        cwd=house,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    accept(store, "after")
    with store.read() as tx:
        (conversation,) = [tx.conversations.at("telegram", "chat-1")]
        assert conversation is not None
        assert [m.text for m in tx.conversations.messages(conversation.id)] == ["acknowledged", "after"]


def test_a_server_that_is_not_there_is_unavailable() -> None:
    store = SqlStore(f"postgresql://nobody:secret@127.0.0.1:{free_port()}/x", clock=StillClock())
    for use in (store.check, lambda: accept(store, "m"), lambda: store.migrate(lambda _: None)):
        with pytest.raises(Unavailable) as refused:
            use()
        assert "secret" not in str(refused.value)
    store.close()


def test_a_connection_that_breaks_is_unavailable_and_then_heals(fresh_postgres_url: str) -> None:
    store = migrated(fresh_postgres_url)
    other = create_engine(fresh_postgres_url)
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'shouwen' AND datname = current_database()"
    )

    def cut_all_connections(_: Transaction) -> None:
        with other.connect() as connection:
            connection.execute(cut)

    with pytest.raises(Unavailable):
        fail_after(
            store,
            lambda tx: tx.people.save_agent(agent("wang")),
            cut_all_connections,
            lambda tx: tx.people.save_agent(agent("li")),
        )
    with store.write() as tx:
        assert tx.people.agents() == []
        tx.people.save_agent(agent("wang"))
    other.dispose()
    store.close()


def test_a_file_that_cannot_be_used_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "text.db").write_text("this is no database " * 100)
    for name in ("folder.db", "text.db"):
        store = SqlStore(f"sqlite:///{tmp_path / name}", clock=StillClock())
        with pytest.raises(Unavailable):
            store.migrate(lambda _: None)
        store.close()


def test_missing_folders_are_made(tmp_path: Path) -> None:
    migrated(f"sqlite:///{tmp_path / 'a' / 'b' / 'store.db'}").close()
    assert (tmp_path / "a" / "b" / "store.db").exists()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "http://x"]
)
def test_other_urls_are_refused_in_words(url: str) -> None:
    with pytest.raises(BadRequest) as refused:
        SqlStore(url, clock=StillClock())
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_each_spelling_of_postgresql_is_understood(fresh_postgres_url: str, scheme: str) -> None:
    store = SqlStore(fresh_postgres_url.replace("postgresql+psycopg", scheme), clock=StillClock())
    store.migrate(lambda _: None)
    store.close()


@pytest.mark.parametrize(
    ("index", "claim"),
    [
        ("ix_inbox_lanes_waiting", lambda tx: tx.inbox.claim("w", NOW, 1)),
        ("ix_deliveries_due", lambda tx: tx.outbox.claim(["telegram"], NOW, 1)),
        ("ix_jobs_run_at", lambda tx: tx.jobs.claim(["survey"], NOW, 1)),
    ],
)
def test_claiming_does_not_look_at_what_was_done(
    store: SqlStore, index: str, claim: Callable[[SqlTransaction], object]
) -> None:
    """The statement that looks for work reads an index of open work only, however much was done before."""
    looked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        looked.append((statement, parameters))

    with store.write() as tx:
        connection = tx.inbox._db.connection
        if _kind(store) == "postgresql":
            # Tables as small as a test's are read whole.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        event.listen(connection, "before_cursor_execute", note)
        claim(tx)
        event.remove(connection, "before_cursor_execute", note)
        statement, parameters = looked[0]
        explain = "EXPLAIN" if _kind(store) == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))
    assert f"INDEX {index}" in plan or f"Index Scan using {index}" in plan, plan


def _kind(store: SqlStore) -> str:
    with store.read() as tx:
        return tx.contacts._db.connection.dialect.name
