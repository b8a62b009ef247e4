"""How long prepaid money lasts (费控; domain file, section 4.7)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from domain.money import fen


@dataclass(frozen=True, slots=True)
class Outlook:
    """What happens at the present rate; days count from 1 for tomorrow's charge."""

    warn_day: int
    """First day on which the balance is below the warning level; 0 if it already is."""
    warn_fen: int
    """Balance left on that day."""
    days_left_then: Decimal
    """How many days that lasts, one decimal."""
    empty_day: int
    """First day with a negative balance; 0 if it already is."""


def outlook(balance: Decimal, daily: Decimal, warn_below: Decimal) -> Outlook | None:
    """Project a balance in yuan with a daily charge in yuan; None when nothing is used."""
    if daily <= 0:
        return None
    warn_day = _first_day_below(balance, daily, warn_below)
    left = balance - warn_day * daily
    return Outlook(
        warn_day,
        fen(left),
        (max(left, Decimal(0)) / daily).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP),
        _first_day_below(balance, daily, Decimal(0)),
    )


def _first_day_below(balance: Decimal, daily: Decimal, level: Decimal) -> int:
    if balance < level:
        return 0
    days = int(((balance - level) / daily).to_integral_value(rounding=ROUND_CEILING))
    return days + (balance - days * daily == level)
