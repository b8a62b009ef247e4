"""What the dialogue reports for learning: what it did not make out, and what later shows that it misheard."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from domain.learning import Doubt, Reason
from tests.fakes.dialogue_player import DATA, Answer, Player, result, understood

DOUBTFUL = {"query_bill": 0.22, "query_usage": 0.2, "query_tariff": 0.1, "pay_bill": 0.05}


def hear(
    player: Player, text: str = "", *, payload: str = "", back: tuple[Any, ...] = (), **turn: Any
) -> Answer:
    answer = player.hear(
        understood({"text": text, **turn}, player.language),
        payload=payload,
        back=[result(raw) for raw in back],
    )
    assert answer.words
    return answer


def reported(answer: Answer) -> list[tuple[str, str]]:
    return [
        (doubt.reason.value, doubt.inbound_id) for decision in answer.decisions for doubt in decision.doubts
    ]


def the_doubt(answer: Answer) -> Doubt:
    (doubt,) = [doubt for decision in answer.decisions for doubt in decision.doubts]
    return doubt


@pytest.fixture
def player() -> Player:
    return Player("zh")


def test_an_unknown_meaning_is_reported_with_its_three_likeliest(player: Player) -> None:
    doubt = the_doubt(hear(player, "那个东西多少", intent="unknown", sure=0.1, ranking=DOUBTFUL))
    assert (doubt.reason, doubt.inbound_id, doubt.language) == (Reason.UNKNOWN, "i1", "zh")
    assert [guess.name for guess in doubt.guesses] == ["query_bill", "query_usage", "query_tariff"]


def test_not_understood_twice_marks_both_messages(player: Player) -> None:
    hear(player, "啥", intent="unknown", sure=0.1, ranking=DOUBTFUL)
    answer = hear(player, "就那个", intent="unknown", sure=0.1, ranking={"set_alert": 0.1})
    assert "repair.person" in answer.keys
    assert reported(answer) == [("twice", "i1"), ("twice", "i2")]


def test_two_likely_meanings_are_reported_when_we_ask_which(player: Player) -> None:
    ranking = {"query_bill": 0.47, "query_usage": 0.4}
    answer = hear(player, "用了多少", intent="query_bill", sure=0.47, ranking=ranking, close=True)
    assert answer.keys == ["repair.which"]
    assert reported(answer) == [("close", "i1")]


@pytest.mark.parametrize(("sure", "found"), [(0.59, [("unsure", "i1")]), (0.6, [])])
def test_a_request_acted_upon_without_much_confidence(player: Player, sure: float, found: list) -> None:
    answer = hear(player, "上月的", intent="query_bill", sure=sure, ranking={"query_bill": sure})
    assert answer.keys == ["identity.ask_account"]
    assert reported(answer) == found


def test_a_request_acted_upon_because_its_button_was_just_shown(player: Player) -> None:
    hear(player, "啥", intent="unknown", sure=0.1, ranking=DOUBTFUL)
    answer = hear(player, "就那个", intent="unknown", sure=0.22, ranking=DOUBTFUL)
    assert answer.keys == ["identity.ask_account"]
    assert reported(answer) == [("unsure", "i2")]


def test_of_two_requests_in_one_message_each_parts_own_confidence_counts(player: Player) -> None:
    ranking = {"query_bill": 0.4, "report_outage": 0.35}
    answer = hear(player, "查电费，还停电了", intent="report_outage", second="query_bill", ranking=ranking)
    assert reported(answer) == []


def test_out_of_scope_without_much_confidence(player: Player) -> None:
    answer = hear(player, "水表转得快", intent="out_of_scope", sure=0.55, ranking={"out_of_scope": 0.55})
    assert reported(answer) == [("unsure", "i1")]


def request(player: Player, intent: str = "request_meter_test", sure: float = 0.9) -> Answer:
    return hear(
        player, "表好像不太对", intent=intent, sure=sure, ranking={intent: sure, "explain_high_bill": 0.05}
    )


def test_wanting_a_person_next_tells_of_the_message_before(player: Player) -> None:
    assert reported(request(player)) == []
    answer = hear(player, "转人工", intent="human_agent", engine="rules")
    assert reported(answer) == [("wanted_person", "i1")]
    assert the_doubt(answer).guesses[0].name == "request_meter_test"


def test_pressing_the_button_for_a_person_is_the_same(player: Player) -> None:
    hear(player, "啥", intent="unknown", sure=0.1, ranking=DOUBTFUL)
    assert reported(hear(player, payload="human")) == [("wanted_person", "i1")]


def test_a_person_wanted_later_tells_nothing(player: Player) -> None:
    request(player)
    hear(
        player,
        "0312456789",
        intent="inform",
        engine="rules",
        entities={"account_no": "0312456789"},
        back=({"outcome": "sent"},),
    )
    assert reported(hear(player, "转人工", intent="human_agent", engine="rules")) == []


def test_not_this_tells_of_the_request_however_long_ago(player: Player) -> None:
    request(player)
    hear(player, "嗯 等下", intent="affirm", engine="rules")
    answer = hear(player, "不是这个", intent="deny", engine="rules")
    assert answer.keys == ["repair.heard_wrong"]
    assert reported(answer) == [("corrected", "i1")]


def test_another_request_in_words_of_correction(player: Player) -> None:
    request(player)
    answer = hear(
        player, "不是，我是说停电了", intent="report_outage", sure=0.9, ranking={"report_outage": 0.9}
    )
    assert reported(answer) == [("corrected", "i1")]


@pytest.mark.parametrize(
    "text", ["不是的", "不对，我说的是墙上那个盒子", "not that", "No, I meant the box outside"]
)
def test_no_after_a_request_that_was_settled_at_once(player: Player, text: str) -> None:
    words = "希望以后停电之前能多发几次短信提醒我们这些开小店的人，一次真的不够"
    hear(player, words, intent="give_suggestion", ranking={"give_suggestion": 0.9})
    assert reported(hear(player, text, intent="deny", ranking={"deny": 0.9})) == [("corrected", "i1")]


def test_a_false_alarm_that_the_customer_denies(player: Player) -> None:
    hazard = {"report_safety_hazard": 0.9}
    alarm = hear(player, "一直滴滴响", intent="report_safety_hazard", danger="other", ranking=hazard)
    assert "danger.where" in alarm.keys and reported(alarm) == []
    answer = hear(player, "不对，我是说那个盒子", intent="deny", ranking={"deny": 0.9})
    assert reported(answer) == [("corrected", "i1")]


def test_a_plain_no_and_then_a_person_is_nothing_to_learn(player: Player) -> None:
    hear(player, "不用了谢谢", intent="deny", ranking={"deny": 0.9})
    assert reported(hear(player, "转人工", intent="human_agent", engine="rules")) == []


def test_a_value_that_is_none_is_listed_when_the_models_hardly_think_so(player: Player) -> None:
    answer = hear(player, "另外那些", intent="inform", sure=0.5, ranking={"inform": 0.5})
    assert answer.keys == ["inform.what_for"]
    assert reported(answer) == [("unsure", "i1")]


def test_another_request_without_them_is_no_correction(player: Player) -> None:
    request(player)
    answer = hear(player, "停电了怎么办", intent="report_outage", sure=0.9, ranking={"report_outage": 0.9})
    assert reported(answer) == []


def test_the_button_pressed_after_a_doubt_is_what_was_meant(player: Player) -> None:
    hear(player, "啥", intent="unknown", sure=0.1, ranking=DOUBTFUL)
    doubt = the_doubt(hear(player, payload="start:query_usage"))
    assert (doubt.reason, doubt.inbound_id, doubt.chosen) == (Reason.UNKNOWN, "i1", "query_usage")


def test_a_button_pressed_without_a_doubt_reports_nothing(player: Player) -> None:
    hear(player, "你好", intent="greet", engine="rules")
    assert reported(hear(player, payload="start:query_bill")) == []


def test_an_answer_to_an_open_question_is_no_doubt(player: Player) -> None:
    request(player, "query_bill")
    entities = {"account_no": "0312456789"}
    answer = hear(
        player,
        "0312456789 吧",
        intent="unknown",
        sure=0.1,
        ranking=DOUBTFUL,
        entities=entities,
        back=({"outcome": "sent"},),
    )
    assert reported(answer) == []


def test_what_does_not_answer_the_open_question_is_reported(player: Player) -> None:
    request(player, "query_bill")
    answer = hear(player, "绕来绕去的", intent="unknown", sure=0.1, ranking={"file_complaint": 0.1})
    assert reported(answer) == [("unknown", "i2")]
    answer = hear(player, "还是算算峰谷", intent="query_tariff", sure=0.5, ranking={"query_tariff": 0.5})
    assert reported(answer) == [("unsure", "i3")]


def test_who_cannot_answer_is_understood(player: Player) -> None:
    request(player, "query_bill")
    answer = hear(player, "我不知道户号", intent="unknown", sure=0.1, ranking=DOUBTFUL)
    assert answer.keys == ["help.account_no"]
    assert reported(answer) == []


def test_a_half_heard_danger_is_reported(player: Player) -> None:
    ranking = {"report_safety_hazard": 0.3, "report_outage": 0.2}
    answer = hear(player, "滋滋响", intent="unknown", sure=0.3, ranking=ranking)
    assert answer.keys == ["danger.perhaps"]
    assert reported(answer) == [("unknown", "i1")]


@pytest.mark.parametrize("engine", ["none", "rules"])
def test_while_the_model_is_away_nothing_is_learned(player: Player, engine: str) -> None:
    assert reported(hear(player, "啥", intent="unknown", sure=0.0, engine=engine)) == []


@pytest.mark.parametrize(
    "ranking",
    [{"report_violation": 0.2, "file_complaint": 0.1}, {"query_bill": 0.2, "report_violation": 0.05}],
)
def test_what_may_be_a_tip_off_is_never_reported(player: Player, ranking: dict) -> None:
    assert reported(hear(player, "他家表有问题", intent="unknown", sure=0.2, ranking=ranking)) == []


def test_nothing_is_reported_while_a_tip_off_is_taken_or_open(player: Player) -> None:
    hear(player, "我要举报", intent="report_violation", sure=0.9, ranking={"report_violation": 0.9})
    first = hear(player, "就对面那家", intent="unknown", sure=0.1, ranking=DOUBTFUL)
    second = hear(player, "夜里干的", intent="unknown", sure=0.1, ranking=DOUBTFUL)
    third = hear(player, "啥时候来查", intent="unknown", sure=0.1, ranking=DOUBTFUL)
    assert player.around.open_tickets[-1].cls == "TIP"
    assert [reported(answer) for answer in (first, second, third)] == [[], [], []]


def test_what_it_is_about_goes_to_the_person_and_is_no_doubt(player: Player) -> None:
    hear(player, "转人工", intent="human_agent", engine="rules")
    answer = hear(player, "就那个", intent="unknown", sure=0.1, ranking=DOUBTFUL)
    assert "handover.person" in answer.keys
    assert reported(answer) == []


@pytest.mark.parametrize(
    "heard", [{}, {"since": 1}, {"reason": "x", "since": "y"}, {"guesses": 3, "flow": [], "since": 1}]
)
def test_a_memory_that_makes_no_sense_is_no_harm(player: Player, heard: dict) -> None:
    request(player)
    player.state = {**player.state, "heard": heard}
    assert (
        reported(hear(player, "不是，我是说停电", intent="report_outage", ranking={"report_outage": 0.9}))
        == []
    )


def test_a_state_from_before_there_was_learning_is_whole(player: Player) -> None:
    request(player, "query_bill")
    player.state = {name: value for name, value in player.state.items() if name != "heard"}
    answer = hear(
        player,
        "0312456789",
        intent="inform",
        engine="rules",
        entities={"account_no": "0312456789"},
        back=({"outcome": "sent"},),
    )
    assert answer.keys == ["identity.code_sent"]


def test_words_of_the_dialogue_are_words() -> None:
    """YAML reads a bare ``no`` as false; such a word would never be heard."""
    raw = yaml.safe_load((DATA / "dialogue.yml").read_text(encoding="utf-8"))
    assert [word for words in raw["words"].values() for word in words if not isinstance(word, str)] == []
