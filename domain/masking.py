"""Personal data as it may appear in replies, lists and logs (PIPL article 6: no more than needed)."""

from __future__ import annotations


def mask_account_no(account_no: str) -> str:
    """Keep the last four digits: ``0312456789`` becomes ``******6789``."""
    return "*" * max(0, len(account_no) - 4) + account_no[-4:]


def mask_phone(phone: str) -> str:
    """Keep the first three and last four digits: ``138****5678``; short numbers keep only the last two."""
    if len(phone) < 8:
        return "*" * max(0, len(phone) - 2) + phone[-2:]
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]


def mask_name(name: str) -> str:
    """Keep a Chinese family name (``张**``), or the initials of a name with spaces (``M*** B****``)."""
    words = name.split()
    if len(words) > 1 or name.isascii():
        return " ".join(word[:1] + "*" * (len(word) - 1) for word in words)
    return name[:1] + "*" * (len(name) - 1)


def mask_address(address: str) -> str:
    """Hide every digit, so that estate and street stay readable but not the building and the door."""
    return "".join("*" if letter.isdigit() else letter for letter in address)
