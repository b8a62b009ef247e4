"""Tickets: adding, finding, saving by version."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select

from domain.errors import Conflict
from domain.repositories import TicketQuery
from domain.ticket import Status, Ticket
from domain.ticket_moves import ENDED
from store.rows import Db, VersionedRows, values_of
from store.tables import ticket_numbers, tickets
from store.ticket_parts import TicketParts

UTILITY_TIME = ZoneInfo("Asia/Shanghai")
IS_OPEN = tickets.c.status.not_in(sorted(ENDED))


class SqlTickets(TicketParts):
    """Implements :class:`domain.repositories.Tickets`."""

    def __init__(self, db: Db) -> None:
        super().__init__(db)
        self._db = db
        self._tickets = VersionedRows(db, tickets, Ticket)

    def next_number(self, now: datetime) -> str:
        """The day's counter stays locked until the transaction ends; a rolled back number is given again."""
        n = ticket_numbers.c
        day = now.astimezone(UTILITY_TIME).strftime("%y%m%d")
        count = self._db.number(
            self._db.upsert(ticket_numbers)
            .values(day=day, last=1)
            .on_conflict_do_update(index_elements=["day"], set_={"last": n.last + 1})
            .returning(n.last)
        )
        return f"{day}{count:04d}"

    def add(self, ticket: Ticket) -> None:
        """Raises Conflict if ``source``, number or id is already used.

        The transaction stays usable, so that the caller may look the other one up by source.
        """
        if not self._db.insert_if_new(tickets, values_of(ticket)):
            raise Conflict("this source, number or id has a ticket already")

    def get(self, ticket_id: str) -> Ticket:
        return self._tickets.get(ticket_id)

    def lock(self, ticket_id: str) -> Ticket:
        return self._tickets.get(ticket_id, lock=True)

    def by_number(self, number: str) -> Ticket | None:
        return self._tickets.find(tickets.c.number == number)

    def by_source(self, source: str) -> Ticket | None:
        """None also for the empty source, which many share."""
        return self._tickets.find(tickets.c.source == source, tickets.c.source != "")

    def save(self, ticket: Ticket) -> Ticket:
        return self._tickets.save(ticket)

    def find(self, query: TicketQuery) -> list[Ticket]:
        """``urgency`` takes the unit's own deadline before the public one; no deadline comes last."""
        t = tickets.c
        due = func.coalesce(t.internal_due_at, t.public_due_at)
        order = [t.priority, due.nulls_last(), t.created_at, t.id]
        if query.order == "newest":
            order = [t.created_at.desc(), t.id.desc()]
        found = self._tickets.select(*_filters(query)).order_by(*order)
        return self._tickets.list(found.limit(query.limit).offset(query.offset))

    def count(self, query: TicketQuery) -> int:
        """How many fit, without limit and offset."""
        return self._db.number(select(func.count()).select_from(tickets).where(*_filters(query)))

    def load(self, agent_id: str) -> int:
        """A duty officer's ticket that nobody accepted still stands at ``accepted``; it does not count."""
        t = tickets.c
        return self._db.number(
            select(func.count()).where(t.responsible == agent_id, t.status != Status.ACCEPTED, IS_OPEN)
        )


def _filters(query: TicketQuery) -> list[ColumnElement[bool]]:
    t = tickets.c
    given: list[tuple[object, ColumnElement[bool]]] = [
        (query.queues, t.queue.in_(query.queues)),
        (query.statuses, t.status.in_(query.statuses)),
        (query.open_only, IS_OPEN),
        (query.responsible, t.responsible == query.responsible),
        (query.handler, t.handler == query.handler),
        (query.contact_id, t.contact_id == query.contact_id),
        (query.conversation_id, t.conversation_id == query.conversation_id),
        (query.cls, t.cls == query.cls),
    ]
    filters = [condition for wanted, condition in given if wanted]
    if query.text:
        part = query.text.strip()
        filters.append(
            or_(t.number.contains(part, autoescape=True), t.summary.icontains(part, autoescape=True))
        )
    return filters
