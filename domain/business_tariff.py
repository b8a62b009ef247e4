"""Two-part prices and the power-factor adjustment of larger customers (domain file, section 4.5; PF83)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.money import fen, yuan
from domain.tariff import PowerTerms, Tariff, charge
from domain.utility import BillLine, LineKind, TouPeriod

_HUNDREDTH = Decimal("0.01")
_BONUS = tuple(Decimal(rate) for rate in ("0", "-0.0015", "-0.0030", "-0.0045", "-0.0060", "-0.0075"))


@dataclass(frozen=True, slots=True)
class Load:
    """What a month's meter said beyond energy."""

    capacity_kva: Decimal
    max_demand_kw: Decimal
    reactive_kvarh: Decimal
    by_demand: bool = False
    """The customer chose the demand price over the capacity price."""


def basic_line(terms: PowerTerms, load: Load, kwh: Decimal) -> BillLine:
    """The basic charge by capacity, or by demand (reduced when the capacity is used a lot)."""
    if not load.by_demand:
        amount = fen(load.capacity_kva * terms.capacity_price)
        return BillLine(LineKind.BASIC, load.capacity_kva, terms.capacity_price, amount)
    price = terms.demand_price
    if kwh >= terms.busy_kwh_per_kva * load.capacity_kva:
        price *= terms.busy_factor
    return BillLine(LineKind.BASIC, load.max_demand_kw, price, fen(load.max_demand_kw * price))


def power_factor(kwh: Decimal, kvarh: Decimal) -> Decimal:
    """Cos phi of a month, two decimals, half up; 1 when nothing was used."""
    if not kwh:
        return Decimal(1)
    apparent = (kwh * kwh + kvarh * kvarh).sqrt()
    return (kwh / apparent).quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)


def adjustment_rate(factor: Decimal, standard: Decimal) -> Decimal:
    """Adjustment as a share of basic and energy charge; a bonus is negative.

    Below the standard 0.5 % a hundredth for twenty hundredths, then 1 % for five, then 2 %. For the
    standard 0.90 that is 10 % at 0.70 and 15 % at 0.65, as in the published table.
    """
    points = int((standard - factor) / _HUNDREDTH)
    if points <= 0:
        return _BONUS[min(-points, len(_BONUS) - 1)]
    percent = Decimal("0.5") * min(points, 20)
    percent += max(0, min(points, 25) - 20)
    percent += 2 * max(0, points - 25)
    return percent / 100


def two_part_charge(
    tariff: Tariff, usage: Mapping[TouPeriod, Decimal], month: int, load: Load
) -> tuple[BillLine, ...]:
    """All lines of a month: basic, energy, power factor (on basic and energy, without funds), funds.

    Raises:
        ValueError: the plan has no two-part terms.
    """
    if tariff.power is None:
        raise ValueError(f"plan {tariff.code} is not two-part")
    kwh = sum(usage.values(), Decimal(0))
    basic = basic_line(tariff.power, load, kwh)
    others = charge(tariff, usage, month)
    energy = tuple(line for line in others if line.kind is LineKind.ENERGY)
    funds = tuple(line for line in others if line.kind is LineKind.FUNDS)
    factor = power_factor(kwh, load.reactive_kvarh)
    rate = adjustment_rate(factor, tariff.power.power_factor)
    base = yuan(basic.fen + sum(line.fen for line in energy))
    adjustment = BillLine(LineKind.POWER_FACTOR, Decimal(0), rate, fen(base * rate))
    return (basic, *energy, adjustment, *funds)
