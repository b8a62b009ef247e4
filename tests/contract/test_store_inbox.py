"""Messages come in once and are answered once, in order, whoever works on them."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from domain.conversation import Claim, Mode
from domain.errors import LeaseLost
from domain.message import Attachment, Author
from store.sql import SqlStore
from tests.store_house import (
    LEASE_S,
    NOW,
    SECOND,
    accept,
    claim,
    fail_after,
    inbound,
    must_claim,
    say,
    settle,
    together,
)

EXPIRED = NOW + timedelta(seconds=LEASE_S)


def test_a_first_message_makes_contact_conversation_and_timeline(store: SqlStore) -> None:
    receipt = accept(store, "hi", display_name="王芳", language="en", text="停电了吗")
    with store.read() as tx:
        conversation = tx.conversations.at("telegram", "chat-1")
        assert conversation is not None
        assert conversation.id == receipt.conversation_id
        assert (conversation.mode, conversation.language, conversation.last_seq) == (Mode.BOT, "en", 1)
        contact = tx.contacts.get(conversation.contact_id)
        assert (contact.name, contact.language) == ("王芳", "en")
        assert [(i.channel, i.address) for i in tx.contacts.identities(contact.id)] == [
            ("telegram", "chat-1")
        ]
        (message,) = tx.conversations.messages(conversation.id)
        assert (message.id, message.seq, message.text, message.author, message.author_id, message.at) == (
            receipt.inbound_id,
            1,
            "停电了吗",
            Author.CUSTOMER,
            contact.id,
            NOW,
        )


def test_a_duplicate_gets_the_first_receipt_and_changes_nothing(store: SqlStore) -> None:
    first = accept(store, "hi")
    again = accept(store, "hi", text="other words", at=NOW + SECOND)
    assert not first.duplicate
    assert again.duplicate
    assert (again.inbound_id, again.conversation_id, again.seq) == (
        first.inbound_id,
        first.conversation_id,
        first.seq,
    )
    with store.read() as tx:
        assert [m.text for m in tx.conversations.messages(first.conversation_id)] == ["hi"]
        assert tx.inbox.waiting() == 1
        assert tx.inbox.find("telegram", "chat-1:hi") == again
        assert tx.inbox.find("telegram", "chat-1:other") is None


def test_the_same_id_on_another_channel_is_another_message(store: SqlStore) -> None:
    accept(store, "hi")
    with store.write() as tx:
        other = inbound("hi")
        receipt = tx.inbox.accept(type(other)("web", other.provider_message_id, other.address, "hi"), NOW)
    assert not receipt.duplicate


def test_one_delivery_accepted_by_eight_at_once_is_one_message(store: SqlStore) -> None:
    receipts = together(8, lambda _: accept(store, "hi"))
    assert len({receipt.inbound_id for receipt in receipts}) == 1
    assert sorted(receipt.duplicate for receipt in receipts) == [False] + [True] * 7
    with store.read() as tx:
        assert tx.inbox.waiting() == 1


def test_first_messages_at_once_from_one_address_begin_one_conversation(store: SqlStore) -> None:
    receipts = together(8, lambda number: accept(store, f"m{number}"))
    assert len({receipt.conversation_id for receipt in receipts}) == 1
    assert sorted(receipt.seq for receipt in receipts) == list(range(1, 9))
    with store.read() as tx:
        (conversation,) = tx.conversations.of_contact(
            tx.conversations.get(receipts[0].conversation_id).contact_id
        )
        assert conversation.last_seq == 8


def test_a_claim_carries_the_whole_message(store: SqlStore) -> None:
    photo = Attachment("photo", "file-1", "表.jpg", "image/jpeg", 12345)
    sent = inbound(
        "m",
        payload="pay:1",
        attachments=(photo,),
        display_name="Li",
        language="zh",
        spoken=True,
        text="看表 📷",
    )
    with store.write() as tx:
        receipt = tx.inbox.accept(sent, NOW)
    taken = must_claim(store, NOW + SECOND, "worker-1")
    assert taken.inbound == sent
    assert (taken.inbound_id, taken.seq, taken.received_at, taken.attempts) == (receipt.inbound_id, 1, NOW, 1)
    assert taken.until == NOW + SECOND + timedelta(seconds=LEASE_S)
    assert taken.conversation.id == receipt.conversation_id


def test_nothing_to_claim_in_an_empty_house(store: SqlStore) -> None:
    assert claim(store) is None


def test_one_conversation_is_answered_one_at_a_time_in_order(store: SqlStore) -> None:
    for number in range(3):
        accept(store, f"m{number}", at=NOW + number * SECOND)
    later = NOW + 10 * SECOND
    for number in range(3):
        taken = must_claim(store, later)
        assert taken.inbound.text == f"m{number}"
        assert claim(store, later) is None, "the conversation is held"
        settle(store, taken, later)
    assert claim(store, later) is None
    with store.read() as tx:
        assert tx.inbox.waiting() == 0


def test_the_oldest_waits_least(store: SqlStore) -> None:
    for number, address in enumerate(["c", "a", "b"]):
        accept(store, "m", address, at=NOW + number * SECOND)
    order = [must_claim(store, NOW + 10 * SECOND).inbound.address for _ in range(3)]
    assert order == ["c", "a", "b"]


def test_answered_is_told_per_message(store: SqlStore) -> None:
    receipt = accept(store, "m")
    with store.read() as tx:
        assert not tx.inbox.answered(receipt.inbound_id)
        assert not tx.inbox.answered("nobody")
    settle(store, must_claim(store))
    with store.read() as tx:
        assert tx.inbox.answered(receipt.inbound_id)


def test_an_expired_lease_is_taken_over_and_the_late_worker_loses(store: SqlStore) -> None:
    accept(store, "m")
    late = must_claim(store, NOW, "late")
    assert claim(store, EXPIRED - SECOND) is None
    heir = must_claim(store, EXPIRED, "heir")
    assert (heir.inbound_id, heir.attempts) == (late.inbound_id, 2)
    with pytest.raises(LeaseLost):
        fail_after(
            store,
            lambda tx: say(tx, late.conversation.id, "from the grave"),
            lambda tx: tx.inbox.settle(late, EXPIRED),
        )
    with pytest.raises(LeaseLost):
        _release(store, late)
    settle(store, heir, EXPIRED)
    with store.read() as tx:
        assert [m.text for m in tx.conversations.messages(late.conversation.id)] == ["m"], (
            "nothing was written"
        )


def test_a_late_worker_that_nobody_replaced_may_still_settle(store: SqlStore) -> None:
    accept(store, "m")
    taken = must_claim(store)
    settle(store, taken, EXPIRED + SECOND)
    with pytest.raises(LeaseLost):
        settle(store, taken, EXPIRED + SECOND)


def test_a_released_message_comes_again_from_its_time_and_blocks_the_next(store: SqlStore) -> None:
    accept(store, "m1")
    accept(store, "m2")
    _release(store, must_claim(store))
    assert claim(store, NOW + 4 * SECOND) is None, "m2 must not overtake m1"
    again = must_claim(store, NOW + 5 * SECOND)
    assert (again.inbound.text, again.attempts) == ("m1", 2)


def test_a_message_that_comes_during_a_turn_is_next(store: SqlStore) -> None:
    accept(store, "m1")
    taken = must_claim(store)
    accept(store, "m2")
    settle(store, taken)
    assert must_claim(store).inbound.text == "m2"


def test_a_closed_conversation_is_followed_by_a_new_one_of_the_same_contact(store: SqlStore) -> None:
    first = accept(store, "m1")
    with store.write() as tx:
        tx.conversations.set_mode(first.conversation_id, Mode.CLOSED, "", NOW)
    with store.read() as tx:
        assert tx.conversations.at("telegram", "chat-1") is None
    second = accept(store, "m2", at=NOW + SECOND)
    assert second.conversation_id != first.conversation_id
    with store.read() as tx:
        contact_id = tx.conversations.get(first.conversation_id).contact_id
        assert [c.id for c in tx.conversations.of_contact(contact_id)] == [
            second.conversation_id,
            first.conversation_id,
        ]
    assert accept(store, "m1").duplicate


def test_eight_workers_never_hold_one_conversation_together(store: SqlStore) -> None:
    conversations, each = 5, 6
    for number in range(each):
        for customer in range(conversations):
            accept(store, f"m{number}", f"chat-{customer}")
    guard = threading.Lock()
    held: set[str] = set()
    answered: dict[str, list[str]] = {}

    def work(number: int) -> None:
        while True:
            with store.read() as tx:
                if not tx.inbox.waiting():
                    return
            taken = claim(store, worker=f"w{number}")
            if taken is None:
                continue
            with guard:
                assert taken.conversation.id not in held
                held.add(taken.conversation.id)
            with store.write() as tx:
                say(tx, taken.conversation.id, f"re {taken.inbound.text}")
                with guard:
                    held.discard(taken.conversation.id)
                    answered.setdefault(taken.inbound.address, []).append(taken.inbound.text)
                tx.inbox.settle(taken, NOW)

    together(8, work)
    expected = [f"m{number}" for number in range(each)]
    assert answered == {f"chat-{customer}": expected for customer in range(conversations)}


def test_a_message_being_stored_while_the_lane_runs_empty_is_not_forgotten(store: SqlStore) -> None:
    """The dangerous moment: neither transaction sees what the other has not yet committed."""
    accept(store, "m1")
    taken = must_claim(store)
    worker = threading.Thread(target=settle, args=(store, taken))
    with store.write() as tx:
        tx.inbox.accept(inbound("m2"), NOW)
        worker.start()
        worker.join(0.3)  # a worker that did not wait for us would be done by now
    worker.join()
    assert must_claim(store).inbound.text == "m2"


def test_no_message_is_forgotten_between_settling_and_coming_in(store: SqlStore) -> None:
    accept(store, "m0")
    rounds = 25

    def customer_or_worker(number: int) -> None:
        if number == 0:
            for count in range(1, rounds):
                accept(store, f"m{count}")
            return
        seen = 0
        while seen < rounds:
            taken = claim(store)
            if taken is not None:
                assert taken.inbound.text == f"m{seen}"
                settle(store, taken)
                seen += 1

    together(2, customer_or_worker)
    with store.read() as tx:
        assert tx.inbox.waiting() == 0


def _release(store: SqlStore, taken: Claim) -> None:
    with store.write() as tx:
        tx.inbox.release(taken, NOW, NOW + 5 * SECOND)
