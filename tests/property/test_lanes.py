"""Inbox and outbox against a model: random customers, workers and senders, leases that run out, late workers.

The model knows, for every lane, what is first, who holds it and until when; the database must agree after
every step. So a message is answered exactly once and sent at least once, in order, whoever dies when.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.conversation import Claim
from domain.delivery import Delivery
from domain.errors import LeaseLost
from domain.message import Author
from store.sql import SqlStore
from tests.store_house import NOW, accept, migrated, say

LEASE_S = 10.0
LEASE = timedelta(seconds=LEASE_S)
CUSTOMERS = 3
WHICH = st.integers(0, 1000)
"""Picks one of those that are there, by remainder."""


@dataclass
class Customer:
    """What must be true of one conversation."""

    address: str
    thread: str = ""
    written: list[tuple[str, datetime]] = field(default_factory=list)
    answered: int = 0
    ready_at: datetime = NOW
    token: str = ""
    queued: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    sending: str = ""
    send_at: datetime = NOW

    def due(self, now: datetime) -> bool:
        return self.answered < len(self.written) and self.ready_at <= now

    def to_send(self, now: datetime) -> bool:
        return len(self.ended) < len(self.queued) and self.send_at <= now


class Lanes(RuleBasedStateMachine):
    """Random histories over one store."""

    store: SqlStore
    examples = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).examples += 1
        self.now = NOW
        self.customers = [Customer(f"{self.examples}:{n}") for n in range(CUSTOMERS)]
        self.claims: list[Claim] = []
        self.deliveries: list[Delivery] = []

    def of(self, address: str) -> Customer:
        return next(c for c in self.customers if c.address == address)

    @rule(number=st.integers(0, CUSTOMERS - 1), again=st.booleans())
    def writes(self, number: int, again: bool) -> None:
        customer = self.customers[number]
        text = f"m{len(customer.written)}"
        receipt = accept(self.store, text, customer.address, self.now)
        assert (receipt.seq > len(customer.written), receipt.duplicate) == (True, False)
        if again:
            assert accept(self.store, text, customer.address, self.now).inbound_id == receipt.inbound_id
        customer.thread = receipt.conversation_id
        if customer.answered == len(customer.written):
            customer.ready_at = self.now
        customer.written.append((text, self.now))

    @rule(seconds=st.sampled_from([1, 4, 11]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def claims_a_message(self) -> None:
        due = [c for c in self.customers if c.due(self.now)]
        with self.store.write() as tx:
            claim = tx.inbox.claim("w", self.now, LEASE_S)
        assert (claim is not None) == bool(due)
        if claim is None:
            return
        customer = self.of(claim.inbound.address)
        assert customer in due
        assert claim.inbound.text == customer.written[customer.answered][0]
        assert claim.received_at == min(c.written[c.answered][1] for c in due), "the oldest first"
        customer.token, customer.ready_at = claim.token, self.now + LEASE
        self.claims.append(claim)

    @rule(which=WHICH)
    @precondition(lambda self: self.claims)
    def answers(self, which: int) -> None:
        """A worker finishes, perhaps much too late, perhaps twice."""
        claim = self.claims[which % len(self.claims)]
        customer = self.of(claim.inbound.address)
        answer = f"re {claim.inbound.text}"
        try:
            with self.store.write() as tx:
                message = say(tx, claim.conversation.id, answer, self.now)
                tx.outbox.add(message, "telegram", customer.address, self.now)
                tx.inbox.settle(claim, self.now)
        except LeaseLost:
            assert customer.token != claim.token
            return
        assert customer.token == claim.token
        customer.token = ""
        customer.answered += 1
        if customer.answered < len(customer.written):
            customer.ready_at = customer.written[customer.answered][1]
        if len(customer.ended) == len(customer.queued):
            customer.send_at = self.now
        customer.queued.append(answer)

    @rule(which=WHICH)
    @precondition(lambda self: self.claims)
    def gives_back(self, which: int) -> None:
        claim = self.claims[which % len(self.claims)]
        customer = self.of(claim.inbound.address)
        retry_at = self.now + timedelta(seconds=3)
        try:
            with self.store.write() as tx:
                tx.inbox.release(claim, self.now, retry_at)
        except LeaseLost:
            assert customer.token != claim.token
            return
        assert customer.token == claim.token
        customer.token, customer.ready_at = "", retry_at

    @rule()
    def takes_a_delivery(self) -> None:
        due = [c for c in self.customers if c.to_send(self.now)]
        with self.store.write() as tx:
            delivery = tx.outbox.claim(["telegram"], self.now, LEASE_S)
        assert (delivery is not None) == bool(due)
        if delivery is None:
            return
        customer = self.of(delivery.address)
        assert customer in due
        assert delivery.message.text == customer.queued[len(customer.ended)]
        customer.sending, customer.send_at = delivery.token, self.now + LEASE
        self.deliveries.append(delivery)

    @rule(which=WHICH, outcome=st.sampled_from(["sent", "failed", "retry"]))
    @precondition(lambda self: self.deliveries)
    def sends(self, which: int, outcome: str) -> None:
        delivery = self.deliveries[which % len(self.deliveries)]
        customer = self.of(delivery.address)
        retry_at = self.now + timedelta(seconds=3)
        try:
            with self.store.write() as tx:
                if outcome == "sent":
                    tx.outbox.sent(delivery, "p", self.now)
                elif outcome == "failed":
                    tx.outbox.failed(delivery, "blocked", self.now)
                else:
                    tx.outbox.retry(delivery, "429", retry_at)
        except LeaseLost:
            assert customer.sending != delivery.token
            return
        assert customer.sending == delivery.token
        customer.sending = ""
        if outcome == "retry":
            customer.send_at = retry_at
        else:
            customer.ended.append(delivery.message.text)
            customer.send_at = self.now

    @invariant()
    def the_database_agrees(self) -> None:
        with self.store.read() as tx:
            assert tx.inbox.waiting() == sum(len(c.written) - c.answered for c in self.customers)
            assert tx.outbox.waiting() == sum(len(c.queued) - len(c.ended) for c in self.customers)
            for customer in filter(lambda c: c.thread, self.customers):
                said = tx.conversations.messages(customer.thread)
                assert [m.seq for m in said] == list(range(1, len(said) + 1))
                assert [m.text for m in said if m.author is Author.CUSTOMER] == [
                    t for t, _ in customer.written
                ]
                assert [m.text for m in said if m.author is Author.BOT] == customer.queued

    def teardown(self) -> None:
        """Leave nothing for the next history, which uses the same database."""
        end = self.now + 100 * LEASE
        while True:
            with self.store.write() as tx:
                claim = tx.inbox.claim("end", end, LEASE_S)
                if claim is None:
                    break
                tx.inbox.settle(claim, end)
        while True:
            with self.store.write() as tx:
                delivery = tx.outbox.claim(["telegram"], end, LEASE_S)
                if delivery is None:
                    return
                tx.outbox.sent(delivery, "", end)


@dataclass(frozen=True)
class Run:
    """A store, and how many histories to try on it."""

    store: SqlStore
    examples: int


@pytest.fixture(params=["sqlite", "postgres"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    """An empty store of either kind; the server is slower, and tries fewer histories."""
    url, examples = f"sqlite:///{tmp_path / 'store.db'}", 40
    if request.param == "postgres":
        url, examples = request.getfixturevalue("fresh_postgres_url"), 8
    made = migrated(url)
    yield Run(made, examples)
    made.close()


def test_lanes_keep_their_order_whatever_happens(run: Run) -> None:
    class OnThisStore(Lanes):
        pass

    OnThisStore.store = run.store
    run_state_machine_as_test(
        OnThisStore,
        settings=settings(
            max_examples=run.examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
