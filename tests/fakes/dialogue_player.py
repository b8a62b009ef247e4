"""Plays written conversations through the real dialogue; understanding and back end are written down too."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from actions.back_ends.tariff_files import load_tariffs
from app.facts import HouseFacts
from bot.dialogue import FlowDialogue, load_dialogue
from bot.library import Found, Library
from bot.phrasing import Phrasebook, load_phrases
from bot.understanding.articles import read_articles
from domain.calendar import local_day
from domain.contact import Level
from domain.dialogue import MAX_ACTIONS, ActionRequest, Decision, Heard, Surroundings, TicketView
from domain.facts import TicketOpened
from domain.knowledge import Hit
from domain.message import Attachment
from domain.ports import ActionResult, Saying
from domain.ticket import Status
from domain.understanding import Danger, Entity, IntentGuess, Understanding
from router.policies import load_policies

DATA = Path(__file__).resolve().parents[2] / "nlu_data"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@cache
def _loaded() -> tuple[Phrasebook, FlowDialogue]:
    phrases = load_phrases(DATA / "phrases")
    return phrases, load_dialogue(DATA, phrases)


class Named:
    """Finds the passage whose key it is asked for: ``tiers.limits``; ``tiers.limits?`` without being sure."""

    def find(self, text: str, most: int) -> list[Found]:
        key = text.removesuffix("?")
        return [Found(key, 0.3 if key != text else 0.9, key == text)] if key else []


@cache
def library() -> Library:
    facts = HouseFacts(load_policies(), load_tariffs(), "cuihu")
    return Library(read_articles(DATA / "knowledge"), Named(), facts, "https://power.example")


@dataclass
class Answer:
    """What one turn came to."""

    said: list[Saying] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    did: list[ActionRequest] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    last: Decision | None = None

    @property
    def keys(self) -> list[str]:
        return [saying.phrase for saying in self.said]


class Player:
    """One conversation; the state goes through JSON after every turn, as in the database."""

    def __init__(self, language: str, *, spoken: bool = False, tickets: Sequence[TicketView] = ()) -> None:
        self.phrases, self.dialogue = _loaded()
        self.state: Mapping[str, Any] = {}
        self.language = language
        self.spoken = spoken
        self.now = NOW
        self.turns = 0
        self.around = Surroundings("web", language, "c1", "k1", open_tickets=tuple(tickets))

    def hear(
        self,
        understanding: Understanding,
        *,
        payload: str = "",
        files: Sequence[str] = (),
        finds: str = "",
        back: Sequence[Any] | Callable[[ActionRequest], Any] = (),
    ) -> Answer:
        self.turns += 1
        self.now += timedelta(minutes=1)
        heard = Heard(
            text=understanding.text,
            payload=payload,
            language=understanding.lang,
            spoken=self.spoken,
            attachments=tuple(Attachment(kind, "ref") for kind in files),
            understanding=understanding,
            now=self.now,
            inbound_id=f"i{self.turns}",
            knowledge=self._found(finds),
        )
        self.around = replace(
            self.around, bindings=tuple(b for b in self.around.bindings if b.expires_at > self.now)
        )
        answer = Answer()
        self._take(answer, self.dialogue.hear(self.state, heard, self.around))
        results = [] if callable(back) else list(back)
        for _ in range(MAX_ACTIONS):
            request = answer.last.do if answer.last else None
            if request is None:
                break
            answer.did.append(request)
            result = back(request) if callable(back) else results.pop(0)
            decide = self._after(result)
            self._take(answer, decide(answer.last.state, request, heard))
        assert answer.last is not None and answer.last.do is None
        if answer.last.hand_over is not None:
            self._open(answer, heard)
        if answer.last.survey is not None:
            survey = answer.last.survey
            outcome = "reopened" if survey.solved == "no" else "closed" if survey.solved else "noted"
            self._take(answer, self.dialogue.surveyed(answer.last.state, survey, outcome, heard, self.around))
        self.state = json.loads(json.dumps(answer.last.state))
        assert self.state == answer.last.state
        self.around = replace(self.around, language=self.tongue(answer, heard))
        for saying in answer.said:
            reply = self.phrases.say(saying, self.around.language, spoken=self.spoken)
            answer.words.append(reply.speech if self.spoken else reply.text)
            answer.labels.extend(choice.label for choice in reply.choices)
        return answer

    def _found(self, finds: str) -> tuple[Hit, ...]:
        hits = library().search(finds, local_day(self.now))
        assert bool(hits) == bool(finds), f"no passage {finds}"
        return hits

    def tongue(self, answer: Answer, heard: Heard) -> str:
        chosen = [decision.language for decision in answer.decisions if decision.language]
        return chosen[-1] if chosen else heard.language

    def _after(self, result: Any) -> Any:
        if result == "down":
            return lambda state, request, heard: self.dialogue.failed(state, request, heard, self.around)
        return lambda state, request, heard: self.dialogue.learn(state, request, result, heard, self.around)

    def _open(self, answer: Answer, heard: Heard) -> None:
        assert answer.last is not None and answer.last.hand_over is not None
        wish = answer.last.hand_over
        number = f"26112400{self.turns:02d}"
        opened = TicketOpened(
            f"t{self.turns}", number, "a1", "张伟", "前台", self.now + timedelta(hours=2), "due.unknown"
        )
        view = TicketView(
            opened.ticket_id,
            number,
            wish.cls,
            wish.subject,
            Status.ACCEPTED,
            "张伟",
            self.now,
            False,
            opened.public_due_at,
        )
        self._take(answer, self.dialogue.opened(answer.last.state, wish, opened, heard, self.around))
        assert answer.last.do is None and answer.last.hand_over is None
        self.around = replace(self.around, open_tickets=(view, *self.around.open_tickets))

    def _take(self, answer: Answer, decision: Decision) -> None:
        answer.last = decision
        answer.decisions.append(decision)
        answer.said.extend(decision.say)
        if decision.bind is not None:
            self.around = replace(self.around, bindings=(decision.bind, *self.around.bindings))


def understood(turn: Mapping[str, Any], language: str) -> Understanding:
    """The understanding that a script line writes down."""
    text = str(turn.get("text", ""))
    danger = turn.get("danger")
    return Understanding(
        text=text,
        lang=str(turn.get("lang", language)),
        intent=str(turn.get("intent", "unknown")),
        confidence=float(turn.get("sure", 0.95)),
        ranking=tuple(IntentGuess(name, share) for name, share in turn.get("ranking", {}).items()),
        entities=tuple(
            Entity(name, str(value), str(value), 0, 0) for name, value in turn.get("entities", {}).items()
        ),
        danger=Danger(danger, text, f"danger.advice.{danger}", "a rule") if danger else None,
        second=IntentGuess(turn["second"], 0.8) if "second" in turn else None,
        close=bool(turn.get("close", False)),
        engine=str(turn.get("engine", "rasa")),
    )


def result(raw: Any) -> Any:
    """A back-end answer that a script line writes down; ``down`` when it did not answer."""
    if raw == "down":
        return raw
    granted = Level[raw["granted"]] if "granted" in raw else None
    return ActionResult(raw["outcome"], raw.get("values", {}), raw.get("learned", {}), granted)
