"""One way of writing for everything that reads messages."""

from __future__ import annotations

import pytest

from bot.understanding.model_text import model_text
from bot.understanding.normalise import MAX_LENGTH, fold, language, normalise


@pytest.mark.parametrize(
    ("text", "same_as"),
    [("停点了", "停电了"), ("電費單", "电费单"), ("ＡＢＣ１２", "abc12"), ("那个我想问一下电非", "电费"), ("附电", "复电"),  # noqa: E501
     ("um my light is off", "my light is off"), ("嗯嗯", "嗯嗯"), ("a\u200bb\x00c", "abc"), ("著火了", "着火了")],  # noqa: E501
)  # fmt: skip
def test_spellings_meet(text: str, same_as: str) -> None:
    assert normalise(text) == same_as


@pytest.mark.parametrize("text", ["账户好像不对", "早点表态", "晚点线上办", "停点儿水"])
def test_words_that_only_look_misspelt_stay(text: str) -> None:
    assert normalise(text) == text


@pytest.mark.parametrize(
    ("text", "hint", "lang"),
    [("停电了", "", "zh"), ("no power", "", "en"), ("my bill 电费 is wrong again today", "", "en"), ("查 bill", "", "zh"),  # noqa: E501
     ("0312345678", "en", "en"), ("0312345678", "", "zh"), ("👍", "en", "en"), ("", "", "zh")],
)  # fmt: skip
def test_language(text: str, hint: str, lang: str) -> None:
    assert language(text, hint) == lang


def test_folding_keeps_every_place() -> None:
    folded = fold("ﬃ電")
    assert folded.text == "ffi电"
    assert folded.span(3, 4) == (1, 2)
    assert folded.span(0, 1) == (0, 1)


def test_length_is_capped() -> None:
    assert len(fold("电" * 10_000).text) == MAX_LENGTH


def test_numbers_that_name_something_are_alike_to_the_model() -> None:
    assert model_text("户号0312345678") == model_text("户号零三一二三四五六七八")
    assert model_text("300度") != model_text("户号0312345678")
