"""A matter comes in: somebody is responsible at once, it is never doubled, and it says why it went where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.agent import Presence
from domain.clock import ClockKind
from domain.facts import CustomerUrged, CustomerWrote
from domain.ticket import Priority, Status
from tests.router_house import RouterHouse


@pytest.fixture
def house(tmp_path: Path) -> Iterator[RouterHouse]:
    house = RouterHouse(f"sqlite:///{tmp_path / 'r.db'}")
    yield house
    house.close()


def test_duty_officer_answers_from_the_first_moment(house: RouterHouse) -> None:
    opened = house.hand_over(house.request("REQ", "meter_test"))
    ticket = house.ticket(opened.ticket_id)
    assert (ticket.responsible, ticket.status) == ("liu.yang", Status.ACCEPTED)
    assert opened.responsible_name == "刘洋"
    assert house.ledger(ticket.id)[0].at == ticket.created_at
    assert house.sound(ticket.id).responsible == "liu.yang"


def test_same_source_opens_one_ticket(house: RouterHouse) -> None:
    fact = house.request("REQ", "invoice")
    first, second = house.hand_over(fact), house.hand_over(fact)
    assert (first.ticket_id, second.existing) == (second.ticket_id, False)


def test_same_matter_again_is_noted_not_doubled(house: RouterHouse) -> None:
    first = house.hand_over(house.request("FLT", "lv_fault", account_no="0312456789"))
    again = house.hand_over(house.request("FLT", "lv_fault", account_no="0312456789"))
    other = house.hand_over(house.request("FLT", "lv_fault", account_no="0399999999"))
    assert (again.ticket_id, again.existing) == (first.ticket_id, True)
    assert (other.ticket_id == first.ticket_id, other.existing) == (False, False)
    assert "noted" in house.steps(first.ticket_id)


def test_power_gone_again_two_days_later_is_a_new_matter(house: RouterHouse) -> None:
    first = house.hand_over(house.request("FLT", "lv_fault"))
    house.clock.forward(days=2)
    assert house.hand_over(house.request("FLT", "lv_fault")).ticket_id != first.ticket_id


def test_two_tip_offs_are_never_joined(house: RouterHouse) -> None:
    first, second = (house.hand_over(house.request("TIP", "theft")) for _ in range(2))
    assert first.ticket_id != second.ticket_id
    assert house.ticket(first.ticket_id).facts["confidential"] == "yes"


def test_same_matter_soon_after_closing_is_more_urgent(house: RouterHouse) -> None:
    first = house.resolved("wang.fang", cls="REQ", subject="invoice")
    house.desk.called_back(first.id, "wang.fang", True, "")
    again = house.ticket(house.hand_over(house.request("REQ", "invoice")).ticket_id)
    assert (first.priority, again.priority) == (Priority.P4, Priority.P3)
    assert "repeat" in house.ledger(again.id)[0].data["why"]


def test_coming_again_with_a_told_result_reopens_it(house: RouterHouse) -> None:
    first = house.resolved("wang.fang", cls="REQ", subject="invoice")
    again = house.hand_over(house.request("REQ", "invoice"))
    ticket = house.ticket(first.id)
    assert (again.existing, again.ticket_id) == (True, first.id)
    assert (ticket.status, ticket.responsible, ticket.reopened) == (Status.REOPENED, "wang.fang", 1)
    house.sound(first.id)


@pytest.mark.parametrize(("area", "minutes"), [("翠湖小区", 45), ("柳林村", 90), ("石桥镇", 120)])
def test_danger_goes_to_dispatch_and_to_all_who_can(house: RouterHouse, area: str, minutes: int) -> None:
    house.online("chen.gang", "sun.tao", "luo.cheng", "lin.yue")
    opened = house.hand_over(house.request("FLT", "hazard", area=area))
    ticket = house.ticket(opened.ticket_id)
    assert (ticket.queue, ticket.priority, opened.due_words) == ("dispatch", Priority.P0, "due.danger")
    assert opened.public_due_at == house.clock.now() + timedelta(minutes=minutes)
    assert {offer.to_agent for offer in house.offers(ticket.id)} == {"chen.gang", "sun.tao", "luo.cheng"}


def test_danger_in_any_other_matter_goes_to_dispatch_too(house: RouterHouse) -> None:
    ticket = house.ticket(house.hand_over(house.request("REQ", "meter_abnormal", priority=0)).ticket_id)
    assert (ticket.queue, ticket.responsible, ticket.cls) == ("dispatch", "chen.gang", "REQ")
    assert ticket.public_due_at == house.clock.now() + timedelta(minutes=45)


def test_two_dangers_at_two_places_are_two_tickets(house: RouterHouse) -> None:
    first = house.hand_over(house.request("FLT", "hazard", facts={"address": "翠湖路1号"}))
    same = house.hand_over(house.request("FLT", "hazard", facts={"address": "翠湖路1号"}))
    other = house.hand_over(house.request("FLT", "hazard", facts={"address": "江景苑3栋"}))
    assert same.ticket_id == first.ticket_id
    assert other.ticket_id != first.ticket_id


def test_no_power_at_a_ventilator_is_danger(house: RouterHouse) -> None:
    fact = house.request("FLT", "lv_fault", facts={"special_type": "呼吸机"})
    assert house.ticket(house.hand_over(fact).ticket_id).priority is Priority.P0
    elderly = house.request("FLT", "lv_fault", customer="c2", facts={"special_type": "elderly"})
    assert house.ticket(house.hand_over(elderly).ticket_id).priority is Priority.P1


def test_complaint_has_every_clock_of_its_class(house: RouterHouse) -> None:
    ticket = house.open("CMP", "service")
    with house.read() as tx:
        due = {clock.kind: clock.due_at for clock in tx.tickets.clocks(ticket.id)}
    assert due[ClockKind.CONTACT] == house.clock.now() + timedelta(hours=24)
    # Tuesday 24 November: four and five working days later end on Monday the 30th and Tuesday the 1st.
    assert due[ClockKind.INTERNAL].isoformat() == "2026-11-30T16:00:00+00:00"
    assert due[ClockKind.PUBLIC].isoformat() == "2026-12-01T16:00:00+00:00"
    assert ticket.needs_callback


def test_named_duty_officer_does_not_judge_her_own_case(house: RouterHouse) -> None:
    house.online("he.jun", "zhao.min")
    fact = house.request("CMP", "service", facts={"staff_name": "何军"})
    ticket = house.ticket(house.hand_over(fact).ticket_id)
    assert ticket.responsible == "zhao.min"
    assert [offer.to_agent for offer in house.offers(ticket.id)] == ["zhao.min"]


def test_unknown_class_still_finds_a_desk(house: RouterHouse) -> None:
    ticket = house.ticket(house.hand_over(house.request("XYZ", "nothing")).ticket_id)
    assert (ticket.queue, ticket.cls) == ("front", "ENQ")
    assert "no rule for the class XYZ" in house.ledger(ticket.id)[0].data["why"]


def test_nobody_online_is_said_once_in_words(house: RouterHouse) -> None:
    ticket = house.open()
    for _ in range(3):
        house.clock.forward(seconds=1)
        house.tick()
    said = [entry for entry in house.ledger(ticket.id) if entry.step == "not_assigned"]
    assert len(said) == 1
    assert "lin.yue: is offline" in said[0].data["why"]


def test_offer_goes_to_the_one_the_customer_knows(house: RouterHouse) -> None:
    house.online("sun.hao", "lin.yue", "zhao.min")
    house.accepted("zhao.min")
    house.clock.forward(seconds=1)
    ticket = house.open("INFO", "branch")
    assert [offer.to_agent for offer in house.offers(ticket.id)] == ["zhao.min"]
    assert "this customer had her or him before" in house.offers(ticket.id)[0].reasons


def test_offer_goes_to_the_least_busy_who_speaks_the_language(house: RouterHouse) -> None:
    house.online("sun.hao", "lin.yue", "zhao.min")
    house.accepted("lin.yue", customer="c9")
    ticket = house.ticket(house.hand_over(house.request("INFO", "branch", language="en")).ticket_id)
    assert [offer.to_agent for offer in house.offers(ticket.id)] == ["zhao.min"]


def test_going_away_passes_the_offer_on(house: RouterHouse) -> None:
    house.online("lin.yue", "zhao.min")
    ticket = house.open()
    first = house.offers(ticket.id)[0].to_agent
    house.desk.set_presence(first, Presence.AWAY)
    second = {"lin.yue": "zhao.min", "zhao.min": "lin.yue"}[first]
    assert [offer.to_agent for offer in house.offers(ticket.id)] == [second]


def test_message_and_chase_reach_the_ledger(house: RouterHouse) -> None:
    ticket = house.accepted("lin.yue")
    conversation, _, message = house.write_in("还有人吗")
    with house.store.write() as tx:
        house.intake.customer_wrote(tx, CustomerWrote(ticket.id, conversation, message), house.clock.now())
        house.intake.urge(tx, CustomerUrged(ticket.id, message), house.clock.now())
    assert house.steps(ticket.id)[-2:] == ["customer_wrote", "urged"]
    assert house.ticket(ticket.id).urged == 1
    assert house.sound(ticket.id).urged == 1
    with house.read() as tx:
        told = {event.agent_id for event in tx.feed.after(0) if event.kind == "reminder"}
    assert told == {"lin.yue"}
