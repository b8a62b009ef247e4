"""Dates, moments and parts of a day, reckoned in Asia/Shanghai.

A part of a past day belongs to the date ("昨晚八点", one moment); of a coming day it is a slot for an
appointment ("明天" and "上午", two entities). A date without a clock stays a day: no hour is invented.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.understanding.entities.clock import (
    EN_CLOCK,
    EN_PART,
    EN_SURE_CLOCK,
    SHANGHAI,
    ZH_CLOCK,
    ZH_N,
    ZH_PART,
    hour_and_minute,
    read_slots,
)
from bot.understanding.entities.numerals import parse_number
from bot.understanding.entities.span import Span
from bot.understanding.entities.vague import read_vague

_ZH_DAY_WORDS = {
    "大前天": -3, "前天": -2, "前日": -2, "前儿": -2, "前": -2,
    "昨天": -1, "昨日": -1, "昨儿": -1, "昨个": -1, "昨": -1, "寻日": -1, "琴日": -1, "噚日": -1, "寻": -1, "琴": -1,  # noqa: E501
    "今天": 0, "今日": 0, "今儿": 0, "今朝": 0, "今个": 0, "今": 0,
    "明天": 1, "明日": 1, "明儿": 1, "明朝": 1, "明个": 1, "明": 1, "听日": 1, "听": 1,
    "大后天": 3, "后天": 2, "后日": 2, "后儿": 2,
}  # fmt: skip
"""Also as said in Guangdong (琴日, 听日), Shanghai (今朝) and the Northeast (昨儿, 前儿)."""
_EN_DAY_WORDS = {
    "the day before yesterday": -2, "day before yesterday": -2, "the night before last": -2, "night before last": -2,  # noqa: E501
    "yesterday": -1, "yday": -1, "yest": -1, "last night": -1,
    "today": 0, "tonight": 0, "tonite": 0, "this morning": 0, "this afternoon": 0, "this evening": 0,
    "the day after tomorrow": 2, "day after tomorrow": 2, "tomorrow": 1, "tomorow": 1, "tmrw": 1, "tmr": 1, "tomoz": 1,  # noqa: E501
}  # fmt: skip
_ZH_WEEKDAY = (
    r"(?:(?:上上个?|上个?|这个?|本|下下个?|(?<!一)下个?)(?:周|星期|礼拜)"
    r"|(?<![一两每几\d])(?:周|星期|礼拜))[一二三四五六日天1-6](?![个次])"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EN_WEEKDAY = (
    r"(?:(?:last|this|next|coming) )?(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|(?:last|this|next|coming) (?:mon|tues?|wed|thurs?|fri|sat|sun)|(?<=\bon )(?:mon"
    r"|tues?|wed|thurs?|fri|sat|sun)"
    r"|(?<=\bby )(?:mon|wed|sat|sun)|(?:tues|thurs?|weds?|fri)"
)
_EN_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",  # noqa: E501
             "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",  # noqa: E501
             "twentieth", "twenty first", "twenty second", "twenty third", "twenty fourth", "twenty fifth", "twenty sixth",  # noqa: E501
             "twenty seventh", "twenty eighth", "twenty ninth", "thirtieth", "thirty first")  # fmt: skip
_EN_NTH = "|".join(sorted((o.replace(" ", "[ -]") for o in _ORDINALS), key=len, reverse=True))
_EN_DOM = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{_EN_NTH})"
_NUMBERED = r"楼栋幢院线馆房单门机窗柜台厅表变泵塔井杆路车桩库仓厂店铺闸位席区"
"""What carries a number and is no day of the month: 3号楼, 二号窗口."""

_ZH_DAY = re.compile(
    r"(?P<day>大前天|(?<![啥])前[天日儿](?!子)|昨[天日儿个]|今[天日儿朝]|今个(?!月)"
    r"|明[天日儿朝个]|大后天|(?<!以)后[天日儿](?!\w{0,3}[位]|天)|[琴寻噚听]日"
    r"|(?<![以之目提年天月期])前(?=晚|夜里)|[昨今明](?=早|晚|夜)|[琴寻听](?=晚(?!上)|朝早)"
    r"|(?:(?P<year>20\d\d年|去年|今年|明年)?(?P<month>\d{1,2}"
    r"|[一二三四五六七八九十]{1,2})月|(?P<rel>上个?|这个?|本|今个|下个?)月份?的?)"
    rf"(?P<dom>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号](?![{_NUMBERED}])"
    r"|(?P<year2>20\d\d年|去年|今年|明年)?(?P<month2>\d{1,2}"
    r"|[一二三四五六七八九十]{1,2})月(?P<dom2>\d{1,2}"
    r"|[一二三四五六七八九十]{1,3})(?![\d度块元个户千百点万份家回次])"
    r"|(?<![\d一二三四五六七八九十百千零〇幺第路街巷弄道院区村苑园栋幢座月大小.])(?P<only>["
    r"12]?\d|3[01]|二?十[一二三四五六七八九]?|三十一?"
    rf"|[一二三四五六七八九])[号日](?![{_NUMBERED}]|\d{{3}})"
    rf"|(?P<week>{_ZH_WEEKDAY})|(?<!\d)(?P<iso>20\d\d[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}[日号]?"
    rf")|(?<![\d/])(?P<slash>\d{{1,2}}/\d{{1,2}})(?![\d/]))"
    rf"(?P<rest>的?(?P<part>{ZH_PART})?(?:大概|大约|差不多)?(?P<clock>{ZH_CLOCK})?)"
)
_ZH_AGO = re.compile(rf"(?P<n>{ZH_N})个?(?P<unit>分钟|半?小时|钟头|天|周|星期)(?:之?前|以前)")
_EN_AGO = re.compile(
    r"\b(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|ten|half an?|a couple of|a few|twenty|thirty) "
    r"(?P<unit>minutes?|mins?|hours?|hrs?|days?|weeks?) ago\b",
    re.ASCII,
)
_EN_DAY = re.compile(
    rf"\b(?:(?<![$£€¥₹.,:\d])(?P<before>{EN_CLOCK}) (?:on |this |in the )?)?"
    rf"(?P<day>{'|'.join(sorted(_EN_DAY_WORDS, key=len, reverse=True))}|(?P<week>{_EN_WEEKDAY})(?!\w)"
    rf"|(?P<m1>{_EN_MONTH}) (?:the )?(?P<d1>{_EN_DOM})(?![\w,]\d|\d)"
    rf"|(?:the )?(?P<d2>{_EN_DOM}) (?:of )?(?P<m2>{_EN_MONTH})\b"
    r"|(?:the |(?<=\bon )|(?<=\bby )|(?<=from )|(?<=before )|(?<=until )|(?<=till )"
    rf"|(?<=since )|(?<=after )|(?<=up to )|^)(?P<only>\d{{1,2}}(?:st|nd|rd|th)\b"
    rf"|(?<=on the )(?:{_EN_NTH})|^(?:{_EN_NTH})(?=$)|(?<=til the )(?:{_EN_NTH})"
    rf"|(?<=till the )(?:{_EN_NTH})|(?<=the )(?:"
    rf"{_EN_NTH.replace('first|', '').replace('second|', '').replace('third|', '')}))(?! (?:"
    rf"floor|time|of (?!{_EN_MONTH})|half|quarter|one|bill|day|person|party|phase|hand"
    r"|meter|account|month|year|attempt|call|visit|of every))(?!\w)"
    rf"|(?P<iso>20\d\d-\d{{1,2}}-\d{{1,2}})|(?P<slash>\d{{1,2}}/\d{{1,2}})(?![\d/]))"
    rf"(?P<rest>(?: (?P<part>{EN_PART}))?(?:,? (?:(?:at|around|about) (?P<clock>{EN_CLOCK})"
    rf"|(?P<sure>{EN_SURE_CLOCK})))?)",
    re.ASCII,
)


def read_moments(text: str, now: datetime) -> list[Span]:
    """Dates and time slots in a folded text; ``now`` is aware."""
    local = now.astimezone(SHANGHAI)
    found: list[Span] = []
    for pattern, reckon in ((_ZH_DAY, _zh_day), (_EN_DAY, _en_day)):
        for match in pattern.finditer(text):
            day = reckon(match, local)
            if day is not None:
                found.extend(_day_spans(match, day, local))
    for pattern in (_ZH_AGO, _EN_AGO):
        found += [Span("date", *m.span(), _ago(m, local), 7, "ago") for m in pattern.finditer(text)]
    found += read_vague(text, local.date())
    found.extend(read_slots(text, local))
    return found


def moment_value(name: str, surface: str, now: datetime) -> str | None:
    """Normal form of words known to be a date or a time slot; None when they cannot be read."""
    spans = [s for s in read_moments(surface, now) if s.name == name]
    return max(spans, key=lambda s: s.end - s.start).value if spans else None


_DAY_BEFORE = re.compile(r"昨|前|琴|寻|yesterday|yday|the day before|day before")


def _day_spans(match: re.Match[str], day: datetime, local: datetime) -> list[Span]:
    groups = match.groupdict()
    clock = match["clock"] or groups.get("sure") or groups.get("before")
    part = match["part"] or (match["day"] if re.search(r"night|morning|noon|evening", match["day"]) else "")
    start, end = match.start(), match.end()
    if day.date() > local.date():
        # The slot is found by its own pattern; the day keeps only its own words. Kept tight: "明早" is a day.
        return [Span("date", match.start("day"), match.end("day"), day.date().isoformat(), 6)]
    at = hour_and_minute(clock or "", part)
    value = (
        day.replace(hour=at[0], minute=at[1]).strftime("%Y-%m-%dT%H:%M+08:00")
        if at
        else day.date().isoformat()
    )
    past = (
        [Span("period", start, end, value, 8, "used")] if _DAY_BEFORE.match(match["day"]) and not at else []
    )
    tight = Span("date", match.start("day"), match.end("day"), day.date().isoformat(), 6)
    return [Span("date", start, end, value, 7), tight, *past]


def _zh_day(match: re.Match[str], local: datetime) -> datetime | None:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    word = match["day"]
    if word in _ZH_DAY_WORDS:
        return midnight + timedelta(days=_ZH_DAY_WORDS[word])
    if match["week"]:
        which = re.sub(r"(?:周|星期|礼拜).$", "", match["week"]).removesuffix("个")
        number = {"日": 6, "天": 6}.get(word[-1])
        weekday = int(parse_number(word[-1]) or 1) - 1 if number is None else number
        return _weekday(
            midnight, weekday, {"上上": -2, "上": -1, "下": 1, "下下": 2, "这": 0, "本": 0}.get(which)
        )
    if match["iso"]:
        return _safe(midnight, *(int(x) for x in re.findall(r"\d+", match["iso"])))
    if match["slash"]:
        month, day = (int(x) for x in match["slash"].split("/"))
        return _nearest(midnight, month, day)
    if match["only"]:
        return _safe(midnight, midnight.year, midnight.month, int(parse_number(match["only"]) or 0))
    if match["rel"]:
        months = midnight.year * 12 + midnight.month - 1 + {"上": -1, "下": 1}.get(match["rel"][0], 0)
        return _safe(midnight, months // 12, months % 12 + 1, int(parse_number(match["dom"]) or 0))
    month = int(parse_number(match["month"] or match["month2"]) or 0)
    day = int(parse_number(match["dom"] or match["dom2"]) or 0)
    year = match["year"] or match["year2"]
    if not year:
        return _nearest(midnight, month, day)
    relative = {"去年": -1, "今年": 0, "明年": 1}
    return _safe(midnight, midnight.year + relative[year] if year in relative else int(year[:4]), month, day)


def _en_day(match: re.Match[str], local: datetime) -> datetime | None:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    word = match["day"]
    if word in _EN_DAY_WORDS:
        return midnight + timedelta(days=_EN_DAY_WORDS[word])
    if match["week"]:
        which, _, name = word.rpartition(" ")
        weekday = next((i for i, full in enumerate(_WEEKDAYS) if full.startswith(name[:3])), None)
        shift = {"last": -1, "this": 0, "coming": None, "next": 1}.get(which)
        return None if weekday is None else _weekday(midnight, weekday, shift)
    if match["iso"]:
        return _safe(midnight, *(int(x) for x in match["iso"].split("-")))
    if match["slash"]:
        month, day = (int(x) for x in match["slash"].split("/"))
        return _nearest(midnight, *((day, month) if month > 12 else (month, day)))
    if match["only"]:
        return _safe(midnight, midnight.year, midnight.month, _day_number(match["only"]))
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    name, day_words = (match["m1"], match["d1"]) if match["m1"] else (match["m2"], match["d2"])
    return _nearest(midnight, months.index(name[:3]) + 1, _day_number(day_words))


def _day_number(words: str) -> int:
    """Day of the month: "23rd", "twenty third"."""
    digits = re.match(r"\d+", words)
    return int(digits[0]) if digits else _ORDINALS.index(words.replace("-", " ")) + 1


def _weekday(midnight: datetime, weekday: int, weeks: int | None) -> datetime:
    """With a week named, that week's; without, the next such day, today included."""
    monday = midnight - timedelta(days=midnight.weekday())
    if weeks is not None:
        return monday + timedelta(days=weekday + 7 * weeks)
    return midnight + timedelta(days=(weekday - midnight.weekday()) % 7)


def _safe(midnight: datetime, year: int, month: int, day: int) -> datetime | None:
    try:
        return midnight.replace(year=year, month=month, day=day)
    except ValueError:
        return None


def _nearest(midnight: datetime, month: int, day: int) -> datetime | None:
    """A date without its year: the one nearest to now."""
    near = [d for d in (_safe(midnight, midnight.year + y, month, day) for y in (-1, 0, 1)) if d is not None]
    return min(near, key=lambda d: abs(d - midnight), default=None)


def _ago(match: re.Match[str], local: datetime) -> str:
    words, unit = match["n"], match["unit"]
    number = {"几": 3.0, "半": 0.5, "half a": 0.5, "half an": 0.5, "a few": 3.0, "a couple of": 2.0}.get(
        words
    )
    amount = float(parse_number(words) or 1) if number is None else number
    if unit.startswith(("天", "day")):
        return (local - timedelta(days=amount)).date().isoformat()
    if unit.startswith(("周", "星期", "week")):
        return (local - timedelta(weeks=amount)).date().isoformat()
    minutes = amount if unit.startswith(("分", "min")) else amount * (30 if unit.startswith("半") else 60)
    return (local - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M+08:00")
