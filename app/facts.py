"""The numbers that articles name, from the same dated rules and price tables that all else runs on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from domain.knowledge import Fact
from domain.money import fen
from domain.policy import Policies
from domain.tariff import MONTHS, Tariff, TariffBook, TierCycle, Tiers, break_even_valley_share
from domain.utility import CustomerClass, TouPeriod

FREE_KWH = "relief.free_kwh"


class HouseFacts:
    """Implements :class:`domain.knowledge.Facts`.

    Args:
        policies: for ``rule:<key>[/<customer class>]``.
        tariffs: for ``price:<name>``; the names are those of :meth:`_prices`.
        region: whose price tables count.
    """

    def __init__(self, policies: Policies, tariffs: TariffBook, region: str) -> None:
        self._policies, self._tariffs, self._region = policies, tariffs, region

    def find(self, name: str, on: date) -> Fact | None:
        """The fact in force on that day, or None."""
        kind, _, rest = name.partition(":")
        if kind == "rule":
            key, _, customer_class = rest.partition("/")
            policy = self._policies.find((key,), on, customer_class)
            return Fact(policy.unit.value, str(policy.value)) if policy else None
        return dict(self._prices(on)).get(rest) if kind == "price" else None

    def _prices(self, on: date) -> Iterator[tuple[str, Fact]]:
        homes = self._tariffs.plans(self._region, on, CustomerClass.RESIDENTIAL)
        flat = next((plan for plan in homes if plan.tiers and not plan.tou), None)
        tou = next((plan for plan in homes if plan.tou), None)
        shared = next((plan for plan in homes if not plan.tiers and not plan.tou), None)
        if flat and flat.tiers and flat.tiers.cycle is TierCycle.YEAR:
            yield from _tiered(flat, flat.tiers)
            yield from self._relief(flat, on)
            if tou:
                yield "break_even", Fact("share", str(break_even_valley_share(flat, tou)))
        if tou:
            yield from _by_time(tou)
        if shared:
            yield "shared", _per_kwh(shared.price)
        for name, customer_class in (
            ("business", CustomerClass.LV_BUSINESS),
            ("agriculture", CustomerClass.AGRICULTURE),
        ):
            plans = self._tariffs.plans(self._region, on, customer_class)
            plain = next((plan for plan in plans if not plan.tou and not plan.tiers), None)
            if plain:
                yield name, _per_kwh(plain.price)
                yield f"{name}_funds", _per_kwh(plain.funds)

    def _relief(self, flat: Tariff, on: date) -> Iterator[tuple[str, Fact]]:
        free = self._policies.find((FREE_KWH,), on)
        if free and flat.allowance_price:
            yield "relief_month", Fact("fen", str(fen(free.value * flat.allowance_price)))


def _tiered(plan: Tariff, tiers: Tiers) -> Iterator[tuple[str, Fact]]:
    """Three tiers by the calendar year, and what a large household gets."""
    (first, second), (more, most) = tiers.limits, tiers.adders
    yield "flat", _per_kwh(plan.price)
    yield "second", _per_kwh(plan.price + more)
    yield "third", _per_kwh(plan.price + most)
    yield "second_adder", _per_kwh(more)
    yield "third_adder", _per_kwh(most)
    yield "first_limit", Fact("kwh", str(first))
    yield "second_limit", Fact("kwh", str(second))
    if plan.persons:
        extra = plan.extra_kwh_per_month
        yield "persons", Fact("count", str(plan.persons))
        yield "extra_month", Fact("kwh", str(extra))
        yield "extra_year", Fact("kwh", str(extra * MONTHS))
        yield "extended_first", Fact("kwh", str(first + extra * MONTHS))


def _by_time(plan: Tariff) -> Iterator[tuple[str, Fact]]:
    for period in (TouPeriod.PEAK, TouPeriod.VALLEY):
        if period in plan.prices and period in plan.hours:
            spans = ",".join(f"{start}-{end}" for start, end in plan.hours[period])
            yield period.value, _per_kwh(plan.prices[period])
            yield f"{period.value}_hours", Fact("clock", spans)


def _per_kwh(price: Decimal) -> Fact:
    return Fact("yuan_per_kwh", str(price))
