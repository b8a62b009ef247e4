"""Long texts are cut where people would, and nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.text import split_text, units

WRITTEN = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300)


@given(WRITTEN, st.integers(2, 60))
def test_every_part_fits_and_nothing_but_blanks_is_lost(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_short_text_stays_whole() -> None:
    assert split_text("您好，电费是 86.40 元。", 4096) == ["您好，电费是 86.40 元。"]


def test_cuts_come_after_sentences() -> None:
    assert split_text("第一句话在这里。第二句话也在这里。", 12) == ["第一句话在这里。", "第二句话也在这里。"]


def test_an_empty_text_is_one_empty_part() -> None:
    assert split_text("", 10) == [""]
