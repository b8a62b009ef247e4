"""What the house knows of a customer that makes one request likelier than another said in the same words.

"Any news on my thing?" is an application to who has one under way, and a case to who has one open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

Known = bool | str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """None wherever the house does not know."""

    ticket_open: bool | None = None
    """The customer has an open case at the front desk."""
    application_open: bool | None = None
    """An application of the account is under way at the utility."""
    prepaid: bool | None = None
    """The account's meter is topped up; otherwise there are monthly bills."""
    cut_off: bool | None = None
    """The account's supply is disconnected for debt, or is being put back on."""
    outage: str | None = None
    """What is on record for the account: ``running``, ``planned`` (in the days to come) or ``none``."""

    def items(self) -> Iterator[tuple[str, Known]]:
        """What is known, by name."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                yield field.name, value

    def with_more(self, told: Mapping[str, Any]) -> Circumstances:
        """The same with what was learned besides; names that are not circumstances are passed over."""
        names = {field.name for field in fields(self)}
        return replace(self, **{name: value for name, value in told.items() if name in names})


NOTHING_KNOWN = Circumstances()

VALUES: Mapping[str, tuple[Known, ...]] = {
    "ticket_open": (True, False),
    "application_open": (True, False),
    "prepaid": (True, False),
    "cut_off": (True, False),
    "outage": ("running", "planned", "none"),
}
"""All that may be known."""
