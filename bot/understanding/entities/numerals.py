"""Numbers as people say them, in Chinese and English: ``三百二``, ``幺洞``, ``double five``, ``two hundred``."""  # noqa: E501

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache

from bot.understanding.data import NLU_DATA, read_yaml

_ZH_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "幺": 1,
    "仨": 3,
}
_ZH_UNITS = {"十": 10, "百": 100, "千": 1000}
_EN_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,  # noqa: E501
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "a": 1, "an": 1, "couple": 2,
}  # fmt: skip
_EN_BIG = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_EN_WORD = "|".join(sorted({*_EN_SMALL, *_EN_BIG} - {"a", "an", "couple"}, key=len, reverse=True))

ZH_NUMBER = r"(?:(?<!\d)\d{1,15}(?!\d)(?:,\d{3})*(?:\.\d+)?[十百千万]?|[零〇一二两三四五六七八九十百千万]+(?:点[零〇一二三四五六七八九]+)?)"  # noqa: E501
"""Regular expression of a number in Chinese text."""
EN_NUMBER = rf"(?:(?<!\d)\d{{1,15}}(?!\d)(?:,\d{{3}})*(?:\.\d+)?k?|(?:(?:a|{_EN_WORD})[ -])?(?:{_EN_WORD})(?:[ -](?:and[ -])?(?:{_EN_WORD}))*)"  # noqa: E501
"""Regular expression of a number in English text."""


def parse_number(words: str) -> Decimal | None:
    """The number, or None. ``三百二`` is 320, ``两万五`` 25000, ``1.5万`` 15000, ``two hundred and five`` 205."""  # noqa: E501
    words = words.strip().lower().replace(",", "")
    if not words:
        return None
    try:
        return Decimal(words) if words[0].isascii() and words[-1].isdigit() else _parse_words(words)
    except InvalidOperation:
        return None


def _parse_words(words: str) -> Decimal | None:
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)([k十百千万])", words):
        return Decimal(match[1]) * {"k": 1000, "万": 10_000, **_ZH_UNITS}[match[2]]
    if words.isascii():
        return _parse_english(words)
    whole, dot, fraction = words.partition("点")
    number = _parse_chinese(whole)
    if number is None or not dot:
        return None if number is None else Decimal(number)
    if not fraction or any(c not in _ZH_DIGITS for c in fraction):
        return None
    return Decimal(f"{number}." + "".join(str(_ZH_DIGITS[c]) for c in fraction))


def _parse_chinese(words: str) -> int | None:
    """``一百零五`` 105, ``三百二`` 320 (the last unit is left out), ``二三`` 23 (digits read one by one)."""
    if not words or any(c not in _ZH_DIGITS and c not in _ZH_UNITS and c != "万" for c in words):
        return None
    if all(c in _ZH_DIGITS for c in words):
        return int("".join(str(_ZH_DIGITS[c]) for c in words))
    total, section, digit, last_unit, after_zero = 0, 0, 0, 1, False
    for char in words:
        if char in _ZH_DIGITS:
            digit = _ZH_DIGITS[char]
            after_zero = char in "零〇" or (after_zero and digit == 0)
            if char in "零〇":
                last_unit = 1
        elif char == "万":
            total, section, digit, last_unit = (total + section + digit) * 10_000, 0, 0, 10_000
        else:
            last_unit = _ZH_UNITS[char]
            section += (digit or 1) * last_unit
            digit = 0
    if digit and last_unit >= 100:
        digit *= last_unit // 10
    return total + section + digit


def _parse_english(words: str) -> Decimal | None:
    total, section, seen = 0, 0, False
    for word in re.split(r"[\s-]+", words):
        if word in _EN_SMALL:
            section, seen = section + _EN_SMALL[word], True
        elif word == "hundred":
            section, seen = (section or 1) * 100, True
        elif word in _EN_BIG:
            total, section, seen = total + (section or 1) * _EN_BIG[word], 0, True
        elif word != "and":
            return None
    return Decimal(total + section) if seen else None


@cache
def _spoken(lang: str) -> dict[str, str]:
    digits: dict[str, str] = read_yaml(NLU_DATA / "speech.yml")["digits"][lang]
    return digits


@cache
def _run_pattern() -> re.Pattern[str]:
    zh = "".join(_spoken("zh"))
    en = "|".join(sorted(_spoken("en"), key=len, reverse=True))
    # Either digits with the separators that people type, or digits spoken one by one.
    return re.compile(
        rf"[a]?[\d{zh}](?:[\s\-.,，、]{{0,2}}[\d{zh}]){{2,29}}(?:[\s]?x(?![a-z]))?"
        rf"|\b(?:(?:(?:double|triple) )?(?:{en}|\d)(?:[\s,-]+|\b)){{3,30}}(?:x\b)?"
        rf"|\b(?:(?:{en}) (?:double|triple) (?:{en})|(?:double|triple) (?:{en}) (?:{en}))(?: x)?\b"
    )


def digit_runs(text: str) -> list[tuple[int, int, str]]:
    """Every run of three or more digits, typed or spoken, as ``(start, end, digits)``.

    A leading ``a`` (application numbers) and a closing ``x`` (identity numbers) stay, in upper case.
    """
    runs = []
    for match in _run_pattern().finditer(text):
        surface = match[0].rstrip(" ,-")
        digits = read_digits(surface)
        if digits is not None:
            runs.append((match.start(), match.start() + len(surface), digits))
    return runs


def read_digits(surface: str) -> str | None:
    """``幺三八零零`` → ``13800``, ``double five 2`` → ``552``; None if anything else is among them."""
    out: list[str] = []
    times = 1
    for token in re.findall(r"[a-z]+|.", surface.lower().strip()):
        if token in " -.,，、\t\n":
            continue
        if token in ("double", "triple"):
            times = 2 if token == "double" else 3
            continue
        digit = (
            token
            if token.isdigit() and token.isascii()
            else _spoken("zh").get(token) or _spoken("en").get(token)
        )
        if digit is None:
            if (token == "x" and out) or (token == "a" and not out):
                digit = token.upper()
            else:
                return None
        out.extend(digit * times)
        times = 1
    return "".join(out) or None
