"""What electricity costs: tiers (阶梯), time of use (峰谷), allowances; prices come in as dated values.

Energy is kWh, prices are yuan per kWh; each bill line is rounded to the fen once (domain file, section 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.errors import NotFound
from domain.money import fen
from domain.utility import BillLine, LineKind, TouPeriod

ZERO = Decimal(0)
MONTHS = Decimal(12)


class TierCycle(StrEnum):
    """How long usage adds up before the tiers begin again."""

    YEAR = "year"
    """From 1 January (Zhejiang, Jiangsu, Shanghai, Beijing)."""
    MONTH = "month"
    """Guangdong, with other limits in summer."""


@dataclass(frozen=True, slots=True)
class Tiers:
    """Where tiers 1 and 2 end, and what tiers 2 and 3 cost more than tier 1."""

    cycle: TierCycle
    limits: tuple[Decimal, Decimal]
    adders: tuple[Decimal, Decimal]
    summer_limits: tuple[Decimal, Decimal] | None = None
    summer_months: tuple[int, ...] = ()

    def limits_for(
        self, month: int, extra_kwh_per_month: Decimal = ZERO, months_supplied: int = 12
    ) -> tuple[Decimal, Decimal]:
        """Limits of the cycle that ``month`` lies in.

        ``extra_kwh_per_month`` is the multi-person allowance; who moved in during the year has yearly limits
        in proportion to ``months_supplied`` (general knowledge, confirm with the utility).
        """
        first, second = self.limits
        if self.summer_limits is not None and month in self.summer_months:
            first, second = self.summer_limits
        if self.cycle is TierCycle.MONTH:
            return first + extra_kwh_per_month, second + extra_kwh_per_month
        share = Decimal(months_supplied) / MONTHS
        extra = extra_kwh_per_month * months_supplied
        return first * share + extra, second * share + extra


@dataclass(frozen=True, slots=True)
class PowerTerms:
    """Two-part prices and power-factor adjustment of larger customers (domain file, section 4.5)."""

    capacity_price: Decimal
    """Yuan per kVA and month."""
    demand_price: Decimal
    """Yuan per kW of highest 15-minute demand and month."""
    busy_kwh_per_kva: Decimal
    """From this use of the capacity on, the demand price is reduced."""
    busy_factor: Decimal
    power_factor: Decimal
    """Standard cos phi: 0.90, 0.85 or 0.80 (PF83)."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """One version of one plan."""

    code: str
    region: str
    effective_from: date
    source: str
    confidence: str
    classes: tuple[str, ...]
    """Customer classes that may have it."""
    prices: Mapping[TouPeriod, Decimal]
    """First-tier price per period; ``all`` alone for a flat price."""
    hours: Mapping[TouPeriod, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """``HH:MM`` from and to, in Asia/Shanghai."""
    tiers: Tiers | None = None
    allowance_price: Decimal = ZERO
    """Value of a free kWh of low-income households."""
    extra_kwh_per_month: Decimal = ZERO
    """What the multi-person allowance adds to the limits."""
    persons: int = 0
    """Registered people from which it is granted; 0 where there is none."""
    funds: Decimal = ZERO
    """Government funds per kWh where they are shown apart."""
    power: PowerTerms | None = None

    @property
    def tou(self) -> bool:
        """Whether the price depends on the time of day."""
        return TouPeriod.ALL not in self.prices

    @property
    def price(self) -> Decimal:
        """The flat first-tier price.

        Raises:
            KeyError: a time-of-use plan has none.
        """
        return self.prices[TouPeriod.ALL]


class TariffBook:
    """All versions of all plans of all regions."""

    def __init__(self, tariffs: Iterable[Tariff]) -> None:
        self._versions: dict[tuple[str, str], list[Tariff]] = {}
        for tariff in sorted(tariffs, key=lambda version: version.effective_from):
            self._versions.setdefault((tariff.region, tariff.code), []).append(tariff)

    def at(self, region: str, code: str, day: date) -> Tariff:
        """The version in force on a day.

        Raises:
            NotFound: no such plan, or none yet on that day.
        """
        for tariff in reversed(self._versions.get((region, code), [])):
            if tariff.effective_from <= day:
                return tariff
        raise NotFound(f"no tariff {code!r} in {region!r} on {day.isoformat()}")

    def plans(self, region: str, day: date, customer_class: str = "") -> tuple[Tariff, ...]:
        """Plans in force on a day, all or those of one customer class."""
        current = (
            next((version for version in reversed(versions) if version.effective_from <= day), None)
            for (where, _), versions in self._versions.items()
            if where == region
        )
        return tuple(
            tariff
            for tariff in current
            if tariff is not None and (not customer_class or customer_class in tariff.classes)
        )


@dataclass(frozen=True, slots=True)
class Household:
    """What changes a household's tiers and charges."""

    extended: bool = False
    """The multi-person allowance is granted."""
    free_kwh: int = 0
    months_supplied: int = 12
    """Months of supply in this calendar year, for who moved in during it."""


ORDINARY = Household()


def split(
    kwh: Decimal, before_kwh: Decimal, limits: tuple[Decimal, Decimal]
) -> tuple[Decimal, Decimal, Decimal]:
    """How much of ``kwh`` falls in tier 1, 2 and 3 after ``before_kwh`` were used in the cycle."""
    first, second = limits
    in_first = min(max(first - before_kwh, ZERO), kwh)
    in_second = min(max(second - max(before_kwh, first), ZERO), kwh - in_first)
    return in_first, in_second, kwh - in_first - in_second


def charge(
    tariff: Tariff,
    usage: Mapping[TouPeriod, Decimal],
    month: int,
    before_kwh: Decimal = ZERO,
    household: Household = ORDINARY,
) -> tuple[BillLine, ...]:
    """The energy lines of one month's bill.

    Args:
        tariff: the version in force.
        usage: kWh by period; a flat plan adds all periods up.
        month: 1 to 12; matters for yearly resets and summer limits only through the limits.
        before_kwh: used in this tier cycle before (yearly tiers); ignored where tiers are monthly.
        household: allowances; ignored where the plan has no tiers.

    Time-of-use bills carry the tiers' adders as lines of their own; flat ones have a line for each tier at
    its full price. Lines without energy are left out.
    """
    total = sum(usage.values(), ZERO)
    tiers = _by_tier(tariff, total, month, before_kwh, household)
    lines = _tou_lines(tariff, usage, tiers) if tariff.tou else _flat_lines(tariff, tiers)
    free = min(Decimal(household.free_kwh), total)
    if free:
        price = tariff.allowance_price
        lines.append(BillLine(LineKind.ALLOWANCE, -free, price, fen(-free * price)))
    if tariff.funds and total:
        lines.append(BillLine(LineKind.FUNDS, total, tariff.funds, fen(total * tariff.funds)))
    return tuple(lines)


def total_fen(lines: Iterable[BillLine]) -> int:
    """What the lines add up to."""
    return sum(line.fen for line in lines)


def break_even_valley_share(flat: Tariff, tou: Tariff) -> Decimal:
    """Share of valley energy above which a two-period plan is cheaper than the flat one (0.1071: 10.71 %)."""
    peak, valley = tou.prices[TouPeriod.PEAK], tou.prices[TouPeriod.VALLEY]
    return ((peak - flat.price) / (peak - valley)).quantize(Decimal("0.0001"))


def charge_months(
    tariff: Tariff,
    months: Sequence[tuple[int, Mapping[TouPeriod, Decimal]]],
    before_kwh: Decimal = ZERO,
    household: Household = ORDINARY,
) -> int:
    """What several months cost in fen, for comparing plans; January begins the yearly tiers anew."""
    total = 0
    for month, usage in months:
        used_before = ZERO if month == 1 else before_kwh
        total += total_fen(charge(tariff, usage, month, used_before, household))
        before_kwh = used_before + sum(usage.values(), ZERO)
    return total


def _by_tier(
    tariff: Tariff, total: Decimal, month: int, before_kwh: Decimal, household: Household
) -> tuple[tuple[int, Decimal, Decimal], ...]:
    """(tier, kWh, adder) for every tier that was used."""
    if tariff.tiers is None:
        return ((0, total, ZERO),) if total else ()
    extra = tariff.extra_kwh_per_month if household.extended else ZERO
    limits = tariff.tiers.limits_for(month, extra, household.months_supplied)
    before = before_kwh if tariff.tiers.cycle is TierCycle.YEAR else ZERO
    parts = split(total, before, limits)
    adders = (ZERO, *tariff.tiers.adders)
    return tuple((tier, kwh, adders[tier - 1]) for tier, kwh in enumerate(parts, start=1) if kwh)


def _flat_lines(tariff: Tariff, tiers: Iterable[tuple[int, Decimal, Decimal]]) -> list[BillLine]:
    lines = []
    for tier, kwh, adder in tiers:
        price = tariff.price + adder
        lines.append(BillLine(LineKind.ENERGY, kwh, price, fen(kwh * price), tier, adder=adder))
    return lines


def _tou_lines(
    tariff: Tariff, usage: Mapping[TouPeriod, Decimal], tiers: Iterable[tuple[int, Decimal, Decimal]]
) -> list[BillLine]:
    lines = [
        BillLine(LineKind.ENERGY, kwh, tariff.prices[period], fen(kwh * tariff.prices[period]), tou=period)
        for period, kwh in usage.items()
        if kwh
    ]
    lines += [
        BillLine(LineKind.TIER, kwh, adder, fen(kwh * adder), tier, adder=adder)
        for tier, kwh, adder in tiers
        if adder
    ]
    return lines
