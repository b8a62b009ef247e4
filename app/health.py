"""Whether a message can be answered whole right now, and if not, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Check = Callable[[], str]
"""Empty when all is well, else what is wrong in words."""


@dataclass(frozen=True, slots=True)
class Report:
    """The state of each dependency; an empty word means well."""

    checks: Mapping[str, str]

    @property
    def ready(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self.checks.values())

    def as_json(self) -> dict[str, Any]:
        """For ``/readyz``."""
        return {"ready": self.ready, "checks": {name: words or "ok" for name, words in self.checks.items()}}


class Health:
    """Asks every dependency in turn; a check that raises counts as its error's name."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    def report(self) -> Report:
        """Ask now."""
        return Report({name: _ask(check) for name, check in self._checks.items()})


def _ask(check: Check) -> str:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is missing
        return type(error).__name__
