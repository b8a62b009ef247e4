"""What a transaction can read and write. Values are frozen; ``save`` checks the version."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from domain.agent import Agent, Presence, Queue
from domain.clock import ServiceClock
from domain.contact import Binding, ChannelIdentity, Contact
from domain.conversation import Claim, Conversation, Mode, Receipt
from domain.delivery import Delivery
from domain.job import AuditEvent, FeedEvent, Job
from domain.learning import Lesson, Progress, Puzzle, PuzzleQuery, Stage, Unclear
from domain.ledger import Entry, Step
from domain.message import Attachment, Audience, Author, Choice, Inbound, Message
from domain.satisfaction import Survey
from domain.ticket import Leg, Offer, Status, Ticket, TicketClass


class Inbox(Protocol):
    """Messages that came in, each answered exactly once, in order per conversation."""

    def accept(self, inbound: Inbound, now: datetime) -> Receipt:
        """Store under unique (channel, provider_message_id), making contact and conversation if new.

        Also appends the customer's message to the timeline. A duplicate gives the first receipt again.
        """
        ...

    def find(self, channel: str, provider_message_id: str) -> Receipt | None:
        """The receipt of a message that was accepted before, or None."""
        ...

    def claim(self, worker: str, now: datetime, lease_s: float) -> Claim | None:
        """Take the oldest unanswered message of a conversation that nobody else holds, or None.

        Counts the attempt. Safe among many workers (SKIP LOCKED or BEGIN IMMEDIATE).
        """
        ...

    def settle(self, claim: Claim, now: datetime) -> None:
        """Mark the message answered and let the conversation go.

        Raises:
            LeaseLost: the token is no longer ours; the caller's whole transaction must roll back.
        """
        ...

    def release(self, claim: Claim, now: datetime, retry_at: datetime) -> None:
        """Give the message back unanswered, to be claimed again from ``retry_at``."""
        ...

    def waiting(self) -> int:
        """How many messages are not yet answered."""
        ...

    def answered(self, inbound_id: str) -> bool:
        """Whether the turn of this message has been saved."""
        ...


class Conversations(Protocol):
    """Threads and their messages."""

    def get(self, conversation_id: str) -> Conversation:
        """Raises NotFound."""
        ...

    def lock(self, conversation_id: str) -> Conversation:
        """The same, locked against other writers until the transaction ends."""
        ...

    def at(self, channel: str, address: str) -> Conversation | None:
        """The current conversation at an address, if one was begun."""
        ...

    def save_state(
        self, conversation_id: str, state: Mapping[str, Any], now: datetime, *, language: str | None = None
    ) -> None:
        """Replace the dialogue state (and the language, if given)."""
        ...

    def set_mode(self, conversation_id: str, mode: Mode, ticket_id: str, now: datetime) -> None:
        """Who holds the floor, and for which ticket."""
        ...

    def append(
        self,
        conversation_id: str,
        author: Author,
        author_id: str,
        text: str,
        now: datetime,
        *,
        audience: Audience = Audience.ALL,
        choices: Sequence[Choice] = (),
        attachments: Sequence[Attachment] = (),
        speech: str = "",
        phrase: str = "",
        gather: str = "",
        ticket_id: str = "",
        reply_to: str = "",
        meta: Mapping[str, str] | None = None,
    ) -> Message:
        """Append with the next ``seq`` (no gaps, also among concurrent writers)."""
        ...

    def messages(
        self, conversation_id: str, after_seq: int = 0, limit: int = 500, *, desk: bool = False
    ) -> list[Message]:
        """Messages with ``seq`` above the given one, in order; internal notes only with ``desk``."""
        ...

    def message(self, message_id: str) -> Message:
        """Raises NotFound."""
        ...

    def of_contact(self, contact_id: str) -> list[Conversation]:
        """All threads of a contact, newest first."""
        ...


class Contacts(Protocol):
    """People and what they may see."""

    def get(self, contact_id: str) -> Contact:
        """Raises NotFound."""
        ...

    def save(self, contact: Contact) -> Contact: ...

    def identities(self, contact_id: str) -> list[ChannelIdentity]: ...

    def bind(self, binding: Binding) -> None:
        """Add or replace the binding of (contact, account)."""
        ...

    def unbind(self, contact_id: str, account_no: str) -> None: ...

    def bindings(self, contact_id: str, now: datetime) -> list[Binding]:
        """Bindings that have not expired, newest first."""
        ...

    def failed(self, subject: str, now: datetime) -> int:
        """Count a failed proof of ``account:<no>`` or ``contact:<id>``; how many in the last hour."""
        ...

    def failures(self, subject: str, since: datetime) -> int: ...

    def clear_failures(self, subject: str) -> None: ...


class Outbox(Protocol):
    """What must still be sent. One lane per conversation; a lane never overtakes itself."""

    def add(self, message: Message, channel: str, address: str, now: datetime) -> Delivery: ...

    def claim(self, channels: Sequence[str], now: datetime, lease_s: float) -> Delivery | None:
        """The next delivery that is due, first of its lane, for one of these channels; counts the attempt."""
        ...

    def sent(self, delivery: Delivery, provider_id: str, now: datetime) -> None:
        """Raises LeaseLost if another worker has it now."""
        ...

    def retry(self, delivery: Delivery, error: str, at: datetime) -> None: ...

    def failed(self, delivery: Delivery, error: str, now: datetime) -> None: ...

    def get(self, delivery_id: str) -> Delivery: ...

    def of_message(self, message_id: str) -> Delivery | None: ...

    def waiting(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TicketQuery:
    """Filters are joined by "and"; empty ones do not filter."""

    queues: Sequence[str] = ()
    statuses: Sequence[Status] = ()
    open_only: bool = False
    responsible: str = ""
    handler: str = ""
    contact_id: str = ""
    conversation_id: str = ""
    cls: TicketClass | None = None
    text: str = ""
    """Part of the number or the summary."""
    order: str = "urgency"
    """``urgency`` (priority, then due, then age) or ``newest``."""
    limit: int = 50
    offset: int = 0


class Tickets(Protocol):
    """Tickets with their legs, offers, clocks and surveys."""

    def next_number(self, now: datetime) -> str:
        """The next ticket number of the day in Asia/Shanghai: yymmdd and four digits (more when needed)."""
        ...

    def add(self, ticket: Ticket) -> None:
        """Raises Conflict if ``source`` is already used."""
        ...

    def get(self, ticket_id: str) -> Ticket:
        """Raises NotFound."""
        ...

    def lock(self, ticket_id: str) -> Ticket:
        """The same, locked until the transaction ends."""
        ...

    def by_number(self, number: str) -> Ticket | None: ...

    def by_source(self, source: str) -> Ticket | None: ...

    def save(self, ticket: Ticket) -> Ticket:
        """Write with ``version`` + 1; raises Conflict when the stored version differs."""
        ...

    def find(self, query: TicketQuery) -> list[Ticket]: ...

    def count(self, query: TicketQuery) -> int: ...

    def load(self, agent_id: str) -> int:
        """Open tickets accepted by this agent (duty tickets not yet accepted do not count)."""
        ...

    def add_leg(self, leg: Leg) -> None: ...

    def save_leg(self, leg: Leg) -> Leg: ...

    def legs(self, ticket_id: str) -> list[Leg]: ...

    def leg(self, leg_id: str) -> Leg: ...

    def add_offer(self, offer: Offer) -> None: ...

    def save_offer(self, offer: Offer) -> Offer: ...

    def offer(self, offer_id: str) -> Offer: ...

    def offers(self, ticket_id: str) -> list[Offer]: ...

    def open_offers_to(self, agent_id: str) -> list[Offer]: ...

    def expired_offers(self, now: datetime, limit: int = 50) -> list[Offer]: ...

    def add_clock(self, clock: ServiceClock) -> None: ...

    def save_clock(self, clock: ServiceClock) -> ServiceClock: ...

    def clocks(self, ticket_id: str) -> list[ServiceClock]: ...

    def due_clocks(self, now: datetime, limit: int = 50) -> list[ServiceClock]:
        """Running clocks whose ``next_at`` has come, oldest first."""
        ...

    def add_survey(self, survey: Survey) -> None: ...

    def save_survey(self, survey: Survey) -> Survey: ...

    def surveys(self, ticket_id: str) -> list[Survey]: ...


class LedgerBook(Protocol):
    """Append-only; there is no way to change or remove a row."""

    def append(
        self,
        ticket_id: str,
        actor: str,
        step: Step,
        responsible: str,
        now: datetime,
        data: Mapping[str, str] | None = None,
    ) -> Entry:
        """Append with the next ``seq`` and the hash chain."""
        ...

    def of(self, ticket_id: str) -> list[Entry]: ...


class People(Protocol):
    """Agents and queues."""

    def agent(self, agent_id: str) -> Agent:
        """Raises NotFound."""
        ...

    def lock_agent(self, agent_id: str) -> Agent:
        """The same, locked until the transaction ends, so that capacity is never exceeded."""
        ...

    def by_login(self, login: str) -> Agent | None: ...

    def agents(self, queue: str = "") -> list[Agent]: ...

    def save_agent(self, agent: Agent) -> Agent:
        """Add or update."""
        ...

    def set_presence(self, agent_id: str, presence: Presence) -> None: ...

    def queue(self, code: str) -> Queue:
        """Raises NotFound."""
        ...

    def queues(self) -> list[Queue]: ...

    def save_queue(self, queue: Queue) -> None: ...


class Jobs(Protocol):
    """Work for later."""

    def add(
        self, kind: str, run_at: datetime, payload: Mapping[str, str] | None = None, dedupe_key: str = ""
    ) -> Job | None:
        """Queue it; None when an unfinished job has the same dedupe key."""
        ...

    def claim(self, kinds: Sequence[str], now: datetime, lease_s: float) -> Job | None: ...

    def done(self, job: Job) -> None: ...

    def retry(self, job: Job, error: str, at: datetime) -> None: ...


class Audit(Protocol):
    """Who saw or changed what."""

    def add(self, event: AuditEvent) -> None: ...

    def about(self, subject: str, limit: int = 100) -> list[AuditEvent]: ...


class Feed(Protocol):
    """Hints for live pages, in commit order."""

    def add(
        self, kind: str, now: datetime, *, conversation_id: str = "", ticket_id: str = "", agent_id: str = ""
    ) -> None: ...

    def after(self, cursor: int, limit: int = 200) -> list[FeedEvent]: ...

    def last(self) -> int: ...


class Learning(Protocol):
    """What was not understood, and what people at the desk say it means."""

    def note(self, unclear: Unclear) -> None:
        """Store it, or strengthen what is there: the stronger reason counts, and what was chosen since."""
        ...

    def puzzles(self, query: PuzzleQuery) -> list[Puzzle]:
        """Words that nobody has labelled: the commonest first, of equally common ones the newest."""
        ...

    def puzzle(self, lesson_id: str) -> Puzzle:
        """All messages with these words, labelled or not. Raises NotFound."""
        ...

    def teach(self, lesson: Lesson) -> Lesson:
        """Keep the label; the one that counts, which is another's if somebody was first."""
        ...

    def lesson(self, lesson_id: str) -> Lesson | None:
        """The label of these words, if there is one."""
        ...

    def unteach(self, lesson_id: str) -> bool:
        """Take a label back; False when there is none or it was exported meanwhile."""
        ...

    def lessons(self, stage: Stage, limit: int = 50, offset: int = 0) -> list[Lesson]:
        """Labels at this stage, the newest first."""
        ...

    def to_review(self) -> list[Lesson]:
        """All that wait to be exported, locked until the transaction ends, the oldest label first."""
        ...

    def exported(self, lesson_ids: Collection[str], file: str, now: datetime) -> None:
        """These went to this review file."""
        ...

    def progress(self) -> Progress:
        """How much is done."""
        ...

    def seen(self) -> tuple[list[str], list[str], list[str]]:
        """Languages, channels and likeliest guesses among what is not labelled."""
        ...

    def again(self, found: Sequence[Lesson]) -> Mapping[str, int]:
        """How often the words of exported lessons came since, by lesson id; only those that did."""
        ...


class Transaction(Protocol):
    """Everything one transaction can touch."""

    @property
    def inbox(self) -> Inbox: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def tickets(self) -> Tickets: ...
    @property
    def ledger(self) -> LedgerBook: ...
    @property
    def people(self) -> People: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def feed(self) -> Feed: ...
    @property
    def learning(self) -> Learning: ...
