"""Who customers are, where they reach us, and which accounts they may see."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table

from domain.contact import Level
from store.columns import Grade, Moment, Ref, Words
from store.tables.base import METADATA

contacts = Table(
    "contacts",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("merged_into", Ref, ForeignKey("contacts.id")),
    Column("version", Integer, nullable=False),
)

channel_identities = Table(
    "channel_identities",
    METADATA,
    Column("channel", Words, primary_key=True),
    Column("address", Words, primary_key=True),
    Column("contact_id", Words, ForeignKey("contacts.id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
)

bindings = Table(
    "bindings",
    METADATA,
    Column("contact_id", Words, ForeignKey("contacts.id"), primary_key=True),
    Column("account_no", Words, primary_key=True),
    Column("level", Grade(Level), nullable=False),
    Column("how", Words, nullable=False),
    Column("verified_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

verification_failures = Table(
    "verification_failures",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("subject", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "subject", "at"),
)
