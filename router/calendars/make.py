"""Write a year's working days from the ``holidays`` package: ``python -m router.calendars.make 2028``.

The State Council announces a year's make-up days in the November before; run this again then, look at the
difference, and edit the file by hand where the order says otherwise. The service reads only the files.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import holidays
import yaml

FOLDER = Path(__file__).parent


def rows(year: int) -> dict[str, object]:
    """Days off on weekdays with their names, and worked weekend days, of one year."""
    china = holidays.country_holidays("CN", years=year, language="en_US")
    make_up = sorted(day for day in china.weekend_workdays if day.year == year)
    return {
        "year": year,
        # A year without a single make-up day was never announced: the order always has some.
        "provisional": not make_up,
        "source": f"State Council order on holidays of {year}, by way of holidays {version('holidays')}",
        "days_off": {day: china[day] for day in sorted(china) if day.weekday() < 5},
        "make_up_days": make_up,
    }


def write(year: int) -> Path:
    """Write ``cn-<year>.yml``; answers its path."""
    path = FOLDER / f"cn-{year}.yml"
    path.write_text(yaml.safe_dump(rows(year), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def main(years: Sequence[str]) -> None:
    """Write each year named."""
    for year in years:
        sys.stdout.write(f"{write(int(year))}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
