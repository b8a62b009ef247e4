"""The seven invariants of responsibility over random histories, through the real store (design, section 5).

One machine makes every move that people, customers, channels and time can make, in any order, also those that
must be refused. After each step the ledger is replayed and compared with the tables.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from domain.agent import Presence
from domain.clock import ClockState
from domain.errors import AlreadyTaken, NotAllowed, RuleBroken
from domain.facts import CustomerUrged, CustomerWrote
from domain.ledger import Entry, Step
from domain.repositories import TicketQuery
from domain.responsibility import MOVES_RESPONSIBILITY, spans
from domain.satisfaction import Solved
from domain.ticket import OfferState, Priority, Status, Ticket
from domain.ticket_moves import ENDED
from tests.router_house import RouterHouse

AGENTS = ("lin.yue", "zhao.min", "sun.hao", "he.jun", "chen.gang", "sun.tao")
KINDS = (
    ("ENQ", "person"),
    ("CMP", "service"),
    ("FLT", "hazard"),
    ("FLT", "lv_fault"),
    ("CON", "residential"),
)
CAPACITY = 2
REFUSALS = (RuleBroken, NotAllowed, AlreadyTaken)

agents = st.sampled_from(AGENTS)


@cache
def opened_house() -> bytes:
    """A database with everybody online, made once and copied for each history."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.db"
        house = RouterHouse(f"sqlite:///{path}")
        house.online(*AGENTS, capacity=CAPACITY)
        house.close()
        return path.read_bytes()


reasons = st.sampled_from(["", "shift ends"])


class Histories(RuleBasedStateMachine):
    """Random moves; a refusal must leave everything as it was."""

    tickets = Bundle("tickets")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "h.db"
        path.write_bytes(opened_house())
        self.house = RouterHouse(f"sqlite:///{path}", seeded=True)
        self.known: set[str] = set()

    def teardown(self) -> None:
        self.house.close()
        self.folder.cleanup()

    def attempt(self, act: object, *arguments: object) -> None:
        """A move by somebody who may not be allowed it."""
        assert callable(act)
        before = self.loads()
        try:
            act(*arguments)
        except REFUSALS:
            assert self.loads() == before

    def loads(self) -> dict[str, int]:
        with self.house.read() as tx:
            return {agent: tx.tickets.load(agent) for agent in AGENTS}

    @rule(target=tickets, kind=st.sampled_from(KINDS), customer=st.sampled_from(["a", "b", "c"]))
    def comes_in(self, kind: tuple[str, str], customer: str) -> object:
        opened = self.house.hand_over(self.house.request(*kind, customer))
        if opened.ticket_id in self.known:
            assert opened.existing
            return multiple()
        assert not opened.existing
        self.known.add(opened.ticket_id)
        return opened.ticket_id

    @rule(ticket=tickets, agent=agents)
    def accepts(self, ticket: str, agent: str) -> None:
        before = self.loads()[agent]
        had = self.house.ticket(ticket)
        self.attempt(self.house.desk.accept, ticket, agent)
        after = self.loads()[agent]
        assert after <= before or after <= CAPACITY
        if had.status is not Status.ACCEPTED:
            assert self.house.ticket(ticket) == had

    @rule(ticket=tickets, agent=agents, other=agents, reason=reasons)
    def proposes_and_perhaps_accepts(self, ticket: str, agent: str, other: str, reason: str) -> None:
        responsible = self.house.ticket(ticket).responsible
        self.attempt(self.house.desk.propose_handover, ticket, agent, other, reason)
        assert self.house.ticket(ticket).responsible == responsible

    @rule(ticket=tickets, other=agents)
    def hands_over(self, ticket: str, other: str) -> None:
        """The usual way, all of it: asked by the responsible person, accepted by the other if she may."""
        before, load = self.house.ticket(ticket), self.loads()[other]
        self.attempt(self.house.desk.propose_handover, ticket, before.responsible, other, "shift ends")
        assert self.house.ticket(ticket).responsible == before.responsible
        for offer in self.house.offers(ticket):
            if offer.from_agent == before.responsible and offer.to_agent == other:
                self.attempt(self.house.desk.accept_handover, offer.id, other)
        assert self.loads()[other] <= max(load, CAPACITY)

    @rule(ticket=tickets)
    def gets_done(self, ticket: str) -> None:
        """The usual way to a result that the customer has read."""
        self.attempt(self.house.desk.accept, ticket, self.house.ticket(ticket).responsible)
        self.attempt(self.house.desk.resolve, ticket, self.house.ticket(ticket).responsible, "fixed")
        self.house.deliver(ticket)

    @rule(ticket=tickets, data=st.data())
    def answers_an_offer(self, ticket: str, data: st.DataObject) -> None:
        offers = self.house.offers(ticket)
        if not offers:
            return
        offer = data.draw(st.sampled_from(sorted(offers, key=lambda o: o.to_agent)))
        acts = {
            "decline": (self.house.desk.decline, offer.id, offer.to_agent, "busy"),
            "accept": (self.house.desk.accept, ticket, offer.to_agent),
            "take over": (self.house.desk.accept_handover, offer.id, offer.to_agent),
            "withdraw": (self.house.desk.withdraw_handover, offer.id, offer.from_agent),
        }
        before = self.loads()
        self.attempt(*acts[data.draw(st.sampled_from(sorted(acts)))])
        grown = [agent for agent, load in self.loads().items() if load > before[agent]]
        assert all(self.loads()[agent] <= CAPACITY for agent in grown)

    @rule(ticket=tickets, to=agents, reason=reasons)
    def supervisor_decides(self, ticket: str, to: str, reason: str) -> None:
        before = self.loads()[to]
        self.attempt(self.house.desk.reassign, ticket, "tang.wei", to, reason)
        assert self.loads()[to] <= max(before, CAPACITY)

    @rule(ticket=tickets, agent=agents)
    def opens_a_leg(self, ticket: str, agent: str) -> None:
        responsible = self.house.ticket(ticket).responsible
        self.attempt(self.house.desk.open_leg, ticket, agent, "METER", "look", None)
        assert self.house.ticket(ticket).responsible == responsible

    @rule(ticket=tickets, agent=st.sampled_from([*AGENTS, "liu.yang"]), done=st.booleans())
    def ends_a_leg(self, ticket: str, agent: str, done: bool) -> None:
        with self.house.read() as tx:
            legs = [leg.id for leg in tx.tickets.legs(ticket) if leg.done_at is None]
        for leg in legs[:1]:
            act = self.house.desk.finish_leg if done else self.house.desk.withdraw_leg
            self.attempt(act, leg, agent, "looked")

    @rule(ticket=tickets, move=st.sampled_from(["arrive", "hold", "resume", "reply", "promise", "raise"]))
    def works(self, ticket: str, move: str) -> None:
        house, agent = self.house, self.house.ticket(ticket).responsible
        soon = house.clock.now() + timedelta(hours=1)
        acts = {
            "arrive": (house.desk.arrived, ticket, agent),
            "hold": (house.desk.hold, ticket, agent, "customer_papers"),
            "resume": (house.desk.resume, ticket, agent),
            "reply": (house.desk.reply, ticket, agent, "hello", "token"),
            "promise": (house.desk.promise, ticket, agent, "I call", soon),
            "raise": (house.desk.set_priority, ticket, agent, Priority.P1, "urgent"),
        }
        self.attempt(*acts[move])

    @rule(ticket=tickets, result=st.sampled_from(["", "fixed"]))
    def resolves(self, ticket: str, result: str) -> None:
        self.attempt(self.house.desk.resolve, ticket, self.house.ticket(ticket).responsible, result)

    @rule(ticket=tickets)
    def result_arrives(self, ticket: str) -> None:
        self.house.deliver(ticket)

    @rule(ticket=tickets, solved=st.sampled_from(list(Solved)), score=st.sampled_from([None, 1, 5]))
    def customer_says(self, ticket: str, solved: Solved, score: int | None) -> None:
        before = self.house.ticket(ticket)
        outcome = self.house.answer(ticket, solved, score)
        after = self.house.ticket(ticket)
        if outcome == "reopened":
            assert (after.status, after.responsible) == (Status.REOPENED, before.responsible)

    @rule(ticket=tickets, solved=st.booleans())
    def calls_back(self, ticket: str, solved: bool) -> None:
        self.attempt(self.house.desk.called_back, ticket, self.house.ticket(ticket).responsible, solved, "")

    @rule(ticket=tickets)
    def customer_writes_and_chases(self, ticket: str) -> None:
        conversation, _, message = self.house.write_in("hello", "a")
        now = self.house.clock.now()
        with self.house.store.write() as tx:
            self.house.intake.customer_wrote(tx, CustomerWrote(ticket, conversation, message), now)
            self.house.intake.urge(tx, CustomerUrged(ticket, message), now)

    @rule(agent=agents, presence=st.sampled_from(list(Presence)))
    def comes_or_goes(self, agent: str, presence: Presence) -> None:
        self.house.desk.set_presence(agent, presence)

    @rule(officer=st.sampled_from(["lin.yue", "zhao.min", "sun.hao"]))
    def duty_changes(self, officer: str) -> None:
        self.house.desk.change_duty("front", "he.jun", officer, "roster")

    @rule(minutes=st.sampled_from([1, 4, 50, 24 * 60, 4 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        with self.house.read() as tx:
            before = {t.id: t.responsible for t in tx.tickets.find(TicketQuery(limit=500))}
        self.house.clock.forward(minutes=minutes)
        while self.house.tick():
            pass
        with self.house.read() as tx:
            after = {t.id: t.responsible for t in tx.tickets.find(TicketQuery(limit=500))}
        assert after == before  # invariant 3: time strips nobody

    @invariant()
    def ledger_and_tables_agree(self) -> None:
        for ticket_id in self.known:
            self.house.sound(ticket_id)
            ticket, entries = self.house.ticket(ticket_id), self.house.ledger(ticket_id)
            somebody_always(ticket, entries)
            only_by_acceptance_or_decision(entries)
            closed_only_when_told(entries)
            self.reasons_and_clocks(ticket)

    def reasons_and_clocks(self, ticket: Ticket) -> None:
        with self.house.read() as tx:
            offers, clocks = tx.tickets.offers(ticket.id), tx.tickets.clocks(ticket.id)
        assert all(offer.reasons and all(offer.reasons) for offer in offers)
        if ticket.status is not Status.ACCEPTED:
            open_ones = [o for o in offers if o.state is OfferState.OPEN]
            assert all(offer.from_agent for offer in open_ones)
        if ticket.status in ENDED:
            assert all(clock.ended_at for clock in clocks)
            assert all(offer.state is not OfferState.OPEN for offer in offers)
        if ticket.status is not Status.ON_HOLD:
            assert all(clock.state is not ClockState.PAUSED for clock in clocks)


def somebody_always(ticket: Ticket, entries: list[Entry]) -> None:
    """Invariant 1: from the very first moment, and without a gap."""
    assert entries[0].at == ticket.created_at
    assert all(entry.responsible and entry.responsible != "bot" for entry in entries)
    found = spans(entries)
    assert found[0].begin == ticket.created_at
    assert all(before.end == after.begin for before, after in pairwise(found))
    assert all(before.at <= after.at for before, after in pairwise(entries))


def only_by_acceptance_or_decision(entries: list[Entry]) -> None:
    """Invariant 2: who receives it accepted it herself, or a supervisor gave a reason."""
    for before, after in pairwise(entries):
        if before.responsible == after.responsible:
            continue
        assert after.step in MOVES_RESPONSIBILITY
        accepted = after.actor == f"agent:{after.responsible}"
        assert accepted or (after.step in {Step.REASSIGNED, Step.DUTY_CHANGED} and after.data["reason"])


def closed_only_when_told(entries: list[Entry]) -> None:
    """Invariant 4, read from the ledger alone."""
    legs: set[str] = set()
    delivered = called = False
    for entry in entries:
        if entry.step is Step.LEG_OPENED:
            legs.add(entry.data["leg"])
        elif entry.step in {Step.LEG_DONE, Step.LEG_WITHDRAWN}:
            legs.discard(entry.data["leg"])
        elif entry.step in {Step.RESULT_WRITTEN, Step.REOPENED}:
            delivered = called = False
        elif entry.step is Step.RESULT_DELIVERED:
            delivered = True
        elif entry.step is Step.CALLED_BACK:
            called = True
        elif entry.step is Step.CLOSED:
            assert delivered
            assert not legs
            assert called or "CMP" not in entries[0].data["why"]


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],  # explaining traces every line: ten times as long
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
