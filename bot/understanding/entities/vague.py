"""Dates that are no one day: the middle of December, the weekend, the holidays; in Asia/Shanghai.

Normal forms are days or spans as of periods: ``2026-11-30/2026-12-06``, ``2026-12``, ``2026-11-30``. Holidays
that follow the moon stay in the customer's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.understanding.entities.numerals import parse_number
from bot.understanding.entities.span import Span

Reckon = Callable[[re.Match[str], date], str]

_EN_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZH_MONTH = r"上个?月|这个?月|本月|下个?月|(?:\d{1,2}|[一二三四五六七八九十]{1,2})月份?"
_EN_STAGE = r"early|mid|late|(?:the )?(?:beginning|start|middle|end) of"
_SHIFT = {"上": -1, "last": -1, "这": 0, "本": 0, "this": 0, "the": 0, "下": 1, "next": 1}
_SUN = {"国庆": (10, 1), "national": (10, 1), "五一": (5, 1), "十一": (10, 1), "元旦": (1, 1), "new year": (1, 1),  # noqa: E501
        "圣诞": (12, 25), "christmas": (12, 25)}  # fmt: skip


def read_vague(text: str, today: date) -> list[Span]:
    """Such dates in a folded text."""
    return [
        Span("date", match.start(), match.end(), reckon(match, today), 7)
        for pattern, reckon in _RULES
        for match in pattern.finditer(text)
    ]


def _month(today: date, shift: int) -> date:
    """First day of the month ``shift`` months from this one."""
    months = today.year * 12 + today.month - 1 + shift
    return date(months // 12, months % 12 + 1, 1)


def _days(first: date, last: date) -> str:
    return f"{first.isoformat()}/{last.isoformat()}"


def _weekend(match: re.Match[str], today: date) -> str:
    saturday = today + timedelta(days=5 - today.weekday())
    if match[0].startswith(("上", "last")):
        saturday -= timedelta(days=7)
    if match[0].startswith(("下", "next")):
        saturday += timedelta(days=7)
    return _days(saturday, saturday + timedelta(days=1))


def _next_year(match: re.Match[str], today: date) -> str:  # noqa: ARG001 (a reckoning like the others)
    return f"{today.year + 1}"


def _stage(match: re.Match[str], today: date) -> str:
    """Beginning, middle or end of a month; "月初" alone is the nearest one."""
    first, stage = _named_month(match["month"] or "", today), match["stage"]
    if not match["month"] and re.search("初", stage) and today.day > 15:
        first = _month(today, 1)
    last = _month(first, 1) - timedelta(days=1)
    if re.search("底|末|end", stage):
        return last.isoformat()
    if re.search("初|beginning|start", stage):
        return first.isoformat()
    if re.search("下|late", stage):
        return _days(first.replace(day=21), last)
    if re.search("上|early", stage):
        return _days(first, first.replace(day=10))
    return _days(first.replace(day=11), first.replace(day=20))


def _named_month(words: str, today: date) -> date:
    """The month of "下个月", "next month" or "12月"; of one only named, the nearest; else this one."""
    for sign, shift in _SHIFT.items():
        if words.startswith(sign):
            return _month(today, shift)
    digits = re.match(r"\d{1,2}|[一二三四五六七八九十]{1,2}", words)
    if digits:
        number = int(parse_number(digits[0]) or 0)
    else:
        number = next((i for i, name in enumerate(_MONTHS, 1) if words.startswith(name)), today.month)
    if not 1 <= number <= 12:
        return _month(today, 0)
    near = [date(today.year + y, number, 1) for y in (-1, 0, 1)]
    return min(near, key=lambda d: abs(d - today))


def _year_stage(match: re.Match[str], today: date) -> str:
    year = today.year + {"去": -1, "明": 1}.get(match[0][0], 0)
    if match[0].endswith("初"):
        return date(year, 1, 1).isoformat()
    return date(year, 12, 31).isoformat()


def _as_said(match: re.Match[str], today: date) -> str:  # noqa: ARG001 (the moon is not reckoned here)
    return match[0]


def _feast(match: re.Match[str], today: date) -> str:
    """The holiday nearest to now."""
    for sign, (month, day) in _SUN.items():
        if match[0].startswith(sign):
            near = [date(today.year + y, month, day) for y in (-1, 0, 1)]
            return min(near, key=lambda d: abs(d - today)).isoformat()
    return match[0]


_RULES: tuple[tuple[re.Pattern[str], Reckon], ...] = (
    (re.compile(r"(?:上个?|这个?|本|下个?)?周末|\b(?:(?:this|the|next|last) )?weekend\b", re.ASCII), _weekend),  # noqa: E501
    (re.compile(r"明年|\bnext year\b", re.ASCII), _next_year),
    (re.compile(rf"(?P<month>{_ZH_MONTH})的?(?P<stage>月?[初底末](?!次|始|级)|[上中下]旬)"), _stage),
    (re.compile(r"(?P<month>)(?<!\d)(?<![个一二三四五六七八九十岁满])(?P<stage>月[初底末](?!次|始|级)"
        r"|月中旬?|[上中下]旬)"), _stage),
    (re.compile(rf"\b(?P<stage>{_EN_STAGE})[ -](?P<month>(?:the|this|next|last) month\b|{_EN_MONTH}\b)", re.ASCII), _stage),  # noqa: E501
    (re.compile(r"(?P<month>)\b(?:the )?(?P<stage>end of month|month[ -]end)\b", re.ASCII), _stage),
    (re.compile(r"(?:大年|正月|腊月|农历)?初[一二三四五六七八九十](?!中|步|期|级|次|版|的?(?:物理|数学|化学|语文|英语|学生|毕业|生|孩子|作业|题))|(?:正月"
        r"|腊月)[初廿二三十]?[一二三四五六七八九十]{1,3}"), _as_said),
    (re.compile(r"(?:[去今明]年)?年[初底末]|(?:[去今明]年)[初底]"), _year_stage),
    (re.compile(
        r"国庆节?|五一(?=节|假|长假|那|期间|放假|劳动|过)(?:劳动节|节)?|十一(?=假|长假|期间"
        r"|放假|黄金周)|元旦|春节|中秋节?|端午节?"
        r"|清明节|清明(?=假|那|期间|放假)|除夕|大?年三十|双十[一二]|圣诞节?|\b(?:christmas"
        r"|new year'?s?(?: day| eve)?|national day"
        r"|spring festival|chinese new year|lunar new year|mid-?autumn|easter)\b",
        re.ASCII,
    ), _feast),
)  # fmt: skip
