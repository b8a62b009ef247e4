"""The table of moves is whole, and the replay trusts nothing but the ledger."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.errors import RuleBroken
from domain.ledger import Entry, Step
from domain.responsibility import replay, spans
from domain.ticket import Status
from domain.ticket_moves import ENDED, MOVES, Standing, check, status_after

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def row(seq: int, step: Step, responsible: str, **data: str) -> Entry:
    return Entry("t", seq, NOW.replace(hour=seq), "system", step, responsible, data)


def test_every_step_has_its_row() -> None:
    assert set(MOVES) == set(Step)


def test_nothing_leads_out_of_an_ended_ticket_but_not_solved() -> None:
    moving = {
        step
        for step, move in MOVES.items()
        for status in ENDED & move.before
        if status_after(status, step) is not status
    }
    assert moving == {Step.REOPENED}


@pytest.mark.parametrize(
    ("standing", "rule"),
    [
        (Standing(open_legs=1, result=True, delivered=True), "leg_open"),
        (Standing(result=True), "result_not_delivered"),
        (Standing(delivered=True), "result_missing"),
        (Standing(result=True, delivered=True, callback_owed=True), "callback_owed"),
    ],
)
def test_closing_asks_every_guard(standing: Standing, rule: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check(Status.REPLIED, Step.CLOSED, standing)
    assert refused.value.rule == rule


def test_replay_finds_a_row_that_names_somebody_else() -> None:
    rows = [row(1, Step.TAKEN_IN, "duty", to="duty"), row(2, Step.LEG_OPENED, "crew", leg="l1")]
    with pytest.raises(RuleBroken) as refused:
        replay(rows)
    assert refused.value.rule == "ledger"
    assert "'crew'" in str(refused.value)


def test_replay_refuses_a_move_that_is_not_in_the_table() -> None:
    with pytest.raises(RuleBroken):
        replay([row(1, Step.TAKEN_IN, "duty", to="duty"), row(2, Step.CLOSED, "duty")])
    with pytest.raises(RuleBroken):
        replay([])


def test_spans_leave_no_second_out() -> None:
    found = spans(
        [
            row(1, Step.TAKEN_IN, "duty", to="duty"),
            row(2, Step.NOTED, "duty"),
            row(3, Step.ACCEPTED, "lin", to="lin"),
            row(5, Step.REASSIGNED, "zhao", to="zhao", reason="ill"),
        ]
    )
    assert [(s.responsible, s.begin.hour, s.end.hour if s.end else None) for s in found] == [
        ("duty", 1, 3),
        ("lin", 3, 5),
        ("zhao", 5, None),
    ]
