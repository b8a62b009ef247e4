"""What must be sent goes out in order per conversation, and is never given up by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.delivery import Delivery, DeliveryState
from domain.errors import LeaseLost, NotFound
from store.sql import SqlStore
from tests.store_house import LEASE_S, NOW, SECOND, accept, say, together

EXPIRED = NOW + timedelta(seconds=LEASE_S)


def queue(store: SqlStore, *texts: str, address: str = "chat-1", channel: str = "telegram") -> str:
    """Say and queue each text; the conversation."""
    thread = accept(store, f"first of {texts}", address).conversation_id
    for text in texts:
        with store.write() as tx:
            tx.outbox.add(say(tx, thread, text), channel, address, NOW)
    return thread


def take(store: SqlStore, at: datetime = NOW, *channels: str) -> Delivery | None:
    with store.write() as tx:
        return tx.outbox.claim(channels or ("telegram",), at, LEASE_S)


def must_take(store: SqlStore, at: datetime = NOW) -> Delivery:
    taken = take(store, at)
    assert taken is not None
    return taken


def sent(store: SqlStore, delivery: Delivery) -> None:
    with store.write() as tx:
        tx.outbox.sent(delivery, f"p-{delivery.message.text}", NOW)


def test_a_delivery_carries_its_message(store: SqlStore) -> None:
    thread = queue(store, "hello")
    taken = must_take(store)
    with store.read() as tx:
        assert taken.message == tx.conversations.messages(thread, 1)[0]
        assert tx.outbox.get(taken.id) == taken
        assert tx.outbox.of_message(taken.message.id) == taken
        assert tx.outbox.waiting() == 1
    assert (taken.state, taken.attempts, taken.address) == (DeliveryState.SENDING, 1, "chat-1")
    sent(store, taken)
    with store.read() as tx:
        done = tx.outbox.get(taken.id)
        assert (done.state, done.provider_id) == (DeliveryState.SENT, "p-hello")
        assert tx.outbox.waiting() == 0


def test_a_lane_goes_one_by_one_in_order(store: SqlStore) -> None:
    queue(store, "a", "b", "c")
    for text in "abc":
        taken = must_take(store)
        assert taken.message.text == text
        assert take(store) is None, "nothing overtakes"
        sent(store, taken)
    assert take(store) is None


def test_retry_keeps_its_place(store: SqlStore) -> None:
    queue(store, "a", "b")
    with store.write() as tx:
        first = tx.outbox.claim(("telegram",), NOW, LEASE_S)
        assert first is not None
        tx.outbox.retry(first, "429", NOW + 30 * SECOND)
    assert take(store, NOW + 29 * SECOND) is None
    again = must_take(store, NOW + 30 * SECOND)
    assert (again.message.text, again.attempts, again.error) == ("a", 2, "429")


def test_a_refused_delivery_lets_the_lane_go_on(store: SqlStore) -> None:
    queue(store, "a", "b")
    first = must_take(store)
    with store.write() as tx:
        tx.outbox.failed(first, "blocked", NOW)
    with store.read() as tx:
        assert (tx.outbox.get(first.id).state, tx.outbox.get(first.id).error) == (
            DeliveryState.FAILED,
            "blocked",
        )
    assert must_take(store).message.text == "b"


def test_an_expired_sender_loses_the_delivery(store: SqlStore) -> None:
    queue(store, "a")
    late = must_take(store)
    assert take(store, EXPIRED - SECOND) is None
    heir = must_take(store, EXPIRED)
    assert (heir.id, heir.attempts) == (late.id, 2)
    with pytest.raises(LeaseLost):
        sent(store, late)
    with pytest.raises(LeaseLost), store.write() as tx:
        tx.outbox.retry(late, "x", NOW)
    with pytest.raises(LeaseLost), store.write() as tx:
        tx.outbox.failed(late, "x", NOW)
    sent(store, heir)
    with pytest.raises(LeaseLost):
        sent(store, heir)


def test_only_the_asked_channels_are_served(store: SqlStore) -> None:
    queue(store, "a", channel="web")
    assert take(store, NOW, "telegram", "hotline") is None
    assert take(store, NOW, "telegram", "web") is not None


def test_a_message_is_queued_once(store: SqlStore) -> None:
    thread = queue(store)
    with store.write() as tx:
        message = say(tx, thread, "a")
        first = tx.outbox.add(message, "telegram", "chat-1", NOW)
        assert tx.outbox.add(message, "telegram", "chat-1", NOW + SECOND) == first
        assert tx.outbox.waiting() == 1


def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    with store.read() as tx:
        assert tx.outbox.of_message("x") is None
        with pytest.raises(NotFound):
            tx.outbox.get("x")


def test_eight_senders_keep_every_lane_in_order(store: SqlStore) -> None:
    texts = ["1", "2", "3", "4", "5"]
    for customer in range(4):
        queue(store, *texts, address=f"chat-{customer}")
    out: dict[str, list[str]] = {}

    def send(_: int) -> None:
        while True:
            with store.read() as tx:
                if not tx.outbox.waiting():
                    return
            taken = take(store)
            if taken is not None:
                out.setdefault(taken.address, []).append(taken.message.text)
                sent(store, taken)

    together(8, send)
    assert out == {f"chat-{customer}": texts for customer in range(4)}
