"""Reads what the dialogue must know before it decides, in one short transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.conversation import Conversation, Mode
from domain.dialogue import Surroundings, TicketView
from domain.repositories import TicketQuery, Transaction
from domain.ticket import Status, Ticket

RECENT = timedelta(days=30)
"""How long a closed ticket is still "the one I told you about"."""

MOST_TICKETS = 20
MOST_FAILURES = 3
"""Failed proofs within ``LOCK_FOR`` that lock an account or a contact (domain file, section 5)."""

LOCK_FOR = timedelta(hours=1)


def look_around(tx: Transaction, conversation: Conversation, now: datetime) -> Surroundings:
    """The contact's bindings, tickets and locks as they are now."""
    contact_id = conversation.contact_id
    tickets = tx.tickets.find(TicketQuery(contact_id=contact_id, order="newest", limit=MOST_TICKETS))
    views = [_view(tx, ticket, conversation.language) for ticket in tickets]
    bindings = tuple(tx.contacts.bindings(contact_id, now))
    return Surroundings(
        channel=conversation.channel,
        language=conversation.language,
        contact_id=contact_id,
        conversation_id=conversation.id,
        bindings=bindings,
        open_tickets=tuple(view for view in views if view.closed_at is None),
        closed_tickets=tuple(view for view in views if view.closed_at and now - view.closed_at < RECENT),
        locked=_locked(tx, {f"contact:{contact_id}", *(f"account:{b.account_no}" for b in bindings)}, now),
        agent_holds_floor=conversation.mode is Mode.AGENT,
    )


def _locked(tx: Transaction, subjects: set[str], now: datetime) -> frozenset[str]:
    since = now - LOCK_FOR
    return frozenset(subject for subject in subjects if tx.contacts.failures(subject, since) >= MOST_FAILURES)


def _view(tx: Transaction, ticket: Ticket, language: str) -> TicketView:
    ended = ticket.status in {Status.CLOSED, Status.CANCELLED, Status.MERGED}
    return TicketView(
        id=ticket.id,
        number=ticket.number,
        cls=ticket.cls,
        subject=ticket.subject,
        status=ticket.status,
        responsible_name=tx.people.agent(ticket.responsible).called(language),
        opened_at=ticket.created_at,
        accepted=ticket.status is not Status.ACCEPTED,
        public_due_at=ticket.public_due_at,
        promise=ticket.promise,
        promised_until=ticket.promised_until,
        summary=ticket.summary,
        result=ticket.result,
        closed_at=(ticket.closed_at or ticket.updated_at) if ended else None,
    )
