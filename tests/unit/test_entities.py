"""Normal forms of what customers say, at a fixed moment: Tuesday 24 November 2026, 20:00 in Shanghai."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.understanding.entities.extract import EntityReader
from bot.understanding.entities.numerals import parse_number, read_digits

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
READER = EntityReader(["枫林苑", "Maple Grove"])


def values(text: str, name: str, expecting: str = "") -> list[str]:
    return [e.value for e in READER.read(text, NOW, expecting) if e.name == name]


@pytest.mark.parametrize(
    ("words", "number"),
    [("三百二", 320), ("两万五", 25000), ("一百零五", 105), ("十五", 15), ("二十", 20), ("1.5万", 15000), ("三点五", "3.5"),  # noqa: E501
     ("一千零二十", 1020), ("two hundred and five", 205), ("3,200", 3200), ("2k", 2000), ("零", 0)],
)  # fmt: skip
def test_numbers_are_read_as_said(words: str, number: int | str) -> None:
    assert parse_number(words) == Decimal(number)


@pytest.mark.parametrize("words", ["", "度", "三块", "hello", "点五", "nan", "１０"])
def test_other_words_are_no_number(words: str) -> None:
    assert parse_number(words) is None


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("幺三八零零", "13800"),
        ("洞三幺拐", "0317"),
        ("oh three one", "031"),
        ("double five 2", "552"),
        ("03-12 34", "031234"),
    ],
)
def test_spoken_digits(words: str, digits: str) -> None:
    assert read_digits(words) == digits


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("户号零三幺二四五六七八九", "account_no", "0312456789"),
        ("my account is oh three one two double four five six seven eight", "account_no", "0312445678"),
        ("我的户号是 0398 765 432", "account_no", "0398765432"),
        ("电话13800138000", "phone", "13800138000"),
        ("call me on +86 138 0013 8000", "phone", "13800138000"),
        ("身份证后四位是123x", "id_tail4", "123X"),
        ("工单2611230045", "ticket_no", "2611230045"),
        ("status of A123456789", "application_no", "A123456789"),
        ("上个月电费多少", "period", "2026-10"),
        ("上上个月的账单", "period", "2026-09"),
        ("去年七月交了多少", "period", "2025-07"),
        ("last July's bill", "period", "2026-07"),
        ("the last three months", "period", "2026-08/2026-10"),
        ("近半年用电", "period", "2026-05/2026-10"),
        ("第三季度", "period", "2026-07/2026-09"),
        ("12月的账单", "period", "2025-12"),
        ("July to September", "period", "2026-07/2026-09"),
        ("上周用了多少度", "period", "2026-11-16/2026-11-22"),
        ("how much did I use yesterday in kWh", "period", "2026-11-23"),
        ("从昨晚八点开始", "date", "2026-11-23T20:00+08:00"),
        ("since nine last night", "date", "2026-11-23T21:00+08:00"),
        ("昨天下午三点半停的", "date", "2026-11-23T15:30+08:00"),
        ("两个小时前", "date", "2026-11-24T18:00+08:00"),
        ("明天上午来", "date", "2026-11-25"),
        ("明天上午来", "time_slot", "morning"),
        ("下周三上午九点到十一点", "time_slot", "09:00-11:00"),
        ("next friday after 2pm", "date", "2026-12-04"),
        ("come round in the afternoon", "time_slot", "afternoon"),
        ("交了三百二十块", "amount", "32000"),
        ("三块五", "amount", "350"),
        ("warn me below fifty yuan", "amount", "5000"),
        ("¥88.5", "amount", "8850"),
        ("要三十千瓦", "capacity_kva", "30"),
        ("315kVA的变压器", "capacity_kva", "315"),
        ("只有一百八十伏", "voltage", "180"),
        ("我家五口人", "person_count", "5"),
        ("family of six", "person_count", "6"),
        ("整栋楼都黑了", "outage_scope", "building"),
        ("only our flat is dark", "outage_scope", "own_home"),
        ("冰箱坏了", "appliance", "fridge"),
        ("the AC died", "appliance", "air_conditioner"),
        ("用微信交的", "channel", "wechat"),
        ("我爸用呼吸机", "special_type", "ventilator"),
        ("I am in MAPLE GROVE", "area", "Maple Grove"),
        ("楓林苑那邊", "area", "枫林苑"),
        ("阳光花园3栋2单元501", "address", "阳光花园3栋2单元501"),
        ("Flat 12B, Lakeview Gardens", "address", "flat 12b, lakeview gardens"),
        ("我叫王小明", "name", "王小明"),
        ("石桥镇营业厅几点开门", "branch", "石桥镇营业厅"),
    ],
)  # fmt: skip
def test_entity_has_its_normal_form(text: str, name: str, value: str) -> None:
    assert values(text, name) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [("用了二百度", "200 kWh"), ("how did I use 600 kWh", "600 kWh"), ("电费翻到六百三", "63000"), ("欠了两千多", "200000"),  # noqa: E501
     ("上月是198对吧", "19800"), ("my bill went from 150 up", "15000")],
)  # fmt: skip
def test_energy_and_bare_numbers_are_amounts(text: str, value: str) -> None:
    assert values(text, "amount") == [value]


@pytest.mark.parametrize(
    ("text", "surface", "name"),
    [("想了解下滨江花园的停电", "滨江花园", "area"), ("路过学府路看到一根线", "学府路", "address"),
     ("我要给城东营业厅送锦旗", "城东营业厅", "branch"), ("no supply at 22 Cedar Walk", "22 Cedar Walk", "address"),  # noqa: E501
     ("停掉江景苑二期6栋2单元", "江景苑二期6栋2单元", "address")],
)  # fmt: skip
def test_a_place_begins_with_its_name(text: str, surface: str, name: str) -> None:
    assert [e.surface for e in READER.read(text, NOW) if e.name == name] == [surface]


@pytest.mark.parametrize(
    ("text", "day"),
    [("下周停电吗", "2026-11-30"), ("下个月再交", "2026-12-01"), ("月底之前交", "2026-11-30")],
)
def test_a_time_to_come_is_a_date(text: str, day: str) -> None:
    assert values(text, "date") == [day]


def test_a_title_does_not_make_another_person() -> None:
    assert values("王经理态度很差", "staff_name") == [READER.value("staff_name", "王", NOW)]


@pytest.mark.parametrize(
    ("text", "name"),
    [("may I ask something", "period"), ("三号楼没电", "date"), ("空调开二十六度", "amount"), ("三百人没电", "amount"), ("每度多少钱", "amount"), ("one of my two rooms is dark", "account_no"),  # noqa: E501
     ("早上好", "time_slot"), ("good morning", "time_slot"), ("这个号码不对", "phone"), ("200 kWh", "capacity_kva")],  # noqa: E501
)  # fmt: skip
def test_nothing_is_read_where_nothing_is(text: str, name: str) -> None:
    assert values(text, name) == []


def test_an_awaited_value_is_believed_by_its_shape() -> None:
    assert values("4567", "id_tail4") == []
    assert values("4567", "id_tail4", expecting="id_tail4") == ["4567"]
    assert values("123456789012", "account_no", expecting="account_no") == ["123456789012"]


def test_entities_stand_in_the_customers_own_words() -> None:
    text = "嗯 ＡＣ壞了，戶號０３１２３４５６７８"
    for entity in READER.read(text, NOW):
        assert text[entity.start : entity.end] == entity.surface
    assert values(text, "account_no") == ["0312345678"]


def test_periods_turn_with_the_month_of_shanghai() -> None:
    still_october_in_london = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)
    found = READER.read("上个月", still_october_in_london)
    assert [e.value for e in found] == ["2026-10"]
