"""Counting what was understood: every figure by hand on a few sentences."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.understanding.evaluation import calibration, outside
from bot.understanding.evaluation.answered import Answered, ask_all
from bot.understanding.evaluation.labelled import Labelled, read_labelled
from bot.understanding.evaluation.measures import measure, quantile
from bot.understanding.evaluation.scores import confusions, worst
from domain.circumstances import NOTHING_KNOWN, Circumstances
from domain.errors import BadRequest
from domain.understanding import UNKNOWN, Danger, Entity, IntentGuess, Understanding

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def answered(
    label: str,
    said: str,
    confidence: float = 0.9,
    *,
    text: str = "x",
    lang: str = "zh",
    channel: str = "chat",
    hard: bool = False,
    labels: tuple[tuple[str, str], ...] = (),
    finds: tuple[Entity, ...] = (),
    ranking: tuple[tuple[str, float], ...] = (),
    danger: Danger | None = None,
    second: str = "",
    ms: float = 5.0,
) -> Answered:
    """One sentence labelled ``label`` (several with ``+``) and understood as ``said``."""
    guesses = tuple(IntentGuess(n, c) for n, c in ranking) or (IntentGuess(said, confidence),)
    other = IntentGuess(second, 0.8) if second else None
    answer = Understanding(text, lang, said, confidence, guesses, finds, danger, other)
    return Answered(Labelled(text, lang, tuple(label.split("+")), labels, hard, channel), answer, ms)


def test_precision_and_recall_of_each_intent() -> None:
    evaluation = measure(
        [answered("a", "a"), answered("a", "b"), answered("b", "b"), answered("b", "b"), answered("c", "b")],
        lambda name, surface: surface,
    )
    assert evaluation.result["intent_accuracy"] == 0.6
    assert evaluation.result["by_intent"] == {
        "a": {"n": 2, "precision": 1.0, "recall": 0.5, "f1": 0.6667},
        "b": {"n": 2, "precision": 0.5, "recall": 1.0, "f1": 0.6667},
        "c": {"n": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0},
    }
    assert evaluation.result["macro_f1"] == 0.4445


def test_language_channel_and_hard_ones_are_counted_apart() -> None:
    evaluation = measure(
        [
            answered("a", "a"),
            answered("a", "b", hard=True),
            answered("a", "a", channel="hotline", hard=True),
            answered("a", UNKNOWN, lang="en"),
        ],
        lambda name, surface: surface,
    )
    groups = evaluation.result["by_group"]
    assert list(groups) == ["en chat", "zh chat", "zh hotline"]
    assert groups["zh chat"] == {
        "n": 2, "accuracy": 0.5, "hard_n": 1, "hard_accuracy": 0.0, "asked_back": 0.0,
    }  # fmt: skip
    assert (groups["en chat"]["accuracy"], groups["en chat"]["asked_back"]) == (0.0, 1.0)
    assert evaluation.languages["zh"].n == 3
    assert evaluation.result["hard_accuracy"] == 0.5


def test_two_requests_are_right_when_nothing_else_was_heard() -> None:
    both, one = answered("a+b", "b", second="a"), answered("a+b", "a")
    wrong, other = answered("a+b", "a", second="c"), answered("a+b", "c")
    requests = measure([both, one, wrong, other], lambda name, surface: surface).requests
    assert (requests.both, requests.one, requests.wrong) == ((both,), (one,), (wrong, other))


def test_confusions_are_counted_and_the_surest_error_comes_first() -> None:
    mild, sure, rare = answered("a", "b", 0.4), answered("a", "b", 0.99), answered("b", "c", 0.7)
    everything = [mild, answered("a", "a"), rare, sure]
    assert confusions(everything) == [(("a", "b"), [sure, mild]), (("b", "c"), [rare])]
    assert worst(everything) == [sure, rare, mild]


def test_an_entity_is_right_by_folded_surface_or_by_value() -> None:
    evaluation = measure(
        [
            answered(
                "a", "a",
                labels=(("period", "上個月"), ("amount", "200元"), ("phone", "13800000000"),
                    ("area", "梧桐苑")),
                finds=(
                    Entity("period", "上个月", "2026-10", 0, 3),
                    Entity("amount", "两百块", "20000", 3, 6),
                    Entity("phone", "幺三八", "13800000000", 6, 9),
                    Entity("name", "王", "王", 9, 10),
                ),
            )
        ],
        lambda name, surface: "20000" if surface == "200元" else "",
    )  # fmt: skip
    assert {name: (s.right, len(s.missed), len(s.false)) for name, s in evaluation.entities.items()} == {
        "amount": (1, 0, 0), "area": (0, 1, 0), "name": (0, 0, 1), "period": (1, 0, 0), "phone": (1, 0, 0),
    }  # fmt: skip
    assert evaluation.result["entity_f1"] == 0.75
    assert evaluation.entities["area"].missed[0][1] == "梧桐苑"


def test_an_alarm_counts_whatever_the_intent() -> None:
    danger = Danger("fire", "着火", "danger.advice.fire", "safety rule \"fire\": '着火'")
    missed, alarm = answered("report_safety_hazard", "report_outage"), answered("a", "b", danger=danger)
    evaluation = measure(
        [missed, alarm, answered("report_safety_hazard", "report_safety_hazard"), answered("a", "a")],
        lambda name, surface: surface,
    )
    assert (evaluation.dangers_missed, evaluation.false_alarms) == ([missed], [alarm])
    assert evaluation.result["safety_recall"] == 0.5
    assert evaluation.result["safety_false_positive_rate"] == 0.5


def test_calibration_error_weighs_each_step_by_its_answers() -> None:
    said = [(0.95, True), (0.95, True), (0.95, False), (0.25, False)]
    assert [(s.low, s.n) for s in calibration.steps(said)] == [(0.2, 1), (0.9, 3)]
    assert calibration.expected_error(said) == pytest.approx((3 * (0.95 - 2 / 3) + 0.25) / 4, abs=1e-4)
    assert calibration.expected_error([(1.0, True)]) == 0.0
    assert calibration.expected_error([]) is None


def test_calibration_looks_at_the_guess_that_was_not_believed() -> None:
    unsure = answered("a", UNKNOWN, 0.1, ranking=(("a", 0.1), ("b", 0.05)))
    assert calibration.said_and_right([unsure]) == [(0.1, True)]


def test_area_under_the_curve_is_the_chance_of_the_right_order() -> None:
    inside, strange = [0.9, 0.8, 0.3, 0.3], [0.5, 0.3, 0.1]
    points = outside.roc(inside, strange)
    pairs = [(a > b) + 0.5 * (a == b) for a in inside for b in strange]
    assert outside.area(points) == round(sum(pairs) / len(pairs), 4)
    assert (points[0], points[-1]) == ((0.0, 0.0), (1.0, 1.0))
    assert outside.kept_out(points, 0.5) == 1.0
    assert outside.kept_out(points) == 0.3333
    assert outside.area(outside.roc([], strange)) is None


def test_what_looks_like_our_business_is_the_best_intent_less_out_of_scope() -> None:
    ours = answered("a", "a", ranking=(("a", 0.6), ("out_of_scope", 0.3)))
    strange = answered("out_of_scope", "a", ranking=(("a", 0.5), ("out_of_scope", 0.4)))
    mixed = answered("a+out_of_scope", "a")
    inside, outer = outside.scores([ours, strange, mixed])
    assert inside == pytest.approx([0.3])
    assert outer == pytest.approx([0.1])


def test_a_measure_without_lines_is_none() -> None:
    result = measure([answered("a", "a")], lambda name, surface: surface).result
    assert [k for k, v in result.items() if v is None] == [
        "hard_accuracy", "entity_f1", "oos_auroc", "safety_recall",
    ]  # fmt: skip
    assert quantile([], 0.5) is None
    assert quantile([1.0, 2.0, 3.0, 10.0], 0.95) == 10.0


class Slow:
    """Understands every sentence as its own words, and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bool]] = []

    def understand(
        self,
        text: str,
        *,
        now: datetime,
        lang_hint: str = "",
        expecting: str = "",
        spoken: bool = False,
        known: Circumstances = NOTHING_KNOWN,
    ) -> Understanding:
        self.asked.append((text, lang_hint, spoken))
        return Understanding(text, lang_hint, text, 1.0)


def test_sentences_are_asked_as_their_channel_says_after_a_warm_up() -> None:
    understander = Slow()
    lines = [Labelled("好", "zh", ("好",), channel="hotline"), Labelled("ok", "en", ("no",), channel="chat")]
    found = ask_all(lines, understander, now=NOW)
    assert [one.right for one in found] == [True, False]
    assert all(one.ms is not None and one.ms >= 0 for one in found)
    assert understander.asked[-2:] == [("好", "zh", True), ("ok", "en", False)]
    assert not {text for text, _, _ in understander.asked[:-2]} & {"好", "ok"}


def test_files_are_read_together_and_unknown_keys_passed_over(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    row = {"text": "户号\u2028是", "lang": "zh", "intent": "inform", "persona": "student", "hard": True}
    first.write_text("\ufeff" + json.dumps(row, ensure_ascii=False) + "\n\n", encoding="utf-8")
    second.write_text('{"text": "b", "intents": ["x", "y"], "channel": "chat", "entities": null}')
    assert read_labelled([first, second]) == [
        Labelled("户号\u2028是", "zh", ("inform",), (), hard=True),
        Labelled("b", "", ("x", "y"), channel="chat"),
    ]


@pytest.mark.parametrize(
    "line", ["{", '{"text": "x"}', '{"intent": "x"}', "[]", '{"text": 3, "intent": "x"}']
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"text": "好", "intent": "affirm"}\n\n' + line, encoding="utf-8")
    with pytest.raises(BadRequest, match=r"x\.jsonl line 3"):
        read_labelled([file])


def test_an_empty_or_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="cannot read"):
        read_labelled([tmp_path / "none.jsonl"])
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(BadRequest, match="no lines"):
        read_labelled([tmp_path / "empty.jsonl"])


def test_a_line_may_say_what_is_known_of_the_customer(tmp_path: Path) -> None:
    path = tmp_path / "around.jsonl"
    row = {
        "text": "有消息没",
        "intent": "query_ticket_status",
        "around": {"ticket_open": True, "outage": "none"},
    }
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (line,) = read_labelled([path])
    assert line.around == Circumstances(ticket_open=True, outage="none")
    path.write_text(json.dumps(row | {"around": {"outage": "big"}}) + "\n", encoding="utf-8")
    with pytest.raises(BadRequest, match="around: outage cannot be big"):
        read_labelled([path])
