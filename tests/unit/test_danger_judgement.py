"""When a danger word is believed, doubted, or asked about: the rule and the models beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
import yaml

from bot.understanding.cascade import Cascade, Thresholds
from bot.understanding.client import Ranking
from bot.understanding.entities.extract import EntityReader
from bot.understanding.train import HOUSE
from domain.understanding import IntentGuess, Understanding

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
LIMITS = Thresholds(**yaml.safe_load((HOUSE / "config.yml").read_text(encoding="utf-8"))["understanding"])
OTHERS = ("give_praise", "request_invoice", "file_complaint")
SPARKS = "thanks for the repair. there were sparks at the pole. please send me the report"


class Models:
    """Rankings that were agreed on: ``danger`` of the whole message and of its part with the sparks."""

    def __init__(self, whole: float, part: float, other: float) -> None:
        self._whole, self._part, self._other = whole, part, other

    def parse(self, texts: Sequence[str]) -> list[Ranking]:
        """The first text is the whole message."""
        return [
            self._ranking(self._whole if at == 0 else self._part if "sparks" in text else 0.0)
            for at, text in enumerate(texts)
        ]

    def _ranking(self, danger: float) -> Ranking:
        said = {"query_ticket_status": min(self._other, 1 - danger), "report_safety_hazard": danger}
        rest = max(0.0, 1 - sum(said.values())) / len(OTHERS)
        chances = said | dict.fromkeys(OTHERS, rest)
        return tuple(IntentGuess(n, c) for n, c in sorted(chances.items(), key=lambda item: -item[1]))


def heard(text: str, *, whole: float, part: float = 0.0, other: float = 0.9) -> Understanding:
    cascade = Cascade(Models(whole, part, other), EntityReader([]), LIMITS)
    return cascade.understand(text, now=NOW)


@pytest.mark.parametrize(
    ("whole", "part", "other", "alarm"),
    [
        (LIMITS.danger_denied_below, 0.0, 0.9, True),
        (LIMITS.danger_denied_below - 0.005, 0.0, 0.9, False),
        (0.0, 0.0, LIMITS.danger_denied_by - 0.05, True),
        (0.0, LIMITS.danger_sure_from, 0.9, True),
        (0.0, LIMITS.danger_sure_from - 0.01, 0.9, False),
        (LIMITS.second_in_whole, 0.5, 0.9, True),
    ],
)
def test_a_strong_rule_is_doubted_only_where_the_models_find_danger_all_but_impossible(
    whole: float, part: float, other: float, alarm: bool
) -> None:
    assert (heard(SPARKS, whole=whole, part=part, other=other).danger is not None) is alarm


def test_who_was_doubted_is_asked_while_any_chance_is_left() -> None:
    asked = heard(SPARKS, whole=0.001, part=0.5)
    assert asked.intent == "query_ticket_status"
    assert asked.close
    assert asked.ranking[1].name == "report_safety_hazard"
    assert not heard(SPARKS, whole=0.001, part=0.001).close


def test_danger_beside_a_turn_to_something_else_is_not_outvoted_by_it() -> None:
    turned = SPARKS.replace("pole. please", "pole. also please")
    assert heard(turned, whole=0.0, part=0.8).danger is not None
    assert heard(SPARKS, whole=0.0, part=0.8).danger is None


def test_without_a_rule_a_part_alone_is_not_enough() -> None:
    quiet = "my freezer board burnt out. it is all repaired. who pays for it"
    assert heard(quiet, whole=0.001, part=0.0).danger is None
    assert heard("it is getting warm here", whole=LIMITS.danger_from).danger is not None
    assert heard("it is getting warm here", whole=LIMITS.danger_asked_from).close


def test_with_the_models_away_every_alarm_counts() -> None:
    assert Cascade(None, EntityReader([]), LIMITS).understand(SPARKS, now=NOW).danger is not None
