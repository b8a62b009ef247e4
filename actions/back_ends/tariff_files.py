"""Reads the dated price tables in ``actions/back_ends/tariffs`` (see the README there)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from domain.errors import BadRequest
from domain.tariff import PowerTerms, Tariff, TariffBook, TierCycle, Tiers
from domain.utility import TouPeriod

TARIFF_FOLDER = Path(__file__).parent / "tariffs"


def load_tariffs(folder: Path = TARIFF_FOLDER) -> TariffBook:
    """All plans of all regions.

    Raises:
        BadRequest: a version that cannot be read, with file and plan.
    """
    return TariffBook(tariff for path in sorted(folder.glob("*.yml")) for tariff in _read(path))


def _read(path: Path) -> Iterator[Tariff]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for code, plan in document["plans"].items():
        for version in plan["versions"]:
            try:
                yield _tariff(document["region"], code, tuple(plan["classes"]), version)
            except (KeyError, ValueError, TypeError, ArithmeticError) as error:
                raise BadRequest(f"{path.name}, plan {code}: {error!r}") from error


def _tariff(region: str, code: str, classes: tuple[str, ...], version: Mapping[str, Any]) -> Tariff:
    multi = version.get("multi_person", {})
    return Tariff(
        code=code,
        region=region,
        effective_from=version["from"],
        source=version["source"],
        confidence=version["confidence"],
        classes=classes,
        prices={TouPeriod(period): Decimal(price) for period, price in version["prices"].items()},
        hours={
            TouPeriod(period): tuple((start, end) for start, end in spans)
            for period, spans in version.get("hours", {}).items()
        },
        tiers=_tiers(version["tiers"]) if "tiers" in version else None,
        allowance_price=Decimal(version.get("allowance_price", 0)),
        extra_kwh_per_month=Decimal(multi.get("extra_kwh_per_month", 0)),
        persons=multi.get("persons", 0),
        funds=Decimal(version.get("funds", 0)),
        power=_power(version["power"]) if "power" in version else None,
    )


def _tiers(tiers: Mapping[str, Any]) -> Tiers:
    return Tiers(
        TierCycle(tiers["cycle"]),
        _pair(tiers["limits"]),
        _pair(tiers["adders"]),
        _pair(tiers["summer_limits"]) if "summer_limits" in tiers else None,
        tuple(tiers.get("summer_months", ())),
    )


def _pair(values: list[Any]) -> tuple[Decimal, Decimal]:
    first, second = values
    return Decimal(first), Decimal(second)


def _power(terms: Mapping[str, Any]) -> PowerTerms:
    return PowerTerms(
        Decimal(terms["capacity_price"]),
        Decimal(terms["demand_price"]),
        Decimal(terms["busy_kwh_per_kva"]),
        Decimal(terms["busy_factor"]),
        Decimal(terms["power_factor"]),
    )
