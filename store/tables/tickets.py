"""Tickets with everything that hangs on them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    text,
)

from domain.clock import ClockKind, ClockState
from domain.ledger import Step
from domain.satisfaction import Solved
from domain.ticket import OfferState, Priority, Status, TicketClass
from store.columns import Document, Grade, Moment, Ref, Several, Word, Words
from store.tables.base import METADATA

tickets = Table(
    "tickets",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("number", Words, nullable=False, unique=True),
    Column("cls", Word(TicketClass), nullable=False),
    Column("subject", Words, nullable=False),
    Column("priority", Grade(Priority), nullable=False),
    Column("status", Word(Status), nullable=False),
    Column("contact_id", Ref, ForeignKey("contacts.id"), index=True),
    Column("conversation_id", Ref, ForeignKey("conversations.id"), index=True),
    Column("summary", Words, nullable=False),
    Column("queue", Words, ForeignKey("queues.code"), nullable=False),
    Column("department", Words, nullable=False),
    Column("responsible", Words, ForeignKey("agents.id"), nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("updated_at", Moment, nullable=False),
    Column("handler", Ref, ForeignKey("agents.id")),
    Column("intent", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("account_no", Words, nullable=False),
    Column("area", Words, nullable=False),
    Column("facts", Document, nullable=False),
    Column("policy_key", Words, nullable=False),
    Column("public_due_at", Moment),
    Column("internal_due_at", Moment),
    Column("promise", Words, nullable=False),
    Column("promised_until", Moment),
    Column("result", Words, nullable=False),
    Column("result_message_id", Ref, ForeignKey("messages.id")),
    Column("needs_callback", Boolean, nullable=False),
    Column("called_back", Boolean, nullable=False),
    Column("reopened", Integer, nullable=False),
    Column("urged", Integer, nullable=False),
    Column("source", Words, nullable=False),
    Column("incident_id", Words, nullable=False),
    Column("closed_at", Moment),
    Column("version", Integer, nullable=False),
    Index(
        "uq_tickets_source",
        "source",
        unique=True,
        sqlite_where=text("source <> ''"),
        postgresql_where=text("source <> ''"),
    ),
    Index("ix_tickets_responsible_status", "responsible", "status"),
    Index(
        "ix_tickets_urgency",
        "queue",
        "priority",
        sqlite_where=text("status NOT IN ('closed', 'merged', 'cancelled')"),
        postgresql_where=text("status NOT IN ('closed', 'merged', 'cancelled')"),
    ),
)

ticket_numbers = Table(
    "ticket_numbers",
    METADATA,
    Column("day", Words, primary_key=True),
    Column("last", Integer, nullable=False),
)

legs = Table(
    "legs",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("ticket_id", Words, ForeignKey("tickets.id"), nullable=False, index=True),
    Column("department", Words, nullable=False),
    Column("task", Words, nullable=False),
    Column("opened_by", Words, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("done_at", Moment),
    Column("result", Words, nullable=False),
    Column("version", Integer, nullable=False),
)

offers = Table(
    "offers",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("ticket_id", Words, ForeignKey("tickets.id"), nullable=False, index=True),
    Column("to_agent", Words, ForeignKey("agents.id"), nullable=False),
    Column("from_agent", Ref, ForeignKey("agents.id")),
    Column("reasons", Several(str), nullable=False),
    Column("at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("state", Word(OfferState), nullable=False),
    Column("answered_at", Moment),
    Column("answer", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Index(
        "ix_offers_open_to",
        "to_agent",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_offers_open_until",
        "expires_at",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

clocks = Table(
    "clocks",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("ticket_id", Words, ForeignKey("tickets.id"), nullable=False, index=True),
    Column("kind", Word(ClockKind), nullable=False),
    Column("policy_key", Words, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", Word(ClockState), nullable=False),
    Column("paused_at", Moment),
    Column("pause_reason", Words, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("next_at", Moment),
    Column("ended_at", Moment),
    Column("version", Integer, nullable=False),
    Index(
        "ix_clocks_next",
        "next_at",
        sqlite_where=text("next_at IS NOT NULL"),
        postgresql_where=text("next_at IS NOT NULL"),
    ),
)

surveys = Table(
    "surveys",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("ticket_id", Words, ForeignKey("tickets.id"), nullable=False, index=True),
    Column("conversation_id", Ref, ForeignKey("conversations.id")),
    Column("contact_id", Ref, ForeignKey("contacts.id")),
    Column("responsible", Words, ForeignKey("agents.id"), nullable=False),
    Column("handlers", Several(str), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("solved", Word(Solved)),
    Column("score", Integer),
    Column("comment", Words, nullable=False),
    Column("answered_at", Moment),
    Column("version", Integer, nullable=False),
    CheckConstraint("score BETWEEN 1 AND 5", name="score"),
)

ledger = Table(
    "ledger",
    METADATA,
    Column("ticket_id", Words, ForeignKey("tickets.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Words, nullable=False),
    Column("step", Word(Step), nullable=False),
    Column("responsible", Words, ForeignKey("agents.id"), nullable=False),
    Column("data", Document, nullable=False),
    Column("prev", Words, nullable=False),
    Column("hash", Words, nullable=False),
)
