"""What is kept of a customer's sentence for learning: the request, not the customer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.learning import lesson_id
from bot.understanding.anonymous import MOST, anonymous, personal
from bot.understanding.entities.extract import EntityReader
from domain.learning import Mark

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
READER = EntityReader(["翠湖小区"])


def kept(text: str, names: tuple[str, ...] = ()) -> tuple[str, dict[str, str]]:
    """The sentence that is kept, and its marked words by entity."""
    marks = [Mark(entity.name, entity.start, entity.end) for entity in READER.read(text, NOW)]
    shown, moved = anonymous(text, marks, names)
    return shown, {mark.name: shown[mark.start : mark.end] for mark in moved}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("户号0312345678，上个月电费多少", "户号0300000000，上个月电费多少"),
        ("我的手机 138 1234 5678 打不通", "我的手机 130 0000 0000 打不通"),
        ("身份证11010119900307123X", "身份证00000000000000000X"),
        ("幺三八幺二三四五六七八是我的号码", "幺三零零零零零零零零零是我的号码"),
        ("it's zero three eight one two five zero four six six", "it's zero three" + " zero" * 8),
        ("double five one two three four five six", "double zero" + " zero" * 6),
        ("１３８１２３４５６７８打不通", "１３000000000打不通"),
        ("验证码是428613", "验证码是000000"),
        ("给我打010-62345678", "给我打000-00000000"),
        ("卡号6222021234567890扣了两次", "卡号0000000000000000扣了两次"),
        ("我叫李秀兰，住翠湖小区3栋2单元1502，没电了", "我叫张三，住翠湖小区0栋0单元0000，没电了"),
        ("三栋二单元没电", "零栋零单元没电"),
        (
            "my name is Emma Stone, flat 12, 14 Maple Street",
            "my name is Alex Brown, flat 00, 00 Maple Street",
        ),
        ("王经理态度不好", "张经理态度不好"),
        ("工号 88231 的师傅骂人", "工号 00000 的师傅骂人"),
        ("发到li.hua@163.com 或加 wxid_12ab34x", "发到name@example.com 或加 wxid_00ab00x"),
        ("see https://pay.example.cn/u/3921?x=1 ok", "see https://example.com ok"),
        ("  第一行\n\n第二行\t结束\u200b\x07 ", "第一行 第二行 结束"),
        # What makes the request stays as it was.
        ("上个月电费132.50元怎么这么贵", "上个月电费132.50元怎么这么贵"),
        ("九月二十号充了12345.67元没到账", "九月二十号充了12345.67元没到账"),
        ("380伏的线要不要三相", "380伏的线要不要三相"),
    ],
)
def test_names_and_numbers_go_and_the_request_stays(text: str, shown: str) -> None:
    assert kept(text)[0] == shown
    assert [found for found in personal(shown) if "." not in found] == []


def test_names_that_we_know_go_wherever_they_stand() -> None:
    assert kept("李小明的电费，我是李小明", ("李小明",))[0] == "张三的电费，我是张三"
    assert kept("Bill here, my bill is wrong", ("Bill",))[0] == "Alex Brown here, my bill is wrong"
    assert kept("电费怎么查", ("电", " ", "Al"))[0] == "电费怎么查", "too short to be told from other words"


def test_a_colleague_in_passing_goes_although_nothing_marks_her() -> None:
    assert anonymous("你们师傅小周让我查上个月电费", ()) == ("你们师傅小张让我查上个月电费", ())
    assert anonymous("Mr Tanaka told me to ask", ()) == ("Mr Brown told me to ask", ())


def test_marks_move_with_their_words() -> None:
    shown, marks = kept("我叫李秀兰\n户号0312345678 上个月的电费", ("王小二",))
    assert shown == "我叫张三 户号0300000000 上个月的电费"
    assert marks == {"name": "张三", "account_no": "0300000000", "period": "上个月"}


def test_a_mark_out_of_place_is_left_out() -> None:
    assert anonymous("电费", [Mark("period", 0, 0), Mark("period", 1, 9), Mark("name", 2, 1)]) == ("电费", ())


def test_the_same_request_of_another_customer_is_the_same_lesson() -> None:
    one, other = kept("户号0312345678的电费！")[0], kept("户号 0387654321 的电费")[0]
    assert lesson_id(kept("户号0387654321的电费！")[0], "zh") == lesson_id(one, "zh")
    assert lesson_id("嗯嗯，电费多少", "zh") == lesson_id("电费多少", "zh"), "fillers are no other words"
    assert lesson_id("电费多少", "zh") != lesson_id("电费多少", "en")
    assert lesson_id(one, "zh") != lesson_id("户号的电费", "zh")
    assert len(lesson_id(other, "zh")) == 20


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("打13812345678", ["13812345678"]),
        ("号码幺三八幺二三四五六七八", ["幺三八幺二三四五六七八"]),
        ("code 428613", ["428613"]),
        ("发到li.hua@163.com", ["li.hua@163.com"]),
        ("户号0300000000，手机13000000000", []),
        ("name@example.com", []),
        ("12345.67元，2026-11-24", []),
        ("12345 度", []),
    ],
)
def test_what_may_name_somebody_is_found(text: str, found: list[str]) -> None:
    assert personal(text) == found


@example("00000001", [("phone", 0, 1)])
@example("031204567810月", [("account_no", 0, 8)])
@settings(max_examples=200, deadline=None)
@given(
    text=st.text(
        alphabet=st.sampled_from("户号0123456789xX一二三幺 -.,@aboveyzero\n张李、栋\u200b😀"), max_size=60
    ),
    spans=st.lists(
        st.tuples(
            st.sampled_from(["phone", "name", "date", "address"]), st.integers(0, 60), st.integers(0, 60)
        ),
        max_size=4,
    ),
)
def test_whatever_is_written_no_long_number_is_kept(text: str, spans: list[tuple[str, int, int]]) -> None:
    marks = [Mark(*span) for span in spans]
    shown, moved = anonymous(text, marks)
    assert len(shown) <= 3 * MOST and "\n" not in shown and shown == shown.strip()
    assert all(0 <= mark.start < mark.end <= len(shown) for mark in moved)
    digits = "".join(letter if letter in "0123456789" else " " for letter in shown)
    assert [run for run in digits.split() if len(run) >= 8 and run[2:].strip("0")] == []
