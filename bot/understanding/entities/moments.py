"""Dates, moments and parts of a day, reckoned in Asia/Shanghai.

A part of a past day belongs to the date ("昨晚八点", one moment); of a coming day it is a slot for an
appointment ("明天" and "上午", two entities). A date without a clock stays a day: no hour is invented.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.understanding.entities.numerals import parse_number
from bot.understanding.entities.span import Span

SHANGHAI = ZoneInfo("Asia/Shanghai")

_ZH_N = r"(?:\d{1,3}|[一二两三四五六七八九十几半]{1,3})"
_ZH_DAY_WORDS = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "昨儿": -1, "昨": -1, "今天": 0, "今日": 0, "今儿": 0,  # noqa: E501
                 "今": 0, "明天": 1, "明日": 1, "明儿": 1, "明": 1, "大后天": 3, "后天": 2, "后日": 2}  # fmt: skip  # noqa: E501
_EN_DAY_WORDS = {"the day before yesterday": -2, "day before yesterday": -2, "yesterday": -1, "last night": -1,  # noqa: E501
                 "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0,
                 "the day after tomorrow": 2, "day after tomorrow": 2, "tomorrow": 1}  # fmt: skip
_ZH_PART = r"(?:清早|大清早|一大早|早上|早晨|上午|中午|正午|下午|傍晚|晚上|夜里|夜晚|半夜|凌晨|晚间|早|晚|夜)"
_ZH_LONG_PART = _ZH_PART.removesuffix("|早|晚|夜)") + ")"
_ZH_CLOCK = rf"(?:{_ZH_N}(?:点钟|点半|点一刻|点三刻|点{_ZH_N}分?|点过?|时半?)(?!儿?用|电|了?解)|\d{{1,2}}[:：]\d{{2}})(?:左右|多|钟)?"  # noqa: E501
_ZH_WEEKDAY = r"(?:上上个?|上个?|这个?|本|下下个?|下个?)?(?:周|星期|礼拜)[一二三四五六日天1-6](?![个到至])"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EN_WEEKDAY = (
    r"(?:(?:last|this|next|coming) )?(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?(?:s\b)?"
)
_EN_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"  # noqa: E501
_EN_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_EN_CLOCK = rf"(?:(?:half past |quarter (?:past|to) )?(?:\d{{1,2}}(?:[:.]\d{{2}})?|{_EN_HOURS})(?: ?(?:am|pm|a\.m\.|p\.m\.|o'?clock)\b| thirty\b)?|noon|midnight)"  # noqa: E501
_EN_PART = r"(?:in the |this )?(?:early |late )?(?:morning|afternoon|evening|night)"

_ZH_DAY = re.compile(
    rf"(?P<day>大前天|前天|昨[天日儿]|今[天日儿]|明[天日儿]|大后天|后[天日](?!\w{{0,3}}[位])|[昨今明](?=早|晚|夜)"
    rf"|(?:(?P<year>20\d\d年|去年|今年|明年)?(?P<month>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})月(?P<dom>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号]?)"
    rf"|(?<![\d一二三四五六七八九十第])(?P<only>[12]?\d|3[01]|二?十[一二三四五六七八九]?|三十一?)[号日](?![楼栋幢院线馆房单门机])"
    rf"|(?P<week>{_ZH_WEEKDAY})|(?<!\d)(?P<iso>20\d\d[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}[日号]?)|(?<![\d/])(?P<slash>\d{{1,2}}/\d{{1,2}})(?![\d/]))"
    rf"(?P<rest>的?(?P<part>{_ZH_PART})?(?:大概|大约|差不多)?(?P<clock>{_ZH_CLOCK})?)"
)
_ZH_AGO = re.compile(
    rf"(?P<n>{_ZH_N})个?(?P<unit>分钟|半?小时|钟头|天|周|星期)(?:之?前|以前)|(?P<just>刚才|刚刚|方才|就刚)"
)
_EN_AGO = re.compile(
    r"\b(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|ten|half an?|a couple of|a few|twenty|thirty) "
    r"(?P<unit>minutes?|mins?|hours?|hrs?|days?|weeks?) ago\b|\b(?P<just>just now|a moment ago)\b"
)
_EN_DAY = re.compile(
    rf"\b(?:(?P<before>{_EN_CLOCK}) (?:on |this |in the )?)?"
    rf"(?P<day>{'|'.join(sorted(_EN_DAY_WORDS, key=len, reverse=True))}|(?P<week>{_EN_WEEKDAY})(?!\w)"
    rf"|(?P<m1>{_EN_MONTH}) (?:the )?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)|(?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m2>{_EN_MONTH})\b"  # noqa: E501
    rf"|(?:the |(?<=\bon )|(?<=\bby )|(?<=from )|(?<=before )|(?<=until )|(?<=till )|(?<=since )|(?<=after )|^)(?P<only>\d{{1,2}})(?:st|nd|rd|th)\b(?! floor|time|of)|(?P<iso>20\d\d-\d{{1,2}}-\d{{1,2}})|(?P<slash>\d{{1,2}}/\d{{1,2}})(?![\d/]))"  # noqa: E501
    rf"(?P<rest>(?: (?P<part>{_EN_PART}))?(?:,? (?:at |around |about )?(?P<clock>{_EN_CLOCK}))?)"
)
_ZH_SLOT = re.compile(
    rf"(?:(?P<part>{_ZH_LONG_PART}))?(?P<from>{_ZH_CLOCK})(?:到|至|[-~—])(?P<part2>{_ZH_PART})?(?P<to>{_ZH_CLOCK})(?:之间)?"
    rf"|(?P<p>{_ZH_LONG_PART})(?:大概|大约)?(?P<c>{_ZH_CLOCK})?(?:之?[前后]|以[前后])?(?!好)"
)
_EN_SLOT = re.compile(
    rf"\b(?:between )?(?P<from>{_EN_CLOCK})(?: ?(?:to|and|till|until|-|–) ?)(?P<to>{_EN_CLOCK})\b(?= |$|[.,!?])"  # noqa: E501
    rf"|\b(?:first thing )?(?:in the |this )?(?:early |late )?(?P<p>morning|afternoon|evening|lunchtime|noon)\b(?<!good morning)(?<!good afternoon)(?<!good evening)"  # noqa: E501
    rf"|\b(?:at |after |before |around |by )(?P<c>{_EN_CLOCK})\b"
)
_TO_COME = re.compile(
    r"(?P<week>下个?(?:周|星期|礼拜)(?![一二三四五六日天1-6])|\bnext week\b)|(?P<month>下个?月(?!\d|[一二三四五六七八九十]{1,3}[号日])(?:初|起)?|\bnext month\b)"  # noqa: E501
    r"|(?P<end>(?:这个?|本)?月底|(?:the )?(?:end of (?:the|this) month|month[ -]end)\b)|(?P<begin>月初)|(?P<year>(?:今年)?年底)"  # noqa: E501
    r"|(?P<saturday>(?:这个?|本)?周末|\b(?:this |the )?weekend\b)"
)
"""Times to come that are no day yet; a day is named so that they can be reckoned with."""
_PARTS = (("afternoon", "下|afternoon"), ("morning", "早晨上清凌|morning"), ("noon", "中正|noon|lunchtime"),
          ("evening", "晚夜傍半|evening|night"))  # fmt: skip


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
        for match in pattern.finditer(text):
            found.append(Span("date", match.start(), match.end(), _ago(match, local), 7))  # noqa: PERF401
    found += [Span("date", m.start(), m.end(), _to_come(m, local), 7) for m in _TO_COME.finditer(text)]
    found.extend(_slots(text))
    return found


def moment_value(name: str, surface: str, now: datetime) -> str | None:
    """Normal form of words known to be a date or a time slot; None when they cannot be read."""
    spans = [s for s in read_moments(surface, now) if s.name == name]
    return max(spans, key=lambda s: s.end - s.start).value if spans else None


def _day_spans(match: re.Match[str], day: datetime, local: datetime) -> list[Span]:
    clock = match["clock"] or match.groupdict().get("before")
    part = match["part"] or match["day"]
    start, end = match.start(), match.end()
    if day.date() > local.date():
        # The slot is found by its own pattern; the day keeps only its own words. Kept tight: "明早" is a day.
        return [Span("date", match.start("day"), match.end("day"), day.date().isoformat(), 6)]
    at = _clock(clock or "", part)
    value = (
        day.replace(hour=at[0], minute=at[1]).strftime("%Y-%m-%dT%H:%M+08:00")
        if at
        else day.date().isoformat()
    )
    return [Span("date", start, end, value, 7)]


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
    month, day = int(parse_number(match["month"]) or 0), int(parse_number(match["dom"]) or 0)
    year = match["year"]
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
        return _nearest(midnight, month, day)
    if match["only"]:
        return _safe(midnight, midnight.year, midnight.month, int(match["only"]))
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    name, day_words = (match["m1"], match["d1"]) if match["m1"] else (match["m2"], match["d2"])
    return _nearest(midnight, months.index(name[:3]) + 1, int(day_words))


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
    if match["just"]:
        return local.date().isoformat()
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


def _to_come(match: re.Match[str], local: datetime) -> str:
    """The first day of what is to come; of an end, the last."""
    today = local.date()
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    day = {
        "week": today + timedelta(days=7 - today.weekday()),
        "month": next_month,
        "begin": next_month,
        "end": next_month - timedelta(days=1),
        "year": today.replace(month=12, day=31),
        "saturday": today + timedelta(days=(5 - today.weekday()) % 7),
    }[str(match.lastgroup)]
    return day.isoformat()


def _slots(text: str) -> list[Span]:
    found = []
    for match in (*_ZH_SLOT.finditer(text), *_EN_SLOT.finditer(text)):
        groups = match.groupdict()
        if groups["from"]:
            part = groups.get("part")
            first, last = _clock(groups["from"], part), _clock(groups["to"], groups.get("part2") or part)
            said = re.search(r"am|pm|点|时|:|clock|noon", match[0])
            if first and last and said:
                if first[0] < 8 and last[0] >= 12:  # "between two and 4pm"
                    first = (first[0] + 12, first[1])
                value = f"{first[0]:02d}:{first[1]:02d}-{last[0]:02d}:{last[1]:02d}"
                found.append(Span("time_slot", match.start(), match.end(), value, 6))
        elif groups["c"]:
            at = _clock(groups["c"], groups["p"])
            if at and (groups["p"] or re.search(r"am|pm|:|o'?clock|noon", groups["c"])):
                found.append(Span("time_slot", match.start(), match.end(), f"{at[0]:02d}:{at[1]:02d}", 5))
        elif groups["p"]:
            found.append(Span("time_slot", match.start(), match.end(), _part(groups["p"]), 4))
    return found


def _part(words: str) -> str:
    for code, signs in _PARTS:
        zh, en = signs.split("|", 1)
        if any(c in words for c in zh) or re.search(en, words):
            return code
    return ""


def _clock(words: str, part: str | None) -> tuple[int, int] | None:
    """Hour and minute; a bare "八点" of an evening is 20."""
    words = words.strip()
    if not words:
        return None
    if words in ("noon", "midnight"):
        return (12, 0) if words == "noon" else (0, 0)
    minute = (
        30
        if re.search(r"半|half past|thirty", words)
        else 15
        if re.search(r"一刻|quarter past", words)
        else 0
    )
    minute = 45 if re.search(r"三刻|quarter to", words) else minute
    numbers = re.findall(
        rf"\d+|[一二两三四五六七八九十]+|{_EN_HOURS}",
        re.sub(r"half past|quarter (?:past|to)|[一三]刻", "", words),
    )
    if not numbers:
        return None
    hour = int(parse_number(numbers[0]) or 0)
    if len(numbers) > 1:
        minute = int(parse_number(numbers[1]) or 0)
    if "quarter to" in words:
        hour -= 1
    late = re.search(r"pm|p\.m", words) or (
        part and re.search(r"下午|傍晚|晚|夜|afternoon|evening|night", part)
    )
    if late and hour < 12 and not (part and re.search(r"半夜|凌晨", part) and hour < 6):
        hour += 12
    if part and "中午" in part and hour < 3:
        hour += 12
    return (hour, minute) if 0 <= hour < 24 and 0 <= minute < 60 else None
