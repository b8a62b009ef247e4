"""No message, however strange, breaks the reading of it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.cascade import build_understander
from bot.understanding.normalise import fold, normalise
from bot.understanding.train import HOUSE
from domain.understanding import UNKNOWN

NOW = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
UNDERSTANDER = build_understander(HOUSE / "config.yml")
PIECES = st.sampled_from(
    ["电", "費", "那个", "嗯", "0", "１", "二", "幺", "上个月", "last", "july", " ", "x", "块", "号", "楼", "\u200b", "ﬃ", "İ",  # noqa: E501
     "\ud800", "点", "半", "到", "-", "/", "99999", "A", "十", "万", "2月30日", "31/2", "着火", "smoke", "if"]
)  # fmt: skip
MESSAGES = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join))


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
    understood = UNDERSTANDER.understand(text, now=NOW, expecting=expecting)
    assert FAILURES.records == []
    assert understood.text == text
    assert understood.engine != "none" or understood.intent == UNKNOWN
    assert all(text[e.start : e.end] == e.surface and e.surface for e in understood.entities)
    ends = [e.end for e in understood.entities]
    assert all(end <= e.start for end, e in zip(ends, understood.entities[1:], strict=False))


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert fold(fold(text).text).text == fold(text).text
