"""Entities that are words: appliances, channels, scopes, dangers … from lists and patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.entities.span import Span
from bot.understanding.normalise import fold

LISTED = ("appliance", "channel", "outage_scope", "customer_type", "special_type", "hazard_type")
_WEIGHTS = {
    "outage_scope": 5,
    "hazard_type": 4,
    "special_type": 4,
    "appliance": 4,
    "channel": 4,
    "customer_type": 2,
}
_FIXTURES = frozenset(("lamp", "elevator", "solar", "ev", "camera", "business", "gate"))
_BY_LOOK = frozenset(("machine", "illness"))
"""Codes of things that no list knows; a listed word is read before them."""
_CLASSES = re.compile(
    r"^(?:居民|民用|住宅|家用|商业|工商业|一般工商业|大?工业|农业|非居民|普通人家|住家"
    r"|老百姓|residential|domestic|commercial|business"
    r"|(?:large )?industr|agricultur|household|ordinary|regular|normal)"
)
"""Words for the class of a price, unlike those for what somebody runs."""
_BY_MEANS = re.compile(
    r"(?:用|在|通过|从|走|经|拿|下载|打开|你们|手机)(?:你们?|咱们|我|那个|的|手机|这个"
    r"|个){0,3}$|\b(?:in|on|via|through|with|by|using|use|from)(?: the| your| our| my"
    r"| a)?(?: \w+)? $"
)
_AS_SUBJECT = re.compile(
    r"^(?:里|上)?(?:面)?(?:说|显示|还|老|一直|总|打不开|崩|报错|没有|加|可|能不能|该|怎么"
    r"|为什么)|^(?:'s)? (?:says?|still|shows?|showed|is|isn|won|keeps?|doesn|crash|tells?"
    r"|told|account|password)"
)
"""An app that says something is no means of paying."""


def read_words(text: str) -> list[Span]:
    """Words of the lists and patterns in a folded text."""
    found = []
    for name in LISTED:
        lists = _lists(name)
        for pattern in lists.words:
            for match in pattern.finditer(text):
                code = lists.code(match[0])
                found.append(Span(name, *match.span(), code, _WEIGHTS[name], _sense(name, code, match[0])))
        for code, pattern in lists.patterns:
            for match in pattern.finditer(text):
                start, end = match.span("it" if "it" in pattern.groupindex and match["it"] else 0)
                sense = _sense(name, code, text[start:end])
                bold = 1 if code in _BY_LOOK else 0
                found.append(Span(name, start, end, code, _WEIGHTS[name] - bold, sense))
    return [s for s in found if s.name != "channel" or _is_means(s, text)]


def word_value(name: str, surface: str) -> str:
    """Code of a surface known to be that entity; the folded words when nothing knows it."""
    spans = [s for s in read_words(surface) if s.name == name]
    if spans:
        return max(spans, key=lambda s: s.end - s.start).value
    surface = surface.strip()
    return next((code for code, clue in _lists(name).clues if clue.search(surface)), surface)


def _sense(name: str, code: str, words: str) -> str:
    if name == "appliance":
        return "damaged" if code == "machine" else "fixture" if code in _FIXTURES else ""
    return "premises" if name == "customer_type" and not _CLASSES.match(words) else ""


def is_price_class(words: str) -> bool:
    """Whether a kind of customer is named by the class of its price."""
    return bool(_CLASSES.match(words))


def _is_means(span: Span, text: str) -> bool:
    """Whether a channel is named as a way to pay or be told."""
    before, after = text[: span.start], text[span.end :]
    if span.value in ("app", "website"):
        return bool(_BY_MEANS.search(before)) and not _AS_SUBJECT.search(after)
    return True


class _Lists:
    """Lists and patterns of one entity."""

    def __init__(self, name: str) -> None:
        listed = read_yaml(NLU_DATA / "entities" / "words.yml")[name]
        shaped = read_yaml(NLU_DATA / "entities" / "patterns.yml")
        self._codes: dict[str, str] = {
            fold(str(word)).text: code for code, words in listed.items() for word in words
        }
        zh = alternatives(re.escape(w) for w in self._codes if not w.isascii())
        en = alternatives(re.escape(w) for w in self._codes if w.isascii())
        self.words = tuple(
            re.compile(p) for p in (zh, rf"(?<![a-z])(?:{en})(?:e?s)?(?![a-z])" if en else "") if p
        )
        self.patterns = tuple(
            (code, re.compile(expression))
            for code, expressions in shaped.get(name, {}).items()
            for expression in expressions
        )
        self.clues = tuple(
            (code, re.compile(alternatives(re.escape(str(sign)) for sign in signs)))
            for code, signs in shaped["clues"].get(name, {}).items()
        )

    def code(self, words: str) -> str:
        """The code of listed words, plural or not."""
        known = self._codes.get(words) or self._codes.get(re.sub(r"e?s$", "", words))
        return known or self._codes.get(words[:-1], "")


@cache
def _lists(name: str) -> _Lists:
    return _Lists(name)


def alternatives(words: Iterable[str]) -> str:
    """A regular expression of any of the words, the longest first."""
    return "|".join(sorted(words, key=len, reverse=True))
