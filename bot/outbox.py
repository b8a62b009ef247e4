"""The one door out: what was saved is sent, in order per conversation, until it is delivered or refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Event

import structlog

from domain.clock import Clock
from domain.delivery import Delivery, DeliveryDelayed, DeliveryRefused
from domain.errors import LeaseLost, Unavailable
from domain.facts import MessageDelivered, MessageUndeliverable
from domain.ports import Sender, Signals, Store, TicketDesk

log = structlog.get_logger(__name__)

LEASE_S = 30.0
POLL_S = 1.0
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 300.0
GIVE_UP_AFTER = timedelta(hours=24)
"""A channel out of order for a day: the message counts as undeliverable and a person takes over."""


class Deliverer:
    """One thread of sending. Any number may run: each delivery has a lease, each lane keeps its order."""

    def __init__(
        self, store: Store, senders: Mapping[str, Sender], tickets: TicketDesk, signals: Signals, clock: Clock
    ) -> None:
        self._store = store
        self._senders = senders
        self._tickets = tickets
        self._signals = signals
        self._clock = clock

    def run(self, stop: Event) -> None:
        """Send until told to stop."""
        while not stop.is_set():
            try:
                busy = self.deliver_one()
            except Unavailable as error:
                log.warning("outbox.store_unavailable", error=type(error).__name__)
                stop.wait(FIRST_WAIT_S)
                continue
            if not busy:
                self._signals.wait(["outbox"], POLL_S)

    def deliver_one(self) -> bool:
        """Send the next message that is due; False when there is none.

        A crash between sending and recording sends again after the lease: providers that know the idempotency
        key drop the second one, Telegram (which has none) may show it twice in that one case.
        """
        with self._store.write() as tx:
            delivery = tx.outbox.claim(sorted(self._senders), self._clock.now(), LEASE_S)
        if delivery is None:
            return False
        try:
            sent = self._senders[delivery.channel].send(delivery)
        except DeliveryRefused as error:
            self._refused(delivery, str(error))
        except DeliveryDelayed as error:
            self._delayed(delivery, str(error), error.retry_after_s)
        except Exception as error:  # a sender's bug must not stop the other lanes
            log.exception("outbox.sender_failed", channel=delivery.channel)
            self._delayed(delivery, type(error).__name__, None)
        else:
            self._sent(delivery, sent.provider_id)
        return True

    def _sent(self, delivery: Delivery, provider_id: str) -> None:
        now = self._clock.now()
        try:
            with self._store.write() as tx:
                tx.outbox.sent(delivery, provider_id, now)
                if ticket_id := delivery.message.ticket_id:
                    self._tickets.delivered(tx, MessageDelivered(ticket_id, delivery.message.id), now)
        except LeaseLost:
            log.warning("outbox.lease_lost", delivery=delivery.id)

    def _delayed(self, delivery: Delivery, error: str, retry_after_s: float | None) -> None:
        now = self._clock.now()
        if now - delivery.message.at > GIVE_UP_AFTER:
            self._refused(delivery, f"gave up after a day: {error}")
            return
        wait = retry_after_s or min(FIRST_WAIT_S * 2 ** (delivery.attempts - 1), LONGEST_WAIT_S)
        log.warning("outbox.delayed", channel=delivery.channel, attempts=delivery.attempts, wait_s=wait)
        self._record_failure(delivery, error, now, now + timedelta(seconds=wait))

    def _refused(self, delivery: Delivery, error: str) -> None:
        log.warning("outbox.refused", channel=delivery.channel, attempts=delivery.attempts)
        self._record_failure(delivery, error, self._clock.now(), None)

    def _record_failure(
        self, delivery: Delivery, error: str, now: datetime, retry_at: datetime | None
    ) -> None:
        try:
            with self._store.write() as tx:
                if retry_at is not None:
                    tx.outbox.retry(delivery, error[:500], retry_at)
                    return
                tx.outbox.failed(delivery, error[:500], now)
                if ticket_id := delivery.message.ticket_id:
                    fact = MessageUndeliverable(ticket_id, delivery.message.id, error[:500])
                    self._tickets.undeliverable(tx, fact, now)
        except LeaseLost:
            log.warning("outbox.lease_lost", delivery=delivery.id)
