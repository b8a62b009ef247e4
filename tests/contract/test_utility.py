"""One contract over every utility back end: the embedded sample, and the same asked over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from actions.back_ends.http import HttpUtility
from actions.back_ends.rest_server import utility_server
from actions.back_ends.sample import SampleUtility, open_sample, situations
from domain.application import ApplicationForm, ApplicationKind, ApplicationState, BookingState
from domain.bill_explanation import Effect, explain, weather_driven
from domain.calendar import local_day
from domain.errors import NotFound, RuleBroken
from domain.outage import Breaker, FaultKind, FaultReport, OutageKind
from domain.utility import Alert, AlertKind, CareTag, PaymentState, Supply
from domain.utility_port import UtilityPort
from router.policies import load_calendar, load_policies
from tests.fakes.serving import serving

TOKEN = "contract"
NOW = datetime(2026, 11, 24, 3, 7, tzinfo=UTC)
TODAY = date(2026, 11, 24)


class HeldClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleUtility:
    path = tmp_path_factory.mktemp("utility") / "utility.db"
    return open_sample(path, HeldClock(), load_policies(), load_calendar(), accounts=40)


@pytest.fixture(scope="module", params=["sample", "http"])
def utility(request: pytest.FixtureRequest, sample: SampleUtility) -> Iterator[UtilityPort]:
    if request.param == "sample":
        yield sample
        return
    with serving(utility_server(sample, TOKEN)) as url:
        client = HttpUtility(url, TOKEN, timeout_s=10)
        yield client
        client.close()


def number_of(code: str) -> str:
    return next(s.customer.account.account_no for s in situations() if s.code == code)


def test_an_account_is_found_by_number_meter_and_phone(utility: UtilityPort) -> None:
    account = utility.find_account("0312010101")
    assert account is not None
    assert (account.holder, account.area, account.masked_no) == ("李秀兰", "lakeview", "******0101")
    assert utility.account_by_meter(account.meter_no) == account
    assert [each.account_no for each in utility.accounts_by_phone(account.phone)] == [
        "0312010101",
        "0312252525",
    ]


def test_nothing_is_found_for_numbers_that_nobody_has(utility: UtilityPort) -> None:
    assert utility.find_account("9999999999") is None
    assert utility.account_by_meter("9999999999") is None
    assert utility.accounts_by_phone("13000000000") == ()
    assert utility.application("0") is None
    assert utility.outage("none") is None
    assert utility.verify_holder("9999999999", "李秀兰", "1037") is False
    for question in (
        lambda: utility.bills("9999999999", "2026-01", "2026-12"),
        lambda: utility.arrears("9999999999", TODAY),
        lambda: utility.balance("9999999999"),
        lambda: utility.probe("9999999999"),
        lambda: utility.alerts("9999999999"),
        lambda: utility.payment_link("9999999999", 100, "nobody"),
    ):
        with pytest.raises(NotFound):
            question()


@pytest.mark.parametrize(
    ("name", "tail", "fits"),
    [
        ("Emma Brown", "1777", True),
        (" emma  brown", "1777", True),
        ("Emma Brown", "1778", False),
        ("Emma", "1777", False),
    ],
)
def test_the_holder_is_verified_by_name_and_tail(
    utility: UtilityPort, name: str, tail: str, fits: bool
) -> None:
    assert utility.verify_holder(number_of("foreigner"), name, tail) is fits


def test_places_have_names_in_both_languages(utility: UtilityPort) -> None:
    areas = {area.code: area for area in utility.areas()}
    assert len(areas) == 12
    assert areas["lakeview"].name_zh == "翠湖小区"
    assert {area.setting for area in areas.values()} == {"urban", "rural", "remote"}
    assert all(branch.area in areas and len(branch.hours) == 7 for branch in utility.branches())


def test_a_bill_adds_up_and_follows_the_one_before(utility: UtilityPort) -> None:
    bills = utility.bills("0312010101", "2025-01", "2026-12")
    assert [bill.period for bill in bills][-2:] == ["2026-09", "2026-10"]
    for before, bill in pairwise(bills):
        assert bill.first_day - before.last_day == timedelta(days=1)
        assert bill.before_kwh == (0 if bill.period.endswith("-01") else before.before_kwh + before.kwh)
    for bill in bills:
        assert sum(line.fen for line in bill.lines) == bill.total_fen
        assert bill.owed_fen == 0
    assert utility.bill("0312010101", "2026-10") == bills[-1]
    assert utility.bill("0312010101", "2026-11") is None


def test_days_add_up_to_the_bill_and_readings_to_the_register(utility: UtilityPort) -> None:
    bill = utility.bill("0312010101", "2026-10")
    assert bill is not None
    days = utility.daily_usage("0312010101", bill.first_day, bill.last_day)
    assert len(days) == 31
    assert 0 <= sum((day.kwh for day in days), Decimal(0)) - bill.kwh < 1
    assert all(day.peak_kwh + day.valley_kwh == day.kwh for day in days)
    first, last = utility.readings("0312010101", date(2026, 9, 30), date(2026, 10, 31))
    assert last.kwh - first.kwh == bill.kwh
    assert utility.daily_usage("0312010101", TODAY, TODAY) == ()


def test_the_high_bill_is_explained_by_the_weather(utility: UtilityPort) -> None:
    before, now = utility.bills("0312010101", "2026-09", "2026-10")
    learned = utility.daily_usage("0312010101", date(2025, 11, 1), TODAY)
    temperatures = utility.temperatures(date(2025, 11, 1), TODAY)
    months = [[day for day in learned if f"{day.day:%Y-%m}" == bill.period] for bill in (before, now)]
    driven = weather_driven(learned, temperatures, months)
    assert driven is not None
    seen = explain(before, now, (driven[0], driven[1]))
    assert seen.difference_fen > before.total_fen // 2
    assert seen.parts[0].effect is Effect.WEATHER


def test_debt_with_penalty(utility: UtilityPort) -> None:
    seen = utility.arrears(number_of("debt"), TODAY)
    assert [(bill.period, bill.due_on, bill.days) for bill in seen.bills] == [
        ("2026-09", date(2026, 10, 20), 35),
        ("2026-10", date(2026, 11, 20), 4),
    ]
    for bill in seen.bills:
        assert bill.owed_fen > 0
        assert bill.penalty_fen == (bill.owed_fen * bill.days + 500) // 1000
    assert seen.total_fen == sum(bill.owed_fen + bill.penalty_fen for bill in seen.bills)
    assert (seen.days, seen.demands, seen.eligible_on) == (35, 3, date(2026, 11, 20))
    assert seen.cut_on is None


def test_a_cut_is_announced_never_before_a_day_off(utility: UtilityPort) -> None:
    seen = utility.arrears(number_of("cut_soon"), TODAY)
    assert seen.cut_on is not None
    assert seen.cut_on > TODAY
    calendar = load_calendar()
    assert calendar.works(seen.cut_on)
    assert calendar.works(seen.cut_on + timedelta(days=1))


def test_who_owes_nothing_has_no_arrears(utility: UtilityPort) -> None:
    seen = utility.arrears("0312010101", TODAY)
    assert (seen.total_fen, seen.days, seen.bills, seen.eligible_on, seen.cut_on) == (0, 0, (), None, None)


def test_public_load_is_protected(utility: UtilityPort) -> None:
    seen = utility.arrears(number_of("street_lamps"), TODAY)
    assert seen.total_fen > 0
    assert seen.protected == (CareTag.PUBLIC_LOAD,)


def test_a_payment_that_is_not_posted_is_seen_as_pending(utility: UtilityPort) -> None:
    (payment,) = utility.payments(number_of("not_posted"), TODAY - timedelta(days=3), TODAY)
    assert payment.state is PaymentState.PENDING
    assert payment.at < NOW
    assert utility.arrears(number_of("not_posted"), TODAY).principal_fen >= payment.fen


def test_a_prepaid_balance_and_its_days(utility: UtilityPort) -> None:
    balance = utility.balance(number_of("prepaid_low"))
    assert balance is not None
    assert balance.fen == 2528 < balance.warn_fen
    assert balance.days_left is not None
    assert Decimal(3) < balance.days_left < Decimal(5)
    assert utility.balance("0312010101") is None


def test_an_invoice_only_for_what_is_paid(utility: UtilityPort) -> None:
    key = f"invoice {type(utility).__name__}"
    invoice = utility.issue_invoice(number_of("shop"), "2026-10", "宋记面馆", "92330000MA00000000", key)
    assert invoice.fen > 0
    again = utility.issue_invoice(number_of("shop"), "2026-10", "宋记面馆", "92330000MA00000000", key)
    assert again == invoice
    with pytest.raises(RuleBroken) as refused:
        utility.issue_invoice(number_of("debt"), "2026-09", "王", "", f"{key} debt")
    assert refused.value.rule == "unpaid"
    with pytest.raises(NotFound):
        utility.issue_invoice(number_of("shop"), "2031-01", "宋", "", f"{key} none")


def test_an_alarm_is_set_replaced_and_taken_away(utility: UtilityPort) -> None:
    who, key = number_of("tou"), type(utility).__name__
    utility.set_alert(Alert(who, AlertKind.MONTHLY_KWH, 300), f"{key} 1")
    utility.set_alert(Alert(who, AlertKind.MONTHLY_KWH, 400), f"{key} 2")
    assert utility.alerts(who) == (Alert(who, AlertKind.MONTHLY_KWH, 400),)
    utility.set_alert(Alert(who, AlertKind.MONTHLY_KWH, 0), f"{key} 3")
    assert utility.alerts(who) == ()


def test_a_running_fault_is_known_by_account_area_and_words(utility: UtilityPort) -> None:
    by_account = utility.outages_at(account_no=number_of("known_fault"))
    assert [outage.id for outage in by_account] == ["FLT-0203"]
    (outage,) = by_account
    assert outage.kind is OutageKind.FAULT
    assert outage.expected_at is not None
    assert outage.starts_at < NOW < outage.expected_at
    assert outage.accounts > 0
    assert utility.outages_at(area="sunshine") == by_account
    assert utility.outages_at(text="阳光花园3栋没电了") == by_account
    assert utility.outages_at(text="no power in Sunshine Garden") == by_account
    assert utility.outage("FLT-0203") == outage
    assert utility.outages_at(text="somewhere") == utility.outages_at(account_no="9999999999") == ()


def test_tomorrows_plan_reaches_its_accounts_only(utility: UtilityPort) -> None:
    tomorrow = TODAY + timedelta(days=1)
    (plan,) = utility.planned_outages(tomorrow, tomorrow, account_no=number_of("planned"))
    assert local_day(plan.starts_at) == tomorrow
    assert utility.planned_outages(tomorrow, tomorrow, area="riverside") == (plan,)
    assert utility.planned_outages(tomorrow, tomorrow, account_no="0312010101") == ()
    week = utility.planned_outages(TODAY, TODAY + timedelta(days=7))
    assert [outage.areas[0] for outage in week] == ["harbour", "riverside", "oldstreet", "liulin"]


@pytest.mark.parametrize(
    ("code", "reachable", "breaker", "own"),
    [
        ("high_bill", True, Breaker.CLOSED, True),
        ("own_breaker", True, Breaker.TRIPPED, True),
        ("cut_and_paid", True, Breaker.OPEN_FOR_DEBT, False),
        ("known_fault", False, Breaker.UNKNOWN, False),
    ],
)
def test_the_probe_tells_an_own_fault_from_the_networks(
    utility: UtilityPort, code: str, reachable: bool, breaker: Breaker, own: bool
) -> None:
    probe = utility.probe(number_of(code))
    assert (probe.reachable, probe.breaker, probe.own_fault) == (reachable, breaker, own)
    assert (probe.volts is None) is not reachable


def test_a_report_is_taken_once_and_joined_to_the_known_fault(utility: UtilityPort) -> None:
    report = FaultReport(FaultKind.NO_POWER, "no power", area="sunshine", scope="building")
    key = f"report {type(utility).__name__}"
    order = utility.report_fault(report, key)
    assert order.outage_id == "FLT-0203"
    assert utility.report_fault(report, key) == order
    other = utility.report_fault(replace(report, area="maple"), f"{key} maple")
    assert other.outage_id == ""
    assert other.number != order.number


def test_many_reports_at_once_get_numbers_of_their_own(utility: UtilityPort) -> None:
    report = FaultReport(FaultKind.VOLTAGE, "low", area="maple")
    name = type(utility).__name__
    with ThreadPoolExecutor(8) as pool:
        keys = [f"many {name} {n % 10}" for n in range(30)]
        numbers = list(pool.map(lambda key: utility.report_fault(report, key).number, keys))
    assert len(set(numbers)) == 10


def test_reconnection_needs_a_cut_and_no_debt(utility: UtilityPort) -> None:
    key = type(utility).__name__
    for code, rule in (("debt", "not_cut"), ("high_bill", "not_cut")):
        with pytest.raises(RuleBroken) as refused:
            utility.request_reconnection(number_of(code), f"{key} {code}")
        assert refused.value.rule == rule
    order = utility.request_reconnection(number_of("cut_and_paid"), f"{key} reconnect")
    assert order == utility.request_reconnection(number_of("cut_and_paid"), f"{key} reconnect")
    account = utility.find_account(number_of("cut_and_paid"))
    assert account is not None
    assert account.supply is Supply.RESTORING


def test_an_application_that_waits_names_all_missing_papers(utility: UtilityPort) -> None:
    (application,) = utility.applications(account_no=number_of("papers"))
    assert application.state is ApplicationState.WAITING_PAPERS
    assert application.missing == ("property_proof", "load_list")
    assert application.next_deadline is None
    assert utility.application(application.number) == application
    assert application in utility.applications(phone=application.phone)


def test_an_application_is_filed_once_with_its_deadline(utility: UtilityPort) -> None:
    key = f"file {type(utility).__name__}"
    form = ApplicationForm(
        ApplicationKind.CONNECTION_LV,
        "宋小红",
        "13900000000",
        area="oldstreet",
        address="老街社区1号",
        papers=("licence", "id_card", "property_proof", "load_list"),
        details={"capacity_kva": "30"},
    )
    filed = utility.start_application(form, key)
    assert (filed.state, filed.next_deadline) == (ApplicationState.WITH_UTILITY, date(2026, 12, 2))
    assert filed.details == {"capacity_kva": "30"}
    assert utility.start_application(form, key) == filed
    bare = utility.start_application(replace(form, papers=()), f"{key} bare")
    assert (bare.state, len(bare.missing), bare.next_deadline) == (ApplicationState.WAITING_PAPERS, 4, None)


def test_a_slot_is_booked_until_it_is_full_and_free_again_when_cancelled(utility: UtilityPort) -> None:
    key = type(utility).__name__
    phone = f"1390000{len(key):04}"
    day = TODAY + timedelta(days=2 if key == "HttpUtility" else 3)
    slot = utility.slots("b-lakeview", day, day)[0]
    booked = [
        utility.book(slot.id, "transfer", "宋", phone, f"{key} book {n}", account_no="0312010101")
        for n in range(slot.free)
    ]
    assert (
        utility.book(slot.id, "transfer", "宋", phone, f"{key} book 0", account_no="0312010101") == booked[0]
    )
    assert slot.id not in {each.id for each in utility.slots("b-lakeview", day, day)}
    with pytest.raises(RuleBroken) as refused:
        utility.book(slot.id, "transfer", "宋", phone, f"{key} too many")
    assert refused.value.rule == "slot_full"
    assert utility.cancel_booking(booked[0].number, f"{key} cancel").state is BookingState.CANCELLED
    assert [each.number for each in utility.bookings(phone)] == sorted(each.number for each in booked[1:])
    assert utility.slots("b-lakeview", day, day)[0].free == 1


def test_slots_are_in_opening_hours_and_ahead(utility: UtilityPort) -> None:
    sunday = date(2026, 11, 29)
    assert utility.slots("b-lakeview", sunday, sunday) == utility.slots("k-sunshine", TODAY, sunday) == ()
    assert utility.slots("home", sunday, sunday) == ()
    assert len(utility.slots("home", TODAY, TODAY + timedelta(days=1))) == 3  # this morning's began already
    assert all(slot.starts_at > NOW for slot in utility.slots("b-centre", TODAY, TODAY))
    with pytest.raises(NotFound):
        utility.book("b-lakeview:20261129T0100", "transfer", "宋", "1", f"{type(utility).__name__} sunday")
    with pytest.raises(NotFound):
        utility.book("nonsense", "transfer", "宋", "1", f"{type(utility).__name__} nonsense")


def test_the_same_seed_and_day_make_the_same_city(sample: SampleUtility, tmp_path: Path) -> None:
    twin = open_sample(tmp_path / "twin.db", HeldClock(), load_policies(), load_calendar(), accounts=40)
    for account_no in ("0320000000", "0320000273", "0312202020"):
        assert twin.find_account(account_no) == sample.find_account(account_no)
        assert twin.bills(account_no, "2024", "2027") == sample.bills(account_no, "2024", "2027")
        days = (account_no, date(2026, 9, 1), TODAY)
        assert twin.daily_usage(*days) == sample.daily_usage(*days)
