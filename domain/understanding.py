"""What a customer's message means to us: the value that the dialogue decides on.

The understanding never fails: a message it cannot read has the intent :data:`UNKNOWN`, and while the
statistical engine is down it still knows danger, entities, digits and the words of the menu.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.circumstances import NOTHING_KNOWN, Circumstances

UNKNOWN = "unknown"
"""The intent of a message whose meaning is not sure enough to act on. A value, not an error."""

ENGINE_RASA = "rasa"
ENGINE_RULES = "rules"
ENGINE_NONE = "none"


@dataclass(frozen=True, slots=True)
class Entity:
    """A named piece of the message. ``value`` is its normal form, by entity name:

    account_no, meter_no, phone, ticket_no, application_no, capacity_kva, voltage, person_count, rating
        digits (``0312345678``; capacity and voltage may have a decimal point)
    id_tail4
        four characters, the last may be ``X``
    period
        ISO month ``2026-10``, year ``2025``, span ``2026-08/2026-10``, day ``2026-11-23`` or days
        ``2026-11-16/2026-11-22``; as the utility reckons, Asia/Shanghai
    date
        when something happened or is to happen: ISO day ``2026-11-25``, a moment ``2026-11-23T21:00+08:00``,
        and where only that was said days, a month or a year as of ``period``; holidays that follow the moon
        stay in words (``春节``)
    time_slot
        ``morning``, ``noon``, ``afternoon``, ``evening``, or a clock span ``09:00-11:00``
    amount
        integer fen, or where energy is limited, billed or bought ``400 kWh``
    outage_scope
        ``own_home``, ``unit``, ``building`` or ``area``; ``home`` when she speaks of her home
        and does not say whether others have power
    address
        the cleaned words, house numbers in digits
    others
        a code of the word lists (``wechat``, ``air_conditioner``, ``wire_down``), or the cleaned words
    """

    name: str
    surface: str
    """The words as the customer wrote them, ``text[start:end]``."""
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """One possible meaning with its calibrated probability, 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Danger:
    """Somebody may be hurt: advice first, ticket P0 at once, whatever was going on."""

    kind: str
    """``wire_down``, ``shock``, ``fire``, ``smoke``, ``hot``, ``sparks``, ``leakage``, ``pole``,
    ``exposed``, ``gas``, ``life_support``, ``intrusion`` (digging, climbing, crane, kite), ``water``
    or ``other``."""
    words: str
    """The customer's words that gave the alarm."""
    advice_key: str
    """Key of the advice phrase to say first."""
    reason: str
    """For the agent, in words: which words, which rule."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """One message, understood."""

    text: str
    """As received."""
    lang: str
    """``zh`` or ``en``."""
    intent: str
    """One of the taxonomy, or :data:`UNKNOWN`."""
    confidence: float
    ranking: tuple[IntentGuess, ...] = ()
    """Likeliest first; also filled when ``intent`` is unknown, to offer choices."""
    entities: tuple[Entity, ...] = ()
    danger: Danger | None = None
    second: IntentGuess | None = None
    """A second request in the same message, to be taken up after the first."""
    close: bool = False
    """Two meanings are about equally likely: ask which, do not guess."""
    hinges: tuple[str, ...] = ()
    """Circumstances of the customer that were not told and might change ``intent`` or ``close``."""
    engine: str = ENGINE_NONE
    """``rasa`` (the models), ``rules`` (an exact word, digits, or no model answers) or ``none`` (nothing)."""

    def entity(self, name: str) -> Entity | None:
        """The first entity of that name, or None."""
        return next((e for e in self.entities if e.name == name), None)


class Understander(Protocol):
    """Reads messages. Never raises."""

    def understand(
        self,
        text: str,
        *,
        now: datetime,
        lang_hint: str = "",
        expecting: str = "",
        spoken: bool = False,
        known: Circumstances = NOTHING_KNOWN,
    ) -> Understanding:
        """Understand one message.

        Args:
            text: as the channel gave it; any Unicode, any length.
            now: aware; "last month" is reckoned from it in Asia/Shanghai.
            lang_hint: ``zh`` or ``en`` when the text itself does not tell (digits, emoji).
            expecting: name of the slot the dialogue waits for, or empty. A bare value is then ``inform``.
            spoken: speech recognised by the hotline: homophones and spoken digits are likely.
            known: of the customer; tips the balance where the words leave it open.
        """
        ...
