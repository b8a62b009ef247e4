"""Why one bill differs from another, to the fen (domain file, section 4.8).

The parts always add up to the difference exactly: rounding is kept in the part ``daily_use``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.money import fen
from domain.utility import Bill, BillLine, DailyUsage, DayTemperature, LineKind, TouPeriod

ZERO = Decimal(0)
_JUMP = 3
_UNEXPLAINED = Decimal("0.30")
_HOT_ABOVE = Decimal(26)
_COLD_BELOW = Decimal(10)
_FEWEST_DAYS = 30


class Effect(StrEnum):
    """One reason for a difference."""

    DAYS = "days"
    """The period was longer or shorter."""
    WEATHER = "weather"
    """Hotter or colder days, as this household answered to them before."""
    DAILY_USE = "daily_use"
    """More or less used a day (apart from the weather where that is known)."""
    TIER = "tier"
    MIX = "mix"
    """Another share of peak and valley hours."""
    PRICE = "price"
    """Another price, or another plan."""
    ALLOWANCE = "allowance"
    BASIC = "basic"
    POWER_FACTOR = "power_factor"
    FUNDS = "funds"
    CORRECTION = "correction"


class Hint(StrEnum):
    """What to offer after the numbers."""

    READING_CHECK = "reading_check"
    """The reading was estimated, or usage jumped more than threefold."""
    TIER_RESET = "tier_reset"
    MOVE_DATE = "move_date"
    METER_TEST = "meter_test"
    """More than 30 % of the earlier bill stays unexplained by days, weather, tiers and prices."""


@dataclass(frozen=True, slots=True)
class Part:
    """One effect in fen; positive made the bill higher."""

    effect: Effect
    fen: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole comparison. ``parts`` are sorted by size, effects of 0 left out."""

    reference: Bill
    bill: Bill
    difference_fen: int
    parts: tuple[Part, ...]
    daily_before: Decimal
    """kWh a day, one decimal."""
    daily_now: Decimal
    upper_tier_kwh: Decimal
    """kWh of the newer bill that fell in tier 2 or 3."""
    hints: tuple[Hint, ...]

    def of(self, effect: Effect) -> int:
        """The effect's fen, 0 when it did not matter."""
        return next((part.fen for part in self.parts if part.effect is effect), 0)


def explain(
    reference: Bill, bill: Bill, weather_kwh: tuple[Decimal, Decimal] | None = None, new_tenant: bool = False
) -> Explanation:
    """Break ``bill`` minus ``reference`` into effects.

    ``weather_kwh`` is how much of each period's usage went into cooling and heating, if that is known
    (:func:`weather_driven`).
    """
    before, now = _Energy.of(reference), _Energy.of(bill)
    price = before.mean_price if before.kwh else now.mean_price
    difference = bill.total_fen - reference.total_fen
    parts = {
        Effect.DAYS: fen((bill.days - reference.days) * before.kwh / reference.days * price),
        Effect.TIER: fen(now.adders) - fen(before.adders),
        **_mix_and_price(before, now, price),
        **_other_lines(reference, bill),
    }
    if weather_kwh is not None:
        parts[Effect.WEATHER] = fen((weather_kwh[1] - weather_kwh[0]) * price)
    parts[Effect.DAILY_USE] = difference - sum(parts.values())
    ordered = sorted(parts.items(), key=lambda item: -abs(item[1]))
    return Explanation(
        reference,
        bill,
        difference,
        tuple(Part(effect, amount) for effect, amount in ordered if amount),
        _a_day(reference),
        _a_day(bill),
        sum((line.kwh for line in bill.lines if line.adder), ZERO),
        _hints(reference, bill, parts, new_tenant),
    )


def weather_driven(
    learned: Iterable[DailyUsage],
    temperatures: Iterable[DayTemperature],
    months: Iterable[Iterable[DailyUsage]],
) -> tuple[Decimal, ...] | None:
    """How many kWh of each of ``months`` went into cooling (above 26 °C) and heating (below 10 °C).

    The household's answer to heat is the least-squares slope over all days that needed no heating, and the
    other way round. None with fewer than 30 days known, or when usage does not rise with the weather.
    """
    degrees = {day.day: _degrees(day) for day in temperatures}
    points = [(degrees[day.day], day.kwh) for day in learned if day.day in degrees]
    if len(points) < _FEWEST_DAYS:
        return None
    per_hot = _slope([(hot, kwh) for (hot, cold), kwh in points if not cold])
    per_cold = _slope([(cold, kwh) for (hot, cold), kwh in points if not hot])
    if not per_hot and not per_cold:
        return None
    return tuple(
        sum(
            (
                per_hot * hot + per_cold * cold
                for hot, cold in (degrees.get(d.day, (ZERO, ZERO)) for d in month)
            ),
            ZERO,
        )
        for month in months
    )


def _degrees(day: DayTemperature) -> tuple[Decimal, Decimal]:
    return max(day.mean_c - _HOT_ABOVE, ZERO), max(_COLD_BELOW - day.mean_c, ZERO)


def _slope(points: list[tuple[Decimal, Decimal]]) -> Decimal:
    """Least-squares slope, 0 when it is negative or cannot be known."""
    if not points:
        return ZERO
    mean_x = sum((x for x, _ in points), ZERO) / len(points)
    mean_y = sum((y for _, y in points), ZERO) / len(points)
    spread = sum(((x - mean_x) ** 2 for x, _ in points), ZERO)
    if not spread:
        return ZERO
    return max(sum(((x - mean_x) * (y - mean_y) for x, y in points), ZERO) / spread, ZERO)


@dataclass(frozen=True, slots=True)
class _Energy:
    """A bill's energy without tier adders, by period."""

    kwh: Decimal
    base: Decimal
    adders: Decimal
    by_tou: dict[TouPeriod, tuple[Decimal, Decimal]]
    """kWh and yuan."""

    @classmethod
    def of(cls, bill: Bill) -> _Energy:
        by_tou: dict[TouPeriod, tuple[Decimal, Decimal]] = {}
        adders = ZERO
        for line in bill.lines:
            adders += line.kwh * line.adder
            if line.kind is LineKind.ENERGY:
                kwh, base = by_tou.get(line.tou, (ZERO, ZERO))
                by_tou[line.tou] = (kwh + line.kwh, base + line.kwh * (line.price - line.adder))
        total = sum((kwh for kwh, _ in by_tou.values()), ZERO)
        return cls(total, sum((base for _, base in by_tou.values()), ZERO), adders, by_tou)

    @property
    def mean_price(self) -> Decimal:
        return self.base / self.kwh if self.kwh else ZERO


def _mix_and_price(before: _Energy, now: _Energy, price: Decimal) -> dict[Effect, int]:
    """(share₁ − share₀)·E₁·price₀ and E₁·Σ share₁·(price₁ − price₀); a change of plan counts as price."""
    if not now.kwh or not before.kwh:
        return {}
    if not before.by_tou.keys() & now.by_tou.keys():
        return {Effect.PRICE: fen(now.base - now.kwh * price)}
    at_old_prices = ZERO
    for tou, (kwh, base) in now.by_tou.items():
        # A period that was not used before has no old price: all of it counts as mix.
        kwh_before, base_before = before.by_tou.get(tou, (kwh, base))
        at_old_prices += kwh * base_before / kwh_before
    return {Effect.MIX: fen(at_old_prices - now.kwh * price), Effect.PRICE: fen(now.base - at_old_prices)}


def _other_lines(reference: Bill, bill: Bill) -> dict[Effect, int]:
    effects: dict[Effect, int] = {}
    for kind in LineKind:
        if kind not in (LineKind.ENERGY, LineKind.TIER):
            effects[Effect(kind.value)] = _sum(bill.lines, kind) - _sum(reference.lines, kind)
    return effects


def _sum(lines: Iterable[BillLine], kind: LineKind) -> int:
    return sum(line.fen for line in lines if line.kind is kind)


def _a_day(bill: Bill) -> Decimal:
    return (bill.kwh / bill.days).quantize(Decimal("0.1"))


def _hints(reference: Bill, bill: Bill, parts: dict[Effect, int], new_tenant: bool) -> tuple[Hint, ...]:
    hints = []
    jump = bill.kwh / bill.days > _JUMP * reference.kwh / reference.days
    if bill.estimated or reference.estimated or jump:
        hints.append(Hint.READING_CHECK)
    if parts[Effect.TIER] > 0:
        hints.append(Hint.TIER_RESET)
    if new_tenant:
        hints.append(Hint.MOVE_DATE)
    if parts[Effect.DAILY_USE] > reference.total_fen * _UNEXPLAINED:
        hints.append(Hint.METER_TEST)
    return tuple(hints)
