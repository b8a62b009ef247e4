"""Chinese working days and the deadlines counted in them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.calendar import day_end, local_day, working_calendar
from domain.policy import Policy, Unit
from router.policies import load_calendar

CALENDAR = load_calendar()


def deadline(value: int, unit: Unit) -> Policy:
    return Policy("k", Decimal(value), unit, date(2020, 1, 1), "HOUSE", "L")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 9, 20), True),  # Sunday, worked before National Day
        (date(2026, 10, 10), True),  # Saturday, worked after it
        (date(2026, 10, 5), False),
        (date(2026, 10, 8), True),
        (date(2026, 2, 14), True),  # Saturday before the Spring Festival
        (date(2026, 2, 16), False),
        (date(2026, 11, 22), False),
        (date(2026, 11, 24), True),
        (date(2025, 1, 26), True),
    ],
)
def test_days_of_the_state_councils_orders(day: date, works: bool) -> None:
    assert CALENDAR.works(day) is works


def test_five_working_days_over_national_day() -> None:
    # Accepted on Wednesday 30 September; 8, 9, 10 (make-up Saturday), 12 and 13 October count.
    assert CALENDAR.after(date(2026, 9, 30), 5) == date(2026, 10, 13)
    assert CALENDAR.between(date(2026, 9, 30), date(2026, 10, 13)) == 5


def test_a_deadline_in_working_days_ends_with_the_last_day_in_shanghai() -> None:
    accepted = datetime(2026, 9, 29, 17, 0, tzinfo=UTC)  # already the 30th in Shanghai
    due = CALENDAR.due_at(deadline(5, Unit.WORKING_DAYS), accepted)
    assert due == datetime(2026, 10, 13, 16, 0, tzinfo=UTC)
    assert local_day(due).isoformat() == "2026-10-14"


def test_minutes_hours_and_days() -> None:
    start = datetime(2026, 10, 1, 15, 30, tzinfo=UTC)
    assert CALENDAR.due_at(deadline(45, Unit.MINUTES), start) == datetime(2026, 10, 1, 16, 15, tzinfo=UTC)
    assert CALENDAR.due_at(deadline(24, Unit.HOURS), start) == datetime(2026, 10, 2, 15, 30, tzinfo=UTC)
    assert CALENDAR.due_at(deadline(7, Unit.DAYS), start) == day_end(date(2026, 10, 8))


def test_a_rule_that_counts_no_time_gives_no_deadline() -> None:
    with pytest.raises(ValueError, match="not time"):
        CALENDAR.due_at(deadline(1, Unit.FEN), datetime(2026, 1, 1, tzinfo=UTC))


def test_a_year_without_an_order_is_marked() -> None:
    assert 2027 in CALENDAR.provisional_years
    assert 2026 not in CALENDAR.provisional_years


def test_rows_that_say_nothing_are_left_out() -> None:
    calendar = working_calendar([date(2026, 11, 21)], [date(2026, 11, 24)])
    assert calendar.days_off == calendar.make_up_days == frozenset()
