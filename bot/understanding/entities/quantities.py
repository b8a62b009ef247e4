"""Amounts of money (fen) or energy (``400 kWh``), capacity (kW or kVA), voltage (V), people, and a rating."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.understanding.entities.numerals import EN_NUMBER, ZH_NUMBER, parse_number
from bot.understanding.entities.span import Span

_RATING_WORDS = {
    "非常满意": 5,
    "很满意": 5,
    "满意": 4,
    "一般": 3,
    "不满意": 2,
    "非常不满意": 1,
    "很不满意": 1,
}

_AMOUNT = re.compile(
    rf"(?:[¥$£€]|rmb ?|cny ?)(?P<sign>\d[\d,]*(?:\.\d+)?)"
    rf"|(?:交|充|付|扣|收|缴|欠|花|转|退|打|低于|少于|不足|低过|超过|剩下?|只剩)(?:了|我|你们)*(?P<paid>\d+(?:\.\d+)?|[一二两三四五六七八九]百[一二三四五六七八九]?十?[一二三四五六七八九]?)(?![\d.十百千万一二两三四五六七八九点个度月天年号点户次遍分秒小时%kv千口人条张]|[块元])"
    rf"|\b(?:paid|pay|sent|send|under|below|charged|charge|owe|bill of|balance of|topped up|top up|put|loaded|transferred|deposited)(?: me| in| with| you| only| about| another)? (?P<spent>\d[\d,]*(?:\.\d+)?)(?! ?(?:kwh|units?|days?|weeks?|months?|times?|hours?|minutes?|kw|years?|degrees|%|yuan|rmb|cny)|[\d/:])"  # noqa: E501
    rf"|(?<![几数好])(?P<yuan>(?!一块(?![钱多几\d一二三四五六七八九零])){ZH_NUMBER})(?:多|来|几)?(?:块|元|圆)(?!表|儿八)(?:(?:钱)|(?P<jiao>[\d一二两三四五六七八九])(?:毛|角)?(?P<fen>[\d一二三四五六七八九])?分?(?![\d个度月天]))?"
    rf"|(?<![a-z])(?P<en>{EN_NUMBER}) ?(?:yuan|rmb|cny|kuai|dollars?|bucks|quid|pounds)\b"
)
_ENERGY = re.compile(
    rf"(?<!每)(?<!温度)(?<!空调)(?<![调开]到)(?<!调开)(?<!零下)(?<![\d.一二两三四五六七八九十百千万])"
    rf"(?P<zh>(?!一?度){ZH_NUMBER})[多来几]?(?:度(?![数过假角])|千瓦时)"
    rf"|(?<![a-z])(?P<en>{EN_NUMBER}) ?(?:kwh|kilowatt[ -]?hours?|units)\b"
)
_ROUND = re.compile(
    r"(?<![第几数好上\d一二两三四五六七八九十百千万点])"
    r"(?P<n>[一二两三四五六七八九][百千万](?:零?[一二两三四五六七八九十百千万])*)(?:多|来|几)?"
    r"(?![\d一二三四五六七八九十百千万亿度个户人年天次米公里斤平伏瓦号栋块元圆点分秒岁倍种件台套家名位只条张层楼字页遍步安克吨升章钟来多%])"
)
"""A bare number that people say of money only: nobody counts people or things in "三百八" without a word."""
_BARE = re.compile(
    r"(?<![\d.,:/#a-z\-])(?!(?:19|20)\d\d(?!\d))(?P<n>\d{2,5}(?:,\d{3})*(?:\.\d{1,2})?)"
    r"(?![\d:/\-%,a-z多]|\.\d| ?(?:kwh|kva|kw|volts?|v|units?|days?|weeks?|months?|years?|times?|hours?|hrs?|minutes?|mins?|am|pm"  # noqa: E501
    r"|people|persons?|degrees?|amps?|metres?|meters?|flats?|houses?|families|phase|percent|c|st|nd|rd|th|yuan|rmb)\b"
    r"| [a-z]+ (?:road|street|lane|walk|row|avenue)|[度个户人年天次米公里斤平伏瓦号栋幢块元圆点分秒岁倍种件台套家名位只条张层楼字页遍步安千万百月日室单时周])"  # noqa: E501
)
_OF_MONEY = re.compile(
    r"电费|账单|余额|欠|扣|提醒|预警|告警|上限|封顶|限额|单子|这个月|上个?月|本月|翻|涨|多了|贵|交|充|缴|付"
    r"|\b(?:bills?|costs?|charge[ds]?|balance|owe|owing|pay|paid|payment|alert|warn|text me|message me|tell me|limit|debit(?:ed)?|top(?:ped)?|recharge|refund|month|dearer|expected|usually|normally)\b"  # noqa: E501
)
_CAPACITY = re.compile(
    rf"(?P<zh>{ZH_NUMBER})(?:个)?(?:千瓦(?!时)|千伏安|kva\b|kw(?!h))|(?<![a-z])(?P<en>{EN_NUMBER})[ -]?(?:kilowatts?(?!.?hour)|kw(?!h)|kva|kilo ?volt.?amps?)"  # noqa: E501
)
_VOLTAGE = re.compile(
    rf"(?P<kzh>{ZH_NUMBER})(?:千伏(?!安)|kv(?!a))|(?P<zh>{ZH_NUMBER})(?:多)?(?:伏特?(?!安)|v(?![a-z]))|(?<![a-z])(?P<en>{EN_NUMBER}) ?(?:volts?|v)\b(?!.?a\b)"  # noqa: E501
)
_PEOPLE_ZH = re.compile(
    r"(?<![第\d])(?P<n>\d{1,2}|[一二两三四五六七八九十]{1,3})(?:口子?(?:人)|口(?![子水味气井锅])|(?<!一)个人(?!所得|信息|用户)|(?:位|名)(?:家庭)?成员|代人|人(?=户|住|一起|的?家庭|共|口|以上|够|居住|登记|$))"
    r"|(?:一共|总共|家里|全家|我们家?)(?:有)?(?P<m>\d{1,2}|[一二两三四五六七八九十]{1,3})人"
)
_PEOPLE_EN = re.compile(
    r"\b(?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)(?: of us| people| persons| family members| members| residents|-person| person)\b|(?:family|household|home) of (?P<m>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\b"  # noqa: E501
)
_RATING = re.compile(
    r"(?P<n>[1-5]|[一二三四五])(?:分|颗?星)(?![钟之])|\b(?P<en>[1-5]|one|two|three|four|five) ?(?:stars?|out of (?:5|five)|/ ?5)"  # noqa: E501
)


def read_quantities(text: str) -> list[Span]:
    """Quantities in a folded text."""
    found = [
        Span("amount", *_money_place(m), str(_fen(m)), 6)
        for m in _AMOUNT.finditer(text)
        if _fen(m) is not None
    ]
    found += _energies(text) + _bare_amounts(text)
    for match in _CAPACITY.finditer(text):
        if (value := _plain(match["zh"] or match["en"])) is not None:
            found.append(Span("capacity_kva", match.start(), match.end(), value, 7))
    for match in _VOLTAGE.finditer(text):
        if (
            value := _plain(match["zh"] or match["en"] or match["kzh"], 1000 if match["kzh"] else 1)
        ) is not None:
            found.append(Span("voltage", match.start(), match.end(), value, 7))
    for pattern in (_PEOPLE_ZH, _PEOPLE_EN):
        for match in pattern.finditer(text):
            if (value := _plain(match["n"] or match["m"])) is not None:
                found.append(Span("person_count", match.start(), match.end(), value, 5))
    for match in _RATING.finditer(text):
        if (value := _plain(match["n"] or match["en"])) is not None:
            found.append(Span("rating", match.start(), match.end(), value, 5))
    return found


def _energies(text: str) -> list[Span]:
    return [
        Span("amount", m.start(), m.end(), f"{value} kWh", 6)
        for m in _ENERGY.finditer(text)
        if (value := _plain(m["zh"] or m["en"])) is not None
    ]


def _bare_amounts(text: str) -> list[Span]:
    """Numbers without a unit; such digits only where money is spoken of."""
    return [
        Span("amount", m.start(), m.end(), str(int(number * 100)), 2)
        for pattern in ((_ROUND, _BARE) if _OF_MONEY.search(text) else (_ROUND,))
        for m in pattern.finditer(text)
        if (number := parse_number(m["n"])) is not None
    ]


def quantity_value(name: str, surface: str) -> str | None:
    """Normal form of a surface known to be that quantity, also when only the number was given."""
    spans = [s for s in read_quantities(surface) if s.name == name]
    if spans:
        return max(spans, key=lambda s: s.weight).value
    if name == "rating" and surface in _RATING_WORDS:
        return str(_RATING_WORDS[surface])
    match = re.search(f"{ZH_NUMBER}|{EN_NUMBER}", surface)
    number = parse_number(match[0]) if match else None
    if number is None:
        return None
    return str(int(number * 100)) if name == "amount" else _words(number)


def _money_place(match: re.Match[str]) -> tuple[int, int]:
    """Without the verb that told that a bare number is money."""
    group = next((name for name in ("paid", "spent") if match[name]), 0)
    return match.span(group)


def _fen(match: re.Match[str]) -> int | None:
    number = parse_number(match["sign"] or match["paid"] or match["spent"] or match["yuan"] or match["en"])
    if number is None:
        return None
    tenths = int(parse_number(match["jiao"]) or 0) if match["jiao"] else 0
    hundredths = int(parse_number(match["fen"]) or 0) if match["fen"] else 0
    return int(number * 100) + tenths * 10 + hundredths


def _plain(words: str, times: int = 1) -> str | None:
    number = parse_number(words)
    return None if number is None else _words(number * times)


def _words(number: Decimal) -> str:
    return f"{number.normalize():f}"
