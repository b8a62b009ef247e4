"""Every phrase that code or a flow names exists in both languages, with the same values and known codes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue import Flows, load_flows
from bot.dialogue.habits import load_habits
from bot.phrasing import Phrasebook, PhraseError, load_phrases
from bot.values import written
from domain.application import REQUIRED_PAPERS, STAGES, ApplicationKind
from domain.bill_explanation import Effect, Hint
from domain.outage import OutageState
from domain.ports import Saying
from domain.ticket import Status

ROOT = Path(__file__).resolve().parents[2]
BOOK: Phrasebook = load_phrases(ROOT / "nlu_data" / "phrases")
FLOWS: Flows = load_flows(ROOT / "nlu_data" / "flows")
DANGERS = ["wire_down", "shock", "fire", "sparks", "leakage", "pole", "exposed", "gas"]
DANGERS += ["life_support", "intrusion", "water", "other"]
NAMED = re.compile(r'(?:tell|Saying)\(\s*"([\w.]+)"')


def test_every_phrase_named_in_code_exists() -> None:
    for folder in ("bot", "actions", "router"):
        for path in (ROOT / folder).rglob("*.py"):
            for key in NAMED.findall(path.read_text(encoding="utf-8")):
                assert BOOK.has(key), f"{path.name} says {key}"


def test_every_phrase_and_choice_named_in_flows_exists() -> None:
    for flow in FLOWS.values():
        keys = [flow.before, *(slot.ask for slot in flow.collect), *(o.say for o in flow.then.values())]
        handings = [flow.hand_over, *(outcome.hand_over for outcome in flow.then.values())]
        keys += [handing.say for handing in handings if handing]
        for key in filter(None, keys):
            assert BOOK.has(key), f"{flow.intent} says {key}"
        if not flow.control or flow.intent == "human_agent":
            assert BOOK.payload(f"topic.{flow.intent}") == f"start:{flow.intent}"


def test_every_choice_means_something_the_dialogue_does() -> None:
    for button in BOOK.buttons["zh"].values():
        head, _, rest = button.payload.partition(":")
        if head == "start":
            assert rest in FLOWS
        elif head == "fill":
            name, _, value = rest.partition("=")
            assert any(
                slot.name == name and value in slot.values for flow in FLOWS.values() for slot in flow.collect
            )
        else:
            assert head in {"human", "stop", "yes", "no", "menu", "proof", "solved", "score", "lang"} | {
                "go_on",
                "skip",
                "not_this",
                "no_danger",
                "helped=yes",
                "helped=no",
                "colleague=yes",
            }
    for key in load_habits(ROOT / "nlu_data" / "dialogue.yml").menu:
        assert BOOK.payload(key)


def test_both_languages_put_in_the_same_values() -> None:
    for key, phrase in BOOK.phrases["zh"].items():
        other = BOOK.phrases["en"][key]
        assert {hole[0] for hole in phrase.holes()} == {hole[0] for hole in other.holes()}, key


def test_every_nested_phrase_exists() -> None:
    prefixes = {key.rpartition(".")[0] for key in BOOK.phrases["zh"]}
    for tongue in ("zh", "en"):
        for key, phrase in BOOK.phrases[tongue].items():
            for _, kind, argument in phrase.holes():
                if kind == "each":
                    assert BOOK.has(argument), key
                if kind == "word":
                    assert argument in prefixes and BOOK.has(f"{argument}.other"), key


@pytest.mark.parametrize(
    ("prefix", "codes"),
    [
        ("effect", [effect.value for effect in Effect]),
        ("hint", [hint.value for hint in Hint]),
        ("outage_state", [state.value for state in OutageState]),
        ("status", [status.value for status in Status]),
        ("stage", [stage for stages in STAGES.values() for stage in stages]),
        ("paper", [paper for papers in REQUIRED_PAPERS.values() for paper in papers]),
        ("application", [kind.value for kind in ApplicationKind]),
        ("danger.advice", DANGERS),
    ],
)
def test_every_code_has_words(prefix: str, codes: list[str]) -> None:
    missing = [code for code in codes if not BOOK.has(f"{prefix}.{code}")]
    assert not missing


@pytest.mark.parametrize(
    ("kind", "value", "zh", "en", "said"),
    [
        ("money", 29676, "296.76 元", "¥296.76", "296元7角6分"),
        ("money", -5, "-0.05 元", "-¥0.05", "负0元零5分"),
        ("date", "2026-12-01", "12月1日", "1 Dec", "12月1日"),
        ("datetime", "2026-11-24T16:30:00+00:00", "11月25日 00:30", "00:30 on 25 Nov", "11月25日 0点30分"),
        (
            "month",
            "2026-08/2026-10",
            "2026年8月 至 2026年10月",
            "August 2026 to October 2026",
            "2026年8月 至 2026年10月",
        ),
        ("account", "0312456789", "******6789", "******6789", "尾号 6 7 8 9"),
        ("phone", "13812345678", "138****5678", "138****5678", "尾号 5 6 7 8"),
        ("deadline", "2026-12-03T16:00:00+00:00", "12月3日 24:00", "the end of 3 Dec", "12月3日24点"),
        ("deadline", "2026-12-03T02:30:00+00:00", "12月3日 10:30", "10:30 on 3 Dec", "12月3日 10点30分"),
        ("kwh", 520.0, "520 度", "520 kWh", "520 度"),
        ("number", "2611", "2611", "2611", "2 6 1 1"),
        ("money", "not money", "not money", "not money", "not money"),
    ],
)
def test_values_read_as_people_write_them(kind: str, value: Any, zh: str, en: str, said: str) -> None:
    assert written(kind, value, "zh", spoken=False) == zh
    assert written(kind, value, "en", spoken=False) == en
    assert written(kind, value, "zh", spoken=True) == said


def test_an_unknown_language_gets_chinese_and_a_missing_value_a_dash() -> None:
    reply = BOOK.say(Saying("bill.none", {"account": "0312456789"}), "fr")
    assert reply.text.startswith("******6789 没有—")


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    for tongue in ("zh", "en"):
        (tmp_path / tongue).mkdir()
    (tmp_path / "zh" / "a.yml").write_text("hello: 你好\n", encoding="utf-8")
    with pytest.raises(PhraseError, match=r"hello.*not there in both"):
        load_phrases(tmp_path)
    (tmp_path / "en" / "a.yml").write_text("hello: {text: Hello, colour: red}\n", encoding="utf-8")
    with pytest.raises(PhraseError, match=r"en/a.yml: hello: unknown key 'colour'"):
        load_phrases(tmp_path)
