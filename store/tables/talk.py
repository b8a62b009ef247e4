"""Conversations with their messages, what came in and must be answered, what must still be sent."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
)

from domain.conversation import Mode
from domain.delivery import DeliveryState
from domain.message import Attachment, Audience, Author, Choice
from store.columns import Document, Moment, Parts, Word, Words
from store.tables.base import METADATA

conversations = Table(
    "conversations",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("contact_id", Words, ForeignKey("contacts.id"), nullable=False, index=True),
    Column("channel", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("mode", Word(Mode), nullable=False),
    Column("language", Words, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("ticket_id", Words, nullable=False),
    Column("state", Document, nullable=False),
    Column("version", Integer, nullable=False),
    # Two first messages from one address at the same moment must not begin two conversations.
    Index(
        "uq_conversations_current",
        "channel",
        "address",
        unique=True,
        sqlite_where=text("mode <> 'closed'"),
        postgresql_where=text("mode <> 'closed'"),
    ),
)

messages = Table(
    "messages",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("author", Word(Author), nullable=False),
    Column("author_id", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("audience", Word(Audience), nullable=False),
    Column("choices", Parts(Choice), nullable=False),
    Column("attachments", Parts(Attachment), nullable=False),
    Column("speech", Words, nullable=False),
    Column("phrase", Words, nullable=False),
    Column("gather", Words, nullable=False),
    Column("ticket_id", Words, nullable=False),
    Column("reply_to", Words, nullable=False),
    Column("meta", Document, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
)

inbound = Table(
    "inbound",
    METADATA,
    # The customer's message in the timeline has the same id; its text and attachments are kept only there.
    Column("id", Words, ForeignKey("messages.id"), primary_key=True),
    Column("channel", Words, nullable=False),
    Column("provider_message_id", Words, nullable=False),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("address", Words, nullable=False),
    Column("payload", Words, nullable=False),
    Column("display_name", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("spoken", Boolean, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("answered_at", Moment),
    UniqueConstraint("channel", "provider_message_id"),
    Index(
        "ix_inbound_waiting",
        "conversation_id",
        "seq",
        sqlite_where=text("answered_at IS NULL"),
        postgresql_where=text("answered_at IS NULL"),
    ),
)

inbox_lanes = Table(
    "inbox_lanes",
    METADATA,
    Column("conversation_id", Words, ForeignKey("conversations.id"), primary_key=True),
    # When the first unanswered message came in; NULL while nothing waits. Only lanes that wait are indexed.
    Column("waiting_since", Moment),
    # From when it may be claimed: at once, after a pause, or when the present holder's lease runs out.
    Column("ready_at", Moment),
    Column("token", Words, nullable=False),
    Index(
        "ix_inbox_lanes_waiting",
        "waiting_since",
        "conversation_id",
        sqlite_where=text("waiting_since IS NOT NULL"),
        postgresql_where=text("waiting_since IS NOT NULL"),
    ),
)

deliveries = Table(
    "deliveries",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("message_id", Words, ForeignKey("messages.id"), nullable=False, unique=True),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("channel", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("state", Word(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    # When it may be tried; while it is being sent, when its sender's lease runs out.
    Column("next_at", Moment, nullable=False),
    Column("token", Words, nullable=False),
    Column("provider_id", Words, nullable=False),
    Column("error", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index(
        "ix_deliveries_due",
        "next_at",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index(
        "ix_deliveries_lane",
        "conversation_id",
        "seq",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
