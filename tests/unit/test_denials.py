"""What is said not to be meant does not count; what only looks like it does."""

from __future__ import annotations

import pytest

from bot.understanding.denials import without_denied


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("我说的是灯 不是账单", "我说的是灯"),
        ("不是查账单 是家里没电了", "是家里没电了"),
        ("不是问电费，我问的是几点来人", "我问的是几点来人"),
        ("不查账单了 家里没电", "不查账单了 家里没电"),
        ("不是停电的事，是电压低", "是电压低"),
        ("not the bill, the lights are flickering", "the lights are flickering"),
        ("i'm not asking about the bill, i want a person", "i want a person"),
        ("i don't mean the meter, i mean the pole", "i mean the pole"),
        ("it's the lights, not my bill", "it's the lights"),
    ],
)
def test_what_is_denied_does_not_count(text: str, rest: str) -> None:
    assert without_denied(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "不是账单",
        "不是说修好了吗",
        "不是跳闸 就是欠费了",
        "不是已经交了吗",
        "不是户主能办过户吗",
        "不来电了",
        "怎么还不来电",
        "是不是欠费了",
        "为什么不是阶梯价",
        "not a light in the house",
        "it is not working",
        "not the bill",
        "i'm not paying for this",
        "",
    ],
)
def test_what_only_looks_denied_stays(text: str) -> None:
    assert without_denied(text) == text
