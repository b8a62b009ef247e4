"""Times of day and parts of a day, as people say them; in Asia/Shanghai.

A time of day is a slot for a visit (``time_slot``), or where a visit is not the matter the moment at which
something began (``date``, sense ``began``).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.understanding.entities.numerals import parse_number
from bot.understanding.entities.span import Span

SHANGHAI = ZoneInfo("Asia/Shanghai")

ZH_N = r"(?:\d{1,3}|[一二两三四五六七八九十几半]{1,3})"
ZH_PART = (
    r"(?:大清早|清早|一大早|早上头?|早晨|今早|上午|中午|正午|下午|下半[日天]|上半[日天]"
    r"|傍晚|晚上|夜里|夜晚|夜里厢|半夜|后半夜|凌晨|晚间|朝早|晏昼|早|晚|夜)"
)
_ZH_LONG_PART = ZH_PART.removesuffix("|早|晚|夜)") + ")"
ZH_CLOCK = (
    rf"(?:{ZH_N}(?:点钟|点半|点一刻|点三刻|点{ZH_N}分?|点过?|时半?)(?!儿?用|电|了?解)"
    rf"|\d{{1,2}}[:：]\d{{2}})(?:左右|多|钟)?"
)
_EN_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_EN_HALF = r"(?:half past |quarter (?:past|to) |twenty (?:past|to) |ten (?:past|to) |five (?:past|to) )"
EN_SURE_CLOCK = (
    rf"(?:{_EN_HALF}?(?:\d{{1,2}}(?:[:.]\d{{2}})?|{_EN_HOURS})(?: ?(?:am|pm|a\.m\.|p\.m\."
    rf"|o'?clock)(?!\w)| thirty\b)|{_EN_HALF}(?:\d{{1,2}}|{_EN_HOURS})\b|\d{{1,2}}:\d{{2}}"
    r"|noon\b|midnight\b)"
)
EN_CLOCK = rf"(?:{EN_SURE_CLOCK}|(?:\d{{1,2}}(?:[:.]\d{{2}})?|{_EN_HOURS})\b)"
EN_PART = r"(?:in the |this )?(?:early |late )?(?:morning|afternoon|evening|night)"
_ZH_SLOT = re.compile(
    rf"(?:(?P<part>{_ZH_LONG_PART}))?(?P<from>{ZH_CLOCK}|{ZH_N}(?=[到至\-~—]))(?:到|至"
    rf"|[-~—])(?P<part2>{ZH_PART})?(?P<to>{ZH_CLOCK})(?:之间)?"
    rf"|(?P<p>{_ZH_LONG_PART})的?(?:大概|大约)?(?P<c>{ZH_CLOCK})?(?:之?[前后]|以[前后])?(?!好|安)"
    rf"|(?P<bare>(?<![早晚快好慢多少大小有差])(?!一点)(?<!\d){ZH_CLOCK})(?:之?[前后]|以[前后])?"
)
_EN_SLOT = re.compile(
    rf"\b(?:between )?(?P<from>{EN_CLOCK})(?: ?(?:to|and|till|until|-|–) ?)(?P<to>{EN_CLOCK})(?= |$|[.,!?])"
    r"|\b(?:first thing )?(?:in the |this )?(?:early |late )?(?P<p>morning|forenoon"
    r"|afternoon|evening|lunchtime|noon)s?\b(?<!good morning)(?<!good afternoon)(?<!good ev"
    r"ening)"
    rf"|\b(?:(?:at|after|before|around|by|since|from) (?P<c>{EN_CLOCK})"
    rf"|(?P<bare>{EN_SURE_CLOCK}))(?!\w)(?![,.]?\d| ?(?:%|kwh|units?|days?|years?|weeks?"
    r"|months?|people|yuan|of us|floor|st|nd|rd|th|[a-z]+ (?:road|street|lane))\b)",
    re.ASCII,
)
_PARTS = (("afternoon", "下晏|afternoon"), ("morning", "早晨上清凌朝|morning|forenoon"), ("noon", "中正|noon|lunchtime"),  # noqa: E501
          ("evening", "晚夜傍半|evening|night"))  # fmt: skip


_SURE = re.compile(r"[ap]\.?m\b|:|o'?clock|noon|midnight|past|to |[点时]")
"""Tells that a number is a time of day."""


_MINUTES = {"半": 30, "half past": 30, "thirty": 30, "一刻": 15, "三刻": 45, "quarter past": 15, "quarter to": 45,  # noqa: E501
            "twenty past": 20, "twenty to": 40, "ten past": 10, "ten to": 50, "five past": 5, "five to": 55}  # fmt: skip  # noqa: E501
_MINUTE_WORDS = re.compile("|".join(sorted((m for m in _MINUTES if m != "半"), key=len, reverse=True)))


def read_slots(text: str, local: datetime) -> list[Span]:
    """Slots in a folded text, and the moments that the same words may be; ``local`` is now in Shanghai."""
    found = []
    for match in (*_ZH_SLOT.finditer(text), *_EN_SLOT.finditer(text)):
        groups = match.groupdict()
        start, end = match.span()
        if groups["from"]:
            if value := _from_to(match, groups):
                sense = "range" if _SURE.search(match[0].replace(" to ", " ")) else ""
                found.append(Span("time_slot", start, end, value, 6, sense))
        elif clock := groups["c"] or groups["bare"]:
            at = hour_and_minute(clock, groups["p"])
            if at and (groups["p"] or _SURE.search(clock)):
                found.append(Span("time_slot", start, end, f"{at[0]:02d}:{at[1]:02d}", 5))
                found.append(Span("date", start, end, _last_time(at, local), 3, "began"))
            elif at and at[0] <= 12:
                # Nobody makes an appointment before eight in the morning.
                hour = at[0] + 12 if at[0] < 8 else at[0]
                found.append(Span("time_slot", start, end, f"{hour:02d}:{at[1]:02d}", 4, "hour"))
                found.append(Span("date", start, end, _last_time(at, local), 3, "began"))
        elif groups["p"]:
            found.append(Span("time_slot", start, end, _part(groups["p"]), 4))
    return found


def _from_to(match: re.Match[str], groups: dict[str, str | None]) -> str:
    part = groups.get("part")
    first, last = (
        hour_and_minute(groups["from"] or "", part),
        hour_and_minute(groups["to"] or "", groups.get("part2") or part),
    )
    # "nine to ten" without a word about the time of day may be anything, but hours of an office it can be.
    worded = re.search(rf"^(?:{_EN_HOURS}) to (?:{_EN_HOURS})$|^between ", match[0])
    if not first or not last or not (_SURE.search(match[0].replace(" to ", " ")) or worded):
        return ""
    if first[0] < 8 and last[0] >= 12:  # "between two and 4pm"
        first = (first[0] + 12, first[1])
    return f"{first[0]:02d}:{first[1]:02d}-{last[0]:02d}:{last[1]:02d}"


def _last_time(at: tuple[int, int], local: datetime) -> str:
    """The moment when it was last that time of day."""
    moment = local.replace(hour=at[0], minute=at[1], second=0, microsecond=0)
    if moment > local:
        moment -= timedelta(days=1)
    return moment.strftime("%Y-%m-%dT%H:%M+08:00")


def _part(words: str) -> str:
    for code, signs in _PARTS:
        zh, en = signs.split("|", 1)
        if any(c in words for c in zh) or re.search(en, words):
            return code
    return ""


def hour_and_minute(words: str, part: str | None) -> tuple[int, int] | None:
    """Hour and minute; a bare "八点" of an evening is 20."""
    words = words.strip()
    if not words:
        return None
    if words in ("noon", "midnight"):
        return (12, 0) if words == "noon" else (0, 0)
    minute = next((m for sign, m in _MINUTES.items() if sign in words), 0)
    numbers = re.findall(rf"\d+|[一二两三四五六七八九十]+|{_EN_HOURS}", _MINUTE_WORDS.sub("", words))
    if not numbers:
        return None
    hour = int(parse_number(numbers[0]) or 0)
    if len(numbers) > 1:
        minute = int(parse_number(numbers[1]) or 0)
    if re.search(r"(?:quarter|twenty|ten|five) to", words):
        hour -= 1
    late = re.search(r"pm|p\.m", words) or (
        part and re.search(r"下午|傍晚|晚|夜|afternoon|evening|night", part)
    )
    if late and hour < 12 and not (part and re.search(r"半夜|凌晨", part) and hour < 6):
        hour += 12
    if part and "中午" in part and hour < 3:
        hour += 12
    return (hour, minute) if 0 <= hour < 24 and 0 <= minute < 60 else None
