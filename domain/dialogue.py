"""The dialogue: a pure function from what was heard, and where we stood, to what to say and do.

No I/O, no clock, no randomness: the turn (``bot/turn.py``) reads and writes the world on its behalf::

    decision = dialogue.hear(state, heard, around)
    while decision.do:                       # at most MAX_ACTIONS times, outside any transaction
        say decision.say; bind decision.bind
        decision = dialogue.learn(decision.state, decision.do, result, heard, around)
                or dialogue.failed(...)      # the back end did not answer
    in one transaction:
        say decision.say
        if decision.hand_over:  opened = desk.hand_over(...);  decision = dialogue.opened(...); say
        if decision.survey:     outcome = desk.answered(...);  decision = dialogue.surveyed(...); say
        save decision.state

``opened`` and ``surveyed`` only speak: their decisions never ask for an action, a handover or a survey.
The state is a JSON object with its own version; a state that the dialogue does not know is a fresh one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from domain.contact import Binding, Level
from domain.facts import TicketOpened
from domain.knowledge import Hit
from domain.learning import Doubt
from domain.message import Attachment
from domain.ports import ActionResult, Saying
from domain.satisfaction import Solved
from domain.ticket import Status
from domain.understanding import Understanding

MAX_ACTIONS = 4
"""Most back-end calls in one turn; the dialogue never needs more, the turn hands over beyond."""

State = Mapping[str, Any]
"""What the dialogue remembers between turns; JSON, and nobody else reads inside."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of the customer with what we understood of it."""

    text: str
    payload: str
    """A pressed button's payload, else empty."""
    language: str
    """The language to answer in if the customer has not chosen one: ``zh`` or ``en``."""
    spoken: bool
    attachments: tuple[Attachment, ...]
    understanding: Understanding
    now: datetime
    inbound_id: str
    knowledge: tuple[Hit, ...] = ()
    """Passages of the articles that may answer it, best first."""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket of this contact, as far as the customer may be told of it."""

    id: str
    number: str
    cls: str
    subject: str
    status: Status
    responsible_name: str
    opened_at: datetime
    accepted: bool
    """A person has accepted it; before that the duty officer answers."""
    public_due_at: datetime | None = None
    promise: str = ""
    promised_until: datetime | None = None
    summary: str = ""
    result: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the house knows about this contact and conversation at the moment of the turn."""

    channel: str
    language: str
    """The conversation's language so far."""
    contact_id: str
    conversation_id: str
    bindings: tuple[Binding, ...] = ()
    """Not expired, newest first."""
    open_tickets: tuple[TicketView, ...] = ()
    """Newest first."""
    closed_tickets: tuple[TicketView, ...] = ()
    """Closed within the last weeks, newest first."""
    locked: frozenset[str] = frozenset()
    """Subjects with too many failed verifications: ``contact:<id>``, ``account:<no>``."""
    agent_holds_floor: bool = False


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """A business verb to run; the turn adds contact, language, time and the idempotency key."""

    verb: str
    slots: Mapping[str, str] = field(default_factory=dict)
    account_no: str = ""
    level: Level = Level.V0


@dataclass(frozen=True, slots=True)
class HandoverWish:
    """A ticket to open; the turn makes ``HandoverRequested`` of it.

    ``source`` there is the inbound id and ``purpose``, so that a repeated turn finds the same ticket.
    """

    cls: str
    subject: str
    intent: str
    summary: str
    facts: Mapping[str, str] = field(default_factory=dict)
    account_no: str = ""
    area: str = ""
    priority: int | None = None
    wants_person: bool = False
    purpose: str = "handover"
    say_after: str = ""
    """Phrase key that tells the customer about the ticket; the dialogue itself reads it in ``opened``."""


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """What the customer answered to "is it solved?"; at least one of ``solved`` and ``score`` is given."""

    ticket_id: str
    solved: Solved | None = None
    score: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from one step. Everything but ``state`` may be empty."""

    state: State
    say: tuple[Saying, ...] = ()
    do: ActionRequest | None = None
    hand_over: HandoverWish | None = None
    """Never together with ``do``."""
    bind: Binding | None = None
    """A proof that succeeded; to be saved with the turn."""
    urge: str = ""
    """Id of the open ticket that the customer chases."""
    belongs_to: str = ""
    """Id of the open ticket to which this message adds something (a location, a photo): tell its desk."""
    survey: SurveyAnswer | None = None
    language: str | None = None
    """The customer switched language: answer, and remember, in this one."""
    doubts: tuple[Doubt, ...] = ()
    """Messages of which it now shows that we did not understand them well; to be saved for learning."""


class Dialogue(Protocol):
    """Decides. Never raises, whatever the state or the message; always says something in a whole turn."""

    def expecting(self, state: State) -> str:
        """Name of the slot that the last question asked for, or empty; a hint for the understanding."""
        ...

    def about(self, state: State) -> str:
        """Words on what is being talked about, for a question that leaves it out; empty when nothing is."""
        ...

    def hear(self, state: State, heard: Heard, around: Surroundings) -> Decision:
        """A new message while the bot holds the floor."""
        ...

    def watch(self, state: State, heard: Heard, around: Surroundings) -> Decision:
        """A new message while an agent holds the floor: silent unless somebody is in danger."""
        ...

    def learn(
        self, state: State, request: ActionRequest, result: ActionResult, heard: Heard, around: Surroundings
    ) -> Decision:
        """The action ran and this came of it."""
        ...

    def failed(self, state: State, request: ActionRequest, heard: Heard, around: Surroundings) -> Decision:
        """The back end did not answer: an apology and a person."""
        ...

    def opened(
        self, state: State, wish: HandoverWish, ticket: TicketOpened, heard: Heard, around: Surroundings
    ) -> Decision:
        """The ticket exists: its number, who answers for it, by when. Only speaks."""
        ...

    def surveyed(
        self, state: State, answer: SurveyAnswer, outcome: str, heard: Heard, around: Surroundings
    ) -> Decision:
        """The answer was stored with this outcome: ``closed``, ``reopened`` or ``noted``. Only speaks."""
        ...

    def expect_survey(self, state: State, ticket_id: str, number: str) -> State:
        """We asked whether this ticket is solved: take the next fitting answer as the answer to that."""
        ...

    def crashed(self, state: State, heard: Heard, around: Surroundings) -> Decision:
        """This message could not be answered several times over: an apology, a person, a fresh state."""
        ...
