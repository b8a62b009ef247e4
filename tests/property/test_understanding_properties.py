"""No message, however strange, breaks the reading of it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.understanding.cascade import build_understander
from bot.understanding.entities.extract import EntityReader
from bot.understanding.normalise import MAX_LENGTH, fold, normalise
from bot.understanding.teaching import ENTITIES, INTENTS
from bot.understanding.train import HOUSE
from domain.understanding import UNKNOWN

NOW = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
UNDERSTANDER = build_understander(HOUSE / "config.yml")
PIECES = st.sampled_from(
    ["dianfei ", "ting", "dian", "xi'an ", "电", "費", "那个", "嗯", "0", "１", "二", "幺", "上个月", "last", "july", " ", "x", "块", "号", "楼", "\u200b", "ﬃ", "İ",  # noqa: E501
     "\ud800", "点", "半", "到", "-", "/", "99999", "A", "十", "万", "2月30日", "31/2", "着火", "smoke", "if"]
)  # fmt: skip
MESSAGES = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join))


READER = EntityReader(["枫林苑", "Maple Grove"])
WORDS = st.sampled_from(
    ["我家", "没电", "户号", "三零二幺", "A2611", "昨晚八点", "下个月初", "到", "啊不", "周三", "5号", "3栋", "学府路", "营业厅", "张", "小王", "师傅",  # noqa: E501
     "我叫", "欧阳", "三百八", "块", "千瓦", "伏", "六口人", "空调", "微信", "冒烟", "店", "呼吸机", "double", "oh", "one eighty", "volts", "Mr ",  # noqa: E501
     "Tom ", "Lee", "flat ", "22 Mill Lane", "last ", "Friday", "the twenty fifth", "half past four", "tenner", " ", ",", "，", "。", "$", "%"]  # noqa: E501
)  # fmt: skip
SPEECH = st.one_of(st.text(max_size=200), st.lists(st.one_of(WORDS, PIECES), max_size=30).map("".join))
CHANCES = st.one_of(st.none(), st.dictionaries(st.sampled_from(sorted(INTENTS)), st.floats(0, 1), max_size=3))


class Failures(logging.Handler):
    """What the cascade caught and logged; its safety net must stay unused."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record.getMessage())


FAILURES = Failures()
logging.getLogger("bot.understanding.cascade").addHandler(FAILURES)


@settings(max_examples=300, deadline=None)
@given(MESSAGES, st.sampled_from(["", "account_no", "date", "amount", "name", "address", "rating"]))
def test_understanding_never_raises_and_points_into_the_text(text: str, expecting: str) -> None:
    FAILURES.records.clear()  # other tests of this process make it fail on purpose
    understood = UNDERSTANDER.understand(text, now=NOW, expecting=expecting)
    assert FAILURES.records == []
    assert understood.text == text
    assert understood.engine != "none" or understood.intent == UNKNOWN
    assert all(text[e.start : e.end] == e.surface and e.surface for e in understood.entities)
    ends = [e.end for e in understood.entities]
    assert all(end <= e.start for end, e in zip(ends, understood.entities[1:], strict=False))


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
@example("DIANFEIAXI")
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert fold(fold(text).text).text == fold(text).text


@settings(max_examples=400, deadline=None)
@given(SPEECH, st.sampled_from(["", *sorted(ENTITIES)]), CHANCES)
@example("\n", "amount", None)
@example("0¼0", "", {"claim_appliance_damage": 1.0})
def test_entities_lie_in_the_text_whatever_is_wanted(
    text: str, expecting: str, chances: dict[str, float] | None
) -> None:
    entities = READER.find(text, NOW, expecting).chosen(chances)
    assert all(e.name in ENTITIES and e.surface and text[e.start : e.end] == e.surface for e in entities)
    assert all(e.value for e in entities)
    assert all(a.end <= b.start for a, b in pairwise(entities))


@settings(max_examples=300, deadline=None)
@given(SPEECH, st.sampled_from(sorted(ENTITIES)))
@example(",", "address")
def test_any_words_have_a_normal_form(surface: str, name: str) -> None:
    once = READER.value(name, surface, NOW)
    assert bool(once) == bool(fold(surface).text.strip())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(WORDS, PIECES), min_size=1, max_size=4).map("".join))
@example("0")
def test_the_longest_message_is_read(piece: str) -> None:
    text = (piece * MAX_LENGTH)[:MAX_LENGTH]
    assert all(text[e.start : e.end] == e.surface for e in READER.find(text, NOW).chosen())
