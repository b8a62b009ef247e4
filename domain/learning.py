"""What was not understood, and what people at the desk say it means.

The dialogue reports a :class:`Doubt` about a message; the turn stores it as an :class:`Unclear`, without
personal data; the desk shows those with the same words as one :class:`Puzzle`; an agent's label makes it a
:class:`Lesson`, which a supervisor exports for review. Nothing here reaches training by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.understanding import IntentGuess

TWO_REQUESTS = "two_requests"
"""Label of a message that asks for two things; for review, but no sentence of one intent."""
NO_SENSE = "no_sense"
NOT_FOR_TRAINING = "not_for_training"
SET_ASIDE = (NO_SENSE, NOT_FOR_TRAINING)
"""Labels that end the matter: such words are neither listed again nor exported."""
BESIDE_INTENTS = (TWO_REQUESTS, *SET_ASIDE)
"""Labels that are no intent of the taxonomy."""

GUESSES = 3
"""How many of the likeliest meanings are kept."""


class Reason(StrEnum):
    """Why a message is listed, from the weakest sign to the strongest."""

    UNSURE = "unsure"
    """Acted upon, with less confidence than ``unsure_below`` of ``nlu_data/dialogue.yml``."""
    CLOSE = "close"
    """Two meanings were about equally likely; the customer was asked which."""
    UNKNOWN = "unknown"
    """No meaning was likely enough to act upon."""
    WANTED_PERSON = "wanted_person"
    """The very next thing the customer said was that she wants a person."""
    CORRECTED = "corrected"
    """The customer said that we got her wrong."""
    TWICE = "twice"
    """One of two messages in a row that were not understood; a person took over."""

    def outweighs(self, other: Reason) -> bool:
        """Whether this is the stronger sign."""
        order = list(Reason)
        return order.index(self) > order.index(other)


class Stage(StrEnum):
    """How far a puzzle has come."""

    OPEN = "open"
    LABELLED = "labelled"
    """Waits to be exported for review."""
    ASIDE = "aside"
    EXPORTED = "exported"


@dataclass(frozen=True, slots=True)
class Mark:
    """``text[start:end]`` is an entity of this name."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """The dialogue's report on one message of the customer, this one or the one before."""

    reason: Reason
    inbound_id: str
    language: str
    guesses: tuple[IntentGuess, ...]
    """Likeliest first; never empty."""
    marks: tuple[Mark, ...] = ()
    """Entities, by their place in the message."""
    chosen: str = ""
    """Intent of the button that the customer pressed next, if she did."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """One message that was not understood, with every name and number replaced."""

    id: str
    """Of the message itself, which keeps the customer's own words as long as the conversation is kept."""
    lesson: str
    """Id of all messages with the same words: a digest of language and normalised text."""
    text: str
    language: str
    channel: str
    at: datetime
    reason: Reason
    guesses: tuple[IntentGuess, ...]
    marks: tuple[Mark, ...] = ()
    said: str = ""
    """What the bot answered, without any value in it."""
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What some words mean, as one person at the desk labelled them; the same words have one at most."""

    id: str
    text: str
    language: str
    channel: str
    label: str
    """An intent of the taxonomy, or one of :data:`BESIDE_INTENTS`."""
    by: str
    """Agent id."""
    at: datetime
    times: int
    """How often the words had come when they were labelled."""
    guesses: tuple[IntentGuess, ...] = ()
    marks: tuple[Mark, ...] = ()
    file: str = ""
    """Name of the review file that it went to."""
    exported_at: datetime | None = None

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.exported_at is not None:
            return Stage.EXPORTED
        return Stage.ASIDE if self.label in SET_ASIDE else Stage.LABELLED


@dataclass(frozen=True, slots=True)
class Puzzle:
    """The same words, as often as they came."""

    newest: Unclear
    times: int
    channels: tuple[str, ...]
    reasons: tuple[Reason, ...]
    """Strongest first."""


@dataclass(frozen=True, slots=True)
class PuzzleQuery:
    """Filters are joined by "and"; empty ones do not filter."""

    language: str = ""
    channel: str = ""
    guess: str = ""
    """The likeliest meaning."""
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How much is done: distinct wordings by stage."""

    stages: Mapping[Stage, int]

    def count(self, stage: Stage) -> int:
        """How many are at this stage."""
        return self.stages.get(stage, 0)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.stages.values())


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to."""

    path: str
    """Of the file; empty when there was nothing to write."""
    sentences: int
    two_requests: int
    by_label: Mapping[str, int]
