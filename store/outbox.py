"""The outbox: one lane per conversation, sent strictly in the order of the timeline."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select, update

from domain.delivery import Delivery, DeliveryState
from domain.errors import LeaseLost, NotFound
from domain.ids import new_id
from domain.message import Message
from store.rows import Db
from store.tables import deliveries, messages

MESSAGE_COLUMNS = [messages.c[field.name] for field in fields(Message)]


class SqlOutbox:
    """Implements :class:`domain.repositories.Outbox`."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, message: Message, channel: str, address: str, now: datetime) -> Delivery:
        """Queue it; a message that is already queued keeps its first delivery."""
        self._db.insert_if_new(
            deliveries,
            {
                "id": new_id(now),
                "message_id": message.id,
                "conversation_id": message.conversation_id,
                "seq": message.seq,
                "channel": channel,
                "address": address,
                "state": DeliveryState.QUEUED,
                "attempts": 0,
                "next_at": now,
                "token": "",
                "provider_id": "",
                "error": "",
                "created_at": now,
            },
        )
        queued = self.of_message(message.id)
        if queued is None:
            raise NotFound("no such message")
        return queued

    def claim(self, channels: Sequence[str], now: datetime, lease_s: float) -> Delivery | None:
        """Also takes over a delivery whose sender's lease ran out.

        It may then reach the channel twice, with the same idempotency key.
        """
        d, before = deliveries.c, deliveries.alias("before").c
        overtakes = exists().where(
            before.conversation_id == d.conversation_id, before.ended_at.is_(None), before.seq < d.seq
        )
        due = self._db.first(
            select(d.id)
            .where(d.ended_at.is_(None), d.next_at <= now, d.channel.in_(channels), ~overtakes)
            .order_by(d.next_at, d.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if due is None:
            return None
        self._db.run(
            update(deliveries)
            .where(d.id == due[0])
            .values(
                state=DeliveryState.SENDING,
                attempts=d.attempts + 1,
                next_at=now + timedelta(seconds=lease_s),
                token=secrets.token_hex(8),
            )
        )
        return self.get(due[0])

    def sent(self, delivery: Delivery, provider_id: str, now: datetime) -> None:
        self._end(delivery, DeliveryState.SENT, now, provider_id=provider_id, error="")

    def failed(self, delivery: Delivery, error: str, now: datetime) -> None:
        """Give up; the lane goes on behind it. Raises LeaseLost as :meth:`sent` does."""
        self._end(delivery, DeliveryState.FAILED, now, error=error)

    def retry(self, delivery: Delivery, error: str, at: datetime) -> None:
        """Try again from ``at``, still first of its lane. Raises LeaseLost as :meth:`sent` does."""
        self._change(delivery, state=DeliveryState.QUEUED, next_at=at, error=error, token="")

    def get(self, delivery_id: str) -> Delivery:
        """Raises NotFound."""
        found = self._find(deliveries.c.id == delivery_id)
        if found is None:
            raise NotFound("no such delivery")
        return found

    def of_message(self, message_id: str) -> Delivery | None:
        return self._find(deliveries.c.message_id == message_id)

    def waiting(self) -> int:
        """How many are neither sent nor given up."""
        return self._db.number(select(func.count()).where(deliveries.c.ended_at.is_(None)))

    def _end(self, delivery: Delivery, state: DeliveryState, now: datetime, **values: str) -> None:
        self._change(delivery, state=state, ended_at=now, token="", **values)

    def _change(self, delivery: Delivery, **values: object) -> None:
        d = deliveries.c
        mine = (d.id == delivery.id, d.state == DeliveryState.SENDING, d.token == delivery.token)
        if not self._db.run(update(deliveries).where(*mine).values(**values)):
            raise LeaseLost("another worker has this delivery now")

    def _find(self, where: ColumnElement[bool]) -> Delivery | None:
        row = self._db.first(_whole().where(where))
        return None if row is None else _delivery(row)


def _whole() -> Select[Any]:
    d = deliveries.c
    rest = [d.channel, d.address, d.state, d.attempts, d.next_at, d.token, d.provider_id, d.error]
    return select(d.id, *MESSAGE_COLUMNS, *rest).join(messages, messages.c.id == d.message_id)


def _delivery(row: Row[Any]) -> Delivery:
    values: list[Any]
    delivery_id, *values = row
    split = len(MESSAGE_COLUMNS)
    return Delivery(delivery_id, Message(*values[:split]), *values[split:])
