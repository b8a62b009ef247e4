"""What the ticket page shows, as plain values: words are chosen, numbers masked, times local."""

from __future__ import annotations

from dataclasses import dataclass

from desk.timeline import Item


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value; ``key`` names it for a reveal."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A deadline or a leg: words, a state, and how pressing it is."""

    id: str
    name: str
    words: str
    urgency: str
    quote: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class OfferView:
    """An open offer as this agent sees it."""

    id: str
    words: str
    reasons: tuple[str, ...]
    kind: str
    """``assignment`` or ``handover`` to me, ``mine`` (my own proposal) or ``other``."""


@dataclass(frozen=True, slots=True)
class Banner:
    """Who is responsible, since when, and what was last promised by when (always shown)."""

    who: str
    since: str
    handler: str
    promise: str
    until: str
    due: str
    urgency: str
    mine: bool
    ended: bool
    """Nothing is promised or due any more."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """One ticket for one agent."""

    id: str
    number: str
    title: str
    summary: str
    priority: int
    status: str
    status_words: str
    banner: Banner
    marks: tuple[str, ...]
    offers: tuple[OfferView, ...]
    verbs: frozenset[str]
    hint: str
    timeline: tuple[Item, ...]
    earlier: bool
    about: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    clocks: tuple[Chip, ...]
    legs: tuple[Chip, ...]
    surveys: tuple[str, ...]
    others: tuple[tuple[str, str], ...]
    result: str
    masked: bool
