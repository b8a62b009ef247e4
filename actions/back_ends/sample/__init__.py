"""The embedded sample utility: an invented city with its accounts, bills and crews in one SQLite file."""

from __future__ import annotations

from pathlib import Path

from actions.back_ends.sample.accounts import SampleAccounts
from actions.back_ends.sample.applications import SampleApplications
from actions.back_ends.sample.base import Progress
from actions.back_ends.sample.billing import SampleBilling
from actions.back_ends.sample.database import Database
from actions.back_ends.sample.demo import write_demo
from actions.back_ends.sample.outages import SampleOutages
from actions.back_ends.sample.people import ORDINARY_ACCOUNTS
from actions.back_ends.sample.situations import Situation, situations
from actions.back_ends.tariff_files import load_tariffs
from domain.calendar import WorkingCalendar
from domain.clock import Clock
from domain.policy import Policies

SEED = 95598

__all__ = ["SEED", "SampleUtility", "Situation", "open_sample", "situations", "write_demo"]


class SampleUtility(SampleAccounts, SampleBilling, SampleOutages, SampleApplications):
    """The whole :class:`domain.utility_port.UtilityPort`; may be shared by threads and processes."""


def open_sample(
    path: Path,
    clock: Clock,
    policies: Policies,
    calendar: WorkingCalendar,
    progress: Progress = lambda _: None,
    seed: int = SEED,
    accounts: int = ORDINARY_ACCOUNTS,
) -> SampleUtility:
    """Open the sample's file, seeding an empty one (some seconds) or carrying an older one to today.

    The file remembers the day of its seeding; the same seed and day give the same city. ``progress`` hears
    0 to 1 while that runs and nothing otherwise. ``accounts`` is how many live there beside the named ones.

    Raises:
        BackEndUnavailable: the file cannot be opened or written.
    """
    sample = SampleUtility(Database(path), clock, load_tariffs(), policies, calendar, seed, accounts)
    sample.bring_up_to_date(progress)
    return sample
