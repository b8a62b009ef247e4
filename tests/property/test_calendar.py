"""Counting forwards and counting between agree on every stretch of days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import working_calendar

FIRST = date(2026, 1, 1)
days = st.integers(0, 300).map(lambda n: FIRST + timedelta(days=n))


@given(st.sets(days, max_size=40), st.sets(days, max_size=40), days, st.integers(0, 60))
def test_after_and_between_are_inverse(off: set[date], make_up: set[date], start: date, count: int) -> None:
    calendar = working_calendar(off, make_up)
    end = calendar.after(start, count)
    assert calendar.between(start, end) == count
    assert count == 0 or calendar.works(end)
