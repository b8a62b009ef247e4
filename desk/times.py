"""Moments, spans and money in the reader's language. The desk works in Asia/Shanghai; storage is UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.wording import Words

SHANGHAI = ZoneInfo("Asia/Shanghai")
_WEEKDAYS_ZH = "一二三四五六日"


def local(moment: datetime) -> datetime:
    """The moment on a Chinese wall clock."""
    return moment.astimezone(SHANGHAI)


def clock_time(moment: datetime, now: datetime, words: Words) -> str:
    """``10:02`` today, with the day before it otherwise, with the year if it is another one."""
    there, here = local(moment), local(now)
    time = f"{there:%H:%M}"
    if there.date() == here.date():
        return time
    day = day_words(moment, now, words)
    return f"{day} {time}"


def deadline_time(moment: datetime, now: datetime, words: Words) -> str:
    """The same for a deadline: midnight is the end of the day before, not the beginning of one."""
    there = local(moment)
    if (there.hour, there.minute) != (0, 0):
        return clock_time(moment, now, words)
    return words("time.day_end", day=day_words(moment - timedelta(minutes=1), now, words))


def day_words(moment: datetime, now: datetime, words: Words) -> str:
    """``today``, ``yesterday``, ``tomorrow`` or the date."""
    there, here = local(moment), local(now)
    near = {0: "time.today", -1: "time.yesterday", 1: "time.tomorrow"}
    distance = (there.date() - here.date()).days
    if distance in near:
        return words(near[distance])
    if words.language == "zh":
        year = f"{there.year}年" if there.year != here.year else ""
        return f"{year}{there.month}月{there.day}日 周{_WEEKDAYS_ZH[there.weekday()]}"
    year = f" {there.year}" if there.year != here.year else ""
    return f"{there:%a} {there.day} {there:%b}{year}"


def date_words(day: date, words: Words) -> str:
    """A day with its year, for what holds for years: ``1 September 1996``."""
    if words.language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B %Y}"


def span(length: timedelta, words: Words) -> str:
    """A length of time by its two largest units: ``2 h 10 min``, ``3 days``."""
    minutes = max(int(abs(length).total_seconds() // 60), 0)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [
        words(f"time.{unit}", n=count)
        for unit, count in (("days", days), ("hours", hours), ("minutes", minutes))
        if count
    ]
    if days == 1:
        parts[0] = words("time.day")
    return words("time.join").join(parts[:2]) if parts else words("time.under_a_minute")


def due_words(due: datetime | None, now: datetime, words: Words) -> str:
    """``due in 2 h 10 min``, ``12 min overdue``, or empty without a deadline."""
    if due is None:
        return ""
    key = "time.due_in" if due > now else "time.overdue"
    return words(key, span=span(due - now, words))


def urgency(due: datetime | None, now: datetime) -> str:
    """``none``, ``calm``, ``soon`` (an hour or less) or ``late``; shown beside the words, never alone."""
    if due is None:
        return "none"
    if due <= now:
        return "late"
    return "soon" if due - now <= timedelta(hours=1) else "calm"


def money(fen: int, words: Words) -> str:
    """Integer fen as yuan: ``1,234.50 元`` or ``¥1,234.50``."""
    sign = "-" if fen < 0 else ""
    amount = f"{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
    return f"{sign}{amount} 元" if words.language == "zh" else f"{sign}¥{amount}"
