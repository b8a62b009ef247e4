"""What the words leave open is tipped by what is known of the customer; clear words and danger are not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.cascade import Cascade, Thresholds
from bot.understanding.circumstances import Likelihoods, read_likelihoods
from bot.understanding.client import Ranking
from bot.understanding.entities.extract import EntityReader
from bot.understanding.train import HOUSE
from bot.understanding.weights import HAZARD, weighed
from domain.circumstances import NOTHING_KNOWN, VALUES, Circumstances
from domain.errors import BadRequest
from domain.understanding import IntentGuess, Understanding

NOW = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
LIMITS = Thresholds(**yaml.safe_load((HOUSE / "config.yml").read_text(encoding="utf-8"))["understanding"])
LIKELIHOODS = read_likelihoods()
NEWS = {"query_application_progress": 0.45, "query_ticket_status": 0.44, "query_bill": 0.1, HAZARD: 0.01}
DARK = {"report_outage": 0.4, "request_reconnection": 0.29, "query_outage_status": 0.3, HAZARD: 0.01}


class Models:
    """One ranking that was agreed on, whatever is asked."""

    def __init__(self, chances: dict[str, float]) -> None:
        self._ranking = ranked(chances)

    def parse(self, texts: Sequence[str]) -> list[Ranking]:
        return [self._ranking] * len(texts)


def ranked(chances: dict[str, float]) -> Ranking:
    return tuple(IntentGuess(n, c) for n, c in sorted(chances.items(), key=lambda item: -item[1]))


def heard(chances: dict[str, float], known: Circumstances = NOTHING_KNOWN) -> Understanding:
    cascade = Cascade(Models(chances), EntityReader([]), LIMITS, likelihoods=LIKELIHOODS)
    return cascade.understand("我那个事弄得怎么样了", now=NOW, known=known)


@pytest.mark.parametrize(
    ("chances", "known", "intent"),
    [
        (NEWS, Circumstances(application_open=True, ticket_open=False), "query_application_progress"),
        (NEWS, Circumstances(application_open=False, ticket_open=True), "query_ticket_status"),
        (DARK, Circumstances(cut_off=True), "request_reconnection"),
        (DARK, Circumstances(cut_off=False, outage="none"), "report_outage"),
        (DARK, Circumstances(cut_off=False, outage="running"), "query_outage_status"),
    ],
)
def test_the_same_words_mean_what_the_circumstances_make_likely(
    chances: dict[str, float], known: Circumstances, intent: str
) -> None:
    undecided = heard(chances)
    assert undecided.close
    assert {name for name, _ in known.items()} & set(undecided.hinges)
    decided = heard(chances, known)
    assert (decided.intent, decided.close) == (intent, False)


def test_clear_words_hinge_on_nothing_and_stay_what_they_are() -> None:
    clear = {"query_ticket_status": 0.97, "query_application_progress": 0.02, HAZARD: 0.01}
    assert heard(clear).hinges == ()
    unlikely = Circumstances(application_open=True, ticket_open=False)
    assert heard(clear, unlikely).intent == "query_ticket_status"


def test_what_is_known_already_is_not_asked_for() -> None:
    assert "ticket_open" in heard(NEWS).hinges
    assert "ticket_open" not in heard(NEWS, Circumstances(ticket_open=True)).hinges


@st.composite
def rankings(draw: st.DrawFn) -> Ranking:
    names = ["report_outage", "query_bill", "query_ticket_status", "top_up_problem", HAZARD]
    shares = draw(st.lists(st.floats(0.001, 1.0), min_size=len(names), max_size=len(names)))
    return ranked({name: share / sum(shares) for name, share in zip(names, shares, strict=True)})


@given(
    rankings(),
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}),
)
def test_odds_change_and_danger_does_not(ranking: Ranking, known: dict[str, object]) -> None:
    again = LIKELIHOODS.weigh(ranking, NOTHING_KNOWN.with_more(known))
    before, after = ({guess.name: guess.confidence for guess in some} for some in (ranking, again))
    assert before.keys() == after.keys()
    assert after[HAZARD] == before[HAZARD]
    assert sum(after.values()) == pytest.approx(1.0)
    assert [guess.confidence for guess in again] == sorted(after.values(), reverse=True)


def test_others_business_is_made_likelier_and_takes_nothing_from_danger() -> None:
    heard = ranked({"top_up_problem": 0.5, HAZARD: 0.2, "out_of_scope": 0.2, "pay_bill": 0.1})
    again = weighed(heard, {"out_of_scope": 3.0})
    assert {guess.name: guess.confidence for guess in again} == pytest.approx(
        {"out_of_scope": 0.4, "top_up_problem": 0.8 * 0.5 / 1.2, HAZARD: 0.2, "pay_bill": 0.08 / 1.2}
    )
    assert again[0].name == "out_of_scope"
    sure = ranked({HAZARD: 1.0, "out_of_scope": 0.0})
    assert weighed(sure, {"out_of_scope": 3.0}) == sure


@pytest.mark.parametrize(
    "wrong",
    [
        "weather: {true: {query_bill: 2}, false: {query_bill: 1}}",
        "prepaid: {true: {query_bill: 2}}",
        "prepaid: {true: {query_bills: 2}, false: {}}",
        "prepaid: {true: {query_bill: 0}, false: {}}",
        "prepaid: {true: {query_bill: much}, false: {}}",
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "circumstances.yml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(BadRequest, match=r"circumstances\.yml"):
        read_likelihoods(path)


def test_without_likelihoods_nothing_is_weighed() -> None:
    known = Circumstances(application_open=False, ticket_open=True)
    assert Likelihoods({}).weigh(ranked(NEWS), known) == ranked(NEWS)
