"""The sample over time: days pass, months end, and what customers did stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from actions.back_ends.sample import SampleUtility, open_sample, situations
from actions.back_ends.sample.database import Database, set_meta
from actions.back_ends.sample.demo import demo_page
from actions.back_ends.sample.people import ORDINARY_ACCOUNTS, ordinary
from domain.application import ApplicationForm, ApplicationKind
from domain.calendar import local_day
from domain.errors import BackEndUnavailable
from domain.utility import Alert, AlertKind
from router.policies import load_calendar, load_policies

POLICIES, CALENDAR = load_policies(), load_calendar()


class HeldClock:
    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def opened(path: Path, clock: HeldClock, heard: list[float] | None = None) -> SampleUtility:
    progress = heard.append if heard is not None else (lambda _: None)
    return open_sample(path, clock, POLICIES, CALENDAR, progress, accounts=30)


def test_a_running_sample_goes_with_the_days(tmp_path: Path) -> None:
    clock = HeldClock(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    sample = opened(tmp_path / "u.db", clock)
    filed = sample.start_application(
        ApplicationForm(ApplicationKind.METER_TEST, "李", "1", "0312010101"), "k"
    )
    sample.set_alert(Alert("0312010101", AlertKind.DAILY_KWH, 10), "a")
    prepaid = next(c.account.account_no for c in ordinary(95598, date(2026, 11, 24), 30) if c.account.prepaid)
    before = sample.balance(prepaid)
    clock.moment += timedelta(days=2)
    after = sample.balance(prepaid)
    assert before is not None
    assert after is not None
    assert after.fen < before.fen
    today = local_day(clock.moment)
    assert sample.daily_usage(prepaid, today - timedelta(days=1), today)[0].day == date(2026, 11, 25)
    assert sample.application(filed.number) == filed
    assert len(sample.alerts("0312010101")) == 1
    (plan,) = sample.planned_outages(today + timedelta(days=1), today + timedelta(days=1), area="riverside")
    assert local_day(plan.starts_at) == date(2026, 11, 27)


def test_a_month_ends_and_bills_go_out(tmp_path: Path) -> None:
    clock = HeldClock(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    path = tmp_path / "u.db"
    opened(path, clock)
    clock.moment = datetime(2027, 1, 8, 3, 0, tzinfo=UTC)
    heard: list[float] = []
    sample = opened(path, clock, heard)
    assert heard[-1] == 1.0
    for account_no in ("0320000000", "0320000070", "0312010101"):
        bills = sample.bills(account_no, "2026-09", "2027-02")
        assert [bill.period for bill in bills] == ["2026-09", "2026-10", "2026-11", "2026-12"]
        for bill in bills:
            days = sample.daily_usage(account_no, bill.first_day, bill.last_day)
            assert len(days) == bill.days
            assert 0 <= sum(day.kwh for day in days) - bill.kwh < 1
        assert bills[3].before_kwh == bills[2].before_kwh + bills[2].kwh
    again: list[float] = []
    opened(path, clock, again)
    assert again == []


@pytest.mark.parametrize("day", ["2026-11-24", "2026-12-01", "2027-01-01", "2027-03-02", "2027-08-21"])
def test_situations_hold_on_any_day(tmp_path: Path, day: str) -> None:
    clock = HeldClock(datetime.fromisoformat(f"{day}T02:00:00+00:00"))
    today = local_day(clock.moment)
    sample = opened(tmp_path / "u.db", clock)
    accounts = {situation.code: situation.customer.account.account_no for situation in situations()}
    bills = sample.bills(accounts["high_bill"], "2026-01", "2028-01")
    assert bills[-1].issued_on <= today
    if today.day > 3:
        assert bills[-1].total_fen > bills[-2].total_fen * 1.4
    assert sample.arrears(accounts["debt"], today).days > 0
    cut = sample.arrears(accounts["cut_soon"], today)
    assert cut.days > 30
    assert cut.cut_on is not None
    assert cut.cut_on > today
    assert sample.arrears(accounts["cut_and_paid"], today).total_fen == 0
    assert sample.arrears(accounts["not_posted"], today).total_fen > 0
    assert sample.outages_at(accounts["known_fault"])
    assert sample.planned_outages(today + timedelta(days=1), today + timedelta(days=1), accounts["planned"])
    assert sample.applications(accounts["papers"])[0].missing


def test_the_city_is_large_and_numbers_are_unique() -> None:
    accounts = [customer.account for customer in ordinary(1, date(2026, 11, 24))]
    accounts += [situation.customer.account for situation in situations()]
    assert ORDINARY_ACCOUNTS >= 3000
    assert len({account.account_no for account in accounts}) == len(accounts) > ORDINARY_ACCOUNTS
    assert len({account.meter_no for account in accounts}) == len(accounts)
    assert len({account.phone for account in accounts}) == len(accounts) - 1  # one person has two flats
    assert all(len(account.account_no) == 10 and account.account_no.isdigit() for account in accounts)
    assert all(len(account.phone) == 11 and len(account.id_tail4) == 4 for account in accounts)
    assert len({account.area for account in accounts}) == 12


def test_a_file_of_an_older_kind_is_seeded_anew(tmp_path: Path) -> None:
    clock = HeldClock(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    path = tmp_path / "u.db"
    opened(path, clock)
    with Database(path).write() as connection:
        set_meta(connection, "version", "0")
    heard: list[float] = []
    sample = opened(path, clock, heard)
    assert heard
    assert sample.find_account("0312010101") is not None


def test_a_file_that_is_no_database_is_told_as_not_answering(tmp_path: Path) -> None:
    path = tmp_path / "u.db"
    path.write_bytes(b"this is no database at all, only some words" * 50)
    with pytest.raises(BackEndUnavailable):
        opened(path, HeldClock(datetime(2026, 11, 24, tzinfo=UTC)))


def test_the_guide_names_every_situation_and_is_up_to_date() -> None:
    page = demo_page()
    for situation in situations():
        assert situation.customer.account.account_no in page
    written = (Path(__file__).parents[2] / "docs" / "demo.md").read_text(encoding="utf-8")
    assert written == page
