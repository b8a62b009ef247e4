"""Which arrival deadline holds at a place, by the utility's own list of areas."""

from __future__ import annotations

from domain.utility import Area
from domain.utility_port import UtilityPort

STRICTEST = "urban"
"""A place that we do not know gets the shortest deadline: a promise may err on the customer's side only."""


class AreaKinds:
    """Area or address in words to ``urban``, ``rural`` or ``remote``. The list is read once per process."""

    def __init__(self, utility: UtilityPort) -> None:
        self._kinds = [(name, area.setting) for area in utility.areas() for name in _names(area)]
        # The longest name first: "East Lake Village" must not be taken for "East Lake".
        self._kinds.sort(key=lambda kind: len(kind[0]), reverse=True)

    def __call__(self, place: str) -> str:
        """The kind of the place named in these words."""
        words = place.casefold()
        return next((kind for name, kind in self._kinds if name in words), STRICTEST)


def _names(area: Area) -> list[str]:
    return [name.casefold() for name in (area.code, area.name_zh, area.name_en, *area.aliases) if name]
