"""The ledger's steps as an agent reads them: in words, each thing once, no code of the program among them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desk.timeline import Narrator
from desk.wording import load_words
from domain.ledger import Entry, Step

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WORDS = load_words()
PEOPLE = {"zh": {"lin.yue": "林悦"}, "en": {"lin.yue": "Lin Yue"}}
QUEUES = {"zh": {"front": "综合服务"}, "en": {"front": "Front desk"}}


def told(language: str, step: Step, **data: str) -> str:
    narrator = Narrator(WORDS[language], NOW, PEOPLE[language], {}, QUEUES[language], frozenset())
    return narrator.step(Entry("t", 1, NOW, "system", step, "lin.yue", data)).quote


@pytest.mark.parametrize(("language", "words"), [("zh", "5 分"), ("en", "5 of 5")])
def test_a_score_is_told(language: str, words: str) -> None:
    assert told(language, Step.SURVEY_ANSWERED, solved="", score="5") == words


def test_a_bare_no_is_told_once_and_a_comment_stays() -> None:
    assert told("zh", Step.SURVEY_ANSWERED, solved="no", score="") == "未解决"
    assert told("zh", Step.NOT_SOLVED, why="no") == ""
    assert told("zh", Step.REOPENED, why="no") == ""
    assert told("zh", Step.NOT_SOLVED, why="师傅没来") == "师傅没来"


def test_codes_in_reasons_become_names() -> None:
    why = "online, serves the queue front; has the skill outage; speaks zh; lin.yue: is away"
    assert (
        told("zh", Step.OFFERED, why=why) == "在线，服务“综合服务”队列；具备技能：停电；会说中文；林悦 不在线"
    )
    assert (
        told("en", Step.OFFERED, why=why)
        == "online, serves the queue Front desk; knows about outages; speaks Chinese; Lin Yue is away"
    )


def test_a_rule_is_named_by_its_matter() -> None:
    why = "rule ENQ/person since 2024-01-01 (GK-H)"
    assert told("zh", Step.ACCEPTED, why=why) == "按“业务咨询 · 人工服务”规则（2024-01-01 起）"
    assert told("en", Step.ACCEPTED, why=why) == "by the rule for Enquiry · wants a person, since 2024-01-01"
