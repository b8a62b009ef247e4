"""A whole router over a real database, with a clock of its own and a voice that only writes the timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.agent import Presence
from domain.conversation import Mode
from domain.facts import HandoverRequested, MessageDelivered, SatisfactionGiven, TicketOpened
from domain.ledger import Entry, first_broken
from domain.message import Author, Inbound, Message
from domain.ports import Saying, Store
from domain.repositories import Transaction
from domain.responsibility import State, replay
from domain.satisfaction import Solved
from domain.ticket import Offer, OfferState, Ticket
from router.deadlines import Deadlines
from router.intake import Intake
from router.people import seed_people
from router.policies import load_calendar, load_policies
from router.responsibility import ResponsibilityService
from router.rules import load_rules
from router.ticker import Ticker
from store.sql import SqlStore

TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, an ordinary working day."""

RULES = load_rules()
DEADLINES = Deadlines(load_policies(), load_calendar())


@dataclass(slots=True)
class HandClock:
    """Time that moves only when told."""

    at: datetime = TUESDAY

    def now(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


class Silence:
    """Signals that wake nobody."""

    def signal(self, topic: str) -> None:
        pass

    def wait(self, topics: Iterable[str], timeout_s: float) -> bool:
        return False

    def subscribe(self, topics: Iterable[str], wake: Callable[[str], None]) -> Callable[[], None]:
        return lambda: None


@dataclass(slots=True)
class PlainVoice:
    """Says phrases by their key; everything else as the bot's own voice does it."""

    surveys: list[str] = field(default_factory=list)

    def tell(
        self,
        tx: Transaction,
        conversation_id: str,
        saying: Saying,
        now: datetime,
        *,
        ticket_id: str = "",
        expect_survey: bool = False,
    ) -> Message:
        if expect_survey:
            self.surveys.append(ticket_id)
        return tx.conversations.append(
            conversation_id, Author.BOT, "bot", saying.phrase, now, phrase=saying.phrase, ticket_id=ticket_id
        )

    def relay(
        self, tx: Transaction, conversation_id: str, agent_id: str, text: str, ticket_id: str, now: datetime
    ) -> Message:
        return tx.conversations.append(
            conversation_id, Author.AGENT, agent_id, text, now, ticket_id=ticket_id
        )

    def floor(self, tx: Transaction, conversation_id: str, ticket_id: str | None, now: datetime) -> None:
        mode = Mode.AGENT if ticket_id else Mode.BOT
        tx.conversations.set_mode(conversation_id, mode, ticket_id or "", now)


class RouterHouse:
    """Seeded with the sample staff; customers write by number."""

    def __init__(self, url: str, *, seeded: bool = False) -> None:
        """``seeded``: the database is a copy of one that was migrated and seeded already."""
        self.clock = HandClock()
        self.voice = PlainVoice()
        self.sql = SqlStore(url, clock=self.clock)
        self.store: Store = self.sql
        self.rules, self.deadlines = RULES, DEADLINES
        self.intake = Intake(self.rules, self.deadlines, self.voice, self.area_kind)
        self.desk = ResponsibilityService(
            store=self.store,
            clock=self.clock,
            voice=self.voice,
            signals=Silence(),
            rules=self.rules,
            deadlines=self.deadlines,
            area_kind=self.area_kind,
        )
        self.ticker = Ticker(
            store=self.store,
            voice=self.voice,
            signals=Silence(),
            rules=self.rules,
            deadlines=self.deadlines,
            area_kind=self.area_kind,
        )
        self._asked = 0
        if not seeded:
            self.sql.migrate(lambda words: None)
            with self.store.write() as tx:
                seed_people(tx)

    @staticmethod
    def area_kind(area: str) -> str:
        return {"柳林村": "rural", "石桥镇": "remote"}.get(area, "urban")

    def close(self) -> None:
        self.sql.close()

    def read(self) -> AbstractContextManager[Transaction]:
        return self.store.read()

    def online(self, *agents: str, capacity: int | None = None) -> None:
        for agent_id in agents:
            if capacity is not None:
                with self.store.write() as tx:
                    tx.people.save_agent(replace(tx.people.agent(agent_id), capacity=capacity))
            self.desk.set_presence(agent_id, Presence.ONLINE)

    def write_in(self, text: str, customer: str = "c1") -> tuple[str, str, str]:
        """A customer's message; conversation, contact and message id."""
        self._asked += 1
        inbound = Inbound("web", f"{customer}-{self._asked}", customer, text)
        with self.store.write() as tx:
            receipt = tx.inbox.accept(inbound, self.clock.now())
            conversation = tx.conversations.get(receipt.conversation_id)
        return conversation.id, conversation.contact_id, receipt.inbound_id

    def request(
        self, cls: str, subject: str, customer: str = "c1", *, text: str = "help", **more: Any
    ) -> HandoverRequested:
        conversation, contact, inbound = self.write_in(text, customer)
        fact = HandoverRequested(
            source=f"{inbound}:handover",
            conversation_id=conversation,
            contact_id=contact,
            intent="human_agent",
            cls=cls,
            subject=subject,
            summary=text,
            language="zh",
        )
        return replace(fact, **more)

    def hand_over(self, fact: HandoverRequested) -> TicketOpened:
        with self.store.write() as tx:
            return self.intake.hand_over(tx, fact, self.clock.now())

    def open(self, cls: str = "ENQ", subject: str = "person", customer: str = "c1") -> Ticket:
        return self.ticket(self.hand_over(self.request(cls, subject, customer)).ticket_id)

    def accepted(self, agent: str, cls: str = "ENQ", subject: str = "person", customer: str = "c1") -> Ticket:
        return self.desk.accept(self.open(cls, subject, customer).id, agent)

    def ticket(self, ticket_id: str) -> Ticket:
        with self.read() as tx:
            return tx.tickets.get(ticket_id)

    def ledger(self, ticket_id: str) -> list[Entry]:
        with self.read() as tx:
            return tx.ledger.of(ticket_id)

    def steps(self, ticket_id: str) -> list[str]:
        return [entry.step.value for entry in self.ledger(ticket_id)]

    def offers(self, ticket_id: str) -> list[Offer]:
        with self.read() as tx:
            return [o for o in tx.tickets.offers(ticket_id) if o.state is OfferState.OPEN]

    def said(self, ticket: Ticket) -> list[str]:
        with self.read() as tx:
            return [m.text for m in tx.conversations.messages(ticket.conversation_id)]

    def deliver(self, ticket_id: str) -> None:
        with self.store.write() as tx:
            message = tx.tickets.get(ticket_id).result_message_id
            self.intake.delivered(tx, MessageDelivered(ticket_id, message), self.clock.now())

    def answer(
        self, ticket_id: str, solved: Solved | None, score: int | None = None, comment: str = ""
    ) -> str:
        fact = SatisfactionGiven(ticket_id, solved, score, comment, "inbound")
        with self.store.write() as tx:
            return self.intake.answered(tx, fact, self.clock.now())

    def resolved(self, agent: str, **opening: str) -> Ticket:
        ticket = self.accepted(agent, **opening)
        self.desk.resolve(ticket.id, agent, "换了开关，已经来电")
        self.deliver(ticket.id)
        return self.ticket(ticket.id)

    def tick(self) -> int:
        return self.ticker.tick(self.clock.now())

    def sound(self, ticket_id: str) -> State:
        """The ledger replayed, compared with the rows it must agree with (invariants 1 and 2)."""
        with self.read() as tx:
            ticket, entries = tx.tickets.get(ticket_id), tx.ledger.of(ticket_id)
            offers = {o.id for o in tx.tickets.offers(ticket_id) if o.state is OfferState.OPEN}
            legs = {leg.id for leg in tx.tickets.legs(ticket_id) if leg.done_at is None}
        assert first_broken(entries) is None
        state = replay(entries)
        assert (state.responsible, state.handler, state.status) == (
            ticket.responsible,
            ticket.handler,
            ticket.status,
        )
        assert (state.reopened, state.urged) == (ticket.reopened, ticket.urged)
        assert state.offers == offers
        assert state.legs == legs
        return state
