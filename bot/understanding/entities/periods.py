"""Billing and usage periods: months, years, quarters, weeks and spans of them, reckoned in Asia/Shanghai.

Normal forms: ``2026-10``, ``2025``, ``2026-08/2026-10``, ``2026-11-16/2026-11-22``. A month named without
a year is the latest one that has begun, because bills are asked for afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.understanding.entities.numerals import parse_number
from bot.understanding.entities.span import Span

_ZH_N = r"[\d一二两三四五六七八九十几半]{1,3}"
_ZH_MONTH = (
    r"(?:1[0-2]|0?[1-9]|十[一二]?|正|腊"
    r"|[一二三四五六七八九元])月(?:份)?(?![\d一二三四五六七八九十初]{1,3}[号日])"
)
_ZH_YEAR = (
    r"(?:大前年|前年|去年|上年|头年|旧年|今年|本年|明年|20\d\d年|20\d\d(?=年|1?\d月)"
    r"|二[零〇]二[零〇一二三四五六七八九]年?|[12]\d年|二[零〇一二三四五六七八九]年)"
)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_EN_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_EN_N = r"(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|couple of|few)"
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11), "冬": (12, 14), "暑假": (7, 8), "寒假": (13, 14),
            "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 14)}  # fmt: skip  # noqa: E501

_NO_VERB = (
    r"(?:(?<!may)|(?=$|[^\w ]|'s| (?:\d|bill|invoice|usage|statement|to |until|till|and|or"
    r"|please|pls|plz|20|last|this|electric|reading|please)))"
)
"""Not the verb "may"."""

Reckon = Callable[[re.Match[str], date], str | None]


def read_periods(text: str, today: date) -> list[Span]:
    """Periods in a folded text, and the dates that the same words are when events are spoken of.

    "上个月" is the month of a bill, or when the fitter came; "这个月" is always a period, and a span of months
    or days that is counted ("最近三个月") is no date.
    """  # noqa: E501
    found = []
    for pattern, reckon, sense in _RULES:
        for match in pattern.finditer(text):
            value = reckon(match, today)
            if value:
                now = _NOW.match(match[0])
                found.append(Span("period", *match.span(), value, 6, "" if now or not sense else "billing"))
                if sense == _EITHER and not now:
                    found.append(Span("date", *match.span(), value, 6, "event"))
    return found


def period_value(surface: str, today: date) -> str | None:
    """Normal form of words known to be a period; None when they cannot be read."""
    found = [s for s in read_periods(surface, today) if s.name == "period"]
    best = max(found, key=lambda s: s.end - s.start, default=None)
    return best.value if best else None


def month_back(today: date, back: int) -> str:
    """ISO month ``back`` months before this one."""
    return _month(today.year, today.month - back)


def _month(year: int, month: int) -> str:
    """``month`` may be outside 1 to 12; the year follows."""
    year += (month - 1) // 12
    return f"{year:04d}-{(month - 1) % 12 + 1:02d}"


def _zh_month_number(words: str) -> int:
    words = words.removesuffix("份").removesuffix("月")
    special = {"正": 1, "元": 1, "腊": 12}
    return special.get(words) or int(parse_number(words) or 0)


def _zh_year(words: str | None, today: date) -> int | None:
    if not words:
        return None
    relative = {
        "大前年": -3,
        "前年": -2,
        "去年": -1,
        "上年": -1,
        "头年": -1,
        "旧年": -1,
        "今年": 0,
        "本年": 0,
        "明年": 1,
    }
    if words in relative:
        return today.year + relative[words]
    number = parse_number(words.removesuffix("年"))
    return None if number is None else int(number) + (2000 if number < 100 else 0)


def _latest_year(month: int, today: date) -> int:
    return today.year if month <= today.month else today.year - 1


def _zh_months(match: re.Match[str], today: date) -> str | None:
    first = _zh_month_number(match["first"])
    year = _zh_year(match["year"], today)
    if not match["last"]:
        return _month(year or _latest_year(first, today), first)
    last = _zh_month_number(match["last"] if "月" in match["last"] else match["last"] + "月")
    year = year or (_latest_year(last, today) - (1 if first > last else 0))
    return f"{_month(year, first)}/{_month(year if last >= first else year + 1, last)}"


def _zh_relative(match: re.Match[str], today: date) -> str | None:
    word = match[0].replace("个", "").replace("份", "").replace("这一", "这")
    back = {
        "呢": 0,
        "嗰": 1,
        "上上": 2,
        "前": 2,
        "大上": 2,
        "下下": -2,
        "下": -1,
        "下一": -1,
        "上": 1,
        "上一": 1,
        "这": 0,
        "本": 0,
        "当": 0,
        "今": 0,
    }
    return month_back(today, back[word.removesuffix("月")])


def _zh_cycle(match: re.Match[str], today: date) -> str:
    """A billing cycle is a month: "这一期" is this one."""
    back = 2 if match[0].startswith("上上") else 1 if match[0].startswith("上") else 0
    return month_back(today, back)


def _en_cycle(match: re.Match[str], today: date) -> str:
    return month_back(today, 0 if re.search("this|current", match[0]) else 1)


def _last_months(match: re.Match[str], today: date) -> str | None:
    words = {"几": "3", "few": "3", "couple of": "2", "半": "6"}.get(match["n"], match["n"])
    number = parse_number(words)
    if number is None or not 1 <= number <= 36:
        return None
    if number == 1:
        return month_back(today, 1)
    return f"{month_back(today, int(number))}/{month_back(today, 1)}"


def _zh_whole_year(match: re.Match[str], today: date) -> str | None:
    year = _zh_year(match["year"], today)
    return f"{year:04d}" if year else None


def _half_year(match: re.Match[str], today: date) -> str | None:
    first = match["half"] in ("上", "前", "first")
    asked = match["year"]
    year = _zh_year(asked, today) if asked and not asked.isascii() else today.year
    if asked and asked.isascii():
        year = _en_year(asked, today) or today.year
    return f"{year}-01/{year}-06" if first else f"{year}-07/{year}-12"


def _quarter(match: re.Match[str], today: date) -> str | None:
    word = match["q"]
    now_quarter = (today.month - 1) // 3
    relative = {"上": -1, "上一": -1, "last": -1, "previous": -1, "这": 0, "本": 0, "this": 0, "current": 0,
                "下": 1, "下一": 1, "next": 1}  # fmt: skip
    numbers = {"first": 0, "second": 1, "third": 2, "fourth": 3, "1st": 0, "2nd": 1, "3rd": 2, "4th": 3}
    if word in relative:
        start = now_quarter * 3 + relative[word] * 3 + 1
        return f"{_month(today.year, start)}/{_month(today.year, start + 2)}"
    quarter = numbers.get(word)
    if quarter is None:
        quarter = int(parse_number(word.removeprefix("第")) or 1) - 1
    year = _zh_year(match["year"], today) or (today.year if quarter <= now_quarter else today.year - 1)
    return f"{_month(year, quarter * 3 + 1)}/{_month(year, quarter * 3 + 3)}"


def _week(match: re.Match[str], today: date) -> str | None:
    monday = today - timedelta(days=today.weekday())
    word = match["which"]
    if word in ("上", "上个", "上一", "last", "previous", "past"):
        monday -= timedelta(days=7)
    elif word in ("上上", "上上个"):
        monday -= timedelta(days=14)
    elif word in ("下", "下个", "下一", "next"):
        monday += timedelta(days=7)
    elif word in ("下下", "下下个"):
        monday += timedelta(days=14)
    return f"{monday.isoformat()}/{(monday + timedelta(days=6)).isoformat()}"


def _last_days(match: re.Match[str], today: date) -> str | None:
    number = parse_number({"few": "3", "几": "3", "couple of": "2"}.get(match["n"], match["n"]))
    if number is None or not 1 <= number <= 366:
        return None
    days = int(number) * (7 if match["unit"] in ("周", "星期", "礼拜", "weeks", "week") else 1)
    return f"{(today - timedelta(days=days)).isoformat()}/{(today - timedelta(days=1)).isoformat()}"


def _season(match: re.Match[str], today: date) -> str | None:
    asked = match["year"]
    if match["season"] == "season":
        return _present_season(today, 1 if asked == "last" else 0)
    first, last = _SEASONS[match["season"].removesuffix("天").removesuffix("季")]
    if asked in ("去年", "前年", "今年", "明年"):
        year = _zh_year(asked, today) or today.year
    else:
        year = today.year if first <= today.month else today.year - 1
        if asked in ("last", "上", "上个") and first <= today.month <= last:
            year -= 1
    return f"{_month(year, first)}/{_month(year, last)}"


def _present_season(today: date, back: int) -> str:
    """The season of today, or ones before it; winter is December to February."""
    year = today.year + (today.month == 12)
    first = (today.month % 12) // 3 * 3 - 3 * back
    return f"{_month(year, first)}/{_month(year, first + 2)}"


def _en_number(words: str) -> int:
    return next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(words[:3]))


def _en_year(words: str | None, today: date) -> int | None:
    if not words:
        return None
    words = words.strip(" ,").removeprefix("of ").removeprefix("the ")
    if words.startswith(("last year", "previous year")):
        return today.year - 1
    if words.startswith(("this year", "the year")):
        return today.year
    digits = re.sub(r"\D", "", words)
    return int(digits) if len(digits) == 4 else None


def _en_months(match: re.Match[str], today: date) -> str | None:
    first = _en_number(match["first"])
    year = _en_year(match["year"], today)
    if match["last"]:
        last = _en_number(match["last"])
        year = year or _latest_year(last, today) - (1 if first > last else 0)
        return f"{_month(year, first)}/{_month(year if last >= first else year + 1, last)}"
    if year is None:
        year = _latest_year(first, today)
        if (match["which"] or "").startswith("last") and first == today.month:
            year -= 1
    return _month(year, first)


def _en_relative(match: re.Match[str], today: date) -> str | None:
    word = re.sub(r"^the |'?s$", "", match[0])
    if "before last" in word or word.startswith(("two months ago", "2 months ago")):
        return month_back(today, 2)
    if word.startswith(("this", "current")):
        return month_back(today, 0)
    return month_back(today, -1 if word.startswith("next") else 1)


def _en_ago(match: re.Match[str], today: date) -> str | None:
    number = parse_number({"couple of": "2", "few": "3"}.get(match["n"], match["n"]))
    return month_back(today, int(number)) if number else None


def _en_whole_year(match: re.Match[str], today: date) -> str | None:
    year = _en_year(match[0], today)
    return f"{year:04d}" if year else None


def _iso_month(match: re.Match[str], today: date) -> str | None:  # noqa: ARG001 (a reckoning like the others)
    return f"{match[1]}-{int(match[2]):02d}"


def _en_quarter(match: re.Match[str], today: date) -> str:
    quarter = int(match["qq"]) - 1
    year = today.year if quarter <= (today.month - 1) // 3 else today.year - 1
    return f"{_month(year, quarter * 3 + 1)}/{_month(year, quarter * 3 + 3)}"


_EITHER, _BILLING = "event", "billing"
"""Words that name a date as well, and words that mean anything only where bills or usage are spoken of."""
_NOW = re.compile(r"(?:这个?|本|今个|呢个|当)月|(?:the )?(?:this|current) month")
_ZH_REL_MONTH = (
    r"(?:(?<!楼)上上|大上|上一|上|(?<!楼)下下|下一|(?<![楼以之底目])下(?=个?月)|这一|这|本|当|今|呢|嗰"
    r"|(?<![几\d以之年目提一二三四五六七八九十])前)个?月份?(?!\d{1,2}[号日]"
    r"|[一二三四五六七八九十]+[号日]|[初底末]|[上中下]旬)"
)
_NO_COUNT = r"(?![-/.]?\d|\s?(?:度|块|元|千瓦|kwh|units|yuan|左右))"
_PART_OF_YEAR = (
    rf"(?!的?(?:{_ZH_MONTH}|[上下]半年|[春夏秋冬]|[暑寒]假|第?[一二三四1-4]季|年?[底初]|国庆|春节|元旦|中秋))"
)

_RULES: tuple[tuple[re.Pattern[str], Reckon, str], ...] = (
    (re.compile(rf"(?:(?P<year>{_ZH_YEAR})的?)?(?P<first>{_ZH_MONTH})(?:(?:到|至"
        rf"|[-~—])(?P<last>{_ZH_MONTH}))(?![初底末]|[上中下]旬)"), _zh_months, ""),
    (re.compile(rf"(?:(?P<year>{_ZH_YEAR})的?)?(?P<first>{_ZH_MONTH})(?P<last>)(?!(?:到|至"
        rf"|[-~—]){_ZH_MONTH}|[初底末]|[上中下]旬)"), _zh_months, _EITHER),
    (re.compile(rf"(?P<year>{_ZH_YEAR})?(?P<first>[\d一二三四五六七八九十]{{1,2}})(?:到|至"
        rf"|[-~—])(?P<last>{_ZH_MONTH})"), _zh_months, ""),
    (re.compile(_ZH_REL_MONTH), _zh_relative, _EITHER),
    (re.compile(r"(?:上上一?|上一?|这一?|本|呢)期(?!间|限|待|工|房|的?工程)"), _zh_cycle, ""),
    (re.compile(rf"(?:最近|近|过去|(?<!提)前|头)(?:的)?(?P<n>{_ZH_N})(?:个|來|来)月"), _last_months, ""),
    (re.compile(r"(?:这|上)(?:的)?(?P<n>[\d两二三四五六七八九十]{1,2})个月"), _last_months, ""),
    (re.compile(r"(?:最近|近|(?<!事)过去|这)(?P<n>半)年"), _last_months, ""),
    (re.compile(rf"(?P<year>今年|本年)(?P<whole>)(?:度|以来)?{_NO_COUNT}{_PART_OF_YEAR}"), _zh_whole_year, _BILLING),  # noqa: E501
    (re.compile(rf"(?P<year>{_ZH_YEAR})(?:一整年|全年|一年|整年"
        rf"|度)?{_NO_COUNT}{_PART_OF_YEAR}(?<!今年)(?<!本年)"), _zh_whole_year, _EITHER),
    (re.compile(rf"(?P<year>{_ZH_YEAR})?的?(?P<half>[上下前后])半年"), _half_year, ""),
    (re.compile(rf"(?P<year>{_ZH_YEAR})?的?(?P<q>上一|上|下一|下|这|本|第?[一二三四1-4])个?季(?:度|(?=电|账|的"
        r"|用))(?!节)"), lambda m, t: _quarter(m, t), ""),
    (re.compile(r"(?P<which>上上个?|上个?|上一|下下个?|下个?|下一|这个?|本|这一)(?:周|星期"
        r"|礼拜)(?![一二三四五六日天末1-6])"), _week, _EITHER),
    (re.compile(rf"(?:最近|近|过去|(?<!提)前)(?:的)?(?P<n>{_ZH_N})个?(?P<unit>天|周|星期|礼拜)"), _last_days, _BILLING),  # noqa: E501
    (re.compile(rf"(?P<year>{_ZH_YEAR}|这个?|上个?)的?(?P<season>[春夏秋冬][天季]|暑假|寒假)"), _season, _BILLING),  # noqa: E501
    (re.compile(rf"\b(?P<which>last |this )?(?P<first>{_EN_MONTH})\b{_NO_VERB}(?:'?s)?(?:(?: (?:to"
        rf"|through|until|till) | ?[-–] ?)(?P<last>{_EN_MONTH})\b)(?P<year>,? (?:of )?(?:20\d\d"
        r"|last year|this year))?", re.ASCII), _en_months, ""),
    (re.compile(rf"\b(?P<which>last |this )?(?P<first>{_EN_MONTH})\b{_NO_VERB}(?:'?s)?(?P<last>)(?P<year"
        rf">,? (?:of )?(?:20\d\d|last year|this year))?(?! \d{{1,2}}(?:st|nd|rd"
        r"|th)?\b(?! ?kwh))", re.ASCII), _en_months, _EITHER),
    (re.compile(r"\b(?:the )?month before last\b|\b(?:this|current|last|previous|past|next) month(?:'?s)?\b", re.ASCII), _en_relative, _EITHER),  # noqa: E501
    (re.compile(r"\b(?:this|the last|last|the previous|previous|the current"
        r"|current) (?:billing )?(?:cycle|period)\b", re.ASCII), _en_cycle, ""),
    (re.compile(rf"\b(?P<n>{_EN_N}) months? ago\b", re.ASCII), _en_ago, _EITHER),
    (re.compile(rf"\b(?:the )?(?:last|past|previous|recent) (?P<n>{_EN_N}) months?\b", re.ASCII), _last_months, ""),  # noqa: E501
    (re.compile(r"\b(?:the )?this year(?:'?s)?\b", re.ASCII), _en_whole_year, _BILLING),
    (re.compile(r"\b(?:the )?(?:last|previous) year(?:'?s)?\b|\b(?:in |for |year )(20\d\d)\b", re.ASCII), _en_whole_year, _EITHER),  # noqa: E501
    (re.compile(r"\b(?:the )?(?P<half>first|second) half (?:of )?(?:(?:the|this) year"
        r"|(?P<year>(?:of )?(?:20\d\d|last year)))\b", re.ASCII), _half_year, ""),
    (re.compile(r"\b(?:the )?(?P<q>last|previous|next|this|current|first|second|third|fourth|1st|2nd|3rd"
        r"|4th) quarter(?P<year>)\b|\bq(?P<qq>[1-4])\b(?P<y2>)", re.ASCII), lambda m, t: _quarter(m, t) if m["q"] else _en_quarter(m, t), ""),  # noqa: E501
    (re.compile(r"\b(?P<which>last|this|previous|past|next) week(?:'?s)?\b", re.ASCII), _week, _EITHER),
    (re.compile(rf"\b(?:the )?(?:last|past) (?P<n>{_EN_N}|\d{{1,3}}) (?P<unit>days|weeks)\b", re.ASCII), _last_days, _BILLING),  # noqa: E501
    (re.compile(r"\b(?P<year>last|this) (?P<season>spring|summer|autumn|fall|winter|season)\b", re.ASCII), _season, _BILLING),  # noqa: E501
    (re.compile(r"(?<!\d)(20\d\d)[-/.](1[0-2]|0?[1-9])(?![-/.\d])"), _iso_month, _EITHER),
)  # fmt: skip
