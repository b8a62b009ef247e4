"""Values as people write and say them: money, dates, months, energy; Shanghai time at this edge only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from domain.masking import mask_account_no, mask_phone

SHANGHAI = ZoneInfo("Asia/Shanghai")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def written(kind: str, value: Any, language: str, *, spoken: bool) -> str:
    """The value as that kind of thing in that language; a value of another form is given as it is.

    Kinds: ``text``, ``money`` (fen), ``date``, ``time``, ``datetime`` (aware, or ISO text), ``deadline`` (the
    same, but midnight is the end of the day before), ``month`` (``2026-08``, a year, or a span), ``account``,
    ``phone``, ``number`` (digits to say one by one), ``kwh``, ``percent`` (0.12 is 12 %).
    """
    writer = _WRITERS.get(kind)
    if writer is None:
        return str(value)
    try:
        return writer(value, language, spoken)
    except (ValueError, TypeError, ArithmeticError):
        return str(value)


def _money(value: Any, language: str, spoken: bool) -> str:
    fen = int(value)
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    if language == "zh":
        if not spoken:
            return f"{sign}{yuan}.{rest:02d} 元"
        jiao, one = divmod(rest, 10)
        small = (f"{jiao}角" if jiao else ("零" if one else "")) + (f"{one}分" if one else "")
        return f"{'负' if sign else ''}{yuan}元{small}"
    if spoken:
        return f"{'minus ' if sign else ''}{yuan} yuan" + (f" {rest:02d}" if rest else "")
    return f"{sign}¥{yuan}.{rest:02d}"


def _local(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.astimezone(SHANGHAI)


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return _local(value).date()
    if isinstance(value, date):
        return value
    text = str(value)
    return _local(text).date() if "T" in text else date.fromisoformat(text)


def _date(value: Any, language: str, spoken: bool) -> str:
    day = _day(value)
    if language == "zh":
        return f"{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1] if spoken else _MONTHS[day.month - 1][:3]}"


def _time(value: Any, language: str, spoken: bool) -> str:
    moment = _local(value)
    if language == "zh" and spoken:
        return f"{moment.hour}点{moment.minute}分" if moment.minute else f"{moment.hour}点"
    return f"{moment:%H:%M}"


def _datetime(value: Any, language: str, spoken: bool) -> str:
    day, clock = _date(value, language, spoken), _time(value, language, spoken)
    return f"{day} {clock}" if language == "zh" else f"{clock} on {day}"


def _deadline(value: Any, language: str, spoken: bool) -> str:
    """A moment until which something is promised: nobody says "by 0:00 on the 4th" for the end of the 3rd."""
    moment = _local(value)
    if (moment.hour, moment.minute) != (0, 0):
        return _datetime(value, language, spoken)
    day = _date(moment.date() - timedelta(days=1), language, spoken)
    if language == "zh":
        return f"{day}24点" if spoken else f"{day} 24:00"
    return f"the end of {day}"


def _month(value: Any, language: str, spoken: bool) -> str:
    first, dash, last = str(value).partition("/")
    if dash:
        between = " 至 " if language == "zh" else " to "
        return _month(first, language, spoken) + between + _month(last, language, spoken)
    parts = [int(part) for part in first.split("-")]
    if language == "zh":
        return "".join(f"{part}{unit}" for part, unit in zip(parts, "年月日", strict=False))
    if len(parts) == 1:
        return str(parts[0])
    day = f"{parts[2]} " if len(parts) > 2 else ""
    return f"{day}{_MONTHS[parts[1] - 1]} {parts[0]}"


def _account(value: Any, language: str, spoken: bool) -> str:
    if not spoken:
        return mask_account_no(str(value))
    tail = " ".join(str(value)[-4:])
    return f"尾号 {tail}" if language == "zh" else f"ending {tail}"


def _phone(value: Any, language: str, spoken: bool) -> str:
    return mask_phone(str(value)) if not spoken else _account(value, language, spoken)


def _number(value: Any, _language: str, spoken: bool) -> str:
    return " ".join(str(value)) if spoken else str(value)


def _kwh(value: Any, language: str, _spoken: bool) -> str:
    amount = Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    short = f"{amount:f}".removesuffix(".0")
    return f"{short} 度" if language == "zh" else f"{short} kWh"


def _percent(value: Any, language: str, spoken: bool) -> str:
    share = (Decimal(str(value)) * 100).quantize(Decimal(1), ROUND_HALF_UP)
    if language == "zh" and spoken:
        return f"百分之{share}"
    return f"{share} percent" if spoken else f"{share}%"


_WRITERS: dict[str, Callable[[Any, str, bool], str]] = {
    "money": _money,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "deadline": _deadline,
    "month": _month,
    "account": _account,
    "phone": _phone,
    "number": _number,
    "kwh": _kwh,
    "percent": _percent,
}
