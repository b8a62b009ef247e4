"""Who the customer is to us: a contact, its channel identities and the accounts it may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Level(IntEnum):
    """How sure we are who is asking (domain file, section 5)."""

    V0 = 0
    """Nobody in particular."""
    V1 = 1
    """Known channel binding or an account number: only low-risk, masked data."""
    V2 = 2
    """Account number with a one-time code or the holder's name and last four of the ID."""
    V3 = 3
    """Real-name check at the counter or in the app."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or firm that talks to us, on one or more channels."""

    id: str
    name: str
    language: str
    created_at: datetime
    merged_into: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class ChannelIdentity:
    """An address on one channel; unique per (channel, address)."""

    channel: str
    address: str
    contact_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Binding:
    """A contact may see an account at ``level``, verified ``how`` and when, until ``expires_at``."""

    contact_id: str
    account_no: str
    level: Level
    how: str
    """``otp``, ``name_id`` or ``counter``."""
    verified_at: datetime
    expires_at: datetime
