"""Names of things: short strings that sort by the moment they were made, unique without asking anybody."""

from __future__ import annotations

import secrets
from datetime import datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in small letters: sorts like the number, and nobody mistakes an ``l`` for a 1."""

LENGTH = 26


def new_id(now: datetime) -> str:
    """A new id: 48 bits of milliseconds since 1970, then 80 random bits, as 26 letters and digits."""
    number = (int(now.timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range((LENGTH - 1) * 5, -1, -5))
