"""The business verbs over the sample utility, and the whole way from a customer's words to the answer."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.back_ends.local_sms import LocalSms
from actions.back_ends.sample import SampleUtility, open_sample, situations
from actions.registry import BusinessActions
from actions.world import World
from bot.phrasing import load_phrases
from domain.application import ApplicationForm, ApplicationKind
from domain.contact import Level
from domain.errors import BackEndUnavailable, NotAllowed, NotFound
from domain.ports import ActionCall, ActionResult
from router.policies import load_calendar, load_policies
from tests.fakes.dialogue_player import DATA, NOW, Player, understood


class HeldClock:
    def now(self) -> datetime:
        return NOW


class CountedAttempts:
    """Counts in memory, within the hour."""

    def __init__(self) -> None:
        self.times: dict[str, list[datetime]] = defaultdict(list)

    def failures(self, subject: str, now: datetime) -> int:
        return sum(1 for at in self.times[subject] if now - at < timedelta(hours=1))

    def failed(self, subject: str, now: datetime) -> int:
        self.times[subject].append(now)
        return self.failures(subject, now)

    def clear(self, subject: str) -> None:
        self.times[subject].clear()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleUtility:
    path = tmp_path_factory.mktemp("utility") / "utility.db"
    return open_sample(path, HeldClock(), load_policies(), load_calendar(), accounts=40)


@pytest.fixture
def world(sample: SampleUtility, tmp_path: Path) -> World:
    sms = LocalSms(tmp_path / "sms", HeldClock())
    return World(sample, sms, CountedAttempts(), load_phrases(DATA / "phrases"), b"secret")


def account(code: str) -> Any:
    return next(s.customer.account for s in situations() if s.code == code)


def call(
    verb: str,
    account_no: str = "",
    level: Level = Level.V2,
    /,
    *,
    now: datetime = NOW,
    key: str = "",
    **slots: str,
) -> ActionCall:
    return ActionCall(
        verb, slots, account_no, level, "c1", "k1", "zh", key or f"{verb}:{account_no}:{slots}", now
    )


def code_sent(world: World) -> str:
    assert isinstance(world.sms, LocalSms)
    found = re.search(r"\d{6}", world.sms.newest()[0].text)
    assert found is not None
    return found.group()


def test_a_code_proves_the_holder_and_is_the_same_when_the_turn_is_done_again(world: World) -> None:
    actions, number = BusinessActions(world), account("high_bill").account_no
    sent = actions.run(call("send_code", number, Level.V1))
    first = code_sent(world)
    again = actions.run(call("send_code", number, Level.V1))
    assert sent == again and code_sent(world) == first
    assert first not in str(sent)
    right = actions.run(call("check_code", number, Level.V1, code=first, **sent.learned))
    assert (right.outcome, right.granted) == ("ok", Level.V2)


def test_a_code_is_for_its_account_its_contact_and_five_minutes(world: World) -> None:
    actions, number, other = (
        BusinessActions(world),
        account("high_bill").account_no,
        account("debt").account_no,
    )
    sent = actions.run(call("send_code", number, Level.V1))
    code = code_sent(world)
    late = NOW + timedelta(minutes=6)
    assert actions.run(call("check_code", number, now=late, code=code, **sent.learned)).outcome == "expired"
    forged = {**sent.learned, "until": (late + timedelta(hours=1)).isoformat()}
    assert actions.run(call("check_code", number, now=late, code=code, **forged)).outcome == "wrong"
    assert actions.run(call("check_code", other, code=code, **sent.learned)).outcome == "wrong"
    assert actions.run(call("check_code", number, code=code)).outcome == "expired"


def test_three_wrong_proofs_lock_for_an_hour_whether_or_not_the_account_exists(world: World) -> None:
    for number in (account("high_bill").account_no, "9999999999"):
        attempts = CountedAttempts()
        actions = BusinessActions(World(world.utility, world.sms, attempts, world.phrasing, world.secret))
        answers = [
            actions.run(call("check_holder", number, Level.V1, name="无此人", id_tail4="0000"))
            for _ in range(4)
        ]
        assert [a.outcome for a in answers] == ["wrong", "wrong", "locked", "locked"]
        assert [a.values.get("left") for a in answers[:2]] == [2, 1]
        assert actions.run(call("send_code", number, Level.V1)).outcome == "locked"
        later = NOW + timedelta(minutes=61)
        assert actions.run(call("send_code", number, Level.V1, now=later)).outcome == "sent"


def test_nobody_floods_a_strangers_phone(world: World) -> None:
    actions, number = BusinessActions(world), account("high_bill").account_no
    outcomes = [actions.run(call("send_code", number, Level.V1, key=f"i{n}:0")).outcome for n in range(7)]
    assert outcomes == ["sent"] * 5 + ["locked"] * 2


def test_the_holder_is_proved_by_name_and_last_four(world: World) -> None:
    holder = account("high_bill")
    answer = BusinessActions(world).run(
        call("check_holder", holder.account_no, Level.V1, name=holder.holder, id_tail4=holder.id_tail4)
    )
    assert answer.granted is Level.V2


def test_private_verbs_refuse_without_a_proof(world: World) -> None:
    actions = BusinessActions(world)
    for verb in (
        "query_bill",
        "query_arrears",
        "explain_high_bill",
        "query_balance",
        "query_usage",
        "request_reconnection",
    ):
        with pytest.raises(NotAllowed):
            actions.run(call(verb, account("high_bill").account_no, Level.V1))
    with pytest.raises(NotFound):
        actions.run(call("fly"))
    with pytest.raises(BackEndUnavailable):
        actions.run(call("query_bill", "9999999999"))


@pytest.mark.parametrize(
    ("verb", "situation", "slots", "outcome"),
    [
        ("query_bill", "high_bill", {}, {"unpaid", "paid"}),
        ("query_bill", "high_bill", {"period": "2026"}, {"several"}),
        ("query_bill", "high_bill", {"period": "2031-01"}, {"none"}),
        ("explain_high_bill", "high_bill", {}, {"higher"}),
        ("query_arrears", "debt", {}, {"owed"}),
        ("query_arrears", "high_bill", {}, {"none"}),
        ("query_arrears", "cut_soon", {}, {"cut_announced"}),
        ("pay_bill", "debt", {}, {"link"}),
        ("pay_bill", "debt", {"channel": "direct_debit"}, {"debit"}),
        ("query_balance", "prepaid_low", {}, {"low"}),
        ("query_balance", "high_bill", {}, {"not_prepaid"}),
        ("query_usage", "high_bill", {"period": "2026-10"}, {"compared"}),
        ("request_reconnection", "cut_and_paid", {}, {"ordered"}),
        ("request_reconnection", "high_bill", {}, {"not_cut"}),
        ("report_outage", "own_breaker", {"outage_scope": "own_home"}, {"own_side"}),
        ("report_outage", "known_fault", {"outage_scope": "building"}, {"known", "known_no_time"}),
        ("query_outage_status", "known_fault", {}, {"known", "known_no_time"}),
        ("query_planned_outage", "planned", {}, {"list"}),
    ],
)
def test_what_the_verbs_find(
    world: World, verb: str, situation: str, slots: dict[str, str], outcome: set[str]
) -> None:
    answer = BusinessActions(world).run(call(verb, account(situation).account_no, **slots))
    assert answer.outcome in outcome, answer
    assert_says(world, verb, answer)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("2026-12-01", "2026-12-01", "2026-12-01"),
        ("2026-12-01T09:00+08:00", "2026-12-01", "2026-12-01"),
        ("2026-11-30/2026-12-06", "2026-11-30", "2026-12-06"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("春节", f"{NOW:%Y-%m-%d}", f"{NOW + timedelta(days=14):%Y-%m-%d}"),
        ("2026-13", f"{NOW:%Y-%m-%d}", f"{NOW + timedelta(days=14):%Y-%m-%d}"),
    ],
)
def test_interruptions_are_looked_for_on_the_days_asked_for(
    world: World, asked: str, first: str, last: str
) -> None:
    answer = BusinessActions(world).run(
        call("query_planned_outage", "", Level.V0, area="riverside", date=asked)
    )
    assert (answer.values["first"], answer.values["last"]) == (first, last)


def test_places_and_branches_need_no_account(world: World) -> None:
    actions = BusinessActions(world)
    for verb, slots in (
        ("query_branch", {}),
        ("query_tariff", {}),
        ("query_planned_outage", {"address": "Liulin village"}),
        ("query_planned_outage", {"address": "月球背面"}),
        ("query_outage_status", {"area": "石桥镇"}),
        ("query_application_progress", {"application_no": "0"}),
        ("query_application_progress", {}),
        (
            "apply_new_connection",
            {"customer_type": "shop", "address": "老街1号", "name": "王芳", "phone": "13812345678"},
        ),
        ("report_outage", {"outage_scope": "building", "address": "阳光花园"}),
    ):
        assert_says(world, verb, actions.run(call(verb, "", Level.V0, **slots)))


def assert_says(world: World, verb: str, answer: ActionResult) -> None:
    """Every value that the flow's phrase needs is there."""
    from bot.dialogue import load_flows
    from bot.dialogue.step import plain
    from domain.ports import Saying

    flow = next(
        flow
        for flow in load_flows(DATA / "flows").values()
        if flow.do == verb and answer.outcome in flow.then
    )
    say = flow.then[answer.outcome].say
    for language in ("zh", "en"):
        if say:
            text = world.phrasing.say(Saying(say, plain(answer.values)), language).text
            assert "—" not in text and "None" not in text, text


def test_parts_of_the_explanation_add_up_to_the_fen(world: World) -> None:
    answer = BusinessActions(world).run(call("explain_high_bill", account("high_bill").account_no))
    assert sum(part["amount"] for part in answer.values["parts"]) == answer.values["difference"]


def test_from_words_to_the_bill_through_dialogue_and_sample(world: World) -> None:
    player, actions = Player("zh"), BusinessActions(world)
    number = account("high_bill").account_no

    def run(request: Any) -> ActionResult:
        return actions.run(
            ActionCall(
                request.verb,
                request.slots,
                request.account_no,
                request.level,
                "c1",
                "k1",
                "zh",
                "i:0",
                player.now,
            )
        )

    asked = player.hear(
        understood(
            {
                "text": f"户号{number} 上个月电费",
                "intent": "query_bill",
                "entities": {"account_no": number, "period": "2026-10"},
            },
            "zh",
        ),
        back=run,
    )
    assert asked.keys == ["identity.code_sent"]
    shown = player.hear(understood({"text": code_sent(world)}, "zh"), back=run)
    assert shown.keys[0] == "identity.proved" and shown.keys[1] in ("bill.paid", "bill.unpaid")
    assert "2026年10月" in shown.words[1] and number not in shown.words[1]
    why = player.hear(understood({"text": "为什么这么高", "intent": "explain_high_bill"}, "zh"), back=run)
    assert why.keys == ["explain.higher"] and "—" not in why.words[0]


@pytest.mark.parametrize(
    ("code", "circumstance", "value"),
    [
        ("papers", "application_open", True),
        ("high_bill", "application_open", False),
        ("prepaid_low", "prepaid", True),
        ("high_bill", "prepaid", False),
        ("cut_and_paid", "cut_off", True),
        ("debt", "cut_off", False),
        ("known_fault", "outage", "running"),
        ("planned", "outage", "planned"),
        ("high_bill", "outage", "none"),
    ],
)
def test_what_is_known_of_an_account_is_told_to_whom_it_belongs(
    world: World, code: str, circumstance: str, value: object
) -> None:
    actions, number = BusinessActions(world), account(code).account_no
    known = actions.run(call("know_circumstances", number, wanted=f"{circumstance} weather"))
    assert known.values == {circumstance: value}
    with pytest.raises(NotAllowed):
        actions.run(call("know_circumstances", number, Level.V1, wanted=circumstance))


def test_applications_of_an_account_are_told_to_whom_it_was_proved(world: World) -> None:
    actions, verb = BusinessActions(world), "query_application_progress"
    shop = account("papers").account_no
    for level in (Level.V0, Level.V1):
        assert actions.run(call(verb, shop, level)).outcome == "number"
    told = actions.run(call(verb, shop))
    assert (told.outcome, told.values["number"]) == ("papers", "8000000015")
    assert_says(world, verb, told)
    none = actions.run(call(verb, account("high_bill").account_no))
    assert none.outcome == "none"
    assert_says(world, verb, none)


def test_several_applications_under_way_are_listed(world: World) -> None:
    actions, owner = BusinessActions(world), account("second_flat")
    for kind, key in ((ApplicationKind.TRANSFER, "one"), (ApplicationKind.METER_TEST, "two")):
        form = ApplicationForm(kind, owner.holder, owner.phone, account_no=owner.account_no)
        world.utility.start_application(form, key)
    told = actions.run(call("query_application_progress", owner.account_no))
    assert (told.outcome, told.values["count"]) == ("several", 2)
    assert_says(world, "query_application_progress", told)
