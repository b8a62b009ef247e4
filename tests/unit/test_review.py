"""The file for review reads as language files do, and only sentences that may teach get into them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.learning import merge
from bot.understanding.anonymous import anonymous
from bot.understanding.review import annotated, read_review, review_text
from bot.understanding.teaching import BadTeaching, read_examples
from domain.errors import BadRequest
from domain.learning import TWO_REQUESTS, Lesson, Mark
from domain.understanding import IntentGuess

NOW = datetime(2026, 11, 25, 2, 2, tzinfo=UTC)
WHO = "labelled by chen.gang (陈刚), 2026-11-25 10:02"
MEND = (
    "# Change a label, mend an annotation, delete a block. "
    "Then: python -m app learning merge review-2026-11-25.yml"
)
PEOPLE = {"chen.gang": "chen.gang (陈刚)", "sun.tao": "sun.tao (孙涛)"}


def lesson(text: str, label: str, **more: object) -> Lesson:
    given = {"language": "zh", "channel": "web", "by": "chen.gang", "at": NOW, "times": 1} | more
    return Lesson(id=str(abs(hash((text, label)))), text=text, label=label, **given)


def written(tmp_path: Path, lessons: Sequence[Lesson], others: dict | None = None) -> Path:
    path = tmp_path / "review-2026-11-25.yml"
    path.write_text(review_text(lessons, path.name, NOW, PEOPLE, others or {}), encoding="utf-8")
    return path


def test_a_review_file_says_who_and_when_and_what_the_bot_guessed(tmp_path: Path) -> None:
    meter = lesson(
        "户号0300000000，那个转得飞快",
        "report_meter_problem",
        channel="hotline",
        times=3,
        guesses=(IntentGuess("request_meter_test", 0.41),),
        marks=(Mark("account_no", 2, 12),),
    )
    path = written(tmp_path, [meter], {meter.id: [("sun.tao", "request_meter_test")]})
    assert path.read_text(encoding="utf-8").splitlines()[2:] == [
        "# Exported 2026-11-25 10:02: 1 sentence for 1 intent.",
        MEND,
        "nlu:",
        "- intent: report_meter_problem     # Chinese, hotline speech text",
        f"  # {WHO}; came 3 times; the bot guessed request_meter_test 41%",
        "  # but sun.tao (孙涛) reads it as request_meter_test",
        "  examples: |",
        "    - 户号[0300000000](account_no)，那个转得飞快",
    ]


def test_a_review_file_is_a_language_file(tmp_path: Path) -> None:
    (tmp_path / "intents").mkdir()
    texts = {
        "- 横线开头": "stop",
        "# 井号": "greet",
        "a: b": "inform",
        "'\"引号\"'": "deny",
        "[x](y) 😀": "repeat",
    }
    path = written(tmp_path, [lesson(text, label) for text, label in texts.items()])
    path.rename(tmp_path / "intents" / "a.yml")
    read = {example.text: example.intent for example in read_examples(tmp_path)}
    assert read == {text.translate(str.maketrans("[]()", "（）（）")): label for text, label in texts.items()}


def test_two_requests_stand_apart_and_teach_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, [lesson("我要开票还有上个月的单子", TWO_REQUESTS)])
    assert "#   我要开票还有上个月的单子     (Chinese, chat; labelled by chen.gang" in path.read_text("utf-8")
    assert read_review(path) == []


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(max_size=60),
    spans=st.lists(
        st.tuples(
            st.sampled_from(["period", "account_no", "no_such"]), st.integers(0, 60), st.integers(0, 60)
        ),
        max_size=3,
    ),
)
def test_whatever_a_customer_writes_comes_back_from_the_file(
    tmp_path_factory: pytest.TempPathFactory, text: str, spans: list[tuple[str, int, int]]
) -> None:
    kept, marks = anonymous(text, [Mark(*span) for span in spans])
    if not kept:
        return
    path = written(tmp_path_factory.mktemp("review"), [lesson(kept, "inform", marks=marks)])
    (proposed,) = read_review(path)
    assert proposed.problem == ""
    assert proposed.text in (kept, kept.translate(str.maketrans("[]()", "（）（）")))


def test_annotations_that_cannot_be_read_back_are_left_out() -> None:
    assert annotated("查[上月](period)", (Mark("period", 1, 9),)) == "查（上月）（period）"
    assert annotated("查上月", (Mark("period", 1, 3), Mark("date", 2, 3))) == "查[上月](period)"
    assert annotated("查上月", (Mark("colour", 1, 3),)) == "查上月"


# ---- merging ----


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "nlu_data"
    (folder / "intents").mkdir(parents=True)
    for intent, examples in {
        "query_bill": ["上个月电费多少", "查账单"],
        "query_usage": ["用了多少度电"],
    }.items():
        lines = "".join(f"    - {example}\n" for example in examples)
        text = (
            f'version: "3.1"\nabout: x\nnlu:\n- intent: {intent}     # Chinese, chat\n  examples: |\n{lines}'
        )
        (folder / "intents" / f"{intent}.yml").write_text(text, encoding="utf-8")
    return folder


def review(tmp_path: Path, **examples: list[str]) -> Path:
    path = tmp_path / "review-2026-11-25.yml"
    blocks = [
        {"intent": intent, "examples": "\n".join(f"- {each}" for each in lines)}
        for intent, lines in examples.items()
    ]
    path.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8")
    return path


def test_what_passes_is_appended_under_a_block_that_names_its_source(tmp_path: Path, data_dir: Path) -> None:
    file = review(
        tmp_path, query_bill=["[这个月](period)的那个啥出来没", "电费单子"], query_usage=["烧了几多电"]
    )
    done = merge(file, [], data_dir=data_dir)
    assert [each.intent for each in done.accepted] == ["query_bill", "query_bill", "query_usage"]
    text = (data_dir / "intents" / "query_bill.yml").read_text("utf-8")
    assert text.endswith(
        "    - 查账单\n"
        "- intent: query_bill     # from the desk, reviewed: review-2026-11-25.yml\n"
        "  examples: |\n"
        "    - [这个月](period)的那个啥出来没\n"
        "    - 电费单子\n"
    )
    assert [example.text for example in read_examples(data_dir)][2:4] == ["这个月的那个啥出来没", "电费单子"]
    again = merge(file, [], data_dir=data_dir)
    assert (again.accepted, len(again.known), again.refused) == ([], 3, [])
    assert (data_dir / "intents" / "query_bill.yml").read_text("utf-8") == text


def test_checking_alone_changes_nothing(tmp_path: Path, data_dir: Path) -> None:
    before = (data_dir / "intents" / "query_bill.yml").read_text("utf-8")
    assert (
        len(merge(review(tmp_path, query_bill=["电费单子"]), [], data_dir=data_dir, write=False).accepted)
        == 1
    )
    assert (data_dir / "intents" / "query_bill.yml").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("intent", "line", "words"),
    [
        ("query_usage", "上个月电费多少？", "taught under query_bill already"),
        ("query_bill", "打13812345678给我", "may name somebody: 13812345678"),
        ("query_bill", "幺三八幺二三四五六七八的电费", "may name somebody: 幺三八幺二三四五六七八"),
        ("query_bill", "验证码428613", "may name somebody"),
        ("query_bill", "发到li.hua@163.com", "may name somebody: li.hua@163.com"),
        ("query_bill", "Measured sentence!", "measures us in mine.jsonl"),
        ("query_bill", "[上月](colour)的", "unknown entity 'colour'"),
        ("query_bills", "电费单子", "unknown intent 'query_bills'"),
        ("query_bill", "？！", "no words to learn from"),
    ],
)
def test_what_may_not_teach_is_refused_in_words_and_the_rest_goes_on(
    tmp_path: Path, data_dir: Path, intent: str, line: str, words: str
) -> None:
    measures = tmp_path / "mine.jsonl"
    rows = [json.dumps({"text": "measured sentence", "intent": "greet"}), "", "not json", "[]", '{"text": 3}']
    measures.write_text("\n".join(rows), encoding="utf-8")
    file = review(
        tmp_path,
        **{intent: [line], "query_usage" if intent != "query_usage" else "query_bill": ["烧了几多电"]},
    )
    done = merge(file, [measures], data_dir=data_dir)
    (refused,) = done.refused
    assert words in refused.problem
    assert [each.text for each in done.accepted] == ["烧了几多电"]


def test_zeros_and_amounts_name_nobody(tmp_path: Path, data_dir: Path) -> None:
    lines = [
        "户号[0300000000](account_no)的",
        "打13000000000",
        "扣了12345.67元",
        "2026-11-24那张",
        "name@example.com收不到账单",
    ]
    done = merge(review(tmp_path, query_bill=lines), [], data_dir=data_dir)
    assert [verdict.problem for verdict in done.refused] == []
    assert len(done.accepted) == 5


def test_one_sentence_under_two_intents_is_refused_under_both(tmp_path: Path, data_dir: Path) -> None:
    done = merge(review(tmp_path, query_bill=["那个数"], query_usage=["那个数。"]), [], data_dir=data_dir)
    assert [verdict.problem for verdict in done.refused] == [
        "this file has it under query_bill, query_usage"
    ] * 2
    assert done.accepted == []


def test_one_sentence_twice_is_taken_once(tmp_path: Path, data_dir: Path) -> None:
    done = merge(review(tmp_path, query_bill=["那个数", "那个数！"]), [], data_dir=data_dir)
    assert (len(done.accepted), len(done.known)) == (1, 1)


def test_sentences_that_measure_us_in_this_repository_are_known(tmp_path: Path, data_dir: Path) -> None:
    house = tmp_path / "house"
    (house / "somewhere").mkdir(parents=True)
    (house / "var").mkdir()
    for name, text in (("somewhere/a.jsonl", "量一量"), ("var/b.jsonl", "电费单子")):
        (house / name).write_text(json.dumps({"text": text}), encoding="utf-8")
    from app.learning import _evaluation_files

    assert [path.name for path in _evaluation_files(house)] == ["a.jsonl"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nlu: [", "is not YAML"),
        ("just words", "no list under nlu"),
        ("nlu: {}", "no list under nlu"),
        ("nlu: [1]", "needs intent and examples"),
        ("nlu: [{intent: greet}]", "needs intent and examples"),
    ],
)
def test_a_file_that_is_no_review_file_is_named(
    tmp_path: Path, data_dir: Path, text: str, words: str
) -> None:
    file = tmp_path / "x.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadRequest, match=words):
        merge(file, [], data_dir=data_dir)
    with pytest.raises(BadRequest, match="there is no file"):
        merge(tmp_path / "nothing.yml", [], data_dir=data_dir)
    with pytest.raises(BadRequest, match="there is no file"):
        merge(file, [tmp_path / "nothing.jsonl"], data_dir=data_dir)


def test_language_files_that_would_contradict_themselves_stay_as_they_were(
    tmp_path: Path, data_dir: Path
) -> None:
    shutil.copy(data_dir / "intents" / "query_bill.yml", tmp_path / "before.yml")
    file = review(tmp_path, query_bill=["好的呀"])
    # Broken between judging and appending: another hand adds the same words elsewhere.
    from bot.understanding.review import append

    proposed = read_review(file)
    with (data_dir / "intents" / "query_usage.yml").open("a", encoding="utf-8") as usage:
        usage.write("    - 好的呀\n")
    with pytest.raises(BadTeaching, match="both query_bill and query_usage"):
        append(proposed, data_dir, file.name)
    assert (data_dir / "intents" / "query_bill.yml").read_text("utf-8") == (
        tmp_path / "before.yml"
    ).read_text("utf-8")
    assert not list((data_dir / "intents").glob(".*"))
