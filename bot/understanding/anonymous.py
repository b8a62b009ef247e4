"""A customer's sentence without the customer: what may be kept for learning (PIPL articles 6 and 19).

Numbers that name something become zeros in the way they were written or spoken (``户号0300000000``,
``幺三零零零零…``, ``zero three zero …``), and so do the numbers of an address; names become an invented
name. The sentence stays one that somebody could have said, so that it can teach, and the same request with
another account number is the same sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from bot.understanding.entities.name_lists import staff_value
from bot.understanding.entities.numerals import digit_runs, parse_number, read_digits
from bot.understanding.entities.people import read_people
from bot.understanding.normalise import fold
from domain.learning import Mark

MOST = 300
"""Characters that are kept of a message; what people ask for stands in the first few dozen."""
NAMING = 6
"""Digits from which a number is taken to name something, whatever it looks like."""
_SURELY_NAMING = 8
"""The same for digits written without a break, even where they were read as an amount or a date."""

_CODES = frozenset({"account_no", "meter_no", "phone", "id_tail4", "ticket_no", "application_no"})
_NAMES = frozenset({"name", "staff_name"})
_PERSONAL = _CODES | _NAMES | {"address"}

_ZH_NAME, _EN_NAME = "张三", "Alex Brown"
_ZH_SURNAME, _EN_SURNAME = "张", "Brown"
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_TOKEN = re.compile(r"[A-Za-z]+|.", re.DOTALL)
_SOLID = re.compile(rf"\d{{{_SURELY_NAMING},}}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w", re.ASCII)
_LINK = re.compile(r"(?:https?://|www\.)[^\s，。、]+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![A-Za-z0-9_])(?=[\w-]*[A-Za-z])(?=(?:[\w-]*\d){3})[A-Za-z0-9_-]{6,}", re.ASCII)
_HARMLESS = re.compile(r"\d{1,6}[.,]\d{1,3}|(?:19|20)\d\d([-. ])\d{1,2}\1\d{1,2}(?: \d{1,2})?")


class _Swap(NamedTuple):
    """``text[start:end]`` becomes ``words``."""

    start: int
    end: int
    words: str


def anonymous(text: str, marks: Iterable[Mark], names: Collection[str] = ()) -> tuple[str, tuple[Mark, ...]]:
    """The sentence that may be kept, on one line, and its marks at their new places.

    Args:
        text: as the customer wrote it.
        marks: entities found in it.
        names: of people that we know are concerned; replaced wherever they stand.
    """
    text = text[:MOST]
    kept = [mark for mark in marks if 0 <= mark.start < mark.end <= len(text)]
    swaps: list[_Swap] = []
    for found in (
        _personal(text, (*kept, *_people(text))),
        _contacts(text),
        _known_names(text, names),
        _numbers(text, kept),
    ):
        swaps.extend(swap for swap in found if not any(_overlap(swap, taken) for taken in swaps))
    shown, moved = _apply(text, sorted(swaps), kept)
    # A mark may cover a part of a number only; what is left of it would still name somebody.
    shown = _SOLID.sub(lambda found: zeros(found[0]), shown)
    return _apply(shown, list(_layout(shown)), moved)


def _personal(text: str, marks: Sequence[Mark]) -> Iterator[_Swap]:
    for mark in marks:
        if mark.name not in _PERSONAL:
            continue
        words = text[mark.start : mark.end]
        if mark.name in _CODES:
            words = zeros(words)
        elif mark.name == "address":
            words = zeros(words, counting=True)
        elif mark.name == "staff_name":
            words = _staff(words)
        else:
            words = _ZH_NAME if _HAN.search(words) else _EN_NAME
        yield _Swap(mark.start, mark.end, words)


def _people(text: str) -> Iterator[Mark]:
    """Everybody who is named, also where the request made the name no value: a colleague in passing."""
    folded = fold(text)
    for span in read_people(folded):
        start, end = folded.span(span.start, span.end)
        yield Mark(span.name, start, end)


def _staff(words: str) -> str:
    """``王经理`` becomes ``张经理``, ``Mr Wang`` becomes ``Mr Brown``, a badge number zeros."""
    core = staff_value(words)
    if any(letter.isdigit() for letter in core):
        return zeros(words)
    return words.replace(core, _ZH_SURNAME if _HAN.search(core) else _EN_SURNAME, 1)


def _contacts(text: str) -> Iterator[_Swap]:
    """Addresses of mail and web, and mixed words that are somebody's handle, plate or serial number."""
    for pattern, words in ((_MAIL, "name@example.com"), (_LINK, "https://example.com")):
        for found in pattern.finditer(text):
            yield _Swap(found.start(), found.end(), words)
    for found in _HANDLE.finditer(text):
        yield _Swap(found.start(), found.end(), re.sub(r"\d", "0", found[0]))


def _known_names(text: str, names: Collection[str]) -> Iterator[_Swap]:
    for name in sorted(filter(None, map(str.strip, names)), key=len, reverse=True):
        if _HAN.search(name):
            pattern = re.escape(name) if len(name) > 1 else ""
        else:
            # With its capitals only: a customer called Bill writes about his bill.
            pattern = rf"\b{re.escape(name)}\b" if len(name) > 2 else ""
        for found in re.finditer(pattern, text) if pattern else ():
            yield _Swap(found.start(), found.end(), _ZH_NAME if _HAN.search(name) else _EN_NAME)


def _numbers(text: str, marks: Sequence[Mark]) -> Iterator[_Swap]:
    """Long numbers that no rule has named; amounts and dates that were read as such stay."""
    folded = fold(text)
    for start, end, digits in digit_runs(folded.text):
        swap = _Swap(*folded.span(start, end), "")
        if len(digits) >= NAMING and not any(_overlap(swap, mark) for mark in marks):
            yield swap._replace(words=zeros(text[swap.start : swap.end]))


def _layout(text: str) -> Iterator[_Swap]:
    """One line, single spaces, none at the ends, nothing that cannot be printed."""
    place = 0
    for blank, letters in groupby(text, _is_blank):
        run = "".join(letters)
        if blank:
            inside = place > 0 and place + len(run) < len(text)
            yield _Swap(place, place + len(run), " " if inside and any(map(str.isspace, run)) else "")
        place += len(run)


def _is_blank(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn")


def zeros(words: str, *, counting: bool = False) -> str:
    """Digits, typed or spoken, as zeros of the same kind.

    The first two of a mobile number and of an account of the sample utility's shape stay: they name nobody,
    and make what is left a number of that kind. ``counting`` also takes numbers like ``三十`` and ``twelve``.
    """
    digits = read_digits(fold(words).text) or ""
    kept = 2 if (len(digits), digits[:1]) == (11, "1") or (len(digits), digits[:2]) == (10, "03") else 0
    written = []
    for token in _TOKEN.findall(words):
        zero = _zero(token, counting)
        if zero and kept:
            kept -= 1
            written.append(token)
        else:
            written.append(zero or token)
    return "".join(written)


def _zero(token: str, counting: bool) -> str:
    """The zero that stands for this digit; empty for what is no digit."""
    plain = fold(token).text
    if plain in ("x", "a") or not (read_digits(plain) or (counting and parse_number(plain) is not None)):
        return ""
    if _HAN.search(plain) or plain == "〇":
        return "零"
    return "zero" if plain.isalpha() else "0"


def _apply(text: str, swaps: Sequence[_Swap], marks: Sequence[Mark]) -> tuple[str, tuple[Mark, ...]]:
    written, at, places = [], 0, {}
    length = 0
    for swap in (*swaps, _Swap(len(text), len(text), "")):
        for place in range(at, swap.start + 1):
            places[place] = length + place - at
        written += [text[at : swap.start], swap.words]
        length += swap.start - at + len(swap.words)
        at = swap.end
        # A mark may end where the swap does; one that begins or ends inside it has lost its words.
        places[swap.end] = length
    moved = [
        Mark(mark.name, places[mark.start], places[mark.end])
        for mark in marks
        if mark.start in places and mark.end in places and places[mark.start] < places[mark.end]
    ]
    return "".join(written), tuple(moved)


def _overlap(one: _Swap, other: _Swap | Mark) -> bool:
    return one.start < other.end and other.start < one.end


def personal(text: str) -> list[str]:
    """What in a sentence may name somebody: numbers of six and more digits but zeros, mail addresses.

    Amounts and whole dates are no such numbers. Names cannot be told from other words here.
    """
    folded = fold(text)
    found = [mail[0] for mail in _MAIL.finditer(text) if not mail[0].endswith("@example.com")]
    for start, end, digits in digit_runs(folded.text):
        if (
            len(digits) >= NAMING
            and digits[2:].strip("0X")
            and not _HARMLESS.fullmatch(folded.text[start:end])
        ):
            first, last = folded.span(start, end)
            found.append(text[first:last])
    return found
