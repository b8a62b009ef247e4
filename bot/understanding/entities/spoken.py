"""Numbers with what customers leave out, and what must not follow a number without a unit."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.understanding.entities.numerals import parse_number

ZH_COUNTED = (
    "度个户人年天次米公里斤平伏瓦号栋幢点分秒岁倍种件台套家名位只条张层楼字页遍步安月日室单"
    "时周口代期趟回把根眼头亩棵组间桌串届级折成匹格步辆部班路款"
)
"""What follows a number that counts something else than money."""
NO_EN_UNIT = (
    r"(?! ?(?:kwh|kva|kw|kv|volts?|v|units?|days?|weeks?|months?|years?|times?|hours?|hrs?"
    r"|minutes?|mins?|am|pm|a\.m|p\.m|o'?clock"
    r"|people|persons?|of (?:us|them|my|the|our|those)|degrees?|amps?|metres?|meters?"
    r"|flats?|houses?|homes|families|phase|percent|per cent|c|st|nd|rd|th|yuan|rmb|cny"
    r"|dollars?|bucks|quid"
    r"|tenants|customers|households|machines|eggs|calls|emails|kids|children|residents"
    r"|staff|workers|acs?|fridges|freezers|street|road|lane|avenue|in the morning|times"
    r"|bills?|accounts?|payments?|nights?|instal\w+)\b"
    r"|[\d:/%]|[.,]\d| [a-z]+ (?:road|street|lane|walk|row|avenue)\b|-(?:year|day|week"
    r"|month|phase|person|room|bed))"
)
"""The same in English."""
ZH_HUNDREDS = r"[一二两三四五六七八九]?[百千万](?:零?[一二两三四五六七八九十百千])*"
_HUNDREDS_SHORT = re.compile(
    r"(one|two|three|four|five|six|seven|eight|nine) ((?:ten|eleven|twelve|thirteen"
    r"|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight"
    r"|nine))?)"
)
"""Hundreds without the word, as on the telephone: "one eighty" volts."""


def number(words: str) -> Decimal | None:
    """As :func:`parse_number`, and "one eighty" is 180, "百八十" about 100."""
    short = _HUNDREDS_SHORT.fullmatch(words)
    if short:
        hundreds, rest = parse_number(short[1]), parse_number(short[2])
        return None if hundreds is None or rest is None else hundreds * 100 + rest
    if words.endswith(" grand"):
        words = words.removesuffix("grand") + "thousand"
    return parse_number("一百" if words == "百八十" else words)


def plain(words: str, times: int = 1) -> str | None:
    """The number in digits, so many times; None when it cannot be read."""
    value = number(words)
    return None if value is None else words_of(value * times)


def words_of(number: Decimal) -> str:
    """In digits, without an exponent."""
    return f"{number.normalize():f}"
