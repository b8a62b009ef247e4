"""Personal numbers in running text are shown masked; whole only after a reveal, which is audited."""

from __future__ import annotations

import re
from collections.abc import Collection

from domain.masking import mask_account_no, mask_phone

_PHONE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_GROUPED = re.compile(r"(?<![\d.])\d{3,}(?:[ -]\d{3,})+[Xx]?(?![\d.])")
_LONG = re.compile(r"(?<!\d)\d{8,}[Xx]?(?!\d)")
_SPOKEN = re.compile(r"[零〇幺一二两三四五六七八九]{8,}")


def mask(text: str, keep: Collection[str] = ()) -> str:
    """Mask every run of eight or more digits, but for those in ``keep`` (our own ticket numbers)."""

    def hide(found: re.Match[str]) -> str:
        number = found.group()
        digits = re.sub(r"[ -]", "", number)
        if digits in keep or len(digits) < 8:
            return number
        return mask_phone(digits) if len(digits) == 11 else mask_account_no(digits)

    for pattern in (_PHONE, _GROUPED, _LONG, _SPOKEN):
        text = pattern.sub(hide, text)
    return text
