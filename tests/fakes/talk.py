"""A customer who writes and a bot that answers at once: real turns, dialogue and tickets, real store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bot.dialogue import load_dialogue
from bot.inbox import InboxDoor
from bot.phrasing import load_phrases
from bot.turn import Turn
from bot.voice import BotVoice
from domain.learning import PuzzleQuery, Unclear
from domain.message import Inbound
from domain.ports import ActionCall, ActionResult, Actions
from domain.understanding import Understander
from router.deadlines import Deadlines
from router.intake import Intake
from router.people import seed_people
from router.policies import load_calendar, load_policies
from router.rules import load_rules
from store.embedded import EmbeddedSignals
from store.sql import SqlStore
from tests.store_house import NOW, StillClock

NLU_DATA = Path(__file__).resolve().parents[2] / "nlu_data"


class NoActions:
    def run(self, call: ActionCall) -> ActionResult:
        return ActionResult("none")


class NoKnowledge:
    """A house without articles."""

    def search(self, text: str, on: date, most: int = 3, *, about: str = "") -> tuple[()]:
        return ()


class Talk:
    """A customer, and a bot that answers each message at once."""

    def __init__(self, store: SqlStore, understander: Understander, actions: Actions | None = None) -> None:
        clock, signals = StillClock(), EmbeddedSignals()
        phrasing = load_phrases(NLU_DATA / "phrases")
        dialogue = load_dialogue(NLU_DATA, phrasing)
        voice = BotVoice(phrasing, dialogue, frozenset())
        deadlines = Deadlines(load_policies(), load_calendar())
        self.store = store
        self._door = InboxDoor(store, signals, clock)
        self.turn = Turn(
            store=store,
            understander=understander,
            dialogue=dialogue,
            actions=actions or NoActions(),
            knowledge=NoKnowledge(),
            tickets=Intake(load_rules(), deadlines, voice, lambda _: "urban"),
            phrasing=phrasing,
            voice=voice,
            signals=signals,
            clock=clock,
        )
        with store.write() as tx:
            seed_people(tx, {})
        self._count = 0

    def says(self, text: str, **how: str) -> str:
        """The id of the message, which has been answered."""
        inbound_id = self.writes(text, **how)
        self.answer()
        return inbound_id

    def writes(self, text: str, *, payload: str = "", name: str = "", address: str = "visitor") -> str:
        self._count += 1
        inbound = Inbound("web", f"m{self._count}", address, text, payload, display_name=name, language="zh")
        return self._door.accept(inbound).inbound_id

    def answer(self) -> None:
        with self.store.write() as tx:
            claim = tx.inbox.claim("w", NOW, 15)
        assert claim is not None
        self.turn.answer(claim)

    def listed(self) -> Sequence[Unclear]:
        with self.store.read() as tx:
            return [puzzle.newest for puzzle in tx.learning.puzzles(PuzzleQuery())]
