"""Normal forms of what customers say, at a fixed moment: Tuesday 24 November 2026, 20:00 in Shanghai."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.entities.extract import EntityReader
from bot.understanding.entities.numerals import parse_number, read_digits
from bot.understanding.entities.words import LISTED
from bot.understanding.teaching import ENTITIES, INTENTS

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
READER = EntityReader(["枫林苑", "Maple Grove"])


def values(text: str, name: str, expecting: str = "") -> list[str]:
    return [e.value for e in READER.read(text, NOW, expecting) if e.name == name]


def meant(text: str, request: str, name: str = "") -> list[tuple[str, str]]:
    """``(name, value)`` of what holds when that request is certain."""
    found = READER.find(text, NOW).chosen({request: 1.0})
    return [(e.name, e.value) for e in found if name in ("", e.name)]


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
    [("想了解下滨江花园的停电", "滨江花园", "area"), ("路过学府路看到一根线", "学府路", "area"),
     ("我要给城东营业厅送锦旗", "城东营业厅", "branch"), ("no supply at 22 Cedar Walk", "22 Cedar Walk", "address"),  # noqa: E501
     ("停掉江景苑二期6栋2单元", "江景苑二期6栋2单元", "address"),
     ("we've no light in Tarrowby since nine", "Tarrowby", "area"), ("it is sparking near Mount Oxlade", "Mount Oxlade", "area"),  # noqa: E501
     ("he's had a few too, Shirley Street", "Shirley Street", "area"),
     ("hot pole shirley street", "shirley street", "area")],
)  # fmt: skip
def test_a_place_begins_with_its_name(text: str, surface: str, name: str) -> None:
    assert [e.surface for e in READER.read(text, NOW) if e.name == name] == [surface]


@pytest.mark.parametrize(
    ("text", "day"),
    [("周末之前交", "2026-11-28/2026-11-29"), ("月底之前交", "2026-11-30")],
)
def test_a_time_to_come_is_a_date(text: str, day: str) -> None:
    assert values(text, "date") == [day]


@pytest.mark.parametrize(
    ("text", "span"),
    [("下周停电吗", "2026-11-30/2026-12-06"), ("下下周停电吗", "2026-12-07/2026-12-13"),
     ("下个月再交", "2026-12"),
     ("any cuts next week", "2026-11-30/2026-12-06"), ("I can pay next month", "2026-12"),
     ("能拖到下个季度吗", "2027-01/2027-03"), ("can it wait for next quarter", "2027-01/2027-03")],
)  # fmt: skip
def test_a_week_or_a_month_to_come_is_a_period(text: str, span: str) -> None:
    assert values(text, "period") == [span]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("厨房一股臭鸡蛋味", "gas"), ("摸洗衣机它咬我手", "leakage"), ("爸爸在梯子上松不开手", "shock"),
     ("水漫到插座那么高了", "water"), ("呼吸机停了", "life_support"), ("电池还有20分钟", "life_support"),
     ("there is a rotten egg smell", "gas"), ("the step bit me twice", "leakage"),
     ("he can't let go of it", "shock"),
     ("her oxygen machine is on its backup", "life_support"), ("that can up there is spitting", "sparks"),
     ("the lines are sagging low", "wire_down"), ("two boys got over the fence", "intrusion"),
     ("the lid is off", "exposed"), ("the plug is all melty", "hot"), ("sizzling up there", "sparks")],
)  # fmt: skip
def test_dangers_are_known_in_plain_words(text: str, kind: str) -> None:
    assert ("hazard_type", kind) in meant(text, "report_safety_hazard")


@pytest.mark.parametrize(
    ("text", "fen"),
    [("I bought for fifty rand", "5000"), ("R150 gone", "15000"), ("still showing 40p", "40"),
     ("a grand!", "100000"),
     ("it would be grand", ""), ("a 20 digit number", ""), ("K821B is my pass", ""),
     ("店开了一年这个月电费870", "87000"), ("你们抄的是8842", ""), ("空调开到24", "")],
)  # fmt: skip
def test_money_of_other_countries_and_numbers_that_are_none(text: str, fen: str) -> None:
    assert [v for n, v in meant(text, "query_bill") if n == "amount"] == ([fen] if fen else [])


@pytest.mark.parametrize(
    ("text", "request_", "name", "value"),
    [("please test A17-20933", "request_meter_test", "meter_no", "A1720933"),
     ("any word on TS-20-4418", "query_ticket_status", "ticket_no", "TS204418"),
     ("CH-90-2213 went nowhere", "query_application_progress", "application_no", "CH902213"),
     ("my solar paper INC0088213", "query_application_progress", "application_no", "INC0088213")],
)  # fmt: skip
def test_the_request_tells_what_a_code_names(text: str, request_: str, name: str, value: str) -> None:
    assert meant(text, request_) == [(name, value)]
    assert meant(text, "query_bill") == []


@pytest.mark.parametrize(
    "text",
    ["from 2026-10-01 to 10/31, 9-11", "come 10am-12pm or at 12 30", "between 100kw-200kw", "380v/220v"],
)
def test_dates_hours_and_sizes_are_no_codes(text: str) -> None:
    for request_ in ("query_ticket_status", "query_application_progress", "request_meter_test"):
        assert {name for name, _ in meant(text, request_)} & {
            "ticket_no",
            "application_no",
            "meter_no",
        } == set()


def test_a_whole_house_in_the_dark_is_not_the_only_one() -> None:
    """Only "only my home" may send no crew to the street."""
    for text in ("the whole house is dark", "全屋都黑了", "whole house and the whole street"):
        assert ("outage_scope", "own_home") not in meant(text, "report_outage"), text
    assert ("outage_scope", "area") in meant("whole house and the whole street", "report_outage")
    for text in ("no light here, next door has theirs", "对面楼有电"):
        assert ("outage_scope", "area") not in meant(text, "report_outage"), text


def test_a_row_alone_is_no_address() -> None:
    assert [name for name, _ in meant("我在第一排等了半天", "file_complaint") if name == "address"] == []
    assert ("address", "城北新村6排3号") in meant("城北新村6排3号没电", "report_outage")


def test_numbers_of_floors_are_no_hours() -> None:
    assert meant("it's dark on floors one to twelve", "file_complaint") == []


def test_hours_from_and_to_are_a_slot_whatever_is_asked() -> None:
    assert ("time_slot", "09:00-11:00") in meant("约的上午九点到十一点", "file_complaint")


def test_whose_name_it_is_depends_on_the_request() -> None:
    assert meant("那个姓郑的让我先包个红包", "report_violation") == [("staff_name", "郑")]
    assert meant("现在的户主那边姓郑", "transfer_account") == [("name", "郑")]
    assert meant("窗口那位周姐真好", "give_praise") == [("staff_name", "周姐")]
    assert meant("the bill is in the name of, um, Gordon Tate", "transfer_account") == [
        ("name", "gordon tate")
    ]
    assert meant("I've no quarrel with you but I'd rather complain", "file_complaint") == []


def test_the_number_of_a_case_is_that_of_the_application_where_one_is_asked_about() -> None:
    assert meant("受理号20261104办好了没有", "query_application_progress") == [("application_no", "20261104")]
    assert meant("受理号20261104办好了没有", "query_ticket_status") == [("ticket_no", "20261104")]


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


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("琴日停咗电", "2026-11-23"),
        ("前儿晚上烧的", "2026-11-22"),
        ("听日有冇人", "2026-11-25"),
        ("上个月18号换的", "2026-10-18"),
        ("下个月八号办事", "2026-12-08"),
        ("打算12月中旬搬", "2026-12-11/2026-12-20"),
        ("下个月初开工", "2026-12-01"),
        ("国庆回来再说", "2026-10-01"),
        ("春节前装好", "春节"),
        ("see you tmrw", "2026-11-25"),
        ("the night before last", "2026-11-22"),
        ("i get paid on the twenty fifth", "2026-11-25"),
        ("moved out on 20/11", "2026-11-20"),
        ("early December would suit", "2026-12-01/2026-12-10"),
        ("at the end of next month", "2026-12-31"),
        ("we reopen next year", "2027"),
    ],
)
def test_days_as_people_name_them(text: str, day: str) -> None:
    assert values(text, "date") == [day]


@pytest.mark.parametrize(
    ("text", "name"),
    [("电表换大一号的", "date"), ("一周三次", "date"), ("去3号窗口", "date"), ("the sun and patience", "date"),  # noqa: E501
     ("you may claim", "period"), ("油汀2000W", "period"), ("提前三天通知", "period"), ("砸碎了两块砖", "amount"),  # noqa: E501
     ("paid on 5 cards", "amount"), ("刚上小学", "area"), ("走不了路", "area"), ("一家三口", "address"), ("开关师傅", "staff_name"),  # noqa: E501
     ("your agent hung up", "staff_name"), ("leave my name out of it", "name"), ("改成方便的", "name"), ("三伏天停电", "voltage"),  # noqa: E501
     ("初三物理题", "date"), ("宿舍404还剩多少", "amount"), ("空调开26还是27", "amount"), ("给个收据啥的吧", "customer_type"),  # noqa: E501
     ("屋顶想铺光伏", "customer_type"), ("stuck at 1 floor", "time_slot"), ("300 Rands", "address")],
)  # fmt: skip
def test_words_that_only_look_like_values(text: str, name: str) -> None:
    assert values(text, name) == []


@pytest.mark.parametrize(
    ("text", "request_", "found"),
    [
        ("上个月的电费", "query_bill", [("period", "2026-10")]),
        ("上个月报的修", "query_ticket_status", [("date", "2026-10")]),
        ("这个月停了五回", "file_complaint", [("period", "2026-11")]),
        ("上周来换的表", "claim_appliance_damage", [("date", "2026-11-16/2026-11-22")]),
        ("昨天用了几度", "query_usage", [("period", "2026-11-23")]),
        ("下个月再交行不行", "request_payment_plan", [("date", "2026-12")]),
        ("昨天交的", "payment_not_posted", [("date", "2026-11-23")]),
        ("八月的那笔", "payment_not_posted", [("period", "2026-08")]),
        ("在冒烟", "report_safety_hazard", [("hazard_type", "smoke")]),
        ("在冒烟", "give_praise", []),
        ("整栋楼都黑了", "report_outage", [("outage_scope", "building")]),
        ("整栋楼都夸他", "give_praise", []),
        ("我家停电了", "report_outage", [("outage_scope", "home")]),
        ("隔壁亮着就我家停电", "report_outage", [("outage_scope", "own_home")]),
        ("开个奶茶店", "apply_new_connection", [("customer_type", "shop")]),
        ("店里生意不好", "request_payment_plan", []),
        ("我火锅店按商业算吗", "query_tariff", [("customer_type", "shop")]),
        ("支付宝付的", "pay_bill", [("channel", "alipay")]),
        ("建议支付宝也能付", "give_suggestion", [("channel", "alipay")]),
        ("夸支付宝交得快", "give_praise", []),
        ("你们app显示欠费", "payment_not_posted", []),
        ("用你们app交", "pay_bill", [("channel", "app")]),
        ("超过300度就提醒", "set_alert", [("amount", "300 kWh")]),
        ("一个月三百度", "switch_tou_tariff", []),
        ("多了四十", "explain_high_bill", [("amount", "4000")]),
        ("from 40 to 100", "change_capacity", [("capacity_kva", "40"), ("capacity_kva", "100")]),
        ("测出来二百五十八", "report_voltage_problem", [("voltage", "258")]),
        ("we're down to five", "apply_tariff_relief", [("person_count", "5")]),
        ("明天下午三点", "book_appointment", [("date", "2026-11-25"), ("time_slot", "15:00")]),
        ("come at four", "book_appointment", [("time_slot", "16:00")]),
        ("凌晨三点断的", "report_outage", [("date", "2026-11-24T03:00+08:00")]),
        ("老周来得快", "give_praise", [("staff_name", "周")]),
        ("老周家的表", "query_bill", []),
        ("Mr Delgado may act for me", "manage_authorization", [("name", "delgado")]),
        ("Mr Delgado was kind", "give_praise", [("staff_name", "delgado")]),
        ("7730225519走得快", "report_meter_problem", [("meter_no", "7730225519")]),
        ("7730225519欠多少", "query_arrears", [("account_no", "7730225519")]),
        ("please pay 66120394", "pay_bill", [("account_no", "66120394")]),
        ("my number is 44018842, how much", "query_bill", [("account_no", "44018842")]),
        ("write to 668 555 0163 instead", "update_contact_info", [("phone", "6685550163")]),
        ("13800138000欠多少", "query_arrears", [("phone", "13800138000")]),
        ("how is 773120 going", "query_ticket_status", [("ticket_no", "773120")]),
        ("one four six nine zero two, that's the meter", "inform", [("meter_no", "146902")]),
        ("表上印的是零七三三零零二四八八", "inform", [("meter_no", "0733002488")]),
        ("last four are um eight double three x", "inform", [("id_tail4", "833X")]),
        ("view only on acc 9012-8845", "manage_authorization", [("account_no", "90128845")]),
        ("我姓冼", "query_ticket_status", [("name", "冼")]),
        ("they quoted 18k", "claim_appliance_damage", [("amount", "1800000")]),
        ("they want 8.2k", "claim_appliance_damage", [("amount", "820000")]),
        ("an 18k line", "change_capacity", []),
        ("reading 146902, that's the meter", "inform", []),
        ("手风琴都烧了", "claim_appliance_damage", [("appliance", "machine")]),
        ("手风琴拉得好", "give_praise", []),
        ("别打给老赵", "update_contact_info", [("name", "老赵")]),
        ("有事找陈立电话变了", "update_contact_info", [("name", "陈立")]),
        ("姓欧阳", "transfer_account", [("name", "欧阳")]),
        ("your gal Renelle kept calm", "give_praise", [("staff_name", "renelle")]),
        ("there were people in Fernby Road", "give_praise", [("area", "fernby road")]),
        ("many people walk here", "report_outage", []),
        ("a mango branch fell", "report_outage", []),
        ("it broke last month", "claim_appliance_damage", [("date", "2026-10")]),
        ("any works next month", "query_planned_outage", [("date", "2026-12")]),
        ("someone at home next month", "book_appointment", [("date", "2026-12")]),
        (
            "预约明天上午城关营业厅",
            "book_appointment",
            [("date", "2026-11-25"), ("time_slot", "morning"), ("branch", "城关营业厅")],
        ),
        ("给我在海棠路约个号", "book_appointment", [("branch", "海棠路")]),
        ("海棠路停电了", "query_outage_status", [("area", "海棠路")]),
        ("解放路那个厅几点关门", "query_branch", [("branch", "解放路那个厅")]),
        ("hours of the Kotagiri centre", "query_branch", [("branch", "kotagiri centre")]),
        ("your call centre hung up", "file_complaint", []),
        (
            "between eight and twelve tomorrow",
            "book_appointment",
            [("time_slot", "08:00-12:00"), ("date", "2026-11-25")],
        ),
        ("那个姑娘叫什么田雨欣的", "give_praise", [("staff_name", "田雨欣")]),
        ("lights out, 12 Orchard Rise", "report_outage", [("address", "12 orchard rise")]),
        ("bills for 518 Kessler please", "transfer_account", [("address", "518 kessler")]),
        ("use on 12 October please", "query_usage", [("date", "2026-10-12")]),
        ("half an hour ago", "inform", [("date", "2026-11-24T19:30+08:00")]),
        ("half an hour ago", "query_outage_status", []),
    ],
)
def test_the_request_decides_what_is_a_value(text: str, request_: str, found: list[tuple[str, str]]) -> None:
    assert meant(text, request_) == found


def test_a_reading_needs_its_requests_to_be_likely_enough() -> None:
    both = READER.find("整条街都在冒烟", NOW)
    doubted = both.chosen({"report_safety_hazard": 0.25, "report_outage": 0.65})
    assert [e.name for e in doubted] == ["outage_scope"]
    assert len(both.chosen({"report_safety_hazard": 0.45, "report_outage": 0.45})) == 2


@pytest.mark.parametrize(
    ("text", "request_", "found"),
    [
        ("我要约后天啊不明天上午", "book_appointment", [("date", "2026-11-25"), ("time_slot", "morning")]),
        ("查九月不是十月的", "query_bill", [("period", "2026-10")]),
        ("在冒烟啊冒烟", "report_safety_hazard", [("hazard_type", "smoke")]),
        ("滋滋响还冒火花", "report_safety_hazard", [("hazard_type", "sparks")]),
        ("the box hums and smells, now it smokes", "report_safety_hazard", [("hazard_type", "smoke")]),
        ("冰箱坏了，冰箱才买的", "claim_appliance_damage", [("appliance", "fridge")]),
        ("PayPal or Visa", "pay_bill", [("channel", "bank"), ("channel", "bank")]),
        ("in medical equipment I mean dialysis", "register_special_care", [("special_type", "dialysis")]),
    ],
)
def test_slips_and_repetitions_are_one_value(text: str, request_: str, found: list[tuple[str, str]]) -> None:
    assert meant(text, request_) == found


@pytest.mark.parametrize(
    ("text", "name", "surface"),
    [
        ("委托我儿子王磊来办", "name", "王磊"),
        ("户名写错了应该叫张桂香写成别的了", "name", "张桂香"),
        ("账户由林秀英变更过来", "name", "林秀英"),
        ("抬头是明远贸易有限公司", "name", "明远贸易有限公司"),
        ("客户姓蒋", "name", "蒋"),
        ("please let Sarah Whitcombe act for me", "name", "Sarah Whitcombe"),
        ("made out to Greenleaf Trading Ltd please", "name", "Greenleaf Trading Ltd"),
        ("surname Okafor", "name", "Okafor"),
        ("你们工作人员赵强三次没来", "staff_name", "赵强"),
        ("那个师傅姓苗", "staff_name", "苗"),
        ("engineer Liu came", "staff_name", "Liu"),
        ("感谢刘工连夜来修", "staff_name", "刘工"),
        ("the name is Gordon Tathwell", "name", "Gordon Tathwell"),
    ],
)
def test_who_is_named(text: str, name: str, surface: str) -> None:
    assert [e.surface for e in READER.read(text, NOW) if e.name in ("name", "staff_name")] == [surface]
    assert [e.name for e in READER.read(text, NOW) if e.surface == surface] == [name]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("户号3301887425，10月电费", [("account_no", "3301887425"), ("period", "2026-10")]),
        ("户号035670091410月的账单", [("account_no", "0356700914"), ("period", "2026-10")]),
        ("户号是三零不对三零二幺七七四九零五二", [("account_no", "3021774905" + "2")]),
        ("account double two oh seven seven one nine four three oh", [("account_no", "2207719430")]),
        ("工单BX44102催一下", [("ticket_no", "BX44102")]),
        ("my application ZR8830214", [("application_no", "ZR8830214")]),
        ("meter 00578123946 is blank", [("meter_no", "00578123946")]),
        ("单子上的止码4821", []),
        ("工单尾数0903", [("ticket_no", "0903")]),
        ("R-55820 anyone looking at this", [("ticket_no", "R55820")]),
        ("checking on APP-20931", [("application_no", "APP20931")]),
        ("meter no MN 77120", [("meter_no", "MN77120")]),
        ("application n c seven seven oh four", [("application_no", "NC7704")]),
        ("text me on 07700 900318", [("phone", "07700900318")]),
        ("take this one oh eight oh three triple five one nine two six", [("phone", "08035551926")]),
        ("consumer number one zero six five five nine three", [("account_no", "1065593")]),
        ("身份证尾数0903", [("id_tail4", "0903")]),
        ("last four digits 306x", [("id_tail4", "306X")]),
    ],
)
def test_numbers_are_told_apart(text: str, found: list[tuple[str, str]]) -> None:
    assert [(e.name, e.value) for e in READER.read(text, NOW)] == found


@pytest.mark.parametrize(
    ("text", "value"),
    [("三千八百伏安", "unread"), ("建设街四十五号", "建设街45号"), ("长宁路三百弄五号六零二", "长宁路300弄5号602"), ("三家村东头第二户", "三家村东头第二户"),  # noqa: E501
     ("six hundred mill lane flat two", "six hundred mill lane flat two")],
)  # fmt: skip
def test_addresses_have_one_way_of_writing(text: str, value: str) -> None:
    assert (values(text, "address") or ["unread"]) == [value]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [("one eighty volts", "voltage", "180"), ("三百一十五千伏安", "capacity_kva", "315"), ("1 MW of solar", "capacity_kva", "1000"),  # noqa: E501
     ("a tenner", "amount", "1000"), ("300蚊", "amount", "30000"), ("百八十块", "amount", "10000"), ("₹500", "amount", "50000"),  # noqa: E501
     ("两毛五", "amount", "25"), ("10/10", "rating", "5"), ("打五分", "rating", "5"), ("满分", "rating", "5")],  # noqa: E501
)  # fmt: skip
def test_quantities_as_they_are_said(text: str, name: str, value: str) -> None:
    assert READER.value(name, text, NOW) == value


def test_a_sign_that_is_known_to_be_a_danger_has_its_code() -> None:
    assert READER.value("hazard_type", "歪", NOW) == "pole"
    assert READER.value("hazard_type", "电线杆快倒了", NOW) == "pole"
    assert READER.value("hazard_type", "climbed", NOW) == "intrusion"
    assert READER.value("outage_scope", "俺们屯子", NOW) == "area"


def test_my_home_is_the_answer_to_who_else_is_dark() -> None:
    assert values("我家", "outage_scope", expecting="outage_scope") == ["own_home"]


def test_latin_words_between_chinese_ones_are_words() -> None:
    assert values("will there be停电tomorrow吗", "date") == ["2026-11-25"]
    assert values("买了fridge和TV", "appliance") == ["fridge", "tv"]


def test_the_data_speak_of_what_there_is() -> None:
    folder = NLU_DATA / "entities"
    table = read_yaml(folder / "wanted.yml")
    requests = [
        r for kinds in (table["wanted"], table["senses"]) for listed in kinds.values() for r in listed
    ]
    assert set(requests) | set(table["open"]) <= INTENTS
    assert set(table["wanted"]) <= ENTITIES
    assert set(table["senses"]).isdisjoint(ENTITIES)
    assert set(read_yaml(folder / "words.yml")) == set(LISTED)
    assert {*read_yaml(folder / "patterns.yml")} - {"clues"} <= set(LISTED)
    names = read_yaml(folder / "names.yml")
    assert set(names["also_words"]) <= {*names["given"], *names["family"]}
