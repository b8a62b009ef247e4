"""Passwords of agents: Argon2id, with the library's current parameters."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash to keep in ``Agent.password_hash``."""
    return _HASHER.hash(password)


def password_fits(password_hash: str, password: str) -> bool:
    """Whether the password is right; takes the same time when there is no such agent (empty hash)."""
    try:
        return _HASHER.verify(password_hash or _NOBODY, password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False
