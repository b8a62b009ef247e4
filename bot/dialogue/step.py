"""One step of the dialogue while it is being decided: what is known, and what was decided so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.dialogue.flows import Flow, Flows
from bot.dialogue.habits import Habits
from bot.dialogue.memory import Frame, Memory
from domain.contact import Binding, Level
from domain.dialogue import ActionRequest, Decision, HandoverWish, Heard, Surroundings, SurveyAnswer
from domain.learning import Doubt
from domain.ports import Saying


class Menu(Protocol):
    """What the dialogue must know of the phrase files: which choices a phrase shows, and what they mean."""

    def has(self, phrase: str) -> bool:
        """Whether there is such a phrase."""
        ...

    def choices_of(self, phrase: str) -> Sequence[str]:
        """Choice keys that the phrase itself shows."""
        ...

    def payload(self, choice: str) -> str:
        """What pressing the choice sends; empty for an unknown choice."""
        ...

    def labels(self, choice: str) -> Sequence[str]:
        """Its words in every language."""
        ...


@dataclass(slots=True)
class Step:
    """A decision in the making; every part of the engine reads and adds to it."""

    flows: Flows
    menu: Menu
    habits: Habits
    memory: Memory
    heard: Heard
    around: Surroundings
    say: list[Saying] = field(default_factory=list)
    do: ActionRequest | None = None
    hand_over: HandoverWish | None = None
    bind: Binding | None = None
    urge: str = ""
    belongs_to: str = ""
    survey: SurveyAnswer | None = None
    language: str | None = None
    speaks_only: bool = False
    """The transaction is open: nothing more may be asked of the outside."""
    private: bool = False
    """Something of an account is being said."""
    doubts: list[Doubt] = field(default_factory=list)
    enquiry: Mapping[str, str] = field(default_factory=dict)
    """What the last turn answered from an article: ``words`` of the question and the ``article``."""

    @property
    def now(self) -> datetime:
        """The moment of the message."""
        return self.heard.now

    @property
    def tongue(self) -> str:
        """Language of the answer."""
        return self.language or self.heard.language

    def tell(self, phrase: str, choices: Sequence[str] = (), **values: Any) -> None:
        """Say one phrase more."""
        self.say.append(Saying(phrase, values, tuple(choices)))

    def flow_of(self, frame: Frame) -> Flow:
        """The flow that a frame plays."""
        return self.flows[frame.flow]

    def level(self, account_no: str) -> Level:
        """How sure we are that the asker may see the account, now."""
        if not account_no:
            return Level.V0
        proved = self.memory.proved.get(account_no, "")
        if proved and datetime.fromisoformat(proved) > self.now:
            return Level.V2
        known = [
            b.level for b in self.around.bindings if b.account_no == account_no and b.expires_at > self.now
        ]
        return max([Level.V1, *known])

    def accounts(self) -> list[str]:
        """Accounts proved in this chat or bound to the contact, likeliest first."""
        fresh = [no for no, until in self.memory.proved.items() if datetime.fromisoformat(until) > self.now]
        bound = [b.account_no for b in self.around.bindings if b.expires_at > self.now]
        found = list(dict.fromkeys([*reversed(fresh), *bound]))
        if self.memory.account_no in found:
            found.sort(key=lambda no: no != self.memory.account_no)
        return found

    def decision(self) -> Decision:
        """Close the step: remember the words and the choices shown."""
        if self.say:
            self.memory.remember(self.say, self.now, self.private)
            self.memory.offered = list(self._shown())
        return Decision(
            state=self.memory.json(),
            say=tuple(self.say),
            do=self.do,
            hand_over=self.hand_over,
            bind=self.bind,
            urge=self.urge,
            belongs_to=self.belongs_to,
            survey=self.survey,
            language=self.language,
            doubts=tuple(self.doubts),
        )

    def _shown(self) -> Sequence[str]:
        for saying in reversed(self.say):
            shown = tuple(saying.choices) or self.menu.choices_of(saying.phrase)
            if shown:
                return shown
        return ()


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the state can keep them: JSON; moments become ISO text, anything else its own words."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)
