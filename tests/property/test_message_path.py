"""The path of a message under crashes: whatever dies and whenever, one answer each, in order.

A history is a random mix of customers writing (sometimes delivered twice), workers answering, workers
dying at every point of a turn, leases running out and an agent speaking in between. The database is a
real SQLite.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.inbox import InboxDoor
from bot.turn import Turn
from bot.voice import BotVoice
from bot.worker import Worker
from domain.dialogue import Decision, Heard, State, Surroundings
from domain.message import Author, Inbound, Reply
from domain.ports import ActionCall, ActionResult, Saying
from domain.understanding import Understanding
from store.embedded import EmbeddedSignals
from store.sql import SqlStore

LEASE_S = 10.0
CUSTOMERS = st.integers(min_value=0, max_value=2)


@dataclass
class HandClock:
    """Time that moves when told."""

    at: datetime = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


class Died(BaseException):
    """A power cut: no handler of the product may catch it."""


class CountingDialogue:
    """Answers with how many messages it has heard: a doubled, lost or disordered turn shows."""

    def about(self, state: State) -> str:
        return ""

    def expecting(self, state: State) -> str:
        return ""

    def hear(self, state: State, heard: Heard, around: Surroundings) -> Decision:
        count = int(state.get("count", 0)) + 1
        return Decision({"count": count}, (Saying("echo", {"count": count, "text": heard.text}),))

    def crashed(self, state: State, heard: Heard, around: Surroundings) -> Decision:
        return self.hear(state, heard, around)

    def watch(self, state: State, heard: Heard, around: Surroundings) -> Decision:
        return Decision(state)

    def learn(self, state: State, *_: Any) -> Decision:
        return Decision(state)

    failed = opened = surveyed = learn

    def expect_survey(self, state: State, ticket_id: str, number: str) -> State:
        return state


class EchoPhrasing:
    def say(self, saying: Saying, language: str, *, spoken: bool = False) -> Reply:
        return Reply(f"{saying.values['count']}: {saying.values['text']}", phrase=saying.phrase)


class PlainUnderstander:
    """Understands nothing, and dies when told to: step 6 of the path."""

    def __init__(self, maybe_die: Callable[[str], None]) -> None:
        self._maybe_die = maybe_die

    def understand(self, text: str, **_: Any) -> Understanding:
        self._maybe_die("understanding")
        return Understanding(text=text, lang="zh", intent="unknown", confidence=0.0)


class NoActions:
    def run(self, call: ActionCall) -> ActionResult:
        return ActionResult("nothing")


class NoKnowledge:
    """A house without articles."""

    def search(self, text: str, on: date, most: int = 3, *, about: str = "") -> tuple[()]:
        return ()


@dataclass
class Customer:
    sent: list[str] = field(default_factory=list)
    conversation_id: str = ""


class MessagePath(RuleBasedStateMachine):
    """Random histories over one inbox."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.clock = HandClock()
        self.store = SqlStore(f"sqlite:///{Path(self._folder.name, 'path.db')}", clock=self.clock)
        self.store.migrate(lambda _: None)
        self.customers = [Customer() for _ in range(3)]
        self.dies_at = ""
        signals = EmbeddedSignals()
        dialogue = CountingDialogue()
        phrasing = EchoPhrasing()
        self.voice = BotVoice(phrasing, dialogue, frozenset({"telegram"}))
        turn = Turn(
            store=self.store,
            understander=PlainUnderstander(self._die_at),
            knowledge=NoKnowledge(),
            dialogue=dialogue,
            actions=NoActions(),
            tickets=None,  # no ticket is opened here
            phrasing=phrasing,
            voice=self.voice,
            signals=signals,
            clock=self.clock,
        )
        self.door = InboxDoor(self.store, signals, self.clock)
        self.worker = Worker(
            "w",
            store=self.store,
            turn=turn,
            signals=signals,
            clock=self.clock,
            lease_s=LEASE_S,
            observe=lambda _: self._die_at("after"),
        )

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()

    def _die_at(self, point: str) -> None:
        if self.dies_at == point:
            raise Died(point)

    @rule(number=CUSTOMERS, deliveries=st.integers(1, 3))
    def writes(self, number: int, deliveries: int) -> None:
        customer = self.customers[number]
        text = f"m{len(customer.sent) + 1}"
        inbound = Inbound("telegram", f"{number}:{text}", f"chat-{number}", text)
        receipts = [self.door.accept(inbound) for _ in range(deliveries)]
        assert len({receipt.inbound_id for receipt in receipts}) == 1
        assert [receipt.duplicate for receipt in receipts] == [False] + [True] * (deliveries - 1)
        customer.sent.append(text)
        customer.conversation_id = receipts[0].conversation_id

    @rule(number=CUSTOMERS)
    def old_message_delivered_again(self, number: int) -> None:
        customer = self.customers[number]
        if customer.sent:
            receipt = self.door.accept(
                Inbound("telegram", f"{number}:{customer.sent[0]}", f"chat-{number}", "other words")
            )
            assert receipt.duplicate

    @rule()
    def worker_answers(self) -> None:
        self.worker.answer_one()

    @rule(point=st.sampled_from(["understanding", "after"]))
    def worker_dies(self, point: str) -> None:
        self.dies_at = point
        try:
            self.worker.answer_one()
        except Died:
            pass
        finally:
            self.dies_at = ""

    @rule()
    def lease_runs_out(self) -> None:
        self.clock.at += timedelta(seconds=LEASE_S + 1)

    @rule(number=CUSTOMERS)
    @precondition(lambda self: any(customer.sent for customer in self.customers))
    def somebody_speaks_in_between(self, number: int) -> None:
        customer = self.customers[number]
        if customer.sent:
            with self.store.write() as tx:
                self.voice.tell(
                    tx,
                    customer.conversation_id,
                    Saying("echo", {"count": 0, "text": "agent"}),
                    self.clock.now(),
                )

    @initialize()
    def nothing_waits(self) -> None:
        assert not self.worker.answer_one()

    @invariant()
    def answers_are_in_order_and_once(self) -> None:
        for customer in self.customers:
            if not customer.sent:
                continue
            said = self._timeline(customer)
            answers = [m.text for m in said if m.reply_to]
            assert answers == [
                f"{i}: {text}" for i, text in enumerate(customer.sent[: len(answers)], start=1)
            ]
            assert [m.text for m in said if m.author is Author.CUSTOMER] == customer.sent
            assert [m.seq for m in said] == list(range(1, len(said) + 1))

    def _timeline(self, customer: Customer) -> list[Any]:
        with self.store.read() as tx:
            return tx.conversations.messages(customer.conversation_id)

    @rule()
    def in_the_end_all_are_answered(self) -> None:
        self.clock.at += timedelta(seconds=LEASE_S + 1)
        while self.worker.answer_one():
            pass
        for customer in self.customers:
            if customer.sent:
                answered = [m for m in self._timeline(customer) if m.reply_to]
                assert len(answered) == len(customer.sent)
                with self.store.read() as tx:
                    assert all(tx.outbox.of_message(m.id) is not None for m in answered)


TestMessagePath = MessagePath.TestCase
TestMessagePath.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
