"""The example of the domain file (section 4.8) to the fen, and what each effect answers to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from actions.back_ends.tariff_files import load_tariffs
from domain.bill_explanation import Effect, Hint, explain, weather_driven
from domain.tariff import Tariff, charge, total_fen
from domain.utility import Bill, BillLine, DailyUsage, DayTemperature, LineKind, TouPeriod

BOOK = load_tariffs()
FLAT = BOOK.at("cuihu", "flat", date(2026, 8, 1))
TOU = BOOK.at("cuihu", "tou", date(2026, 8, 1))
D = Decimal


def bill(
    tariff: Tariff, month: int, days: int, usage: dict[TouPeriod, int], before: int = 0, extra: int = 0
) -> Bill:
    kwh = {tou: D(value) for tou, value in usage.items()}
    lines = charge(tariff, kwh, month, D(before))
    if extra:
        lines = (*lines, BillLine(LineKind.CORRECTION, D(0), D(0), extra))
    first = date(2026, month, 1)
    last = first + timedelta(days=days - 1)
    total = sum(kwh.values(), D(0))
    return Bill(
        "1",
        f"2026-{month:02}",
        first,
        last,
        total,
        D(before),
        lines,
        total_fen(lines),
        last,
        last,
        tariff.code,
    )


def flat(month: int, days: int, kwh: int, before: int = 0, extra: int = 0) -> Bill:
    return bill(FLAT, month, days, {TouPeriod.ALL: kwh}, before, extra)


def test_the_domain_files_example() -> None:
    july, august = flat(7, 30, 280, 2300), flat(8, 31, 520, 2580)
    assert (july.total_fen, august.total_fen) == (15064, 29676)
    seen = explain(july, august)
    assert seen.difference_fen == 14612
    assert {part.effect: part.fen for part in seen.parts} == {
        Effect.DAILY_USE: 12410,
        Effect.TIER: 1700,
        Effect.DAYS: 502,
    }
    assert (seen.daily_before, seen.daily_now, seen.upper_tier_kwh) == (D("9.3"), D("16.8"), D(340))
    assert seen.hints == (Hint.TIER_RESET, Hint.METER_TEST)


def test_weather_takes_its_share_of_daily_use() -> None:
    seen = explain(flat(7, 31, 300), flat(8, 31, 500), weather_kwh=(D(80), D(260)))
    assert seen.of(Effect.WEATHER) == 9684  # 180 kWh at 0.538
    assert seen.of(Effect.DAILY_USE) == 1076
    assert Hint.METER_TEST not in seen.hints


def test_another_mix_of_peak_and_valley() -> None:
    before = bill(TOU, 3, 31, {TouPeriod.PEAK: 200, TouPeriod.VALLEY: 200})
    after = bill(TOU, 5, 31, {TouPeriod.PEAK: 300, TouPeriod.VALLEY: 100})
    seen = explain(before, after)
    assert seen.parts[0].effect is Effect.MIX
    assert seen.of(Effect.MIX) == seen.difference_fen == 2800


def test_another_plan_counts_as_price() -> None:
    seen = explain(flat(3, 31, 400), bill(TOU, 5, 31, {TouPeriod.PEAK: 300, TouPeriod.VALLEY: 100}))
    assert seen.of(Effect.PRICE) == seen.difference_fen == 17040 + 2880 - 21520


def test_a_price_change() -> None:
    old = BOOK.at("cuihu", "business", date(2026, 6, 30))
    new = BOOK.at("cuihu", "business", date(2026, 7, 1))
    seen = explain(bill(old, 6, 30, {TouPeriod.ALL: 1000}), bill(new, 7, 30, {TouPeriod.ALL: 1000}))
    assert seen.of(Effect.PRICE) == seen.difference_fen == 1290


def test_corrections_are_shown_apart() -> None:
    seen = explain(flat(3, 31, 200), flat(5, 31, 200, extra=-1234))
    assert [(part.effect, part.fen) for part in seen.parts] == [(Effect.CORRECTION, -1234)]


def test_a_jump_or_an_estimate_offers_a_reading_check() -> None:
    assert Hint.READING_CHECK in explain(flat(3, 31, 100), flat(5, 31, 301)).hints
    assert Hint.READING_CHECK not in explain(flat(3, 31, 100), flat(5, 31, 300)).hints


def test_from_an_empty_flat() -> None:
    seen = explain(flat(3, 31, 0), flat(5, 31, 100))
    assert seen.of(Effect.DAILY_USE) == seen.difference_fen == 5380


def test_the_answer_to_hot_days_is_learned_from_the_days() -> None:
    first = date(2026, 6, 1)
    days = [first + timedelta(days=n) for n in range(60)]
    temperatures = [DayTemperature(day, D(20 + n % 12)) for n, day in enumerate(days)]
    usage = [
        DailyUsage("1", day, D(6) + 2 * max(t.mean_c - 26, D(0)), D(3), D(3))
        for day, t in zip(days, temperatures, strict=True)
    ]
    driven = weather_driven(usage, temperatures, [usage[:30], usage[30:]])
    assert driven is not None
    assert abs(driven[0] + driven[1] - sum((day.kwh - 6 for day in usage), D(0))) < D("0.001")
    assert weather_driven(usage[:20], temperatures, [usage]) is None
