"""Whole messages that need no model: menu words, keys, yes and no, and bare values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.normalise import fold
from domain.understanding import Entity

_EDGES = re.compile(r"^[\s.,!?。，！？~、:;]+|[\s.,!?。，！？~、:;]+$")
_PARTICLES = re.compile(r"(?<=[一-鿿])[啊呀哈呢哦喔嘛吧呗哟咯啦噻哇的]+$")
_GLUE = re.compile(
    r"[\s.,!?。，！？~、:;：#\-()]|是|的|我|户号|号码?|电话|手机|叫|在|住|从|开始|工单|身份证|后四位|到|就|哦|啊|嗯|呃|好|"
    r"\b(?:it'?s|its|is|my|the|account|number|no|phone|name|i'?m|at|since|from|on|in|and|ticket|application)\b"
)
_ANY_WORDS = frozenset(("address", "branch", "staff_name"))
"""Values that may be any words: that we asked for one does not make every message one."""
_VALUES = frozenset(
    [
        "account_no",
        "meter_no",
        "phone",
        "id_tail4",
        "name",
        "address",
        "area",
        "date",
        "period",
        "amount",
        "ticket_no",
        "application_no",
        "branch",
        "time_slot",
        "capacity_kva",
        "voltage",
        "person_count",
    ]
)
"""Entities that, alone, are an answer; a danger or an appliance alone still says what is wrong."""


def exact_intent(words: str) -> str | None:
    """The intent of a folded message that is exactly one of the listed phrases."""
    bare = _EDGES.sub("", words)
    return _phrases().get(bare) or _phrases().get(_PARTICLES.sub("", bare))


def only_value(words: str, entities: Sequence[Entity], original: str, expecting: str) -> bool:
    """Whether the message is nothing but a value: digits, or entities and the words that join them."""
    if re.fullmatch(r"[\s\d#*]+", words) and any(c.isdigit() for c in words):
        return True
    wanted = [
        e for e in entities if (e.name in _VALUES or e.name == expecting) and not _taken_whole(e, original)
    ]
    if not wanted:
        return False
    rest = original
    for entity in sorted(wanted, key=lambda e: e.start, reverse=True):
        rest = rest[: entity.start] + " " + rest[entity.end :]
    return not _GLUE.sub("", fold(rest).text)


def _taken_whole(entity: Entity, original: str) -> bool:
    """Whether the reader took the whole message for what was asked for, without any number in it."""
    whole = entity.name in _ANY_WORDS and _EDGES.sub("", entity.surface) == _EDGES.sub("", original)
    return whole and not any(letter.isdigit() for letter in original)


def menu_intent(words: str) -> str | None:
    """A guess by the words of the menu, for the time while the model is down."""
    for pattern, intent in _contained():
        if pattern.search(words):
            return intent
    return None


@cache
def _phrases() -> dict[str, str]:
    listed = read_yaml(NLU_DATA / "exact.yml")["exact"]
    return {fold(str(p)).text: intent for intent, phrases in listed.items() for p in phrases}


@cache
def _contained() -> tuple[tuple[re.Pattern[str], str], ...]:
    listed = read_yaml(NLU_DATA / "exact.yml")["contains"]
    return tuple(
        (
            re.compile("|".join(re.escape(p) if not p.isascii() else rf"\b{re.escape(p)}" for p in phrases)),
            intent,
        )
        for intent, phrases in listed.items()
    )
