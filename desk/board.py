"""The left side of the desk: shelves with counts, and the rows of the open shelf."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from desk.masking import mask
from desk.times import clock_time, due_words, span, urgency
from desk.wording import Words
from domain.agent import Agent, Role
from domain.errors import NotFound
from domain.message import Author
from domain.repositories import TicketQuery, Transaction
from domain.ticket import Status, Ticket, TicketClass

HELD = (
    Status.ASSIGNED,
    Status.ON_SITE,
    Status.ON_HOLD,
    Status.HANDLED,
    Status.REPLIED,
    Status.CALLBACK,
    Status.REOPENED,
)
"""Accepted by a person and not ended."""
PAGE = 60
NOTHING_FOUND = "no-such-queue"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A named set of tickets that the agent may open."""

    key: str
    name: str
    count: int
    group: str
    """``me``, ``queue`` or ``more``."""


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in the list."""

    number: str
    title: str
    summary: str
    priority: int
    status: str
    status_words: str
    due: str
    urgency: str
    responsible: str
    mine: bool
    urged: int
    waiting: str
    """How long the customer has waited for our word; empty when it is the customer's turn."""
    at: str


def may_see(agent: Agent, ticket: Ticket) -> bool:
    """Everyone at the front desk may help any customer; tip-offs stay with those who work on them."""
    if ticket.cls is not TicketClass.TIP or Role.ADMIN in agent.roles:
        return True
    return ticket.queue in agent.queues or agent.id in {ticket.responsible, ticket.handler}


def title_of(ticket: Ticket, words: Words) -> str:
    """Class and subject in words: ``Fault repair · low-voltage fault``."""
    subject = words.maybe(f"subject.{ticket.subject}", ticket.subject.replace("_", " "))
    cls = words(f"cls.{ticket.cls.value}")
    return f"{cls} · {subject}" if subject else cls


class Board:
    """Reads shelves and rows for one agent within one transaction."""

    def __init__(self, tx: Transaction, agent: Agent, words: Words, now: datetime) -> None:
        self._tx = tx
        self._agent = agent
        self._words = words
        self._now = now
        self.names = {person.id: person.called(words.language) for person in tx.people.agents()}
        self._queues = {queue.code: queue for queue in tx.people.queues()}
        self.queue_names = {code: self.queue_name(code) for code in self._queues}

    def shelves(self) -> list[Shelf]:
        """All shelves of this agent, with counts."""
        words = self._words
        shelves = [
            Shelf("offers", words("shelf.offers"), len(self._offered()), "me"),
            Shelf("mine", words("shelf.mine"), self._count("mine"), "me"),
        ]
        on_duty = self._count("duty")
        if on_duty:
            shelves.append(Shelf("duty", words("shelf.duty"), on_duty, "me"))
        shelves.append(Shelf("waiting", words("shelf.waiting"), self._count("waiting"), "me"))
        shelves.extend(
            Shelf(f"q:{code}", self.queue_name(code), self._count(f"q:{code}"), "queue")
            for code in self._agent.queues
            if code in self._queues
        )
        if self._agent.may_supervise():
            shelves.append(Shelf("all", words("shelf.all"), self._count("all"), "more"))
        shelves.append(Shelf("done", words("shelf.done"), self._count("done"), "more"))
        return shelves

    def queue_name(self, code: str) -> str:
        """The queue's name in the reader's language, or its code."""
        queue = self._queues.get(code)
        if queue is None:
            return code
        return queue.name_zh if self._words.language == "zh" else queue.name_en

    def query(self, shelf: str, search: str = "") -> TicketQuery:
        """What a shelf shows; an unknown shelf shows nothing. A search looks through everything."""
        me = self._agent
        if search:
            return TicketQuery(text=search.strip(), order="newest", limit=PAGE)
        plain = {
            "mine": TicketQuery(responsible=me.id, statuses=HELD, limit=PAGE),
            "duty": TicketQuery(responsible=me.id, statuses=(Status.ACCEPTED,), limit=PAGE),
            "waiting": TicketQuery(
                queues=me.queues or (NOTHING_FOUND,), statuses=(Status.ACCEPTED,), limit=PAGE
            ),
            "done": TicketQuery(responsible=me.id, statuses=(Status.CLOSED,), order="newest", limit=PAGE),
        }
        if shelf in plain:
            return plain[shelf]
        if shelf == "all" and me.may_supervise():
            return TicketQuery(open_only=True, limit=PAGE)
        code = shelf.removeprefix("q:")
        return TicketQuery(queues=(code if code in me.queues else NOTHING_FOUND,), open_only=True, limit=PAGE)

    def rows(self, shelf: str, search: str = "") -> list[Row]:
        """The tickets of a shelf, most urgent first."""
        tickets: Iterable[Ticket]
        if shelf == "offers" and not search:
            tickets = self._offered()
        else:
            tickets = self._tx.tickets.find(self.query(shelf, search))
        with_wait = shelf == "mine" and not search
        return [self._row(ticket, with_wait) for ticket in tickets if may_see(self._agent, ticket)]

    def _offered(self) -> list[Ticket]:
        offers = self._tx.tickets.open_offers_to(self._agent.id)
        return [self._tx.tickets.get(ticket_id) for ticket_id in dict.fromkeys(o.ticket_id for o in offers)]

    def _count(self, shelf: str) -> int:
        return self._tx.tickets.count(replace(self.query(shelf), limit=100_000))

    def _row(self, ticket: Ticket, with_wait: bool) -> Row:
        words, now = self._words, self._now
        ended = ticket.status in {Status.CLOSED, Status.MERGED, Status.CANCELLED}
        due = None if ended else next_due(ticket)
        return Row(
            number=ticket.number,
            title=title_of(ticket, words),
            summary=mask(ticket.summary, (ticket.number,)),
            priority=int(ticket.priority),
            status=ticket.status.value,
            status_words=words(f"status.{ticket.status.value}"),
            due=due_words(due, now, words),
            urgency=urgency(due, now),
            responsible=self.names.get(ticket.responsible, ticket.responsible),
            mine=ticket.responsible == self._agent.id,
            urged=ticket.urged,
            waiting=self._waiting(ticket) if with_wait else "",
            at=clock_time(ticket.created_at, now, words),
        )

    def _waiting(self, ticket: Ticket) -> str:
        if not ticket.conversation_id:
            return ""
        try:
            conversation = self._tx.conversations.get(ticket.conversation_id)
        except NotFound:
            return ""
        last = self._tx.conversations.messages(conversation.id, conversation.last_seq - 1)
        if not last or last[-1].author is not Author.CUSTOMER:
            return ""
        return self._words("list.waits", span=span(self._now - last[-1].at, self._words))


def next_due(ticket: Ticket) -> datetime | None:
    """The nearest moment that the desk must keep; none once the customer has the result."""
    if ticket.status in {Status.HANDLED, Status.REPLIED}:
        return None
    moments = [ticket.promised_until, ticket.internal_due_at, ticket.public_due_at]
    return min((moment for moment in moments if moment), default=None)
