"""What the house needs from the world, as short Protocols; ``app/wiring.py`` chooses who provides them.

Storage lives in :mod:`domain.repositories`; the utility's systems in :mod:`domain.utility_port`;
understanding in :mod:`domain.understanding`; the clock in :mod:`domain.clock`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from domain.contact import Level
from domain.delivery import Delivery, Sent
from domain.facts import (
    CustomerUrged,
    CustomerWrote,
    HandoverRequested,
    MessageDelivered,
    MessageUndeliverable,
    SatisfactionGiven,
    TicketOpened,
)
from domain.message import Message, Reply
from domain.repositories import Transaction


class Store(Protocol):
    """The database. One transaction per ``with``; an exception inside rolls it back whole."""

    def write(self) -> AbstractContextManager[Transaction]:
        """A transaction that may write; commits at the end of the block.

        Raises:
            Conflict: a version or unique key was taken meanwhile; nothing was written.
            Unavailable: the database cannot be reached.
        """
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """A consistent read-only view."""
        ...


class Sender(Protocol):
    """The outgoing side of a channel. Pull channels (web) send by waking their readers."""

    name: str

    def send(self, delivery: Delivery) -> Sent:
        """Send one message.

        Raises:
            DeliveryRefused: never deliverable.
            DeliveryDelayed: try again later.
        """
        ...


class Signals(Protocol):
    """Wake-ups between threads and processes. Losing one only costs time: every listener also polls."""

    def signal(self, topic: str) -> None:
        """Wake all who wait for ``topic`` (``inbox``, ``outbox``, ``feed``, ``conversation:<id>`` …)."""
        ...

    def wait(self, topics: Iterable[str], timeout_s: float) -> bool:
        """Wait in this thread for any of the topics; True when woken, False on timeout.

        A signal given between two waits of the same thread on the same topics is not lost in-process;
        across processes it may be.
        """
        ...

    def subscribe(self, topics: Iterable[str], wake: Callable[[str], None]) -> Callable[[], None]:
        """Call ``wake(topic)`` (quickly, from any thread) for each signal; the result unsubscribes."""
        ...


class Cache(Protocol):
    """Values that may vanish at any time."""

    def get(self, key: str) -> str | None:
        """The value, or None if it is not (or no longer) there."""
        ...

    def put(self, key: str, value: str, ttl_s: float) -> None:
        """Keep for at most ``ttl_s`` seconds."""
        ...


class RateLimiter(Protocol):
    """Counts in a sliding window shared by all processes."""

    def allow(self, key: str, limit: int, window_s: float) -> bool:
        """Whether one more is allowed now; counts it if so."""
        ...


class PresenceBoard(Protocol):
    """Who has the desk open right now; entries fade without heartbeats."""

    def beat(self, agent_id: str, ttl_s: float) -> None:
        """The agent's page is open."""
        ...

    def present(self) -> frozenset[str]:
        """Agent ids with a fresh heartbeat."""
        ...


class SmsGateway(Protocol):
    """Sends short messages (one-time codes, outage notices)."""

    def send(self, phone: str, text: str, idempotency_key: str) -> None:
        """Send once per key.

        Raises:
            Unavailable: the gateway did not take it.
        """
        ...


class Attempts(Protocol):
    """Counts failed verifications within the last hour; shared by all processes, kept when they restart.

    ``subject`` is ``account:<no>``, ``contact:<id>`` or, for codes sent, ``code:<account no>``.
    """

    def failures(self, subject: str, now: datetime) -> int:
        """How many there were in the hour before ``now``."""
        ...

    def failed(self, subject: str, now: datetime) -> int:
        """Count one more; the count in the last hour, this one included."""
        ...

    def clear(self, subject: str) -> None:
        """Forget them: the proof succeeded."""
        ...


@dataclass(frozen=True, slots=True)
class ActionCall:
    """One business verb asked of the utility's systems. At most one per turn changes something."""

    name: str
    """As its file in ``actions/`` and usually its intent."""
    slots: Mapping[str, str]
    """Collected values in normal form."""
    account_no: str
    """The account that the dialogue decided on; empty when the verb needs none."""
    level: Level
    """How sure we are of the asker for that account."""
    contact_id: str
    conversation_id: str
    language: str
    idempotency_key: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ActionResult:
    """``outcome`` selects what the flow says; ``values`` fill the phrase (fen, ISO times, kWh)."""

    outcome: str
    values: Mapping[str, Any] = field(default_factory=dict)
    learned: Mapping[str, str] = field(default_factory=dict)
    """Slots that the action made known (an account number found by phone, an outage id …)."""
    granted: Level | None = None
    """A verification action raises the level for the account to this."""


class Actions(Protocol):
    """Runs business verbs. Never raises for an expected refusal: that is an outcome."""

    def run(self, call: ActionCall) -> ActionResult:
        """Run one verb.

        Raises:
            BackEndUnavailable: the utility's system did not answer.
        """
        ...


class TicketDesk(Protocol):
    """What the bot asks of the router, inside the bot's own transaction."""

    def hand_over(self, tx: Transaction, fact: HandoverRequested, now: datetime) -> TicketOpened:
        """Open the ticket (or find the one already open for this matter) with its responsible person."""
        ...

    def customer_wrote(self, tx: Transaction, fact: CustomerWrote, now: datetime) -> None:
        """Note it in the ledger and tell the desk."""
        ...

    def urge(self, tx: Transaction, fact: CustomerUrged, now: datetime) -> None:
        """Raise the urge mark and remind the responsible person."""
        ...

    def answered(self, tx: Transaction, fact: SatisfactionGiven, now: datetime) -> str:
        """Store the answer; the outcome is ``closed``, ``reopened`` or ``noted`` (score only)."""
        ...

    def delivered(self, tx: Transaction, fact: MessageDelivered, now: datetime) -> None:
        """A result that arrived counts as told to the customer (invariant 4)."""
        ...

    def undeliverable(self, tx: Transaction, fact: MessageUndeliverable, now: datetime) -> None:
        """Tell the responsible person, in the ledger and on the desk."""
        ...


@dataclass(frozen=True, slots=True)
class Saying:
    """A phrase key of ``nlu_data/phrases`` with its values; the words are chosen at the last moment."""

    phrase: str
    values: Mapping[str, Any] = field(default_factory=dict)
    choices: Sequence[str] = ()
    """Choice keys of the phrase file."""


class CustomerVoice(Protocol):
    """How the router speaks to a customer: through the bot's words and the outbox, in one transaction."""

    def tell(
        self,
        tx: Transaction,
        conversation_id: str,
        saying: Saying,
        now: datetime,
        *,
        ticket_id: str = "",
        expect_survey: bool = False,
    ) -> Message:
        """Append the phrase to the conversation and queue its delivery.

        ``expect_survey`` makes the dialogue take the next fitting answer as the answer to this ticket's
        satisfaction question.
        """
        ...

    def relay(
        self, tx: Transaction, conversation_id: str, agent_id: str, text: str, ticket_id: str, now: datetime
    ) -> Message:
        """Append an agent's own words and queue their delivery."""
        ...

    def floor(self, tx: Transaction, conversation_id: str, ticket_id: str | None, now: datetime) -> None:
        """Give the floor to the agents of ``ticket_id``, or back to the bot with None."""
        ...


class Phrasing(Protocol):
    """Turns sayings into words of one language."""

    def say(self, saying: Saying, language: str, *, spoken: bool = False) -> Reply:
        """The reply, with masked numbers, money and dates in the reader's language."""
        ...

    def outline(self, phrase: str, language: str) -> str:
        """The words of a phrase with nothing put in: no value of anybody. Empty for an unknown phrase."""
        ...
