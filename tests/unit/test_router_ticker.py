"""What time brings, once each, however often and by however many workers it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.clock import ClockKind, ClockState
from domain.satisfaction import Solved
from domain.ticket import Status
from tests.router_house import RouterHouse

TIMED = {"reminded", "deadline_missed", "escalated"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[RouterHouse]:
    house = RouterHouse(f"sqlite:///{tmp_path / 'r.db'}")
    yield house
    house.close()


def test_reminders_then_escalation_and_the_person_stays(house: RouterHouse) -> None:
    ticket = house.accepted("chen.gang", cls="FLT", subject="lv_fault")
    told = []
    for minute in (30, 32, 41, 44, 45, 46, 60):
        house.clock.at = ticket.created_at
        house.clock.forward(minutes=minute)
        house.tick()
        assert house.tick() == 0
        told.append([e.step.value for e in house.ledger(ticket.id) if e.step in TIMED][-3:])
    assert told[0] == []
    assert told[1] == ["reminded"]
    assert told[3] == ["reminded", "reminded"]
    assert told[-1] == ["reminded", "deadline_missed", "escalated"]
    last = house.ledger(ticket.id)[-1]
    assert (last.data["told"], last.data["clock"], last.responsible) == (
        "sun.tao, luo.cheng",
        "arrival",
        "chen.gang",
    )


def test_a_worker_that_slept_says_only_the_last(house: RouterHouse) -> None:
    ticket = house.accepted("chen.gang", cls="FLT", subject="lv_fault")
    house.clock.forward(hours=5)
    house.tick()
    assert house.steps(ticket.id)[-2:] == ["deadline_missed", "escalated"]
    assert "reminded" not in house.steps(ticket.id)


def test_missed_stays_missed_when_the_work_is_done(house: RouterHouse) -> None:
    ticket = house.accepted("chen.gang", cls="FLT", subject="lv_fault")
    house.clock.forward(minutes=50)
    house.desk.arrived(ticket.id, "chen.gang")
    with house.read() as tx:
        arrival = next(c for c in tx.tickets.clocks(ticket.id) if c.kind is ClockKind.ARRIVAL)
    assert (arrival.state, arrival.ended_at) == (ClockState.MISSED, house.clock.now())


def test_offer_that_runs_out_goes_on_until_nobody_is_left(house: RouterHouse) -> None:
    house.online("lin.yue", "zhao.min")
    ticket = house.open()
    asked = []
    for _ in range(8):
        asked += [offer.to_agent for offer in house.offers(ticket.id)]
        house.clock.forward(minutes=3)
        house.tick()
        assert house.tick() == 0
    assert sorted(asked) == ["lin.yue"] * 3 + ["zhao.min"] * 3
    assert asked[0] != asked[1]
    assert any("let 3 offers of it pass" in e.data.get("why", "") for e in house.ledger(ticket.id))
    assert house.sound(ticket.id).responsible == "lin.yue"


def test_silence_closes_after_three_days(house: RouterHouse) -> None:
    ticket = house.resolved("lin.yue")
    house.clock.forward(days=2)
    house.tick()
    assert house.ticket(ticket.id).status is Status.REPLIED
    house.clock.forward(days=2)
    house.tick()
    assert house.ticket(ticket.id).status is Status.CLOSED
    assert house.tick() == 0
    house.sound(ticket.id)


def test_silence_about_a_complaint_asks_for_the_call(house: RouterHouse) -> None:
    ticket = house.resolved("he.jun", cls="CMP", subject="service")
    house.clock.forward(days=4)
    house.tick()
    assert house.ticket(ticket.id).status is Status.CALLBACK
    house.clock.forward(days=4)
    house.tick()
    assert house.steps(ticket.id)[-2:] == ["deadline_missed", "escalated"]


def test_silence_of_the_first_round_does_not_close_the_second(house: RouterHouse) -> None:
    ticket = house.resolved("lin.yue")
    house.clock.forward(days=2)
    house.answer(ticket.id, Solved.NO)
    house.desk.resolve(ticket.id, "lin.yue", "now it works")
    house.deliver(ticket.id)
    house.clock.forward(days=2)
    house.tick()
    assert house.ticket(ticket.id).status is Status.REPLIED
