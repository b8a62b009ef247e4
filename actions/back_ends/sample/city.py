"""The invented city of Cuihu (翠湖市): its places, halls, transformers and people. Nothing here is real."""

from __future__ import annotations

from dataclasses import dataclass

from domain.utility import Area, Branch

AREAS = (
    Area(
        "lakeview", "翠湖小区", "Lakeview Gardens", ("翠湖", "翠湖花园", "Lakeview", "Cuihu Estate"), "urban"
    ),
    Area("sunshine", "阳光花园", "Sunshine Garden", ("阳光小区", "Sunshine", "Sunny Garden"), "urban"),
    Area("riverside", "江景苑", "Riverside Court", ("江景", "江景小区", "Riverside"), "urban"),
    Area("oldstreet", "老街社区", "Old Street", ("老街", "Old Street Community", "Laojie"), "urban"),
    Area("maple", "枫林里", "Maple Lane", ("枫林", "枫林小区", "Maple"), "urban"),
    Area("university", "大学城", "University Town", ("大学路", "University Road", "College Town"), "urban"),
    Area("harbour", "滨港新城", "Harbour New Town", ("滨港", "Harbour", "Harbor New Town"), "urban"),
    Area(
        "jinqiao",
        "金桥工业园",
        "Jinqiao Industrial Park",
        ("金桥", "工业园", "Jinqiao", "Golden Bridge"),
        "urban",
    ),
    Area("shiqiao", "石桥镇", "Shiqiao Town", ("石桥", "Shiqiao", "Stone Bridge Town"), "rural"),
    Area("liulin", "柳林村", "Liulin Village", ("柳林", "Liulin", "Willow Village"), "rural"),
    Area("hetang", "荷塘村", "Hetang Village", ("荷塘", "Hetang", "Lotus Village"), "rural"),
    Area("yunling", "云岭村", "Yunling Village", ("云岭", "Yunling", "Cloud Ridge"), "remote"),
)

_WEEK = (*[("08:30", "17:30")] * 5, ("09:00", "16:00"), ("", ""))
_EVERY_DAY = (("08:30", "17:30"),) * 7
_ALWAYS = (("00:00", "24:00"),) * 7
_ALL = ("payment", "invoice", "transfer", "connection", "meter", "tariff", "relief", "authorization")
_SMALL = ("payment", "invoice", "transfer", "tariff")

BRANCHES = (
    Branch("b-centre", "翠湖中心营业厅", "Cuihu Central Hall", "oldstreet", "老街社区中山路66号",
           "0300-9559801", False, _EVERY_DAY, _ALL),
    Branch("b-lakeview", "翠湖小区营业厅", "Lakeview Hall", "lakeview", "翠湖小区湖滨路12号", "0300-9559802",
           False, _WEEK, _ALL),
    Branch("b-harbour", "滨港营业厅", "Harbour Hall", "harbour", "滨港新城海关路8号", "0300-9559803",
           False, _WEEK, _ALL),
    Branch("b-jinqiao", "金桥营业厅", "Jinqiao Hall", "jinqiao", "金桥工业园创业路1号", "0300-9559804",
           False, (*[("08:30", "17:30")] * 5, ("", ""), ("", "")), _ALL),
    Branch("b-shiqiao", "石桥供电所", "Shiqiao Power Office", "shiqiao", "石桥镇桥头街3号", "0300-9559805",
           False, _WEEK, _SMALL),
    Branch("k-sunshine", "阳光花园自助缴费点", "Sunshine Garden Kiosk", "sunshine", "阳光花园南门", "",
           True, _ALWAYS, ("payment",)),
    Branch("k-university", "大学城自助缴费点", "University Town Kiosk", "university", "大学城图书馆一楼", "",
           True, _EVERY_DAY, ("payment",)),
)  # fmt: skip

FAMILY_NAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁于蒋蔡余杜叶程苏魏吕丁任沈"
)
GIVEN_NAMES: tuple[str, ...] = (
    *"伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚",
    *("秀兰", "桂英", "建国", "志强", "晓东", "雪梅", "海燕", "文博", "子涵", "雨桐", "浩然", "梓萱", "思远"),
    *("国栋", "玉兰", "春生", "秋月", "立新", "永康", "美玲", "俊杰", "小红", "振华", "淑珍", "天佑", "若曦"),
)
FOREIGN_NAMES: tuple[str, ...] = (
    *("Emma Brown", "James Wilson", "Sofia Rossi", "Lucas Martin", "Olivia Smith", "Hans Becker"),
    *("Maria Garcia", "David Cohen", "Anna Kowalska", "Peter Novak", "Grace Okafor", "Daniel Kim"),
    *("Yuki Tanaka", "Priya Sharma", "Ivan Petrov", "Chloe Dubois", "Noah Jones", "Liam Murphy"),
)
SHOPS = ("面馆", "水果店", "五金店", "理发店", "便利店", "茶楼", "诊所", "洗衣店", "书店", "烘焙坊")
PLANTS = ("机械厂", "纺织厂", "食品厂", "电子厂", "塑料厂", "木业厂", "冷链物流", "印刷厂")
FIRM_WORDS = ("翠湖", "金桥", "宏达", "顺发", "新星", "永兴", "恒通", "百川", "长风", "瑞祥")

TRANSFORMERS_PER_AREA = 6


@dataclass(frozen=True, slots=True)
class Grid:
    """How a place hangs on the network."""

    transformers: tuple[str, ...]
    feeders: tuple[str, ...]


def grid(area: Area) -> Grid:
    """Six transformers on two feeders per place; names say where they are."""
    number = next(n for n, each in enumerate(AREAS, start=1) if each.code == area.code)
    return Grid(
        tuple(f"T{number:02}{n:02}" for n in range(1, TRANSFORMERS_PER_AREA + 1)),
        (f"F{number:02}A", f"F{number:02}B"),
    )


def area_named(text: str) -> Area | None:
    """The place that a text names; the longest name that occurs wins."""
    lowered = text.casefold()
    best: tuple[int, Area] | None = None
    for area in AREAS:
        for name in (area.name_zh, area.name_en, *area.aliases):
            if name.casefold() in lowered and (best is None or len(name) > best[0]):
                best = (len(name), area)
    return best[1] if best else None
