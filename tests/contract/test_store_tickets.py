"""Tickets, what hangs on them, and the ledger that nobody can change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from domain.clock import ClockKind, ClockState, ServiceClock
from domain.errors import Conflict, NotFound
from domain.ledger import Step, first_broken
from domain.repositories import TicketQuery
from domain.satisfaction import Solved, Survey
from domain.ticket import Leg, Offer, OfferState, Priority, Status, Ticket, TicketClass
from store.sql import SqlStore
from tests.store_house import NOW, SECOND, accept, open_desk, say, ticket, together

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(store: SqlStore) -> Iterator[SqlStore]:
    """A store with agents and a queue."""
    open_desk(store)
    return store


def add(store: SqlStore, number: str, **more: object) -> Ticket:
    made = ticket(number, **more)
    with store.write() as tx:
        tx.tickets.add(made)
    return made


def numbers(store: SqlStore, **query: object) -> list[str]:
    with store.read() as tx:
        found = [t.number for t in tx.tickets.find(TicketQuery(**query))]
        assert tx.tickets.count(TicketQuery(**query)) == len(found)
    return found


def test_a_ticket_comes_back_whole(desk: SqlStore) -> None:
    receipt = accept(desk, "m")
    with desk.write() as tx:
        result = say(tx, receipt.conversation_id, "done")
        contact_id = tx.conversations.get(receipt.conversation_id).contact_id
    full = add(
        desk,
        "2611240001",
        contact_id=contact_id,
        conversation_id=receipt.conversation_id,
        handler="wang",
        intent="meter_fault",
        language="en",
        account_no="0312345678",
        area="0101",
        facts={"z": "最后", "a": "first"},
        policy_key="p",
        public_due_at=NOW + HOUR,
        internal_due_at=NOW,
        promise="明天",
        promised_until=NOW + HOUR,
        result="done",
        result_message_id=result.id,
        needs_callback=True,
        reopened=1,
        urged=2,
        source="s1",
        incident_id="i1",
        closed_at=NOW,
    )
    with desk.write() as tx:
        for found in (
            tx.tickets.get(full.id),
            tx.tickets.lock(full.id),
            tx.tickets.by_number("2611240001"),
            tx.tickets.by_source("s1"),
        ):
            assert found == full
            assert list(found.facts) == ["z", "a"], "facts keep the order of asking"
        assert tx.tickets.by_number("0") is None
        assert tx.tickets.by_source("") is None
        with pytest.raises(NotFound):
            tx.tickets.get("x")


def test_one_source_opens_one_ticket(desk: SqlStore) -> None:
    first = add(desk, "1", source="in1:handover")
    with desk.write() as tx:
        with pytest.raises(Conflict):
            tx.tickets.add(ticket("2", source="in1:handover"))
        found = tx.tickets.by_source("in1:handover")
        assert found == first, "the transaction can still be used"
    add(desk, "3")
    add(desk, "4")


def test_eight_at_once_open_one_ticket_for_one_source(desk: SqlStore) -> None:
    def open_one(number: int) -> bool:
        try:
            add(desk, str(number), source="in1:handover")
        except Conflict:
            return False
        return True

    assert together(8, open_one).count(True) == 1


def test_two_savers_make_one_conflict(desk: SqlStore) -> None:
    seen = add(desk, "1")

    def save(number: int) -> str:
        try:
            with desk.write() as tx:
                return f"version {tx.tickets.save(replace(seen, urged=number + 1)).version}"
        except Conflict:
            return "conflict"

    assert sorted(together(2, save)) == ["conflict", "version 2"]
    with pytest.raises(NotFound), desk.write() as tx:
        tx.tickets.save(ticket("9"))


def test_a_ticket_needs_a_responsible_person_who_exists(desk: SqlStore) -> None:
    for nobody in ("", "ghost"):
        with pytest.raises(NotFound):
            add(desk, "1", responsible=nobody)
    made = add(desk, "2")
    with pytest.raises(NotFound), desk.write() as tx:
        tx.tickets.save(replace(made, responsible="ghost"))


def test_numbers_count_within_the_day_in_shanghai(desk: SqlStore) -> None:
    evening = datetime(2026, 11, 24, 15, 59, tzinfo=UTC)
    with desk.write() as tx:
        assert tx.tickets.next_number(evening) == "2611240001"
        assert tx.tickets.next_number(evening) == "2611240002"
        assert tx.tickets.next_number(evening + timedelta(minutes=1)) == "2611250001"

    def next_number(_: int) -> str:
        with desk.write() as tx:
            return tx.tickets.next_number(evening)

    assert sorted(together(8, next_number)) == [f"261124{n:04d}" for n in range(3, 11)]


def test_finding_by_each_filter(desk: SqlStore) -> None:
    receipt = accept(desk, "m")
    add(desk, "2611240001", summary="Meter 50% slow_er", responsible="wang", status=Status.ASSIGNED)
    add(desk, "2611240002", cls=TicketClass.FLT, handler="li", conversation_id=receipt.conversation_id)
    add(desk, "2611240003", status=Status.CLOSED, responsible="wang")
    everything = ["2611240001", "2611240002", "2611240003"]
    assert sorted(numbers(desk)) == everything
    assert numbers(desk, queues=["other"]) == []
    assert sorted(numbers(desk, queues=["hotline", "other"])) == everything
    assert numbers(desk, statuses=[Status.CLOSED]) == ["2611240003"]
    assert sorted(numbers(desk, open_only=True)) == everything[:2]
    assert sorted(numbers(desk, responsible="wang")) == ["2611240001", "2611240003"]
    assert numbers(desk, responsible="wang", open_only=True) == ["2611240001"]
    assert numbers(desk, handler="li") == ["2611240002"]
    assert numbers(desk, conversation_id=receipt.conversation_id) == ["2611240002"]
    assert numbers(desk, cls=TicketClass.FLT) == ["2611240002"]
    assert numbers(desk, text="0003") == ["2611240003"]
    assert numbers(desk, text="meter 50%") == ["2611240001"]
    assert numbers(desk, text="5_%") == [], "wildcards of SQL are ordinary letters"
    assert numbers(desk, text="slow_ER") == ["2611240001"]
    with desk.read() as tx:
        page = tx.tickets.find(TicketQuery(order="newest", limit=1, offset=1))
        assert len(page) == 1
        assert tx.tickets.count(TicketQuery(limit=1, offset=1)) == 3


def test_the_most_urgent_comes_first(desk: SqlStore) -> None:
    add(desk, "late", public_due_at=NOW + 2 * HOUR)
    add(desk, "none")
    add(desk, "none-older", created_at=NOW - HOUR)
    add(desk, "danger", priority=Priority.P0, public_due_at=NOW + 9 * HOUR)
    add(desk, "internal", public_due_at=NOW + 9 * HOUR, internal_due_at=NOW + HOUR)
    assert numbers(desk) == ["danger", "internal", "late", "none-older", "none"]
    assert numbers(desk, order="newest")[-1] == "none-older"


def test_load_counts_what_was_accepted_and_is_open(desk: SqlStore) -> None:
    for number, status in enumerate(Status):
        add(desk, str(number), status=status, responsible="wang")
    closed_or_waiting = {Status.ACCEPTED, Status.CLOSED, Status.MERGED, Status.CANCELLED}
    with desk.read() as tx:
        assert tx.tickets.load("wang") == len(set(Status) - closed_or_waiting)
        assert tx.tickets.load("li") == 0


def test_legs(desk: SqlStore) -> None:
    made = add(desk, "1")
    leg = Leg("l1", made.id, "grid", "换表", "wang", NOW, NOW + HOUR)
    with desk.write() as tx:
        tx.tickets.add_leg(leg)
        done = tx.tickets.save_leg(replace(leg, done_at=NOW + HOUR, result="换好"))
        assert tx.tickets.leg("l1") == done
        assert tx.tickets.legs(made.id) == [done]
        with pytest.raises(Conflict):
            tx.tickets.save_leg(leg)
    with pytest.raises(NotFound), desk.write() as tx:
        tx.tickets.add_leg(replace(leg, id="l2", ticket_id="x"))


def test_offers(desk: SqlStore) -> None:
    made = add(desk, "1")
    early = Offer("o1", made.id, "wang", "", ("会计费", "空闲"), NOW, NOW + HOUR)
    late = Offer("o2", made.id, "li", "wang", (), NOW + SECOND, NOW + 2 * HOUR)
    with desk.write() as tx:
        tx.tickets.add_offer(late)
        tx.tickets.add_offer(early)
        assert tx.tickets.offer("o1") == early
        assert tx.tickets.offers(made.id) == [early, late]
        assert tx.tickets.open_offers_to("wang") == [early]
        assert tx.tickets.expired_offers(NOW + HOUR - SECOND) == []
        assert tx.tickets.expired_offers(NOW + 2 * HOUR) == [early, late]
        assert tx.tickets.expired_offers(NOW + 2 * HOUR, 1) == [early]
        said_no = replace(early, state=OfferState.DECLINED, answered_at=NOW, answer="忙")
        declined = tx.tickets.save_offer(said_no)
        assert declined == replace(said_no, version=2)
        assert tx.tickets.offer("o1") == declined
        assert tx.tickets.open_offers_to("wang") == []
        assert tx.tickets.expired_offers(NOW + 2 * HOUR) == [late]


def test_clocks(desk: SqlStore) -> None:
    made = add(desk, "1")
    first = ServiceClock("k1", made.id, ClockKind.PUBLIC, "p", NOW, NOW + HOUR, next_at=NOW + 20 * SECOND)
    second = replace(
        first, id="k2", kind=ClockKind.ARRIVAL, started_at=NOW + SECOND, next_at=NOW + 10 * SECOND
    )
    with desk.write() as tx:
        tx.tickets.add_clock(first)
        tx.tickets.add_clock(second)
        assert tx.tickets.clocks(made.id) == [first, second]
        assert tx.tickets.due_clocks(NOW + 9 * SECOND) == []
        assert tx.tickets.due_clocks(NOW + 20 * SECOND) == [second, first]
        assert tx.tickets.due_clocks(NOW + 20 * SECOND, 1) == [second]
        paused = replace(second, state=ClockState.PAUSED, paused_at=NOW, pause_reason="weather", next_at=None)
        tx.tickets.save_clock(paused)
        assert tx.tickets.due_clocks(NOW + HOUR) == [first]
        assert tx.tickets.clocks(made.id)[1] == replace(paused, version=2)


def test_surveys(desk: SqlStore) -> None:
    made = add(desk, "1")
    asked = Survey("v1", made.id, "", "", "wang", ("wang", "li"), NOW)
    with desk.write() as tx:
        tx.tickets.add_survey(asked)
        answered = tx.tickets.save_survey(
            replace(asked, solved=Solved.PARTLY, score=4, comment="慢", answered_at=NOW)
        )
        assert tx.tickets.surveys(made.id) == [answered]


def test_the_ledger_is_a_chain(desk: SqlStore) -> None:
    made = add(desk, "1")
    shanghai = NOW.astimezone(tz=None)
    with desk.write() as tx:
        first = tx.ledger.append(
            made.id, "system", Step.TAKEN_IN, "duty", shanghai, {"b": "2", "a": "说\x00"}
        )
        second = tx.ledger.append(made.id, "agent:wang", Step.ACCEPTED, "wang", NOW + SECOND)
    with desk.read() as tx:
        assert tx.ledger.of(made.id) == [first, second]
        assert first_broken(tx.ledger.of(made.id)) is None
        assert (first.seq, second.seq, second.prev) == (1, 2, first.hash)
    with desk.write() as tx, pytest.raises(NotFound):
        tx.ledger.append("x", "system", Step.TAKEN_IN, "duty", NOW)
    with pytest.raises(NotFound), desk.write() as tx:
        tx.ledger.append(made.id, "system", Step.NOTED, "ghost", NOW)


def test_eight_writers_make_one_chain(desk: SqlStore) -> None:
    made = add(desk, "1")

    def write(number: int) -> None:
        for _ in range(3):
            with desk.write() as tx:
                tx.ledger.append(made.id, f"agent:{number}", Step.NOTED, "duty", NOW)

    together(8, write)
    with desk.read() as tx:
        chain = tx.ledger.of(made.id)
    assert len(chain) == 24
    assert first_broken(chain) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger SET responsible = 'li'",
        "DELETE FROM ledger",
        (
            "INSERT INTO ledger SELECT * FROM ledger WHERE true "
            "ON CONFLICT (ticket_id, seq) DO UPDATE SET actor = 'x'"
        ),
    ],
)
def test_the_database_refuses_to_change_the_ledger(desk: SqlStore, database_url: str, change: str) -> None:
    made = add(desk, "1")
    with desk.write() as tx:
        entry = tx.ledger.append(made.id, "system", Step.TAKEN_IN, "duty", NOW)
    engine = create_engine(database_url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    with desk.read() as tx:
        assert tx.ledger.of(made.id) == [entry]
