"""Numbers that name something: accounts, meters, telephones, tickets, applications, identity cards.

The shapes are those of the sample utility (ten-digit accounts that begin with 03, tickets yymmdd + 4,
applications A + 9); a word beside the number ("户号", "ticket") decides over its shape. Other utilities use
8 to 16 digits for accounts, which is accepted with such a word or when the dialogue asked for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.understanding.entities.numerals import digit_runs, read_digits
from bot.understanding.entities.span import Span

_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "id_tail4",
        re.compile(r"身份证|证件|后四位|末四位|尾号|尾数|末尾|id card|\bid\b|last (?:four|4)|identity"),
    ),
    ("phone", re.compile(r"手机|电话|联系方式|号码是1|phone|mobile|\bcell\b|\btel\b|call me|reach me")),
    (
        "ticket_no",
        re.compile(
            r"工单|公单|报修单|投诉单|单号|单子|受理号|投诉编号|回执|ticket|reference|\bref\b"
            r"|\bcase\b|complaint n|work order|job n|report n"
        ),
    ),
    ("application_no", re.compile(r"申请号|申请编号|申请单|报装|流程号|业务号|application|\bappl\b")),
    (
        "meter_no",
        re.compile(
            r"表号|电表号|电表编号|表的?编号|资产号|钢印|表(?:身|上|写)*(?:印|贴|刻)?[是的写:为着]* ?$"
            r"|meter (?:no|num|id|serial)|serial|meter(?:'s)? (?:is|stamped|reads|says)"
            r"|meter[ :#]*$"
        ),
    ),
    (
        "account_no",
        re.compile(
            r"户号|户头|客户编号|客户号|用户号|缴费号|编号是0|账号|账户|account|acct|\bacc\b"
            r"|(?:customer|consumer|connection) (?:no|num|id)|\ba/c\b"
        ),
    ),
)
_LOOSE = re.compile(r"号码|编号|给了?我?(?:一|了)?个?号|\b(?:number|given|no\.?|quoting)\b")
"""Words that tell a number is a name but not of what; a short one is that of an earlier report."""
_WITHIN = 20
"""Characters before and behind a number in which a label word counts."""
_LENGTHS = {
    "id_tail4": (4, 4), "phone": (7, 13), "ticket_no": (4, 14), "application_no": (4, 14), "meter_no": (5, 22),  # noqa: E501
    "account_no": (6, 16),
}  # fmt: skip
_TICKET = re.compile(r"2\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}")
_MOBILE = re.compile(r"(?:86)?(1[3-9]\d{9})")
_ABROAD = re.compile(r"0[789]\d{9}")
"""Mobile numbers of visitors from many countries."""
_LANDLINE = re.compile(r"0\d{2,3}[2-8]\d{6,7}")


def read_codes(text: str, expecting: str = "") -> list[Span]:
    """Codes in a folded text, in their digits."""
    found = []
    for begins, end, read in _runs(text):
        start, digits = _without_pronoun(text, begins, read)
        before = text[max(0, start - _WITHIN) : start]
        name = _name(digits, before, text[end : end + _WITHIN], expecting)
        if name:
            letters = _SPELLED.search(text, 0, start) if name in _WITH_LETTERS else None
            first, code = (letters.start(), _bare(letters[0]) + digits) if letters else (start, digits)
            found.append(Span(name, first, end, _value(name, code), 8))
            if name == "ticket_no":
                found.append(Span("application_no", first, end, _value(name, code), 9, "applied"))
        alone = not _label(before, len(digits)) and not _READING.search(before)
        if alone and not _PIECED.search(f" {text}"[start : end + 1]):
            found += [Span(other, start, end, digits, 9, sense) for other, sense in _by_request(name, digits)]
    return found + _lettered(text, expecting) + _by_look(text)


_BY_REQUEST = (
    ("meter_no", "metered", 6, 16),
    ("account_no", "billed", 7, 16),
    ("phone", "reached", 7, 13),
    ("ticket_no", "ticketed", 5, 12),
)
"""What a number without a word beside it names where that is the matter, and how many digits it then has."""


_PIECED = re.compile(r"^[a-z\d/-]\w|[,，、/.]|(?:19|20)\d\d-\d{1,2}-\d")
"""Lists, dates and the digits of a code with letters: no numbers by themselves."""


def _by_request(name: str, digits: str) -> Iterator[tuple[str, str]]:
    """Other names than ``name``, each with the sense in which it holds; few for a number of a known shape."""
    known = _MOBILE.fullmatch(digits) or _TICKET.fullmatch(digits) or not digits.isdigit()
    ours = len(digits) == _ACCOUNT and digits.startswith("03")
    for other, sense, least, most in _BY_REQUEST:
        unlike = other == "meter_no" or not (known or ours or _LANDLINE.fullmatch(digits))
        if other != name and least <= len(digits) <= most and unlike:
            yield other, sense


def _called_after(after: str, length: int) -> str:
    """What the words after a number of this length call it: "…, that's the meter"."""
    match = _CALLED.match(after)
    name = _NAMES[match["what"]] if match else ""
    return name if name and _fits(name, length) else ""


_CALLED = re.compile(
    r"[ ,.]*(?:that'?s|that is|is) (?:the|my) (?P<what>meter|account|phone|ticket|application)\b"
)
_NAMES = {
    "meter": "meter_no", "account": "account_no", "phone": "phone", "ticket": "ticket_no", "application": "application_no",  # noqa: E501
}  # fmt: skip


def _without_pronoun(text: str, start: int, digits: str) -> tuple[int, str]:
    """Where the number begins: "take this one 0803 ..." is no number 10803 ..."""
    if len(digits) > _WHOLE and text.startswith("one ", start) and _POINTS.search(text, 0, start):
        return start + len("one "), digits[1:]
    return start, digits


def _runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Runs of digits; two numbers that only a comma or a space parts are two runs."""
    for start, end, digits in digit_runs(text):
        pieces = list(_PIECE.finditer(text, start, end))
        counts = [sum(c.isdigit() for c in piece[0]) for piece in pieces]
        if len(pieces) > 1 and (max(counts) >= _WHOLE or min(counts) >= _WHOLE - 1):
            for piece in pieces:
                read = read_digits(piece[0])
                if read and len(read) >= 3:
                    yield piece.start(), piece.end(), read
        else:
            yield _without_month(text, start, end, digits)


def _without_month(text: str, start: int, end: int, digits: str) -> tuple[int, int, str]:
    """An account that runs into the month or year after it, "…091410月", ends after ten digits."""
    over = len(digits) - _ACCOUNT
    if over in (1, 2, 4) and text[end : end + 1] in ("月", "年", "号"):
        shorter = read_digits(text[start : end - over])
        if shorter and len(shorter) == _ACCOUNT:
            return start, end - over, shorter
    return start, end, digits


_ACCOUNT = 10
"""Digits of the sample utility's accounts."""
_PIECE = re.compile(r"[^,，、\s][^,，、]*?(?=$|[,，、]|\s(?=\d{8}))")
_WHOLE = 8
"""Digits from which a piece of a run is a number by itself."""
_POINTS = re.compile(r"\b(?:this|that|the|new|old|other|right|wrong) $")
_SPELLED = re.compile(r"(?<![a-z'’])(?:[b-hj-z] ){1,3}$")
"""Letters said one by one before the digits of a code."""
_LETTERED = re.compile(
    r"(?<![a-z0-9])(?P<code>(?!no|id|is|nr|acc|tel|ref|num|ext|kva|kwh)[a-z]{1,4}-?\d{3,14}"
    r"|(?!no|id|is|nr|acc|tel|ref|num|ext|to|of|at|in|for|and|the|was|from)[a-z]{2,3} \d{4,14})(?![a-z0-9%])"
)
_HYPHENED = re.compile(r"[a-z]{1,4}-\d{4,14}")
"""A code by its look alone."""


def _lettered(text: str, expecting: str) -> list[Span]:
    """Tickets and applications whose number begins with letters: BX44102, ZR8830214."""
    found = []
    for match in _LETTERED.finditer(text):
        code = _bare(match["code"])
        before = text[max(0, match.start() - 2 * _WITHIN) : match.start()]
        near = {name: m.end() for name, p in _LABELS if name in _WITH_LETTERS for m in p.finditer(before)}
        name = max(near, key=lambda n: near[n], default="")
        if not name and expecting in _WITH_LETTERS:
            name = expecting
        if not name and (_LOOSE.search(before) or _HYPHENED.fullmatch(match["code"])):
            name = "application_no" if _APPLIED.search(text) else "ticket_no"
        if name:
            found.append(Span(name, match.start(), match.end(), code, 9))
            if name == "ticket_no":
                found.append(Span("application_no", match.start(), match.end(), code, 10, "applied"))
    return found


_LOOKS_LIKE = re.compile(
    r"(?<![\w/-])(?=[\w/-]*\d[\w/-]*\d)(?!\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?(?![\w/-]))"
    r"(?!\d+-\d+(?![\w/-]))"
    r"(?!\d+(?:am|pm|kw|kwh|kva|v|w|st|nd|rd|th)\b)(?!(?:at|to|no|is|in|on|by|of|or|we|my|i|a) )"
    r"(?:[a-z0-9]{1,6}(?:[-/][a-z0-9]{1,8}){1,3}|[a-z]{2,4}\d{4,12}"
    r"|[a-z]{1,2}(?: \d{2,4}){2,3}(?: \d)?)(?![\w/-])"
)
"""Letters and digits in groups; no dates, no "10-12"."""
_MEANT = (("ticket_no", "ticketed"), ("application_no", "applied"), ("meter_no", "metered"))


def _by_look(text: str) -> list[Span]:
    """Codes of other shapes: the request tells what they name, "A17-20933" the meter to be tested."""
    return [
        Span(name, match.start(), match.end(), _bare(match[0]), 10, sense)
        for match in _LOOKS_LIKE.finditer(text)
        if sum(char.isdigit() for char in match[0]) >= 3
        for name, sense in _MEANT
    ]


_APPLIED = re.compile(r"申请|报装|增容|新装|\bapp(?:\b|l)|\b(?:applied|application|applying)\b")
_WITH_LETTERS = ("ticket_no", "application_no", "meter_no")


def code_value(name: str, surface: str) -> str:
    """Normal form of a surface known to be that code; the surface without separators if it is no number."""
    if name in _WITH_LETTERS and (lettered := _LETTERED.fullmatch(surface)):
        return _bare(lettered["code"])
    runs = digit_runs(surface)
    digits = max((run[2] for run in runs), key=len, default="")
    return _value(name, digits) if digits else _bare(surface)


def _bare(code: str) -> str:
    """A code without what parts its characters, in capitals."""
    return re.sub(r"[\s-]", "", code).upper()


def _value(name: str, digits: str) -> str:
    mobile = _MOBILE.fullmatch(digits) if name == "phone" else None
    return mobile[1] if mobile else digits


def _name(digits: str, before: str, after: str, expecting: str) -> str:
    if _READING.search(before):
        return ""
    if digits.startswith("A"):
        return "application_no" if len(digits) == 10 or "application" in before else ""
    label = _called_after(after, len(digits)) or _label(before, len(digits))
    if label:
        return label
    if expecting in _LENGTHS and _fits(expecting, len(digits)):
        return expecting
    shape = _by_shape(digits, after)
    if not shape and _LOOSE.search(before) and 4 <= len(digits) <= 8:
        return "ticket_no"
    return shape


_READING = re.compile(r"(?:止码|起码|底码|底数|读数|度数|示数|reading)\S{0,4} ?$")
"""A number of a meter's dial is the name of nothing."""


def _label(before: str, length: int) -> str:
    """The label word nearest to the number, among those whose numbers may be this long."""
    best, place = "", -1
    for name, pattern in _LABELS:
        if _fits(name, length) and not (name == "id_tail4" and _OTHER_TAIL.search(before)):
            for match in pattern.finditer(before):
                if match.end() > place:
                    best, place = name, match.end()
    return best


_OTHER_TAIL = re.compile(
    r"(?:工单|户号|手机|电话|号码|订单|卡|单号|申请|账号|票)[^,，。]{0,6}(?:尾号|尾数|末尾|后四位)|尾号从"
)


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
    if _LANDLINE.fullmatch(digits) or _ABROAD.fullmatch(digits):
        return "phone"
    if 9 <= len(digits) <= 16 and not re.match(r"\s*(?:元|块|度|千瓦|kwh|yuan)", after):
        return "account_no" if digits.startswith("03") or len(digits) in (9, 10, 13) else "meter_no"
    return ""
