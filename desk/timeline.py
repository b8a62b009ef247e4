"""One timeline of a ticket: what customer, bot and agents wrote, and the ledger's steps in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from desk.masking import mask
from desk.times import clock_time, day_words, deadline_time, local
from desk.wording import Words
from domain.ledger import Entry, Step
from domain.message import Audience, Message
from domain.satisfaction import Solved

_TOLD_BY_MESSAGE = frozenset({Step.NOTED, Step.REPLIED_TO, Step.CUSTOMER_WROTE})
"""These steps stand beside a message that says the same; showing both would be noise."""
_QUOTED = ("text", "reason", "why", "result", "task", "note", "comment", "undeliverable")
"""Data of a step that is worth reading under it."""
_ROUTER_WORDS = frozenset({"why", "reason"})


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the timeline."""

    key: str
    kind: str
    """``customer``, ``bot``, ``agent``, ``system``, ``note`` or ``step``."""
    who: str
    text: str
    time: str
    iso: str
    day: str
    quote: str = ""
    tone: str = ""
    """``alarm`` for steps that somebody must not overlook."""
    choices: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()


_BY_THE_ANSWER = frozenset({Step.NOT_SOLVED, Step.REOPENED})
_OFFER_STEPS = frozenset({Step.OFFERED, Step.OFFER_EXPIRED, Step.OFFER_WITHDRAWN})
_ALARMS = frozenset({Step.DEADLINE_MISSED, Step.ESCALATED, Step.URGED, Step.NOT_SOLVED, Step.NOT_ASSIGNED})


class Narrator:
    """Tells steps and messages in one language; ``keep`` are ticket numbers that need no masking."""

    def __init__(
        self,
        words: Words,
        now: datetime,
        names: Mapping[str, str],
        departments: Mapping[str, str],
        queues: Mapping[str, str],
        keep: frozenset[str],
        masked: bool = True,
    ) -> None:
        self._words = words
        self._now = now
        self._names = names
        self._departments = departments
        self._queues = queues
        self._keep = keep
        self._masked = masked

    def merged(
        self, messages: Iterable[Message], entries: Iterable[Entry], since: datetime | None
    ) -> list[Item]:
        """Both in order of time; steps before ``since`` (the first message shown) are left out when given."""
        told = [(message.at, 0, message.seq, self.message(message)) for message in messages]
        steps = [
            (entry.at, 1, entry.seq, self.step(entry))
            for entry in entries
            if entry.step not in _TOLD_BY_MESSAGE and (since is None or entry.at >= since)
        ]
        return [item for *_, item in sorted(told + steps, key=lambda found: found[:3])]

    def message(self, message: Message) -> Item:
        """A message as the desk shows it."""
        words = self._words
        who = self._names.get(message.author_id) or words(f"author.{message.author.value}")
        return Item(
            key=f"m{message.seq}",
            kind="note" if message.audience is Audience.DESK else message.author.value,
            who=who,
            text=self.text(message.text),
            choices=tuple(choice.label for choice in message.choices),
            attachments=tuple(attachment.name or attachment.kind for attachment in message.attachments),
            time=f"{local(message.at):%H:%M}",
            iso=message.at.isoformat(),
            day=day_words(message.at, self._now, self._words),
        )

    def step(self, entry: Entry) -> Item:
        """A ledger row in plain words, with its reason or text quoted below."""
        return Item(
            key=f"s{entry.seq}",
            kind="step",
            who="",
            text=self._words(f"step.{entry.step.value}", **self._people(entry)),
            quote=self.text(self._quote(entry)),
            tone="alarm" if entry.step in _ALARMS else "",
            time=f"{local(entry.at):%H:%M}",
            iso=entry.at.isoformat(),
            day=day_words(entry.at, self._now, self._words),
        )

    def text(self, text: str) -> str:
        """The text with personal numbers masked, unless they were revealed."""
        return mask(text, self._keep) if self._masked else text

    def name(self, person: str) -> str:
        """The name of an agent, by id."""
        return self._names.get(person, person)

    def _quote(self, entry: Entry) -> str:
        """What the step itself says: a reason, a text, a result; each once."""
        said = dict.fromkeys(
            self.reasons(entry.data[name]) if name in _ROUTER_WORDS else entry.data[name]
            for name in _QUOTED
            if entry.data.get(name)
        )
        if entry.step is Step.HELD:
            said = {self._words.maybe(f"hold_reason.{reason}", reason): None for reason in said}
        if entry.step is Step.PRIORITY_CHANGED and entry.data.get("to"):
            level = entry.data["to"]
            said = {self._words.maybe(f"priority.{level}", level): None, **said}
        if entry.step is Step.SURVEY_ANSWERED:
            said = {**self._answer(entry), **said}
        if entry.step in _BY_THE_ANSWER:
            # The answer itself stands a line above; only what she added to it is news.
            said = {words: None for words in said if words not in set(Solved)}
        return "\n".join(said)

    def _answer(self, entry: Entry) -> dict[str, None]:
        """What the customer answered to "is it solved?", and the score."""
        solved, score = entry.data.get("solved"), entry.data.get("score")
        told = [self._words(f"solved.{solved}")] if solved else []
        told += [self._words("ticket.score", n=score)] if score else []
        return dict.fromkeys(told)

    def reasons(self, text: str) -> str:
        """The router's reasons in the reader's language, with names for its codes."""
        return self._words.reasons(text, self._called)

    def _called(self, code: str) -> str:
        """What a code in a reason stands for: a person, a queue, a language, a matter; else itself."""
        cls, _, subject = code.partition("/")
        if subject:
            named = (self._words.maybe(f"cls.{cls}", cls), self._words.maybe(f"subject.{subject}", subject))
            return " · ".join(named)
        known = self._names.get(code) or self._queues.get(code)
        return known or self._words.maybe(f"ticket.language_{code}", self._words.maybe(f"skill.{code}", code))

    def _whom(self, entry: Entry) -> str:
        """The person or persons whom the step concerns, besides who did it."""
        data = entry.data
        named = data.get("told") or data.get("asked") or data.get("to") or ""
        if entry.step in _OFFER_STEPS:
            named = named or data.get("agent", "")
        people = [self.name(person) for person in (named or entry.responsible).split(", ")]
        return self._words("time.list").join(people)

    def _people(self, entry: Entry) -> dict[str, str]:
        actor, _, agent_id = entry.actor.partition(":")
        department = entry.data.get("department", "")
        return {
            "actor": self.name(agent_id) if agent_id else self._words(f"author.{actor}"),
            "to": self._whom(entry),
            "responsible": self.name(entry.responsible),
            "department": self._departments.get(department, department),
        }


def shown_time(moment: datetime | None, now: datetime, words: Words) -> str:
    """The moment in words, or empty."""
    return clock_time(moment, now, words) if moment else ""


def shown_deadline(moment: datetime | None, now: datetime, words: Words) -> str:
    """The moment until which something must be done, in words, or empty."""
    return deadline_time(moment, now, words) if moment else ""
