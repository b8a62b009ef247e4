"""Capacity (kW or kVA), voltage (V), people, a rating; and the normal form of any quantity, amounts too.

Numbers whose unit was left out have a sense (``sized``, ``measured``, ``household``) and count where that is
the matter; see :mod:`bot.understanding.entities.wanted`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.understanding.entities import spoken
from bot.understanding.entities.money import read_amounts
from bot.understanding.entities.numerals import EN_NUMBER, ZH_NUMBER, read_digits
from bot.understanding.entities.span import Span
from bot.understanding.entities.spoken import ZH_COUNTED, ZH_HUNDREDS

_RATING_WORDS = {
    "非常满意": 5,
    "很满意": 5,
    "满意": 4,
    "一般": 3,
    "不满意": 2,
    "很不满意": 1,
    "非常不满意": 1,
}
_CAPACITY_UNIT = r"(?:个)?(?:千瓦(?!时)|千伏安|k ?v ?a\b|kw(?!h))"
_EN_CAPACITY_UNIT = (
    r"[ -]?(?:kay (?:vee ay|v a|double ?(?:you|u))\b"
    r"|kilowatts?(?!.?hour)|kw(?!h)|k ?v ?a|mva|mw(?!h)|kilo ?volt.?amps?)"
)
_CAPACITY = re.compile(
    rf"(?P<zh>{ZH_NUMBER}){_CAPACITY_UNIT}|(?<![a-z])(?P<en>{EN_NUMBER}){_EN_CAPACITY_UNIT}(?![a-z])"
    rf"|(?P<before>{ZH_NUMBER})(?=(?:减|增|加|升|降|改|变|换|扩|提|调|减少|增加)?(?:容"
    rf"|高)?(?:到|成|为|至|-|~){ZH_NUMBER}{_CAPACITY_UNIT})"
    rf"|(?<![a-z])(?P<enbefore>{EN_NUMBER})(?= (?:up to|down to|to) {EN_NUMBER}{_EN_CAPACITY_UNIT})",
    re.ASCII,
)
_SIZE = re.compile(
    r"(?:增|减|升|降|加|调|提|扩|换|合同|容量|功率|契约|签)(?:容|高|低|成|为|到|了|的|是"
    rf"|从|在|只有|大)*(?P<zh>\d[\d,.]*|{ZH_HUNDREDS})(?=$|[,，。.!?变到调的不行])"
    r"|(?P<zhof>\d{2,4})(?=的?(?:变压器|扩容|容量))"
    r"|从(?P<zhfrom>\d[\d.]*)(?=[变到调减增升降]+[高低为成]*\d)"
    r"|(?<=[变到高低成])(?P<zhto>\d[\d.]*)(?=$|[,，。!?])"
    r"|\b(?:from|to|than|give me|raise it to|require(?: about)?|about|wants?"
    r"|of) (?P<en>\d[\d,]*(?:\.\d)?)(?![\w-])(?! ?(?:a|amps?|days?|months?|years?|weeks?"
    r"|people|%|flats?|june|july|th|st|tonnes?|rooms?)\b)(?![\d:/%.,]\d)",
    re.ASCII,
)
"""A number where capacity is changed, with the unit left out."""
_VOLTAGE = re.compile(
    rf"(?P<kzh>{ZH_NUMBER})(?:千伏(?!安)| ?kv(?!a))"
    rf"|(?P<zh>{ZH_NUMBER})(?:多)?(?:伏特?(?![安天])|v(?![a-z]))"
    rf"|(?<![a-z])(?P<en>{EN_NUMBER}) ?(?:volts?|v)\b(?!.?a\b)"
)
_VOLTAGE_SAID = re.compile(
    r"(?:测|量|万用表|电压|读数)(?:了|着|得|下|一下|出来|到|是|才|只有|只|就|在|有|最低"
    r"|最高|大概|显示)*(?P<zh>\d{3}"
    r"|[一二两三四]百[一二两三四五六七八九零十]*)(?![\d多块元度千伏kva天年个户])"
    r"|\b(?:measured?|reads?|reading|showing|meter says|voltage (?:is|was|of|at))(?: it"
    r"| at| about| just| only| around)* (?P<en>\d{3})(?![\d,.%]|\.\d| ?(?:kwh|kw|units"
    r"|yuan|rmb|bucks|days?))"
    r"|(?P<usual>三百八|两百二|二百二|380|220)(?=的?(?:动力|工业|三相|电(?!费)|线|设备"
    r"|机器|接|带)|的$|的我|的，|的,|转)"
    r"|(?<=三相)(?P<three>三百八|380)|(?<=动力电)(?P<force>三百八|380)",
    re.ASCII,
)
"""Three digits that are a voltage because it was measured, or because everybody knows the two voltages."""
_VOLTS = re.compile(
    r"(?<![一二三四五六七八九十百])(?P<zh>[一二两三四]百[零一二三四五六七八九十]{1,4})(?![千块元度]|[天个户])"
    r"|\b(?P<digits>(?:one|two|three) (?:(?:oh|zero|one|two|three|four|five|six|seven"
    r"|eight|nine) ?){2})(?!\w)"
    r"|(?<![\d.,:/#a-z\-])(?P<n>[1-4]\d\d)(?![\d:/%]|[.,]\d| ?(?:kwh|kw|kva|hz|yuan|days?"
    rf"|metres?|people)|[{ZH_COUNTED}块元])"
)
_PEOPLE_ZH = re.compile(
    r"(?<![第\d])(?P<n>\d{1,2}|[一二两三四五六七八九十]{1,3})(?:口子?人"
    r"|(?<![一两])口(?![子水味气井锅都没一])|(?<!一)个人(?!所得|信息|用户|都|账户|名义)"
    r"|个人(?=住|生活|过日子)|(?:位|名)(?:家庭)?成员|代人|人(?=户|住|一起|的?家庭|共|口"
    r"|以上|够|居住|登记|$))"
    r"|(?:一共|总共|家里|全家|我们家?|户口本上?)(?:有|是)?(?P<m>\d{1,2}"
    r"|[一二两三四五六七八九十]{1,3})(?:个)?人"
)
_EN_COUNT = r"\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_PEOPLE_EN = re.compile(
    rf"\b(?P<n>{_EN_COUNT})(?: of us| people| persons| ppl| heads| family members| members"
    r"| residents|-person(?! (?:allowance|household))| person)\b"
    rf"|(?:family|household|home) of (?:exactly )?(?P<m>{_EN_COUNT})\b|\b(?:we'?re|we are"
    rf"|there'?s|there are)(?: now)? (?P<we>{_EN_COUNT})(?: of us)?(?= now\b|$|[,.!]"
    r"| in (?:the|our|this) )",
    re.ASCII,
)
_HEADS = re.compile(
    r"(?:从|变成?|成|算|按|有|是)(?P<zh>[3-9]|[三四五六七八九十])(?:个?人?)(?=$|[,，。!?变到享])"
    r"|(?:现在|还?剩|屋企|一共|总共|加起来|一下|凑了|老乡|实际)(?:是|有)?(?P<heads>[3-9]"
    r"|[三四五六七八九十])(?:个|张嘴|口)(?!月|度|字)"
    r"|\b(?:we have|makes us|makes|us =|total|down to|up to|became|from|to|our|of|typed in"
    rf"|exactly|have) (?P<en>{_EN_COUNT})(?=$|[,.!?]| (?:to|in the house|and|total|in all"
    r"|now|sharing|lives?)\b)"
    rf"|\b(?P<mouths>{_EN_COUNT}) mouths\b",
    re.ASCII,
)
"""How many a household counts, said without a word for people."""
_RATING = re.compile(
    r"(?P<ten>10|[1-9])/(?P<of>10|5)(?!\d)"
    r"|(?P<n>[1-5]|[一二三四五])(?:分|颗?星)(?![钟之钱不没都也可])|(?P<full>满分|一百分"
    r"|100分)|\b(?P<en>[1-5]|one|two|three|four|five)[ -]?(?:stars?|out of (?:5|five)"
    r"|/ ?5)\b"
)


def read_quantities(text: str) -> list[Span]:
    """Quantities in a folded text."""
    found = [*read_amounts(text), *_capacities(text), *_voltages(text)]
    for pattern, sense in ((_PEOPLE_ZH, ""), (_PEOPLE_EN, ""), (_HEADS, "household")):
        for match in pattern.finditer(text):
            name = next(n for n, words in match.groupdict().items() if words)
            value = spoken.plain(match[name])
            if value is not None:
                place = match.span(name) if sense else match.span()
                found.append(Span("person_count", *place, value, 5, sense))
    found += [Span("rating", *m.span(), _stars(m), 8 if m["ten"] else 5) for m in _RATING.finditer(text)]
    return found


def _stars(match: re.Match[str]) -> str:
    """One to five."""
    if match["full"]:
        return "5"
    if match["ten"]:
        value = int(match["ten"]) * 5 / int(match["of"])
        return str(max(1, min(5, round(value))))
    return spoken.plain(match["n"] or match["en"]) or ""


def _capacities(text: str) -> Iterator[Span]:
    for match in _CAPACITY.finditer(text):
        words = match["zh"] or match["en"] or match["before"] or match["enbefore"]
        if (value := spoken.plain(words, 1000 if re.search(r"m(?:va|w)$", match[0]) else 1)) is not None:
            yield Span("capacity_kva", match.start(), match.end(), value, 7)
    for match in _SIZE.finditer(text):
        name = str(match.lastgroup)
        if (value := spoken.plain(match[name])) is not None:
            yield Span("capacity_kva", *match.span(name), value, 5, "sized")


def _voltages(text: str) -> Iterator[Span]:
    for match in _VOLTAGE.finditer(text):
        value = spoken.plain(match["zh"] or match["en"] or match["kzh"], 1000 if match["kzh"] else 1)
        if value is not None:
            yield Span("voltage", match.start(), match.end(), value, 7)
    for match in _VOLTAGE_SAID.finditer(text):
        name = str(match.lastgroup)
        number = spoken.number(match[name])
        if number is not None and 100 <= number <= 450:
            yield Span("voltage", *match.span(name), spoken.words_of(number), 4)
    for match in _VOLTS.finditer(text):
        digits = match["n"] or read_digits(match["digits"] or "") or spoken.plain(match["zh"] or "")
        if digits:
            yield Span(
                "voltage", match.start(), match.start() + len(match[0].rstrip()), digits, 4, "measured"
            )


def quantity_value(name: str, surface: str) -> str | None:
    """Normal form of a surface known to be that quantity, also when only the number was given."""
    spans = [s for s in read_quantities(surface) if s.name == name]
    if spans:
        return max(spans, key=lambda s: s.weight).value
    if name == "rating" and surface in _RATING_WORDS:
        return str(_RATING_WORDS[surface])
    match = re.search(f"{ZH_NUMBER}|{EN_NUMBER}", surface)
    number = spoken.number(match[0]) if match else None
    if number is None:
        return None
    return str(int(number * 100)) if name == "amount" else spoken.words_of(number)
