"""Numbers that name something: accounts, meters, telephones, tickets, applications, identity cards.

The shapes are those of the sample utility (ten-digit accounts that begin with 03, tickets yymmdd + 4,
applications A + 9); a word beside the number ("户号", "ticket") decides over its shape. Other utilities use
8 to 16 digits for accounts, which is accepted with such a word or when the dialogue asked for one.
"""

from __future__ import annotations

import re

from bot.understanding.entities.numerals import digit_runs
from bot.understanding.entities.span import Span

_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("id_tail4", re.compile(r"身份证|证件|后四位|末四位|尾号|id card|\bid\b|last (?:four|4)|identity")),
    ("phone", re.compile(r"手机|电话|联系方式|号码是1|phone|mobile|\bcell\b|\btel\b|call me|reach me")),
    (
        "ticket_no",
        re.compile(
            r"工单|报修单|投诉单|单号|受理号|投诉编号|回执|ticket|reference|\bref\b|\bcase\b|complaint n"
        ),
    ),
    ("application_no", re.compile(r"申请号|申请编号|申请单|报装|流程号|业务号|application|\bappl\b")),
    (
        "meter_no",
        re.compile(r"表号|电表号|电表编号|表的?编号|资产号|meter (?:no|num|id|serial)|serial|meter is"),
    ),
    (
        "account_no",
        re.compile(
            r"户号|户头|客户编号|客户号|用户号|缴费号|编号是0|账号|账户|account|acct|customer (?:no|num|id)|\ba/c\b"  # noqa: E501
        ),
    ),
)
_WITHIN = 14
"""Characters before a number in which a label word counts."""
_LENGTHS = {
    "id_tail4": (4, 4), "phone": (7, 13), "ticket_no": (4, 14), "application_no": (4, 14), "meter_no": (6, 22),  # noqa: E501
    "account_no": (6, 16),
}  # fmt: skip
_TICKET = re.compile(r"2\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}")
_MOBILE = re.compile(r"(?:86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"0\d{2,3}[2-8]\d{6,7}")


def read_codes(text: str, expecting: str = "") -> list[Span]:
    """Codes in a folded text, in their digits."""
    found = []
    for start, end, digits in digit_runs(text):
        name = _name(digits, text[max(0, start - _WITHIN) : start], text[end : end + 8], expecting)
        if name:
            found.append(Span(name, start, end, _value(name, digits), 8))
    return found


def code_value(name: str, surface: str) -> str:
    """Normal form of a surface known to be that code; the surface without separators if it is no number."""
    runs = digit_runs(surface)
    digits = max((run[2] for run in runs), key=len, default="")
    return _value(name, digits) if digits else re.sub(r"[\s\-]", "", surface).upper()


def _value(name: str, digits: str) -> str:
    mobile = _MOBILE.fullmatch(digits) if name == "phone" else None
    return mobile[1] if mobile else digits


def _name(digits: str, before: str, after: str, expecting: str) -> str:
    if digits.startswith("A"):
        return "application_no" if len(digits) == 10 or "application" in before else ""
    label = _label(before, len(digits))
    if label:
        return label
    if expecting in _LENGTHS and _fits(expecting, len(digits)):
        return expecting
    return _by_shape(digits, after)


def _label(before: str, length: int) -> str:
    """The label word nearest to the number, among those whose numbers may be this long."""
    best, place = "", -1
    for name, pattern in _LABELS:
        if _fits(name, length):
            for match in pattern.finditer(before):
                if match.end() > place:
                    best, place = name, match.end()
    return best


def _fits(name: str, length: int) -> bool:
    low, high = _LENGTHS[name]
    return low <= length <= high


def _by_shape(digits: str, after: str) -> str:
    if digits.endswith("X"):
        return "id_tail4" if len(digits) == 4 else ""
    if _MOBILE.fullmatch(digits):
        return "phone"
    if len(digits) == 10 and digits.startswith("03"):
        return "account_no"
    if _TICKET.fullmatch(digits):
        return "ticket_no"
    if _LANDLINE.fullmatch(digits):
        return "phone"
    if 9 <= len(digits) <= 16 and not re.match(r"\s*(?:元|块|度|千瓦|kwh|yuan)", after):
        return "account_no" if digits.startswith("03") or len(digits) in (9, 10, 13) else "meter_no"
    return ""
