"""Whatever is heard, in whatever order: no exception, always an answer, nothing of a bill without a proof."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue import load_flows
from domain.contact import Level
from domain.dialogue import ActionRequest, TicketView
from domain.ports import ActionResult
from domain.ticket import Status
from tests.fakes.dialogue_player import DATA, Player, understood

PLAYER = Player("zh")
FLOW_TABLE = load_flows(DATA / "flows")
FLOWS = sorted(FLOW_TABLE)
CHOICES = sorted({button.payload for button in PLAYER.phrases.buttons["zh"].values()})
VERBS_OF_V2 = {flow.do for flow in FLOW_TABLE.values() if flow.level >= Level.V2 and not flow.built_in}
PRIVATE = (
    "bill.",
    "explain.",
    "arrears.",
    "balance.",
    "usage.",
    "reconnect.",
    "pay.link",
    "pay.nothing",
    "outage.debt",
)

TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "123456",
            "0312456789",
            "0399888777",
            "王芳",
            "123X",
            "1",
            "2",
            "好",
            "不是",
            "没收到",
            "😀😀",
            "他妈的",
            "english",
            "中文",
            "解决了",
            "没解决",
            "翠湖小区3栋",
            "x" * 2000,
            "\x00\ud7ff",
            "13812345678",
        ]
    ),
    st.text(max_size=40),
)
ENTITIES = st.dictionaries(
    st.sampled_from(
        ["account_no", "period", "area", "outage_scope", "ticket_no", "name", "id_tail4", "phone", "rating"]
    ),
    st.sampled_from(
        ["0312456789", "0399888777", "2026-10", "2026-13", "翠湖小区", "own_home", "1234", "", "王芳", "5"]
    ),
    max_size=3,
)
EVENTS = st.fixed_dictionaries(
    {
        "text": TEXTS,
        "intent": st.sampled_from([*FLOWS, "unknown"]),
        "sure": st.sampled_from([0.3, 0.7, 0.95]),
        "entities": ENTITIES,
        "ranking": st.dictionaries(st.sampled_from(FLOWS), st.just(0.3), max_size=3),
        "close": st.booleans(),
        "lang": st.sampled_from(["zh", "en"]),
        "engine": st.sampled_from(["rasa", "rules", "none"]),
    },
    optional={
        "second": st.sampled_from(FLOWS),
        "danger": st.sampled_from(["fire", "gas", "never_heard_of"]),
        "finds": st.sampled_from(
            ["tiers.limits", "transfer.documents", "late_fee.home_rate", "repairs.arrival?"]
        ),
    },
)


def answers(player: Player, wish: str) -> Any:
    """A back end that answers every request with an outcome that its flow knows."""
    verbs = {
        "send_code": ActionResult("sent", learned={"challenge": "c", "until": "u"}),
        "check_code": ActionResult("ok", granted=Level.V2)
        if wish != "wrong"
        else ActionResult("wrong", {"left": 1}),
        "check_holder": ActionResult("locked") if wish == "wrong" else ActionResult("ok", granted=Level.V2),
    }

    def answer(request: ActionRequest) -> Any:
        if wish == "down":
            return "down"
        if request.verb in verbs:
            return verbs[request.verb]
        then = next(flow.then for flow in FLOW_TABLE.values() if flow.do == request.verb)
        # The verbs keep what is private to a proved customer: tests/contract/test_actions.py.
        proved = request.level >= Level.V2
        outcomes = [name for name in sorted(then) if proved or not then[name].say.startswith(PRIVATE)]
        return ActionResult(outcomes[len(request.slots) % len(outcomes)])

    return answer


class Watched(Player):
    """Remembers which requests were made, and checks each answer."""

    def __init__(self, language: str, *, spoken: bool) -> None:
        super().__init__(language, spoken=spoken)
        self.asked: list[Any] = []

    def _take(self, answer: Any, decision: Any) -> None:
        if decision.do is not None:
            self.asked.append(decision.do)
            assert decision.hand_over is None
        for saying in decision.say:
            if saying.phrase.startswith(PRIVATE) and saying.phrase != "bill.row":
                assert self._had_proof(saying.phrase)
        super()._take(answer, decision)

    def _had_proof(self, phrase: str) -> bool:
        return any(request.level >= Level.V2 for request in self.asked)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    events=st.lists(
        st.tuples(
            EVENTS,
            st.sampled_from(["", *CHOICES]),
            st.sampled_from(["", "", "photo", "voice"]),
            st.sampled_from(["ok", "wrong", "down"]),
        ),
        min_size=1,
        max_size=8,
    ),
    spoken=st.booleans(),
)
def test_any_history_gets_answers(events: list[Any], spoken: bool) -> None:
    player = Watched("zh", spoken=spoken)
    for event, payload, file, wish in events:
        answer = player.hear(
            understood(event, "zh"),
            payload=payload,
            files=[file] if file else [],
            finds=event.get("finds", ""),
            back=answers(player, wish),
        )
        if "knowledge.answer" in answer.keys:
            # Nothing is explained in place of danger or of a report.
            assert "danger" not in event and event["intent"] not in ("report_outage", "report_safety_hazard")
            assert not any(request.level >= Level.V2 for request in answer.did if request.verb in VERBS_OF_V2)
        assert answer.words and all(answer.words), event
        assert json.loads(json.dumps(player.state)) == player.state
        for request in answer.did:
            if request.verb in (
                "query_bill",
                "explain_high_bill",
                "query_arrears",
                "query_balance",
                "query_usage",
            ):
                assert request.level >= Level.V2 and request.account_no


@given(
    state=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["v", "frames", "proved", "survey", "said"]), inner, max_size=5)
        ),
    )
)
@settings(max_examples=100, deadline=None)
def test_a_strange_state_is_a_fresh_one(state: Any) -> None:
    player = PLAYER
    player.state = {**(state if isinstance(state, dict) else {"x": state}), "v": 1}
    assert player.hear(understood({"text": "你好", "intent": "greet"}, "zh")).keys == ["greet.hello"]


def test_a_stale_proof_is_asked_again() -> None:
    player = Player("zh")
    sent = ActionResult("sent", learned={"challenge": "c", "until": "u"})
    bill = {"text": "查电费", "intent": "query_bill", "entities": {"account_no": "0312456789"}}
    player.hear(understood(bill, "zh"), back=[sent])
    paid = ActionResult("paid", {"account": "0312456789", "period": "2026-10", "amount": 1, "kwh": 1})
    shown = player.hear(
        understood({"text": "123456"}, "zh"), back=[ActionResult("ok", granted=Level.V2), paid]
    )
    assert shown.keys == ["identity.proved", "bill.paid"]
    player.now = player.now.replace(hour=player.now.hour + 1)
    repeated = player.hear(understood({"text": "再说一遍", "intent": "repeat"}, "zh"))
    assert repeated.keys == ["repair.nothing_to_repeat"]
    again = player.hear(understood(bill, "zh"), back=[sent])
    assert again.keys == ["identity.code_sent"]


def test_an_agent_on_the_floor_is_not_disturbed_unless_there_is_danger() -> None:
    player = Player("zh")
    player.around = replace(player.around, agent_holds_floor=True)
    quiet, alarm = (
        player.dialogue.watch({}, heard, player.around)
        for heard in (
            heard_of(player, {"text": "查电费", "intent": "query_bill"}),
            heard_of(player, {"text": "着火了", "danger": "fire"}),
        )
    )
    assert not quiet.say and quiet.hand_over is None
    assert alarm.say[0].phrase == "danger.advice.fire"
    assert alarm.hand_over is not None and alarm.hand_over.priority == 0


def heard_of(player: Player, turn: dict[str, Any]) -> Any:
    from domain.dialogue import Heard

    understanding = understood(turn, "zh")
    return Heard(turn["text"], "", "zh", False, (), understanding, player.now, "i1")


def test_a_closed_ticket_called_unsolved_goes_back_to_its_person() -> None:
    player = Player("zh")
    closed = TicketView(
        "t9", "2611240009", "FLT", "lv_fault", Status.CLOSED, "张伟", player.now, True, closed_at=player.now
    )
    player.around = replace(player.around, closed_tickets=(closed,))
    answer = player.hear(understood({"text": "还是没解决", "intent": "deny"}, "zh"))
    assert answer.keys == ["survey.reopened"]
    assert "2611240009" in answer.words[0] and "张伟" in answer.words[0]


@pytest.mark.parametrize(
    "broken",
    [
        {"survey": {"x": "1"}},
        {"hazard": {"at": "yesterday"}},
        {"proved": {"1": "x"}},
        {"said_at": "2026-11-24"},
        {"missed": "1"},
        {"opened": {"ticket": "t1"}},
    ],
)
def test_a_state_that_is_nearly_right_is_a_fresh_one_too(broken: dict[str, Any]) -> None:
    player = Player("zh")
    player.hear(understood({"text": "查电费", "intent": "query_bill"}, "zh"))
    player.state = {**player.state, **broken}
    assert player.hear(understood({"text": "你好", "intent": "greet"}, "zh")).keys == ["greet.hello"]


def test_a_state_of_an_older_release_is_read_as_far_as_it_goes() -> None:
    player = Player("zh")
    player.hear(understood({"text": "查电费", "intent": "query_bill"}, "zh"))
    player.state = {name: value for name, value in player.state.items() if name != "opened"}
    assert player.hear(understood({"text": "户号忘了"}, "zh")).keys == ["help.account_no"]
