"""The comparison is fair: the same sentences for all, and each answer read as its maker means it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.side_by_side import diet, nlpjs, ours
from bench.side_by_side.compare import Outcome, contestants, tell
from bench.side_by_side.sentences import Round, annotated, choose
from bot.understanding.data import NLU_DATA
from bot.understanding.evaluation.measures import measure
from bot.understanding.teaching import Example, read_examples
from domain.errors import BadRequest, Unavailable
from domain.understanding import UNKNOWN, Danger, Entity, IntentGuess, Understanding
from tests.unit.test_evaluation import answered

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_entities_are_marked_where_they_stand() -> None:
    example = Example(
        "上个月比上个月还贵两百块",
        "query_bill",
        (("period", "上个月"), ("period", "上个月"), ("amount", "两百块")),
    )
    assert annotated(example) == "[上个月](period)比[上个月](period)还贵[两百块](amount)"
    assert annotated(Example("hi", "greet", ())) == "hi"


def test_a_sample_keeps_every_intent_in_both_languages() -> None:
    everything = choose(NLU_DATA, [], 0)
    some = choose(NLU_DATA, [], 2000, 300)
    assert len(everything.taught) + len(everything.asked) == len(read_examples(NLU_DATA))
    assert not {e.text for e in everything.taught} & {line.text for line in everything.asked[:500]}
    assert 1900 < len(some.taught) < 2100
    assert len(some.asked) == 300
    kinds = Counter((e.intent, e.lang) for e in everything.taught)
    assert {(e.intent, e.lang) for e in some.taught} == set(kinds)
    assert "300 asked (a fifth of our own, not taught)" in some.words


def test_a_file_is_asked_whole_and_everything_of_ours_taught(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"text": "好", "lang": "zh", "intent": "affirm"}\n')
    chosen = choose(NLU_DATA, [file], 0)
    assert len(chosen.taught) == len(read_examples(NLU_DATA))
    assert [line.text for line in chosen.asked] == ["好"]


def test_diet_s_fallback_does_not_hide_what_it_would_have_said() -> None:
    answer = {
        "intent": {"name": "nlu_fallback", "confidence": 0.3},
        "intent_ranking": [
            {"name": "nlu_fallback", "confidence": 0.3},
            {"name": "query_bill", "confidence": 0.28},
            {"name": "pay_bill", "confidence": 0.2},
        ],
        "entities": [
            {"entity": "channel", "start": 1, "end": 3, "value": "wechat", "extractor": "DIETClassifier"}
        ],
    }
    read = diet.read("用微信交", "zh", answer)
    assert (read.intent, read.confidence) == ("query_bill", 0.28)
    assert [g.name for g in read.ranking] == ["query_bill", "pay_bill"]
    assert read.entities == (Entity("channel", "微信", "wechat", 1, 3),)
    assert diet.read("x", "zh", {"intent_ranking": [], "entities": []}).intent == UNKNOWN


def test_nlp_js_says_none_when_it_knows_nothing() -> None:
    sure = {"intent": "query_tariff", "score": 0.85, "classifications": [
        {"intent": "query_tariff", "score": 0.85}, {"intent": "query_bill", "score": 0.1}]}  # fmt: skip
    nothing = {"intent": "None", "score": 1, "classifications": [{"intent": "inform", "score": 0}]}
    assert nlpjs.read("x", "zh", sure).ranking == (
        IntentGuess("query_tariff", 0.85),
        IntentGuess("query_bill", 0.1),
    )
    unknown = nlpjs.read("x", "zh", nothing)
    assert (unknown.intent, unknown.confidence) == (UNKNOWN, 0.0)


def test_our_answer_survives_the_wire() -> None:
    understood = Understanding(
        "x", "zh", "report_safety_hazard", 0.9, (IntentGuess("report_safety_hazard", 0.9),),
        (Entity("date", "今天", "2026-11-24", 0, 2),), Danger("fire", "着火", "danger.advice.fire", "why"),
        IntentGuess("query_bill", 0.6), engine="rasa",
    )  # fmt: skip
    for value in (understood, Understanding("x", "en", UNKNOWN, 0.0)):
        assert ours.read("x", "zh", json.loads(json.dumps(asdict(value)))) == value


def test_a_missing_prerequisite_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="apt-get install nodejs npm"):
        nlpjs.NlpJs(path=str(tmp_path)).check(len)
    for contestant in (diet.Diet(tmp_path / "python"), ours.Ours(tmp_path / "python")):
        with pytest.raises(Unavailable, match="environment is missing"):
            contestant.check(len)


def test_contestants_are_chosen_by_name() -> None:
    assert [type(one) for one in contestants("nlpjs, ours")] == [nlpjs.NlpJs, ours.Ours]
    for names in ("ours,luis", ""):
        with pytest.raises(BadRequest, match="contestants are ours, diet, nlpjs"):
            contestants(names)


def test_nlp_js_is_pinned() -> None:
    package = json.loads((nlpjs.HOME / "package.json").read_text())
    lock = json.loads((nlpjs.HOME / "package-lock.json").read_text())
    wanted = package["dependencies"]["node-nlp"]
    assert lock["packages"]["node_modules/node-nlp"]["version"] == wanted
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)


def test_the_table_has_a_column_each(capsys: pytest.CaptureFixture[str]) -> None:
    one = measure([answered("a", "a"), answered("b", "a", lang="en")], lambda name, surface: surface)
    tell(
        Round([], [], "2 taught, 2 asked"),
        [Outcome("Shouwen", one, 3.2, 5.0, 700.0), Outcome("DIET, old", one, 60.0, 90.0, 1.0)],
    )
    table = {line[:30].strip(): line[30:].split() for line in capsys.readouterr().err.splitlines()}
    assert table["intents right, en"] == ["0.000", "0.000"]
    assert table["training, s"] == ["3", "60"]
    assert table["training, s of processor"] == ["5", "90"]
    assert table["memory, MiB"] == ["700", "1"]
    assert "DIET" in str(table)
