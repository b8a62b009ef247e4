"""Reads the dated rules (``router/policies.yml``) and the working days (``router/calendars/*.yml``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from domain.calendar import WorkingCalendar, working_calendar
from domain.errors import BadRequest
from domain.policy import Policies, Policy, Unit

_HERE = Path(__file__).parent
POLICY_FILE = _HERE / "policies.yml"
CALENDAR_FOLDER = _HERE / "calendars"


def load_policies(path: Path = POLICY_FILE, regions: Sequence[str] | None = None) -> Policies:
    """All dated rules; ``regions`` (nearest first) overrides the file's own ``regions``.

    Example:
        ``load_policies().get("penalty.rate", today, "residential").value`` is 1 (per mille a day).

    Raises:
        BadRequest: a row that cannot be read, with its key.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    sources: Mapping[str, str] = document["sources"]
    rows = [
        _policy(key, version, sources)
        for key, versions in document["policies"].items()
        for version in versions
    ]
    return Policies(rows, document["regions"] if regions is None else regions)


def load_calendar(folder: Path = CALENDAR_FOLDER) -> WorkingCalendar:
    """The working days of every year that has a file ``cn-<year>.yml``."""
    days_off: set[date] = set()
    make_up_days: set[date] = set()
    provisional: set[int] = set()
    for path in sorted(folder.glob("cn-*.yml")):
        year = yaml.safe_load(path.read_text(encoding="utf-8"))
        days_off.update(year["days_off"])
        make_up_days.update(year["make_up_days"])
        if year["provisional"]:
            provisional.add(year["year"])
    return working_calendar(days_off, make_up_days, provisional)


def _policy(key: str, version: Mapping[str, Any], sources: Mapping[str, str]) -> Policy:
    try:
        row = Policy(
            key=key,
            value=Decimal(str(version["value"])),
            unit=Unit(version["unit"]),
            effective_from=_day(version["from"]),
            effective_to=_day(version["to"]) if "to" in version else None,
            source=version["source"],
            confidence=version["confidence"],
            region=version.get("region", ""),
            customer_class=version.get("class", ""),
            note=version.get("note", ""),
        )
    except (KeyError, ValueError, TypeError, InvalidOperation) as error:
        raise BadRequest(f"policy {key}: {error}") from error
    for part in row.source.split(","):
        if part.split()[0] not in sources:
            raise BadRequest(f"policy {key}: source {part.strip()!r} is not in the list of sources")
    return row


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is not a day (YYYY-MM-DD)")
    return value
