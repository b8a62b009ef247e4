"""Agents and the queues they serve."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, Table

from domain.agent import Presence, Role
from store.columns import Several, Word, Words
from store.tables.base import METADATA

agents = Table(
    "agents",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("login", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("name_en", Words, nullable=False),
    Column("department", Words, nullable=False),
    Column("roles", Several(Role), nullable=False),
    Column("queues", Several(str), nullable=False),
    Column("skills", Several(str), nullable=False),
    Column("languages", Several(str), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("presence", Word(Presence), nullable=False),
    Column("password_hash", Words, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)

queues = Table(
    "queues",
    METADATA,
    Column("code", Words, primary_key=True),
    Column("name_zh", Words, nullable=False),
    Column("name_en", Words, nullable=False),
    Column("department", Words, nullable=False),
    Column("duty_officer", Words, nullable=False),
    Column("deputy", Words, nullable=False),
    Column("supervisor", Words, nullable=False),
    # Responsibility starts with the duty officer: a queue without one could take no ticket in (invariant 1).
    CheckConstraint("duty_officer <> ''", name="duty_officer"),
)
