"""Every worked example of the domain file on prices, to the fen, with the price tables that are shipped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from actions.back_ends.tariff_files import load_tariffs
from domain.business_tariff import Load, adjustment_rate, basic_line, power_factor, two_part_charge
from domain.errors import BadRequest, NotFound
from domain.money import fen, yuan
from domain.tariff import Household, break_even_valley_share, charge, charge_months, total_fen
from domain.utility import LineKind, TouPeriod

BOOK = load_tariffs()
DAY = date(2026, 8, 1)
FLAT = BOOK.at("cuihu", "flat", DAY)
TOU = BOOK.at("cuihu", "tou", DAY)
SHARED = BOOK.at("cuihu", "shared", DAY)
MONTHLY = BOOK.at("guangdong", "flat", DAY)
INDUSTRY = BOOK.at("cuihu", "industry", DAY)
D = Decimal


def used(kwh: int) -> Mapping[TouPeriod, Decimal]:
    return {TouPeriod.ALL: D(kwh)}


def peak_valley(peak: int, valley: int) -> Mapping[TouPeriod, Decimal]:
    return {TouPeriod.PEAK: D(peak), TouPeriod.VALLEY: D(valley)}


def test_yearly_tiers_crossing_the_first_limit() -> None:
    lines = charge(FLAT, used(420), 8, before_kwh=D(2500))
    assert [(line.tier, line.kwh, line.fen) for line in lines] == [(1, D(260), 13988), (2, D(160), 9408)]
    assert total_fen(lines) == 23396


def test_yearly_tiers_crossing_the_second_limit() -> None:
    lines = charge(FLAT, used(300), 11, before_kwh=D(4700))
    assert [(line.tier, line.fen) for line in lines] == [(2, 5880), (3, 16760)]
    assert total_fen(lines) == 22640


def test_monthly_tiers_have_summer_limits_and_forget_the_months_before() -> None:
    assert [line.fen for line in charge(MONTHLY, used(700), 7, before_kwh=D(9000))] == [15392, 21828, 8920]
    assert total_fen(charge(MONTHLY, used(700), 7)) == 46140
    assert total_fen(charge(MONTHLY, used(350), 2)) == 21470


def test_time_of_use_with_and_without_an_upper_tier() -> None:
    first_tier = charge(TOU, peak_valley(250, 170), 3)
    assert [line.fen for line in first_tier] == [14200, 4896]
    upper = charge(TOU, peak_valley(250, 170), 8, before_kwh=D(2500))
    assert [(line.kind, line.fen) for line in upper][-1] == (LineKind.TIER, 800)
    assert total_fen(upper) == 19896
    assert total_fen(charge(FLAT, used(420), 3)) - total_fen(first_tier) == 3500


def test_break_even_of_time_of_use() -> None:
    assert break_even_valley_share(FLAT, TOU) == D("0.1071")


@pytest.mark.parametrize(
    ("kwh", "normal", "extended", "shared"),
    [(5000, 285200, 274200, 279000), (8000, None, 500600, 446400)],
)
def test_multi_person_household(kwh: int, normal: int | None, extended: int, shared: int) -> None:
    assert normal is None or total_fen(charge(FLAT, used(kwh), 12)) == normal
    assert total_fen(charge(FLAT, used(kwh), 12, household=Household(extended=True))) == extended
    assert total_fen(charge(SHARED, used(kwh), 12)) == shared


def test_shared_price_is_better_from_6064_kwh_a_year() -> None:
    family = Household(extended=True)
    assert total_fen(charge(FLAT, used(6064), 12, household=family)) <= total_fen(
        charge(SHARED, used(6064), 12)
    )
    assert total_fen(charge(FLAT, used(6065), 12, household=family)) > total_fen(
        charge(SHARED, used(6065), 12)
    )


def test_low_income_allowance() -> None:
    lines = charge(FLAT, used(180), 4, household=Household(free_kwh=15))
    assert [line.fen for line in lines] == [9684, -807]
    assert total_fen(lines) == 8877


def test_the_allowance_is_never_more_than_was_used() -> None:
    assert total_fen(charge(FLAT, used(9), 4, household=Household(free_kwh=15))) == 0


def test_limits_in_proportion_for_who_moved_in_during_the_year() -> None:
    lines = charge(FLAT, used(1500), 12, household=Household(months_supplied=6))
    assert [(line.tier, line.kwh) for line in lines] == [(1, D(1380)), (2, D(120))]


def test_yearly_tiers_begin_again_in_january() -> None:
    months = [(12, used(100)), (1, used(100))]
    assert charge_months(FLAT, months, before_kwh=D(4800)) == 8380 + 5380


def test_nothing_used_costs_nothing() -> None:
    assert charge(FLAT, used(0), 1) == ()
    assert charge(TOU, peak_valley(0, 0), 1) == ()


def test_two_part_price_of_the_factory() -> None:
    usage = {TouPeriod.PEAK: D(50000), TouPeriod.FLAT: D(60000), TouPeriod.VALLEY: D(40000)}
    load = Load(D(630), D(420), D(90000))
    lines = two_part_charge(INDUSTRY, usage, 8, load)
    by_kind = {kind: sum(line.fen for line in lines if line.kind is kind) for kind in LineKind}
    assert by_kind[LineKind.BASIC] == 2016000
    assert by_kind[LineKind.ENERGY] == 10980000
    assert by_kind[LineKind.POWER_FACTOR] == 259920
    assert by_kind[LineKind.FUNDS] == 450000
    assert total_fen(lines) == 13705920


def test_demand_price_and_its_reduction_when_the_capacity_is_used_a_lot() -> None:
    assert INDUSTRY.power is not None
    load = Load(D(630), D(420), D(0), by_demand=True)
    assert basic_line(INDUSTRY.power, load, D(150000)).fen == 2150400
    assert basic_line(INDUSTRY.power, load, D(630 * 260)).fen == 1935360


@pytest.mark.parametrize(
    ("factor", "rate"),
    [
        ("0.90", "0"),
        ("0.86", "0.02"),
        ("0.70", "0.10"),
        ("0.65", "0.15"),
        ("0.60", "0.25"),
        ("0.92", "-0.003"),
        ("0.99", "-0.0075"),
    ],
)
def test_power_factor_table(factor: str, rate: str) -> None:
    assert adjustment_rate(D(factor), D("0.90")) == D(rate)


def test_power_factor_is_rounded_half_up() -> None:
    assert power_factor(D(150000), D(90000)) == D("0.86")
    assert power_factor(D(0), D(0)) == 1


def test_a_price_holds_from_its_day() -> None:
    assert BOOK.at("cuihu", "business", date(2026, 6, 30)).price == D("0.7286")
    assert BOOK.at("cuihu", "business", date(2026, 7, 1)).price == D("0.7415")
    with pytest.raises(NotFound):
        BOOK.at("cuihu", "business", date(2001, 1, 1))
    assert {tariff.code for tariff in BOOK.plans("cuihu", DAY, "residential")} == {"flat", "tou", "shared"}


def test_rounding_is_half_up_and_once() -> None:
    assert fen(D("0.125")) == 13
    assert fen(D("-0.125")) == -13
    assert yuan(23396) == D("233.96")


def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text("region: x\nplans: {odd: {classes: [], versions: [{from: 2020-01-01}]}}")
    with pytest.raises(BadRequest, match=r"x\.yml, plan odd"):
        load_tariffs(tmp_path)
