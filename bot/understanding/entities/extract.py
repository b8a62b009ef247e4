"""Reads all entities of one message, and the normal form of any single one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from bot.understanding.entities.codes import code_value, read_codes
from bot.understanding.entities.moments import SHANGHAI, moment_value, read_moments
from bot.understanding.entities.periods import period_value, read_periods
from bot.understanding.entities.quantities import quantity_value, read_quantities
from bot.understanding.entities.span import Span
from bot.understanding.entities.words import (
    LISTED,
    Gazetteer,
    leading,
    read_people,
    read_words,
    staff_value,
    word_value,
)
from bot.understanding.normalise import Folded, fold
from domain.understanding import Entity

_CODES = frozenset(("account_no", "meter_no", "phone", "id_tail4", "ticket_no", "application_no"))
_QUANTITIES = frozenset(("amount", "capacity_kva", "voltage", "person_count", "rating"))
_MONEY = re.compile(r"度电|用电量|用了|多少度|电量|账单|电费|usage|\bkwh\b|\bbill\b|units|consum")
_BRANCH_ZH = re.compile(
    r"(?:(?![在去到你们我的哪个最近家附那这离从是问下])[一-鿿]){2,5}(?:营业厅|供电所|营业所|服务站|营业点|供电站|(?<=[东西南北])大厅)"
)
_BRANCH_EN = re.compile(
    r"\b(?:(?!the\b|your\b|to\b|at\b|of\b|this\b|a\b|in\b|nearest\b|local\b|which\b|is\b|any\b|from\b|main\b|for\b|my\b)[a-z]{3,} ){1,2}"  # noqa: E501
    r"(?:branch|service hall|service cent(?:re|er)|customer cent(?:re|er)|business hall|office|hall)\b"
)
_CONTEXT = {
    "time_slot": re.compile(
        r"预约|约|上门|来人|过来|派人|有空|在家|方便|取号|排号|改到|appointment|\bbook|visit|slot|come (?:round|over|by)|home (?:in|at)|free"  # noqa: E501
    ),
    "customer_type": re.compile(
        r"电价|价格|一度|报装|新装|装表|装电|申请|开个?|要办|用电|增容|三相|tariff|rate|price|per kwh|supply|connect|appl|new|open"  # noqa: E501
    ),
}
_VAGUE_PERIOD = re.compile(
    r"^(?:春|夏|秋|冬|暑假|寒假|今年|去年|前年|明年|前几天|may$|spring|summer|autumn|winter|last year|this year|this winter|last summer)"  # noqa: E501
)
_OF_USAGE = re.compile(
    r"电费|账单|单子|用电|电量|度|用了|发票|多少|费用|扣|贵|\b(?:bills?|us(?:e|ed|age|ing)|kwh|invoices?|costs?|charged?|paid|receipts?|units|statements?)\b"
)
_TOLD_BY = re.compile(r"(?:收到|来了?|看到|说是?|的|条|这个|催费|欠费|验证码|停电|通知)(?:的|条|个)?$")
_NO_BRANCH = re.compile(
    r"home office|head office|post office|box office|town hall|city hall|ticket office|back office|nearby|nearest|closest|service hall$"  # noqa: E501
)


class EntityReader:
    """Rules and word lists; no model, so that it works while Rasa is down.

    Args:
        areas: names of areas that the utility knows.
    """

    def __init__(self, areas: Iterable[str] = ()) -> None:
        self._places = Gazetteer(areas)

    def read(self, text: str | Folded, now: datetime, expecting: str = "") -> tuple[Entity, ...]:
        """Entities in order of place, none overlapping another. ``now`` is aware."""
        folded = text if isinstance(text, Folded) else fold(text)
        words = folded.text
        spans = [
            *read_codes(words, expecting),
            *read_periods(words, now.astimezone(SHANGHAI).date()),
            *read_moments(words, now),
            *read_quantities(words),
            *read_words(words),
            *read_people(words, expecting),
            *self._places.read(words),
            *self._branches(words),
        ]
        spans = [_as_meant(s, words) for s in spans if _belongs(s, words, expecting)]
        spans += self._bare(words, now, expecting, spans)
        return tuple(_entity(span, folded) for span in _apart(spans, expecting))

    def value(self, name: str, surface: str, now: datetime) -> str:
        """Normal form of ``surface``, known to be a ``name``; its folded words when it cannot be read."""
        words = fold(surface).text.strip()
        if not words:
            return ""
        if name in _CODES:
            return code_value(name, words)
        if name == "period":
            found = period_value(words, now.astimezone(SHANGHAI).date())
            return found or moment_value("date", words, now) or words
        if name in ("date", "time_slot"):
            return moment_value(name, words, now) or words
        if name in _QUANTITIES:
            return quantity_value(name, words) or words
        if name in LISTED:
            return word_value(name, words)
        if name == "staff_name":
            return staff_value(words)
        return self._places.value(words) if name == "area" else re.sub(r"\s+", " ", words)

    def _branches(self, words: str) -> list[Span]:
        found = []
        for pattern in (_BRANCH_ZH, _BRANCH_EN):
            for match in pattern.finditer(words):
                start = match.start() + len(leading(match[0]))
                if not _NO_BRANCH.search(match[0]):
                    found.append(Span("branch", start, match.end(), words[start : match.end()], 5))
        return found

    def _bare(self, words: str, now: datetime, expecting: str, spans: list[Span]) -> list[Span]:
        """The whole message as the awaited value, when it is short and nothing awaited was found in it."""
        bare = words.strip(" .。,，!！")
        if not bare or not expecting or any(s.name == expecting for s in spans) or len(bare) > 40:
            return []
        value = self.value(expecting, bare, now)
        start = words.index(bare)
        readable = (
            value != bare if expecting in (*_QUANTITIES, "period", "date", "time_slot", *LISTED) else False
        )
        if expecting in ("address", "area", "branch", "staff_name") and len(bare) >= 2:
            readable = not re.search(r"[?？]|吗|不要|取消|人工|\b(?:no|yes|cancel|agent|human)\b", bare)
        if expecting in _CODES and re.fullmatch(r"[A-Z]?\d{3,22}X?", value):
            readable = True
        return [Span(expecting, start, start + len(bare), value, 9)] if readable else []


def _belongs(span: Span, words: str, expecting: str) -> bool:
    """Whether a find is a value here.

    Parts of a day and kinds of customer are only where a visit or a supply is asked for, a season where usage
    is; and a text message that brought news is no way to do anything.
    """
    found = words[span.start : span.end]
    if span.name == "period" and span.name != expecting and len(words) > 12 and _VAGUE_PERIOD.match(found):
        return bool(_OF_USAGE.search(words))
    if span.value == "sms" and _TOLD_BY.search(words[: span.start]):
        return False
    context = _CONTEXT.get(span.name)
    return context is None or span.name == expecting or len(words) <= 12 or bool(context.search(words))


def _as_meant(span: Span, words: str) -> Span:
    """A past day is a period when the message speaks of bills or usage: "how much did I use yesterday"."""
    if (  # noqa: SIM102
        span.name == "date"
        and "T" not in span.value
        and re.search(r"昨天|前天|今天|yesterday|today", words[span.start : span.end])
    ):
        if _MONEY.search(words) and not re.search(r"停电|没电|交了|付了|paid|outage|到账", words):
            return span._replace(name="period")
    return span


def _apart(spans: list[Span], expecting: str) -> list[Span]:
    def rank(span: Span) -> tuple[int, int]:
        return (span.weight + (4 if span.name == expecting else 0), span.end - span.start)

    kept: list[Span] = []
    for span in sorted(spans, key=rank, reverse=True):
        if span.end > span.start and all(span.end <= k.start or span.start >= k.end for k in kept):
            kept.append(span)
    return sorted(kept, key=lambda s: s.start)


def _entity(span: Span, folded: Folded) -> Entity:
    start, end = folded.span(span.start, span.end)
    return Entity(span.name, folded.original[start:end], span.value, start, end)
