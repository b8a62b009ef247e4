"""Rules as dated rows: nearly every number of the trade exists in several versions (law, company, province).

A row says since when it holds, where, for whom, from which source and how sure we are of it. Code asks for a
key on a day and never holds the number itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.errors import NotFound


class Unit(StrEnum):
    """What a policy's value counts."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    """Calendar days."""
    WORKING_DAYS = "working_days"
    FEN = "fen"
    PER_MILLE_PER_DAY = "per_mille_per_day"
    PERCENT = "percent"
    KWH = "kwh"
    VOLT = "volt"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of one rule."""

    key: str
    value: Decimal
    unit: Unit
    effective_from: date
    source: str
    """Key of the source list at the head of the policy file, for example ``SG22 art. 3``."""
    confidence: str
    """``H``, ``M``, ``L``, or ``GK-H``, ``GK-M``, ``GK-L`` for general knowledge without a text at hand."""
    region: str = ""
    """``sgcc``, ``csg``, a province …; empty for the whole country."""
    customer_class: str = ""
    """A :class:`domain.utility.CustomerClass` value, ``non_residential``, or empty for all."""
    effective_to: date | None = None
    """Last day on which it holds; None while it does."""
    note: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether this version is in force on the day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class Policies:
    """All rows, asked by key and day.

    ``regions`` names where this house works, nearest first, for example ``("sgcc", "cn_backstop")``; rows of
    other regions are never used, rows without a region are the last resort.
    """

    def __init__(self, rows: Iterable[Policy], regions: Sequence[str] = ()) -> None:
        self._regions = (*regions, "")
        self._rows: dict[str, list[Policy]] = {}
        for row in rows:
            if row.region in self._regions:
                self._rows.setdefault(row.key, []).append(row)

    @property
    def regions(self) -> tuple[str, ...]:
        """Where this house works, nearest first."""
        return self._regions[:-1]

    def get(self, key: str, on: date, customer_class: str = "") -> Policy:
        """The version in force on ``on``: nearest region first, then the narrowest class, then the newest.

        ``customer_class`` also finds rows for ``non_residential`` when it is any class but ``residential``.

        Raises:
            NotFound: no version of this key holds on that day for that class.
        """
        found = self.find((key,), on, customer_class)
        if found is None:
            raise NotFound(f"no policy {key!r} for {customer_class or 'any class'} on {on.isoformat()}")
        return found

    def find(self, keys: Sequence[str], on: date, customer_class: str = "") -> Policy | None:
        """Like :meth:`get` for the first of ``keys`` that has a version in force; None if none has."""
        classes = _classes(customer_class)
        for key in keys:
            fitting = [
                row for row in self._rows.get(key, []) if row.holds_on(on) and row.customer_class in classes
            ]
            if fitting:
                return min(
                    fitting,
                    key=lambda row: (
                        self._regions.index(row.region),
                        classes.index(row.customer_class),
                        -row.effective_from.toordinal(),
                    ),
                )
        return None

    def ticket_deadline(self, cls: str, subject: str, clock: str, on: date) -> Policy | None:
        """Deadline of a ticket's clock (``contact``, ``arrival``, ``internal``, ``public`` …) or None.

        Looks for ``ticket.<cls>.<subject>.<clock>``, then ``ticket.<cls>.<clock>``, then ``ticket.<clock>``.
        """
        return self.find((f"ticket.{cls}.{subject}.{clock}", f"ticket.{cls}.{clock}", f"ticket.{clock}"), on)

    def rows(self) -> tuple[Policy, ...]:
        """Every row that this house may use, by key, oldest first."""
        return tuple(
            row
            for key in sorted(self._rows)
            for row in sorted(self._rows[key], key=lambda version: version.effective_from)
        )


def _classes(customer_class: str) -> tuple[str, ...]:
    if customer_class in ("", "residential"):
        return (customer_class, "") if customer_class else ("",)
    return (customer_class, "non_residential", "")
