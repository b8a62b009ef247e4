"""The penalty examples of the domain file (section 4.6) and the prepaid outlook (4.7)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from domain.penalty import PenaltyRates, penalty_fen, penalty_rates
from domain.prepaid import outlook
from router.policies import load_policies

POLICIES = load_policies()
HOUSEHOLD = penalty_rates(POLICIES, "residential", date(2026, 8, 1))
FIRM = penalty_rates(POLICIES, "hv_business", date(2026, 8, 1))


def test_household_45_days() -> None:
    assert penalty_fen(23396, date(2026, 6, 1), date(2026, 6, 1) + timedelta(days=45), HOUSEHOLD) == 1053


def test_firm_45_days_in_the_same_year() -> None:
    assert penalty_fen(2000000, date(2026, 6, 1), date(2026, 6, 1) + timedelta(days=45), FIRM) == 180000


def test_firm_over_the_years_end() -> None:
    assert penalty_fen(2000000, date(2025, 12, 20), date(2026, 1, 20), FIRM) == 164000


def test_household_over_the_years_end_pays_the_same_rate() -> None:
    assert penalty_fen(100000, date(2025, 12, 20), date(2026, 1, 20), HOUSEHOLD) == 3100


def test_nothing_on_the_due_date_or_without_debt() -> None:
    assert penalty_fen(23396, date(2026, 6, 1), date(2026, 6, 1), HOUSEHOLD) == 0
    assert penalty_fen(0, date(2026, 6, 1), date(2026, 7, 1), HOUSEHOLD) == 0


def test_the_minimum_is_a_policy() -> None:
    assert HOUSEHOLD.minimum_fen == 0
    before_2024 = penalty_rates(POLICIES, "residential", date(2023, 5, 1))
    assert penalty_fen(5000, date(2023, 5, 1), date(2023, 5, 4), before_2024) == 100
    assert penalty_fen(5000, date(2026, 5, 1), date(2026, 5, 4), HOUSEHOLD) == 15
    assert penalty_fen(5000, date(2026, 5, 1), date(2026, 5, 2), PenaltyRates(Decimal(1), Decimal(1))) == 5


def test_prepaid_outlook() -> None:
    seen = outlook(Decimal("62.40"), Decimal("11.5") * Decimal("0.538"), Decimal(30))
    assert seen is not None
    assert (seen.warn_day, seen.warn_fen, seen.days_left_then, seen.empty_day) == (
        6,
        2528,
        Decimal("4.1"),
        11,
    )


def test_prepaid_outlook_at_the_edges() -> None:
    assert outlook(Decimal(10), Decimal(0), Decimal(30)) is None
    low = outlook(Decimal(10), Decimal(5), Decimal(30))
    assert low is not None
    assert (low.warn_day, low.empty_day) == (0, 3)  # exactly zero after two days is not yet negative
