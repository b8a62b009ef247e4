"""What the tests of the store share: people, customers, tickets, and threads that start at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from domain.agent import Agent, Queue, Role
from domain.conversation import Claim, Receipt
from domain.ids import new_id
from domain.message import Author, Inbound, Message
from domain.repositories import Transaction
from domain.ticket import Priority, Status, Ticket, TicketClass
from store.sql import SqlStore

NOW = datetime(2026, 11, 24, 2, 0, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE_S = 15.0

T = TypeVar("T")


class StillClock:
    """Time stands still."""

    def now(self) -> datetime:
        return NOW


def migrated(url: str) -> SqlStore:
    """A store with all its tables."""
    store = SqlStore(url, clock=StillClock())
    store.migrate(lambda _: None)
    return store


def together(workers: int, work: Callable[[int], T]) -> list[T]:
    """Run ``work(0) … work(workers - 1)`` in threads that start at once; the results in that order."""
    start = threading.Barrier(workers)

    def run(number: int) -> T:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, range(workers)))


def inbound(name: str, address: str = "chat-1", **more: Any) -> Inbound:
    """A message with ``name`` as both provider id and text."""
    return Inbound("telegram", f"{address}:{name}", address, more.pop("text", name), **more)


def accept(store: SqlStore, name: str, address: str = "chat-1", at: datetime = NOW, **more: Any) -> Receipt:
    """Store a message in a transaction of its own."""
    with store.write() as tx:
        return tx.inbox.accept(inbound(name, address, **more), at)


def claim(store: SqlStore, at: datetime = NOW, worker: str = "w") -> Claim | None:
    """Claim in a transaction of its own."""
    with store.write() as tx:
        return tx.inbox.claim(worker, at, LEASE_S)


def must_claim(store: SqlStore, at: datetime = NOW, worker: str = "w") -> Claim:
    """Claim, with something there to claim."""
    taken = claim(store, at, worker)
    assert taken is not None
    return taken


def settle(store: SqlStore, taken: Claim, at: datetime = NOW) -> None:
    """Settle in a transaction of its own."""
    with store.write() as tx:
        tx.inbox.settle(taken, at)


def say(tx: Transaction, conversation_id: str, text: str, at: datetime = NOW) -> Message:
    """The bot says something."""
    return tx.conversations.append(conversation_id, Author.BOT, "bot", text, at)


def fail_after(store: SqlStore, *work: Callable[[Transaction], object]) -> None:
    """Do the work in one transaction that then fails with ZeroDivisionError."""
    with store.write() as tx:
        for each in work:
            each(tx)
        raise ZeroDivisionError


def agent(agent_id: str, **more: Any) -> Agent:
    """An agent of queue ``hotline``."""
    given: dict[str, Any] = {
        "login": agent_id,
        "name": agent_id.title(),
        "department": "service",
        "roles": (Role.AGENT,),
        "queues": ("hotline",),
        "skills": ("billing",),
        "languages": ("zh", "en"),
        "capacity": 5,
    }
    return Agent(agent_id, **given | more)


def open_desk(store: SqlStore) -> None:
    """Three agents and a queue."""
    with store.write() as tx:
        for name in ("duty", "wang", "li"):
            tx.people.save_agent(agent(name))
        tx.people.save_queue(Queue("hotline", "热线", "Hotline", "service", "duty", "wang", "li"))


def ticket(number: str, **more: Any) -> Ticket:
    """A ticket of the queue ``hotline``, its duty officer responsible."""
    given: dict[str, Any] = {
        "cls": TicketClass.REQ,
        "subject": "meter",
        "priority": Priority.P3,
        "status": Status.ACCEPTED,
        "contact_id": "",
        "conversation_id": "",
        "summary": "电表不走",
        "queue": "hotline",
        "department": "service",
        "responsible": "duty",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Ticket(new_id(NOW), number, **given | more)
