"""Conversations and contacts come back as they were stored, with gapless timelines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from domain.contact import Binding, Contact, Level
from domain.conversation import Mode
from domain.errors import Conflict, NotFound
from domain.message import Attachment, Audience, Author, Choice
from store.sql import SqlStore
from tests.store_house import NOW, SECOND, accept, fail_after, inbound, say, together

DAY = timedelta(days=1)


@pytest.fixture
def thread(store: SqlStore) -> str:
    """A conversation with one message."""
    return accept(store, "m").conversation_id


def test_a_message_comes_back_whole(store: SqlStore, thread: str) -> None:
    with store.write() as tx:
        written = tx.conversations.append(
            thread,
            Author.AGENT,
            "wang",
            "本月电费 53.20 元",
            NOW,
            choices=[Choice("是", "yes"), Choice("否", "no")],
            attachments=(Attachment("file", "a/b.pdf", "账单.pdf", "application/pdf", 1),),
            speech="五十三元二角",
            phrase="bill",
            gather="digits",
            ticket_id="t1",
            reply_to="in1",
            meta={"client_token": "c1", "b": "2"},
        )
        assert tx.conversations.message(written.id) == written
    with store.read() as tx:
        assert tx.conversations.message(written.id) == written
        assert written.seq == 2
        assert tx.conversations.get(thread).last_seq == 2


def test_internal_notes_are_for_the_desk_only(store: SqlStore, thread: str) -> None:
    with store.write() as tx:
        tx.conversations.append(thread, Author.AGENT, "wang", "note", NOW, audience=Audience.DESK)
        say(tx, thread, "hello")
    with store.read() as tx:
        assert [m.text for m in tx.conversations.messages(thread)] == ["m", "hello"]
        assert [m.text for m in tx.conversations.messages(thread, desk=True)] == ["m", "note", "hello"]
        assert [m.seq for m in tx.conversations.messages(thread, 1, 1, desk=True)] == [2]


def test_eight_writers_leave_no_gap(store: SqlStore, thread: str) -> None:
    def write(number: int) -> None:
        for count in range(5):
            with store.write() as tx:
                say(tx, thread, f"{number}:{count}")

    together(8, write)
    with store.read() as tx:
        said = tx.conversations.messages(thread)
    assert [m.seq for m in said] == list(range(1, 42))
    for number in range(8):
        assert [m.text for m in said if m.text.startswith(f"{number}:")] == [
            f"{number}:{c}" for c in range(5)
        ]


def test_a_rolled_back_message_leaves_no_gap(store: SqlStore, thread: str) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_after(store, lambda tx: say(tx, thread, "lost"))
    with store.write() as tx:
        assert say(tx, thread, "kept").seq == 2


def test_state_language_and_floor_are_saved(store: SqlStore, thread: str) -> None:
    state = {
        "stack": [{"flow": "bill", "slots": {"period": "2026-10", "n": 1.5, "none": None}}],
        "z": 1,
        "a": [],
    }
    with store.write() as tx:
        tx.conversations.save_state(thread, state, NOW + SECOND, language="en")
        tx.conversations.set_mode(thread, Mode.AGENT, "t1", NOW + 2 * SECOND)
        locked = tx.conversations.lock(thread)
    assert locked.state == state
    assert list(locked.state) == ["stack", "z", "a"], "the order is kept"
    assert (locked.language, locked.mode, locked.ticket_id) == ("en", Mode.AGENT, "t1")
    assert locked.updated_at == NOW + 2 * SECOND
    with store.write() as tx:
        tx.conversations.save_state(thread, {}, NOW)
        assert tx.conversations.get(thread).language == "en", "kept if not given"


def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    with store.write() as tx:
        for ask in (
            lambda: tx.conversations.get("x"),
            lambda: tx.conversations.lock("x"),
            lambda: tx.conversations.message("x"),
            lambda: say(tx, "x", "hello"),
            lambda: tx.conversations.save_state("x", {}, NOW),
            lambda: tx.conversations.set_mode("x", Mode.BOT, "", NOW),
            lambda: tx.contacts.get("x"),
        ):
            with pytest.raises(NotFound):
                ask()
        assert tx.conversations.at("telegram", "x") is None
        assert tx.conversations.messages("x") == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("whole 👍🏽 مرحبا \u202e", "whole 👍🏽 مرحبا \u202e"),
        ("x" * 100_000, "x" * 100_000),
        ("'; DROP TABLE messages; -- %s :a", "'; DROP TABLE messages; -- %s :a"),
    ],
)
def test_any_text_can_be_stored(store: SqlStore, sent: str, kept: str) -> None:
    with store.write() as tx:
        receipt = tx.inbox.accept(inbound("odd", text=sent, display_name=sent, payload=sent), NOW)
        tx.conversations.save_state(receipt.conversation_id, {"text": sent, sent: 1}, NOW)
        taken = tx.inbox.claim("w", NOW, 5)
    assert taken is not None
    assert (taken.inbound.text, taken.inbound.display_name, taken.inbound.payload) == (kept, kept, kept)
    assert taken.conversation.state == {"text": kept, kept: 1}


def test_times_come_back_in_utc_to_the_microsecond(store: SqlStore) -> None:
    shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    receipt = accept(store, "m", at=shanghai)
    with store.read() as tx:
        (message,) = tx.conversations.messages(receipt.conversation_id)
    assert message.at == NOW
    assert message.at.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(store: SqlStore) -> None:
    with pytest.raises(Exception, match="without a zone"):
        accept(store, "m", at=NOW.replace(tzinfo=None))


def test_a_contact_is_saved_by_version(store: SqlStore) -> None:
    contact = Contact("c1", "王芳", "zh", NOW)
    with store.write() as tx:
        assert tx.contacts.save(contact) == contact
    with store.write() as tx:
        renamed = tx.contacts.save(replace(contact, name="王芳芳"))
        assert renamed.version == 2
        assert tx.contacts.get("c1") == renamed
    with pytest.raises(Conflict), store.write() as tx:
        tx.contacts.save(contact)


def test_a_binding_is_replaced_and_ends(store: SqlStore) -> None:
    with store.write() as tx:
        tx.contacts.save(Contact("c1", "", "zh", NOW))
        tx.contacts.bind(Binding("c1", "0312345678", Level.V1, "otp", NOW, NOW + DAY))
        tx.contacts.bind(Binding("c1", "0312345679", Level.V2, "otp", NOW + SECOND, NOW + DAY))
        better = Binding("c1", "0312345678", Level.V2, "name_id", NOW + 2 * SECOND, NOW + 2 * DAY)
        tx.contacts.bind(better)
    with store.read() as tx:
        assert [b.account_no for b in tx.contacts.bindings("c1", NOW)] == ["0312345678", "0312345679"]
        assert tx.contacts.bindings("c1", NOW + DAY) == [better]
        assert tx.contacts.bindings("c1", NOW + 2 * DAY) == []
    with store.write() as tx:
        tx.contacts.unbind("c1", "0312345678")
        assert [b.account_no for b in tx.contacts.bindings("c1", NOW)] == ["0312345679"]


def test_a_binding_of_nobody_is_refused(store: SqlStore) -> None:
    with pytest.raises(NotFound), store.write() as tx:
        tx.contacts.bind(Binding("nobody", "0312345678", Level.V1, "otp", NOW, NOW + DAY))


def test_failures_are_counted_for_an_hour(store: SqlStore) -> None:
    with store.write() as tx:
        assert tx.contacts.failed("account:1", NOW) == 1
        assert tx.contacts.failed("account:1", NOW + timedelta(minutes=59)) == 2
        assert tx.contacts.failed("account:2", NOW) == 1
        assert tx.contacts.failed("account:1", NOW + timedelta(minutes=60)) == 2
    with store.write() as tx:
        assert tx.contacts.failures("account:1", NOW - SECOND) == 3
        tx.contacts.clear_failures("account:1")
        assert tx.contacts.failures("account:1", NOW - SECOND) == 0
        assert tx.contacts.failures("account:2", NOW - SECOND) == 1
