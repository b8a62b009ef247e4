"""Reads all entities of one message, and the normal form of any single one.

Reading has two steps, because words mean what the request makes them mean: :meth:`EntityReader.find` collects
every reading, and :meth:`Found.chosen` keeps those that hold, before or after a model has judged the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.understanding.entities.clock import SHANGHAI
from bot.understanding.entities.codes import code_value, read_codes
from bot.understanding.entities.moments import moment_value, read_moments
from bot.understanding.entities.name_lists import staff_value
from bot.understanding.entities.people import read_people
from bot.understanding.entities.periods import period_value, read_periods
from bot.understanding.entities.places import Gazetteer, address_value
from bot.understanding.entities.quantities import quantity_value, read_quantities
from bot.understanding.entities.span import Span
from bot.understanding.entities.wanted import Wanted
from bot.understanding.entities.words import LISTED, is_price_class, read_words, word_value
from bot.understanding.normalise import Folded, fold
from domain.understanding import Entity

_CODES = frozenset(("account_no", "meter_no", "phone", "id_tail4", "ticket_no", "application_no"))
_QUANTITIES = frozenset(("amount", "capacity_kva", "voltage", "person_count", "rating"))
_TOLD_BY = re.compile(
    r"(?:收到|来了?|看到|说是?|的|条|这个|催费|欠费|验证码|停电|通知|每个?月)(?:的|条|个)?$|^短信[说显老都里]"
)
_TAKEN_BACK = re.compile(
    r"[啊哦呃嗯额哎呀,，. ]*(?:不对|不是|不|错了|说错了|哦不|啊不|sorry|no wait|no|wait"
    r"|i mean|actually|rather|or rather)[啊哦呃嗯额,，. 是]*"
)
"""Between two values of one kind: the first was a slip of the tongue."""
_FAINT_SIGNS = re.compile(
    r"滋|吱|啪|哧|嗞|刺啦|糊|焦|味|烫|开着|没盖|crackl|buzz|hum|fizz|pop|smell|hot|melt"
)
"""A noise or a smell is named only when nothing plainer is."""
_GENERAL_CARE = re.compile(r"^(?:医疗设备|medical (?:equipment|device))")


class Found:
    """All readings of one message, overlapping and contradicting ones among them.

    Args:
        folded: the message.
        spans: what the readers found.
        expecting: name of the entity that was asked for, or empty.
        bare: the whole message as that entity, if it can be.
    """

    def __init__(self, folded: Folded, spans: list[Span], expecting: str, bare: list[Span]) -> None:
        self._folded, self._spans, self._expecting, self._bare = folded, spans, expecting, bare

    def chosen(self, chances: Mapping[str, float] | None = None) -> tuple[Entity, ...]:
        """Entities in order of place, none overlapping another.

        ``chances`` is the probability of each request; None while nothing has judged it, then the words
        around must tell.
        """
        words = self._folded.text
        wanted = Wanted(words, self._expecting, chances)
        spans = [s for s in self._spans if wanted.holds(s) and not _is_news(s, words)]
        if not any(s.name == self._expecting for s in spans):
            spans += self._bare
        spans = _apart(_with_slots_apart(spans, wanted), self._expecting, self._folded)
        spans = _without_slips(spans, words)
        if self._expecting == "outage_scope":
            # Asked who else is in the dark, "my home" is the answer that nobody is.
            spans = [s._replace(value="own_home") if s.value == "home" else s for s in spans]
        for rule in (_one_danger, _one_scope, _class_before_premises, _said_once):
            spans = rule(spans, words)
        return tuple(_entity(span, self._folded) for span in spans)


class EntityReader:
    """Rules and word lists; no model, so that it works while Rasa is down.

    Args:
        areas: names of areas that the utility knows.
    """

    def __init__(self, areas: Iterable[str] = ()) -> None:
        self._places = Gazetteer(areas)

    def read(self, text: str | Folded, now: datetime, expecting: str = "") -> tuple[Entity, ...]:
        """Entities as far as the words alone tell. ``now`` is aware."""
        return self.find(text, now, expecting).chosen()

    def find(self, text: str | Folded, now: datetime, expecting: str = "") -> Found:
        """Every reading. ``now`` is aware."""
        folded = text if isinstance(text, Folded) else fold(text)
        words = folded.text
        spans = [
            *read_codes(words, expecting),
            *read_periods(words, now.astimezone(SHANGHAI).date()),
            *read_moments(words, now),
            *read_quantities(words),
            *read_words(words),
            *read_people(folded, expecting),
            *self._places.read(folded),
        ]
        spans = [s for s in spans if s.end > s.start]
        return Found(folded, spans, expecting, self._alone(words, now, expecting))

    def value(self, name: str, surface: str, now: datetime) -> str:
        """Normal form of ``surface``, known to be a ``name``; its folded words when it cannot be read."""
        words = fold(surface).text.strip()
        return (self._value(name, words, now) or words) if words else ""

    def _value(self, name: str, words: str, now: datetime) -> str | None:
        """Normal form of folded words; nothing where they cannot be read."""
        if name in _CODES:
            return code_value(name, words)
        if name == "period":
            found = period_value(words, now.astimezone(SHANGHAI).date())
            return found or moment_value("date", words, now)
        if name == "date":
            found = moment_value("date", words, now)
            return found or period_value(words, now.astimezone(SHANGHAI).date())
        if name == "time_slot":
            return moment_value(name, words, now) or moment_value(name, f"at {words}", now)
        if name in _QUANTITIES:
            return quantity_value(name, words)
        if name in LISTED:
            return word_value(name, words)
        if name == "staff_name":
            return staff_value(words)
        if name == "address":
            return address_value(words)
        return self._places.value(words) if name == "area" else re.sub(r"\s+", " ", words)

    def _alone(self, words: str, now: datetime, expecting: str) -> list[Span]:
        """The whole message as the awaited value, when it is short."""
        bare = words.strip(" \n\t.。,，!！")
        if not bare or not expecting or len(bare) > 40:
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


def _is_news(span: Span, words: str) -> bool:
    """A text message that brought news is no way to do anything."""
    return span.value == "sms" and bool(
        _TOLD_BY.search(words[: span.start]) or _TOLD_BY.search(words[span.start :])
    )


def _with_slots_apart(spans: list[Span], wanted: Wanted) -> list[Span]:
    """For an appointment the day and the time of day are two values: "今天" and "下午三点"."""
    if not wanted.likely("time_slot") or wanted.likely("outage_scope"):
        return spans
    slots = [s for s in spans if s.name == "time_slot"]
    return [
        s
        for s in spans
        if s.name != "date" or not any(s.start < slot.start and slot.end <= s.end for slot in slots)
    ]


def _apart(spans: list[Span], expecting: str, folded: Folded) -> list[Span]:
    """The best readings of which no two share a character of what was written.

    Places are compared there and not in the folded words: "¼" is one character and unfolds to three, so in
    "0¼0" two numbers could both want it.
    """

    def rank(span: Span) -> tuple[int, int]:
        return (span.weight + (4 if span.name == expecting else 0), span.end - span.start)

    kept: list[Span] = []
    places: list[tuple[int, int]] = []
    for span in sorted(spans, key=rank, reverse=True):
        start, end = folded.span(span.start, span.end)
        if all(end <= taken or start >= until for taken, until in places):
            kept.append(span)
            places.append((start, end))
    return sorted(kept, key=lambda s: s.start)


def _without_slips(spans: list[Span], words: str) -> list[Span]:
    """What the speaker took back at once: "后天啊不明天" is tomorrow."""
    return [
        s
        for s, after in zip(spans, [*spans[1:], None], strict=False)
        if after is None or after.name != s.name or not _TAKEN_BACK.fullmatch(words[s.end : after.start])
    ]


def _one_danger(spans: list[Span], words: str) -> list[Span]:
    """The danger named first; a noise or a smell only when nothing plainer is named."""
    dangers = [s for s in spans if s.name == "hazard_type"]
    if len(dangers) < 2:
        return spans
    plain = [s for s in dangers if not _FAINT_SIGNS.search(words[s.start : s.end])] or dangers
    return [s for s in spans if s.name != "hazard_type" or s is plain[0]]


def _one_scope(spans: list[Span], words: str) -> list[Span]:  # noqa: ARG001 (a rule like the others)
    """Of several scopes "only my home" counts; "my home" alone says nothing where more is named."""
    scopes = {s.value for s in spans if s.name == "outage_scope"}
    if len(scopes) < 2:
        return spans
    own = "own_home" in scopes
    return [
        s for s in spans if s.name != "outage_scope" or (s.value == "own_home" if own else s.value != "home")
    ]


def _class_before_premises(spans: list[Span], words: str) -> list[Span]:
    """Where the class of a price is named, the customer's own trade is only the occasion."""
    if not any(s.name == "customer_type" and is_price_class(words[s.start : s.end]) for s in spans):
        return spans
    return [s for s in spans if s.name != "customer_type" or is_price_class(words[s.start : s.end])]


def _said_once(spans: list[Span], words: str) -> list[Span]:
    """A value that is said twice is one; "medical equipment" is dialysis when that is said as well."""
    cares = [s for s in spans if s.name == "special_type"]
    kept: list[Span] = []
    for span in spans:
        general = span.name == "special_type" and _GENERAL_CARE.search(words[span.start : span.end])
        again = any(
            k.name == span.name
            and k.value == span.value
            and (words[k.start : k.end] == words[span.start : span.end] or span.start - k.end <= 1)
            for k in kept
        )
        if not again and not (general and len(cares) > 1):
            kept.append(span)
    return kept


def _entity(span: Span, folded: Folded) -> Entity:
    start, end = folded.span(span.start, span.end)
    return Entity(span.name, folded.original[start:end], span.value, start, end)
