"""What agents and supervisors may do with a ticket, and what they may not (design, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.clock import ClockKind, ClockState
from domain.conversation import Mode
from domain.errors import AlreadyTaken, BadRequest, NotAllowed, RuleBroken
from domain.facts import MessageUndeliverable
from domain.satisfaction import Solved
from domain.ticket import Priority, Status
from tests.router_house import RouterHouse


@pytest.fixture
def house(tmp_path: Path) -> Iterator[RouterHouse]:
    house = RouterHouse(f"sqlite:///{tmp_path / 'r.db'}")
    house.online("lin.yue", "zhao.min", "sun.hao", "wang.fang", "he.jun")
    yield house
    house.close()


class refuses:  # noqa: N801 - reads as a sentence
    """The block must break exactly this rule."""

    def __init__(self, rule: str) -> None:
        self.rule = rule

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        assert isinstance(error, RuleBroken), f"expected RuleBroken({self.rule}), got {error!r}"
        assert error.rule == self.rule
        return True


def test_second_to_accept_learns_the_name_of_the_first(house: RouterHouse) -> None:
    ticket = house.open()
    house.desk.accept(ticket.id, "lin.yue")
    with pytest.raises(AlreadyTaken) as taken:
        house.desk.accept(ticket.id, "zhao.min")
    assert "林悦" in taken.value.by
    assert house.desk.accept(ticket.id, "lin.yue").responsible == "lin.yue"
    assert house.steps(ticket.id).count("accepted") == 1
    assert house.said(ticket)[-1] == "ticket.taken"
    house.sound(ticket.id)


def test_capacity_is_never_exceeded_by_any_way_in(house: RouterHouse) -> None:
    house.online("sun.hao", capacity=1)
    house.accepted("sun.hao")
    waiting, hers = house.open(customer="c2"), house.accepted("lin.yue", customer="c3")
    with refuses("capacity"):
        house.desk.accept(waiting.id, "sun.hao")
    offer = house.desk.propose_handover(hers.id, "lin.yue", "sun.hao", "he knows this")
    with refuses("capacity"):
        house.desk.accept_handover(offer.id, "sun.hao")
    with refuses("capacity"):
        house.desk.reassign(hers.id, "he.jun", "sun.hao", "more time")
    assert house.ticket(hers.id).responsible == "lin.yue"


def test_stranger_cannot_take_reply_or_close(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    for act in (
        lambda: house.desk.reply(ticket.id, "wang.fang", "hi"),
        lambda: house.desk.note(ticket.id, "wang.fang", "hi"),
        lambda: house.desk.resolve(ticket.id, "sun.hao", "done"),
        lambda: house.desk.propose_handover(ticket.id, "sun.hao", "zhao.min", "x"),
        lambda: house.desk.reassign(ticket.id, "sun.hao", "sun.hao", "x"),
    ):
        with pytest.raises(NotAllowed):
            act()
    other = house.open(customer="c2")
    with pytest.raises(NotAllowed):
        house.desk.accept(other.id, "wang.fang")


def test_declined_offer_goes_on_and_the_ticket_keeps_its_age(house: RouterHouse) -> None:
    ticket = house.open()
    offer = house.offers(ticket.id)[0]
    house.clock.forward(minutes=1)
    house.desk.decline(offer.id, offer.to_agent, "in a meeting")
    after = house.ticket(ticket.id)
    assert (after.created_at, after.responsible) == (ticket.created_at, "lin.yue")
    assert [o.to_agent for o in house.offers(ticket.id)] not in ([], [offer.to_agent])
    with refuses("offer_ended"):
        house.desk.decline(offer.id, offer.to_agent, "again")


def test_handover_moves_responsibility_only_when_accepted(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    offer = house.desk.propose_handover(ticket.id, "lin.yue", "zhao.min", "shift ends")
    assert house.ticket(ticket.id).responsible == "lin.yue"
    with refuses("handover_open"):
        house.desk.propose_handover(ticket.id, "lin.yue", "he.jun", "or you")
    assert house.desk.accept_handover(offer.id, "zhao.min").responsible == "zhao.min"
    assert house.said(ticket).count("ticket.taken") == 2
    with refuses("offer_ended"):
        house.desk.accept_handover(offer.id, "zhao.min")
    house.sound(ticket.id)


def test_handover_can_be_declined_withdrawn_and_runs_out(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    house.desk.decline(
        house.desk.propose_handover(ticket.id, "lin.yue", "zhao.min", "a").id, "zhao.min", "full day"
    )
    second = house.desk.propose_handover(ticket.id, "lin.yue", "zhao.min", "b")
    house.desk.withdraw_handover(second.id, "lin.yue")
    third = house.desk.propose_handover(ticket.id, "lin.yue", "zhao.min", "c")
    house.clock.forward(hours=1)
    with refuses("offer_ended"):
        house.desk.accept_handover(third.id, "zhao.min")
    house.tick()
    state = house.sound(ticket.id)
    assert (state.responsible, state.offers) == ("lin.yue", frozenset())


def test_handover_needs_a_reason_and_a_supervisor_too(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    with refuses("reason_missing"):
        house.desk.propose_handover(ticket.id, "lin.yue", "zhao.min", "  ")
    with refuses("reason_missing"):
        house.desk.reassign(ticket.id, "he.jun", "zhao.min", "")
    assert house.desk.reassign(ticket.id, "he.jun", "zhao.min", "illness").responsible == "zhao.min"
    assert house.ledger(ticket.id)[-1].responsible == "zhao.min"


def test_queue_follows_the_person_but_confidential_stays(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    offer = house.desk.propose_handover(ticket.id, "lin.yue", "wang.fang", "a billing matter")
    moved = house.desk.accept_handover(offer.id, "wang.fang")
    assert (moved.queue, moved.department) == ("billing", "BILL")
    secret = house.accepted("ma.chao", cls="TIP", subject="theft", customer="c2")
    with refuses("confidential"):
        house.desk.propose_handover(secret.id, "ma.chao", "lin.yue", "help")


def test_leg_moves_no_responsibility_and_bars_the_result(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    leg = house.desk.open_leg(ticket.id, "lin.yue", "METER", "read the meter", None)
    assert house.sound(ticket.id).responsible == "lin.yue"
    with refuses("leg_open"):
        house.desk.resolve(ticket.id, "lin.yue", "done")
    with pytest.raises(NotAllowed):
        house.desk.finish_leg(leg.id, "wang.fang", "read")
    house.desk.finish_leg(leg.id, "liu.yang", "12345 kWh")
    with refuses("leg_done"):
        house.desk.withdraw_leg(leg.id, "lin.yue", "not needed")
    with refuses("result_missing"):
        house.desk.resolve(ticket.id, "lin.yue", "  ")
    assert house.desk.resolve(ticket.id, "lin.yue", "read again").status is Status.HANDLED


def test_result_counts_from_its_delivery_and_yes_closes(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    house.desk.resolve(ticket.id, "lin.yue", "all fixed")
    assert house.voice.surveys == [ticket.id]
    house.deliver(ticket.id)
    house.deliver(ticket.id)
    assert house.ticket(ticket.id).status is Status.REPLIED
    assert house.answer(ticket.id, Solved.YES) == "closed"
    assert house.answer(ticket.id, None, score=5) == "noted"
    closed = house.ticket(ticket.id)
    assert (closed.status, closed.handler, closed.closed_at) == (Status.CLOSED, "", house.clock.now())
    assert house.said(ticket)[-1] == "ticket.closed"
    with house.read() as tx:
        survey = tx.tickets.surveys(ticket.id)[0]
        assert all(clock.ended_at for clock in tx.tickets.clocks(ticket.id))
    assert (survey.solved, survey.score, survey.responsible) == (Solved.YES, 5, "lin.yue")
    assert survey.handlers == ("lin.yue",)
    house.sound(ticket.id)


@pytest.mark.parametrize("word", [Solved.NO, Solved.PARTLY])
def test_not_solved_comes_back_to_the_same_person(house: RouterHouse, word: Solved) -> None:
    ticket = house.resolved("wang.fang", cls="REQ", subject="invoice")
    with house.read() as tx:
        first = tx.tickets.clocks(ticket.id)
    house.clock.forward(hours=2)
    assert house.answer(ticket.id, word, comment="still wrong") == "reopened"
    again = house.ticket(ticket.id)
    assert (again.status, again.responsible, again.handler) == (Status.REOPENED, "wang.fang", "wang.fang")
    assert again.priority is Priority.P2
    with house.read() as tx:
        clocks = tx.tickets.clocks(ticket.id)
    assert [c for c in clocks if c.id in {f.id for f in first}] == first
    running = {c.kind for c in clocks if c.state is ClockState.RUNNING}
    assert running == {ClockKind.CONTACT, ClockKind.INTERNAL, ClockKind.PUBLIC}
    house.sound(ticket.id)


def test_closed_matter_can_come_back_for_fifteen_days_only(house: RouterHouse) -> None:
    ticket = house.resolved("lin.yue")
    house.answer(ticket.id, Solved.YES)
    house.clock.forward(days=14)
    assert house.answer(ticket.id, Solved.NO) == "reopened"
    house.desk.resolve(ticket.id, "lin.yue", "again")
    house.deliver(ticket.id)
    house.answer(ticket.id, Solved.YES)
    house.clock.forward(days=17)
    assert house.answer(ticket.id, Solved.NO) == "noted"
    assert house.ticket(ticket.id).status is Status.CLOSED


def test_complaint_needs_its_call_before_it_closes(house: RouterHouse) -> None:
    ticket = house.resolved("he.jun", cls="CMP", subject="service")
    assert house.answer(ticket.id, Solved.YES) == "noted"
    assert house.ticket(ticket.id).status is Status.CALLBACK
    assert house.said(ticket)[-1] == "ticket.callback"
    assert house.desk.called_back(ticket.id, "he.jun", True, "content").status is Status.CLOSED
    house.sound(ticket.id)


def test_call_tells_a_result_that_no_channel_would_take(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    house.desk.resolve(ticket.id, "lin.yue", "fixed")
    message = house.ticket(ticket.id).result_message_id
    with house.store.write() as tx:
        house.intake.undeliverable(tx, MessageUndeliverable(ticket.id, message, "blocked"), house.clock.now())
    assert house.ledger(ticket.id)[-1].data["undeliverable"] == "blocked"
    assert house.desk.called_back(ticket.id, "lin.yue", False, "door locked").status is Status.REOPENED
    house.sound(ticket.id)


def test_low_score_reaches_the_supervisor(house: RouterHouse) -> None:
    ticket = house.resolved("lin.yue")
    house.answer(ticket.id, Solved.YES, score=1)
    escalated = [e for e in house.ledger(ticket.id) if e.step == "escalated"]
    assert [e.data["told"] for e in escalated] == ["zhao.min, he.jun"]


def test_floor_goes_to_the_agent_and_back(house: RouterHouse) -> None:
    def mode(conversation: str) -> Mode:
        with house.read() as tx:
            return tx.conversations.get(conversation).mode

    talk = house.ticket(house.hand_over(house.request("ENQ", "person", wants_person=True)).ticket_id)
    house.desk.accept(talk.id, "lin.yue")
    assert mode(talk.conversation_id) is Mode.AGENT
    house.desk.resolve(talk.id, "lin.yue", "told")
    assert mode(talk.conversation_id) is Mode.BOT
    quiet = house.accepted("zhao.min", customer="c2")
    assert mode(quiet.conversation_id) is Mode.BOT
    house.desk.reply(quiet.id, "zhao.min", "hello")
    assert mode(quiet.conversation_id) is Mode.AGENT


def test_same_token_says_it_once(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    first = house.desk.reply(ticket.id, "lin.yue", "hello", "t1")
    assert house.desk.reply(ticket.id, "lin.yue", "hello", "t1").id == first.id
    note = house.desk.note(ticket.id, "lin.yue", "asked OPS", "t1")
    assert house.desk.note(ticket.id, "lin.yue", "asked OPS", "t1").id == note.id
    assert house.said(ticket).count("hello") == 1
    assert "asked OPS" not in house.said(ticket)


def test_hold_pauses_only_what_its_reason_may(house: RouterHouse) -> None:
    application = house.accepted("zhou.qing", cls="CON", subject="residential")
    complaint = house.accepted("he.jun", cls="CMP", subject="service", customer="c2")
    due = application.public_due_at
    for ticket, agent in ((application, "zhou.qing"), (complaint, "he.jun")):
        house.desk.hold(ticket.id, agent, "customer_papers")
    with house.read() as tx:
        paused = {c.kind for c in tx.tickets.clocks(application.id) if c.state is ClockState.PAUSED}
        runs = {c.kind for c in tx.tickets.clocks(complaint.id) if c.state is ClockState.RUNNING}
    assert paused == {ClockKind.INTERNAL, ClockKind.PUBLIC}
    assert runs == {ClockKind.CONTACT, ClockKind.INTERNAL, ClockKind.PUBLIC}
    house.clock.forward(days=7)  # five working days and a weekend
    resumed = house.desk.resume(application.id, "zhou.qing")
    assert due is not None
    assert resumed.public_due_at == due + timedelta(days=7)
    with pytest.raises(BadRequest):
        house.desk.hold(application.id, "zhou.qing", "no time")


def test_crew_on_site_stops_the_arrival_clock(house: RouterHouse) -> None:
    ticket = house.accepted("chen.gang", cls="FLT", subject="lv_fault")
    house.clock.forward(minutes=40)
    assert house.desk.arrived(ticket.id, "chen.gang").status is Status.ON_SITE
    with house.read() as tx:
        states = {c.kind: c.state for c in tx.tickets.clocks(ticket.id)}
    assert states == {ClockKind.ACCEPT: ClockState.MET, ClockKind.ARRIVAL: ClockState.MET}


def test_only_a_supervisor_calls_danger_off(house: RouterHouse) -> None:
    ticket = house.accepted("chen.gang", cls="FLT", subject="hazard")
    with pytest.raises(NotAllowed):
        house.desk.set_priority(ticket.id, "chen.gang", Priority.P2, "it was a kite")
    assert house.desk.set_priority(ticket.id, "luo.cheng", Priority.P2, "a kite").priority is Priority.P2


def test_change_of_duty_leaves_no_gap(house: RouterHouse) -> None:
    waiting = house.open()
    taken = house.accepted("lin.yue", customer="c2")
    house.clock.forward(hours=1)
    house.desk.change_duty("front", "he.jun", "sun.hao", "night shift")
    assert house.ticket(waiting.id).responsible == "sun.hao"
    assert house.ticket(taken.id).responsible == "lin.yue"
    with pytest.raises(NotAllowed):
        house.desk.change_duty("front", "sun.hao", "lin.yue", "x")
    with house.store.write() as tx:
        tx.people.save_queue(replace(tx.people.queue("front"), duty_officer="zhao.min"))
    house.tick()
    assert house.sound(waiting.id).responsible == "zhao.min"


def test_promise_has_a_clock_of_its_own(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    until = house.clock.now() + timedelta(hours=2)
    promised = house.desk.promise(ticket.id, "lin.yue", "I call you", until)
    assert (promised.promise, promised.promised_until) == ("I call you", until)
    house.clock.forward(hours=2)
    house.tick()
    missed = [e for e in house.ledger(ticket.id) if e.step == "deadline_missed"]
    assert [e.data["clock"] for e in missed] == ["promise"]
    with refuses("promise_past"):
        house.desk.promise(ticket.id, "lin.yue", "yesterday", until)
