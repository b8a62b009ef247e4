"""What the business verbs work with, and the small things that several of them need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from actions.back_ends.tariff_files import load_tariffs
from domain.calendar import local_day
from domain.errors import BackEndUnavailable, NotFound
from domain.outage import Outage
from domain.ports import ActionCall, Attempts, Phrasing, SmsGateway
from domain.tariff import TariffBook
from domain.utility import Account, Area, Bill
from domain.utility_port import UtilityPort


@dataclass(frozen=True, slots=True)
class World:
    """The utility's systems, and what an identity check needs."""

    utility: UtilityPort
    sms: SmsGateway
    attempts: Attempts
    phrasing: Phrasing
    """For the words of a text message."""
    secret: bytes
    """Key of the one-time codes; the same in all processes."""
    tariffs: TariffBook = field(default_factory=load_tariffs)
    region: str = "cuihu"
    """Whose price tables count; the sample's city unless the wiring says otherwise."""


def today(call: ActionCall) -> date:
    """The day of the call in Shanghai."""
    return local_day(call.now)


def account_of(call: ActionCall, world: World) -> Account:
    """The account that was proved.

    Raises:
        BackEndUnavailable: it was proved and is not there now, so the system is in no state to answer.
    """
    account = world.utility.find_account(call.account_no)
    if account is None:
        raise BackEndUnavailable("a proved account was not found")
    return account


def area_named(slots: Mapping[str, str], world: World) -> Area | None:
    """The area whose name or alias stands in the customer's words; the longest name wins."""
    words = f"{slots.get('area', '')} {slots.get('address', '')}".casefold()
    named = [
        (len(name), area)
        for area in world.utility.areas()
        for name in (area.name_zh, area.name_en, area.code, *area.aliases)
        if name and name.casefold() in words
    ]
    return max(named, key=lambda found: found[0])[1] if named else None


def name_of(area: Area, language: str) -> str:
    """The area's name in the customer's language."""
    return area.name_zh if language == "zh" else area.name_en


def months(period: str, day: date) -> tuple[str, str]:
    """First and last billing month of a period entity; twelve months back to now if there is none.

    ``2026-08``, ``2025``, ``2026-08/2026-10``, ``2026-11-23`` and ``2026-11-16/2026-11-22`` are periods.
    """
    if not period:
        return f"{day.year - 1}-{day.month:02d}", f"{day.year}-{day.month:02d}"
    first, _, last = period.partition("/")
    last = last or first
    return (first[:7] if len(first) > 4 else f"{first}-01"), (last[:7] if len(last) > 4 else f"{last}-12")


def month_before(period: str) -> str:
    """The month before ``YYYY-MM``."""
    year, month = int(period[:4]), int(period[5:7])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"


def newest_bill(call: ActionCall, world: World) -> Bill | None:
    """The bill of the month asked for (the last month of a span), else the newest one."""
    first, last = months(call.slots.get("period", ""), today(call))
    try:
        bills = world.utility.bills(call.account_no, first, last)
    except NotFound as error:
        raise BackEndUnavailable("a proved account was not found") from error
    return bills[-1] if bills else None


def owed_fen(call: ActionCall, world: World) -> int:
    """All that is unpaid, due or not, with the penalty so far."""
    first, last = months("", today(call))
    bills = world.utility.bills(call.account_no, first, last)
    arrears = world.utility.arrears(call.account_no, today(call))
    return max(sum(bill.owed_fen for bill in bills), arrears.principal_fen) + arrears.penalty_fen


def told(outage: Outage) -> dict[str, str]:
    """An interruption as phrase values."""
    return {
        "cause": outage.cause,
        "state": outage.state.value,
        "until": outage.expected_at.isoformat() if outage.expected_at else "",
        "starts": outage.starts_at.isoformat(),
        "updated": outage.updated_at.isoformat(),
    }
