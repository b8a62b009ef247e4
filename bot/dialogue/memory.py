"""What the dialogue remembers between turns: a JSON object with a version, read without trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.dialogue import State
from domain.ports import Saying

VERSION = 1
DEEPEST = 4
"""Most flows kept open at once; an older one is dropped."""


@dataclass(slots=True)
class Frame:
    """One flow that was begun and not finished."""

    flow: str
    slots: dict[str, str] = field(default_factory=dict)
    asking: str = ""
    """Slot whose question is open."""
    asked: dict[str, int] = field(default_factory=dict)
    """How often each slot was asked without a usable answer."""
    words: str = ""
    """The customer's first words on it, for the agent."""
    proving: str = ""
    """Step of the identity check: empty, ``account``, ``code``, ``name`` or ``id_tail4``."""
    proof: dict[str, str] = field(default_factory=dict)
    """Of the identity check: the account, the code's digest and expiry, the name."""


@dataclass(slots=True)
class Waiting:
    """A second request of the same message, to be taken up after the first."""

    intent: str
    slots: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Memory:
    """The working copy of the state during one step."""

    frames: list[Frame] = field(default_factory=list)
    queue: list[Waiting] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    """Choice keys last shown, in order; the customer may type their number or label."""
    last_flow: str = ""
    """The flow that was last finished, for "and last month?"."""
    last_slots: dict[str, str] = field(default_factory=dict)
    said: list[dict[str, Any]] = field(default_factory=list)
    """The last words, for "say that again"."""
    said_at: str = ""
    said_private: bool = False
    """They hold data of an account; not repeated when the proof has run out."""
    account_no: str = ""
    """The account last spoken about."""
    proved: dict[str, str] = field(default_factory=dict)
    """Account number to the ISO moment until which its proof holds."""
    survey: dict[str, str] = field(default_factory=dict)
    """``ticket`` and ``number`` of the satisfaction question that is open; ``solved`` once answered."""
    hazard: dict[str, str] = field(default_factory=dict)
    """``ticket``, ``number``, ``kind`` and ``at`` of the danger just reported, while we ask where it is."""
    opened: dict[str, str] = field(default_factory=dict)
    """``ticket``, ``number``, ``name`` and ``at`` of the ticket last opened, for what she adds to it."""
    missed: int = 0
    """Messages in a row that were not understood."""
    humans: int = 0
    """How often a person was asked for since the last handover."""
    silent: int = 0
    abuse: int = 0
    enquiry: dict[str, str] = field(default_factory=dict)
    """``words`` of the question just answered from an article, and that ``article``."""
    language: str = ""
    """The customer's own choice of language; messages in another no longer change it."""
    heard: dict[str, Any] = field(default_factory=dict)
    """The message last taken as a request, or not understood, in case the next ones show that we misheard
    it; only ``bot/dialogue/doubts.py`` reads inside."""

    @property
    def top(self) -> Frame | None:
        """The flow that is going on, or None."""
        return self.frames[-1] if self.frames else None

    def push(self, frame: Frame) -> None:
        """Begin a flow; the oldest is dropped when too many are open."""
        self.frames = [*self.frames, frame][-DEEPEST:]

    def remember(self, sayings: list[Saying], now: datetime, private: bool) -> None:
        """Keep the last words for "say that again"."""
        self.said = [
            {"phrase": saying.phrase, "values": dict(saying.values), "choices": list(saying.choices)}
            for saying in sayings
        ]
        self.said_at = now.isoformat()
        self.said_private = private

    def json(self) -> State:
        """As stored."""
        return {
            "v": VERSION,
            "frames": [{name: getattr(frame, name) for name in _FRAME} for frame in self.frames],
            "queue": [{"intent": waiting.intent, "slots": waiting.slots} for waiting in self.queue],
            **{name: getattr(self, name) for name in _PLAIN},
        }


_FRAME = {
    "flow": str,
    "slots": dict,
    "asking": str,
    "asked": dict,
    "words": str,
    "proving": str,
    "proof": dict,
}
_PLAIN = {
    "offered": list,
    "last_flow": str,
    "last_slots": dict,
    "said": list,
    "said_at": str,
    "said_private": bool,
    "account_no": str,
    "proved": dict,
    "survey": dict,
    "hazard": dict,
    "opened": dict,
    "missed": int,
    "humans": int,
    "silent": int,
    "abuse": int,
    "enquiry": dict,
    "language": str,
    "heard": dict,
}


def recall(state: State, flows: Mapping[str, object]) -> Memory:
    """Read a state; an unknown version or anything out of shape gives a fresh one.

    Frames of flows that no longer exist are left out. What an older release did not write yet is as at first.
    """
    if state.get("v") != VERSION:
        return Memory()
    try:
        plain = {name: kind for name, kind in _PLAIN.items() if name in state}
        memory = Memory(**{name: _typed(state[name], kind) for name, kind in plain.items()})
        for raw in _typed(state["frames"], list):
            frame = Frame(**{name: _typed(raw[name], kind) for name, kind in _FRAME.items()})
            if frame.flow in flows:
                memory.frames.append(frame)
        for raw in _typed(state["queue"], list):
            if raw["intent"] in flows:
                memory.queue.append(Waiting(_typed(raw["intent"], str), _typed(raw["slots"], dict)))
        _sound(memory)
    except (KeyError, TypeError, ValueError):
        return Memory()
    return memory


def _sound(memory: Memory) -> None:
    """KeyError or ValueError when something that the engine reads blindly is not there."""
    if memory.survey:
        _typed(memory.survey["ticket"], str)
    if memory.hazard:
        for name in ("ticket", "number", "kind", "at"):
            _typed(memory.hazard[name], str)
    if memory.opened:
        for name in ("ticket", "number", "name", "at"):
            _typed(memory.opened[name], str)
    moments = [memory.said_at, memory.hazard.get("at"), memory.opened.get("at")]
    dated = [*memory.proved.values(), *filter(None, moments)]
    for moment in dated:
        if datetime.fromisoformat(moment).tzinfo is None:
            raise ValueError("a moment without a zone")


def _typed(value: Any, kind: type) -> Any:
    """The value, copied if it can change; TypeError when it is of another kind."""
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}")
    return kind(value)
