"""People, jobs, audit, and the feed in the order of commits."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.agent import Presence, Role
from domain.errors import Conflict, LeaseLost, NotFound
from domain.job import AuditEvent
from store.sql import SqlStore
from tests.store_house import LEASE_S, NOW, SECOND, agent, fail_after, open_desk, together

EXPIRED = NOW + timedelta(seconds=LEASE_S)


def test_an_agent_comes_back_whole(store: SqlStore) -> None:
    wang = agent(
        "a1",
        login="wang",
        name="王芳",
        name_en="Wang Fang",
        roles=(Role.AGENT, Role.SUPERVISOR),
        queues=("hotline", "fault"),
        presence=Presence.AWAY,
        password_hash="h",
        active=False,
    )
    with store.write() as tx:
        assert tx.people.save_agent(wang) == wang
        assert tx.people.agent("a1") == wang
        assert tx.people.lock_agent("a1") == wang
        assert tx.people.by_login("wang") == wang
        assert tx.people.by_login("x") is None
        with pytest.raises(NotFound):
            tx.people.agent("x")
        with pytest.raises(NotFound):
            tx.people.set_presence("x", Presence.ONLINE)


def test_an_agent_is_saved_by_version(store: SqlStore) -> None:
    wang = agent("wang")
    with store.write() as tx:
        tx.people.save_agent(wang)
        tx.people.set_presence("wang", Presence.ONLINE)
        now = tx.people.agent("wang")
        assert (now.presence, now.version) == (Presence.ONLINE, 2)
        assert tx.people.save_agent(replace(now, capacity=9)).version == 3
    with pytest.raises(Conflict), store.write() as tx:
        tx.people.save_agent(replace(wang, capacity=1))
    with pytest.raises(Conflict), store.write() as tx:
        tx.people.save_agent(agent("other", login="wang"))


def test_agents_by_queue_and_queues(store: SqlStore) -> None:
    open_desk(store)
    with store.write() as tx:
        tx.people.save_agent(agent("zhao", queues=("fault",)))
        assert [a.login for a in tx.people.agents()] == ["duty", "li", "wang", "zhao"]
        assert [a.login for a in tx.people.agents("fault")] == ["zhao"]
        hotline = tx.people.queue("hotline")
        tx.people.save_queue(replace(hotline, duty_officer="wang"))
        assert [q.duty_officer for q in tx.people.queues()] == ["wang"]
        with pytest.raises(NotFound):
            tx.people.queue("x")


def test_capacity_checked_under_the_lock_is_never_exceeded(store: SqlStore) -> None:
    with store.write() as tx:
        tx.people.save_agent(agent("wang", capacity=3))

    def take_one(_: int) -> bool:
        with store.write() as tx:
            wang = tx.people.lock_agent("wang")
            if wang.capacity == 0:
                return False
            tx.people.save_agent(replace(wang, capacity=wang.capacity - 1))
            return True

    assert together(8, take_one).count(True) == 3


def test_a_job_is_queued_once_and_runs_when_due(store: SqlStore) -> None:
    with store.write() as tx:
        job = tx.jobs.add("survey", NOW + SECOND, {"ticket": "t1"}, "survey:t1")
        assert job is not None
        assert tx.jobs.add("survey", NOW, {}, "survey:t1") is None
        assert tx.jobs.claim(["survey"], NOW, LEASE_S) is None
        assert tx.jobs.claim(["other"], NOW + SECOND, LEASE_S) is None
    with store.write() as tx:
        taken = tx.jobs.claim(["other", "survey"], NOW + SECOND, LEASE_S)
        assert taken is not None
        assert (taken.id, taken.payload, taken.attempts) == (job.id, {"ticket": "t1"}, 1)
        assert tx.jobs.claim(["survey"], NOW + SECOND, LEASE_S) is None
        assert tx.jobs.add("survey", NOW, {}, "survey:t1") is None, "it is not finished"
        tx.jobs.retry(taken, "away", NOW + 5 * SECOND)
        assert tx.jobs.claim(["survey"], NOW + 4 * SECOND, LEASE_S) is None
        again = tx.jobs.claim(["survey"], NOW + 5 * SECOND, LEASE_S)
        assert again is not None
        assert (again.attempts, again.error) == (2, "away")
        tx.jobs.done(again)
        assert tx.jobs.add("survey", NOW, {}, "survey:t1") is not None


def test_jobs_without_a_key_are_all_queued(store: SqlStore) -> None:
    with store.write() as tx:
        assert tx.jobs.add("a", NOW) is not None
        assert tx.jobs.add("a", NOW) is not None


def test_an_expired_job_is_taken_over(store: SqlStore) -> None:
    with store.write() as tx:
        tx.jobs.add("a", NOW)
        late = tx.jobs.claim(["a"], NOW, LEASE_S)
        heir = tx.jobs.claim(["a"], EXPIRED, LEASE_S)
    assert late is not None
    assert heir is not None
    with pytest.raises(LeaseLost), store.write() as tx:
        tx.jobs.done(late)
    with pytest.raises(LeaseLost), store.write() as tx:
        tx.jobs.retry(late, "", NOW)
    with store.write() as tx:
        tx.jobs.done(heir)


def test_eight_workers_run_each_job_once(store: SqlStore) -> None:
    with store.write() as tx:
        for number in range(20):
            tx.jobs.add("a", NOW, {"n": str(number)})

    def work(_: int) -> list[str]:
        ran = []
        while True:
            with store.write() as tx:
                job = tx.jobs.claim(["a"], NOW, LEASE_S)
                if job is None:
                    return ran
            ran.append(job.payload["n"])
            with store.write() as tx:
                tx.jobs.done(job)

    ran = [n for part in together(8, work) for n in part]
    assert len(ran) == len(set(ran))
    with store.write() as tx:
        # Skipped while another held it: still there for the next look, never lost.
        while (job := tx.jobs.claim(["a"], NOW, LEASE_S)) is not None:
            ran.append(job.payload["n"])
    assert sorted(ran, key=int) == [str(n) for n in range(20)]


def test_the_audit_trail_newest_first(store: SqlStore) -> None:
    events = [
        AuditEvent(NOW + n * SECOND, "agent:wang", "revealed", "contact:c1", {"field": "phone"})
        for n in range(3)
    ]
    with store.write() as tx:
        for event in events:
            tx.audit.add(event)
        tx.audit.add(AuditEvent(NOW, "agent:wang", "signed_in", "agent:wang"))
    with store.read() as tx:
        assert tx.audit.about("contact:c1") == events[::-1]
        assert tx.audit.about("contact:c1", 1) == events[2:]


def test_the_feed_from_a_cursor(store: SqlStore) -> None:
    with store.read() as tx:
        assert (tx.feed.last(), tx.feed.after(0)) == (0, [])
    with store.write() as tx:
        tx.feed.add("message", NOW, conversation_id="c1")
        tx.feed.add("message", NOW, conversation_id="c1")
        tx.feed.add("ticket", NOW, ticket_id="t1", agent_id="wang")
        assert len(tx.feed.after(0)) == 2, "the same hint twice in one transaction is one"
    with store.read() as tx:
        first, second = tx.feed.after(0)
        assert (first.kind, first.conversation_id) == ("message", "c1")
        assert (second.kind, second.ticket_id, second.agent_id) == ("ticket", "t1", "wang")
        assert tx.feed.after(first.cursor) == [second]
        assert tx.feed.after(0, 1) == [first]
        assert tx.feed.last() == second.cursor


def test_a_rolled_back_hint_is_never_seen(store: SqlStore) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_after(store, lambda tx: tx.feed.add("message", NOW), lambda tx: tx.feed.after(0))
    with store.read() as tx:
        assert tx.feed.last() == 0


def test_tidying_removes_only_what_is_old(store: SqlStore) -> None:
    day = timedelta(days=1)
    with store.write() as tx:
        tx.feed.add("message", NOW, conversation_id="old")
        tx.feed.add("message", NOW + SECOND, conversation_id="new")
        tx.contacts.failed("contact:1", NOW)
        tx.contacts.failed("contact:1", NOW + SECOND)
        last = tx.feed.last()
    store.tidy(NOW + day + SECOND)
    with store.read() as tx:
        assert [e.conversation_id for e in tx.feed.after(0)] == ["new"]
        assert tx.contacts.failures("contact:1", NOW - day) == 1
    store.tidy(NOW + 3 * day)
    with store.write() as tx:
        tx.feed.add("message", NOW)
        assert tx.feed.last() > last, "a cursor is never given out again"


def test_a_reader_with_a_cursor_never_misses_an_event(store: SqlStore) -> None:
    """Cursors given out before the commit would let a fast reader pass over a slow writer."""
    writers, each = 6, 10
    done = threading.Event()
    seen: list[str] = []

    def write_or_read(number: int) -> None:
        if number < writers:
            for count in range(each):
                with store.write() as tx:
                    tx.feed.add("message", NOW, conversation_id=f"{number}:{count}")
            return
        cursor = 0
        while True:
            last_round = done.is_set()
            with store.read() as tx:
                events = tx.feed.after(cursor)
            assert [e.cursor for e in events] == sorted(e.cursor for e in events)
            seen.extend(e.conversation_id for e in events)
            cursor = events[-1].cursor if events else cursor
            if last_round and not events:
                return

    reader = threading.Thread(target=write_or_read, args=(writers,))
    reader.start()
    together(writers, write_or_read)
    done.set()
    reader.join()
    assert sorted(seen) == sorted(f"{number}:{count}" for number in range(writers) for count in range(each))
