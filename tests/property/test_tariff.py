"""Laws that hold for every usage: energy is conserved, explanations add up, penalties never shrink."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from actions.back_ends.tariff_files import load_tariffs
from domain.bill_explanation import explain
from domain.penalty import PenaltyRates, penalty_fen
from domain.prepaid import outlook
from domain.tariff import Household, Tariff, charge, split, total_fen
from domain.utility import Bill, BillLine, LineKind, TouPeriod

BOOK = load_tariffs()
PLANS = [
    *BOOK.plans("cuihu", date(2026, 6, 1)),
    *BOOK.plans("cuihu", date(2026, 8, 1)),
    *BOOK.plans("guangdong", date(2026, 8, 1)),
]
kwh = st.decimals(0, 3000, places=2)
used_before = st.decimals(0, 9000, places=2)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    tariff = draw(st.sampled_from(PLANS))
    month = draw(st.integers(1, 12))
    usage = {period: draw(kwh) for period in tariff.prices}
    before = draw(used_before)
    household = Household(extended=draw(st.booleans()), free_kwh=draw(st.sampled_from([0, 15])))
    lines = charge(tariff, usage, month, before, household)
    correction = draw(st.integers(-9999, 9999))
    lines = (*lines, BillLine(LineKind.CORRECTION, Decimal(0), Decimal(0), correction))
    first = date(2026, month, 1)
    last = first + timedelta(days=draw(st.integers(6, 61)))
    total = sum(usage.values(), Decimal(0))
    return Bill("1", "2026-01", first, last, total, before, lines, total_fen(lines), last, last, tariff.code)


@given(bills(), bills(), st.none() | st.tuples(kwh, kwh))
def test_every_explanation_adds_up_to_the_difference(
    before: Bill, now: Bill, weather: tuple[Decimal, Decimal] | None
) -> None:
    seen = explain(before, now, weather)
    assert sum(part.fen for part in seen.parts) == now.total_fen - before.total_fen
    assert all(part.fen for part in seen.parts)


@given(bills())
def test_a_bill_compared_with_itself_has_no_parts(same: Bill) -> None:
    assert explain(same, same).parts == ()


@given(st.sampled_from(PLANS), kwh, used_before, st.integers(1, 12), st.booleans())
def test_no_energy_is_lost_or_charged_twice(
    tariff: Tariff, total: Decimal, before: Decimal, month: int, extended: bool
) -> None:
    usage = {next(iter(tariff.prices)): total}
    lines = charge(tariff, usage, month, before, Household(extended=extended))
    assert sum((line.kwh for line in lines if line.kind is LineKind.ENERGY), Decimal(0)) == total


@given(kwh, kwh, used_before)
def test_one_period_or_two_cost_the_same_but_for_rounding(
    first: Decimal, second: Decimal, before: Decimal
) -> None:
    flat = BOOK.at("cuihu", "flat", date(2026, 8, 1))
    whole = total_fen(charge(flat, {TouPeriod.ALL: first + second}, 8, before))
    halves = total_fen(charge(flat, {TouPeriod.ALL: first}, 8, before)) + total_fen(
        charge(flat, {TouPeriod.ALL: second}, 8, before + first)
    )
    assert abs(whole - halves) <= 3


@given(kwh, used_before)
def test_tiers_split_without_rest(total: Decimal, before: Decimal) -> None:
    parts = split(total, before, (Decimal(2760), Decimal(4800)))
    assert sum(parts, Decimal(0)) == total
    assert min(parts) >= 0


@given(st.integers(0, 10_000_000), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_penalty_never_shrinks_by_waiting(owed: int, due: date, days: int) -> None:
    rates = PenaltyRates(Decimal(2), Decimal(3))
    paid = due + timedelta(days=days)
    assert penalty_fen(owed, due, paid, rates) <= penalty_fen(owed, due, paid + timedelta(days=1), rates)


@given(st.decimals(0, 500, places=2), st.decimals("0.01", 50, places=3))
def test_the_outlook_names_the_first_day_below_zero(balance: Decimal, daily: Decimal) -> None:
    seen = outlook(balance, daily, Decimal(30))
    assert seen is not None
    assert balance - seen.empty_day * daily < 0 <= balance - (seen.empty_day - 1) * daily
