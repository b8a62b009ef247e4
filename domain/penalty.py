"""Late-payment penalty (违约金): by day from the day after the due date to the payment day, both included.

Rates are policy rows ``penalty.rate``, ``penalty.rate_after_year_end`` and ``penalty.minimum`` (REG96 art. 39
allows 1 to 3 per mille a day); households pay 1 per mille throughout, others more after the year's end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.money import fen, yuan
from domain.policy import Policies

_PER_MILLE = Decimal(1000)


@dataclass(frozen=True, slots=True)
class PenaltyRates:
    """Per mille a day, within the year of the debt and after it; least penalty in fen."""

    rate: Decimal
    after_year_end: Decimal
    minimum_fen: int = 0


def penalty_rates(policies: Policies, customer_class: str, on: date) -> PenaltyRates:
    """The rates in force on a day.

    Raises:
        NotFound: the policies have no rate for the class on that day.
    """
    return PenaltyRates(
        policies.get("penalty.rate", on, customer_class).value,
        policies.get("penalty.rate_after_year_end", on, customer_class).value,
        int(policies.get("penalty.minimum", on, customer_class).value),
    )


def penalty_fen(owed_fen: int, due_on: date, paid_on: date, rates: PenaltyRates) -> int:
    """Penalty on ``owed_fen`` paid on ``paid_on``, rounded to the fen once; 0 when paid in time."""
    days = (paid_on - due_on).days
    if owed_fen <= 0 or days <= 0:
        return 0
    this_year = min(days, (date(due_on.year, 12, 31) - due_on).days)
    per_mille_days = rates.rate * this_year + rates.after_year_end * (days - this_year)
    return max(fen(yuan(owed_fen) * per_mille_days / _PER_MILLE), rates.minimum_fen)
