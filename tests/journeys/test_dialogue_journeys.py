"""Whole conversations, as readable scripts in both languages, through the real flows, phrases and engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fakes.dialogue_player import Player, result, understood

FOLDER = Path(__file__).parent / "dialogue"
JOURNEYS = [
    pytest.param(path.stem.split("_")[0], journey, id=f"{path.stem}: {journey['name']}")
    for path in sorted(FOLDER.glob("*.yml"))
    for journey in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("language", "journey"), JOURNEYS)
def test_journey(language: str, journey: dict[str, Any]) -> None:
    player = Player(language, spoken=bool(journey.get("spoken", False)))
    for number, turn in enumerate(journey["turns"], start=1):
        where = f"turn {number}: {turn.get('text', turn.get('payload', ''))}"
        if "survey_for" in turn:
            player.state = player.dialogue.expect_survey(player.state, turn["survey_for"], "2611240001")
        answer = player.hear(
            understood(turn, language),
            payload=str(turn.get("payload", "")),
            files=turn.get("files", ()),
            finds=str(turn.get("finds", "")),
            back=[result(raw) for raw in turn.get("back", ())],
        )
        assert answer.keys == turn["says"], where
        assert [request.verb for request in answer.did] == turn.get("does", []), where
        text = "\n".join(answer.words)
        for words in turn.get("shows", ()):
            assert words in text, f"{where}: {text}"
        for words in turn.get("hides", ()):
            assert words not in text, f"{where}: {text}"
        for label in turn.get("offers", ()):
            assert label in answer.labels, f"{where}: {answer.labels}"
        assert "—" not in text, f"{where}: {text}"
        _check_decisions(turn, answer, where)


def _check_decisions(turn: dict[str, Any], answer: Any, where: str) -> None:
    wishes = [decision.hand_over for decision in answer.decisions if decision.hand_over]
    tickets = [f"{wish.cls}.{wish.subject}" + (" P0" if wish.priority == 0 else "") for wish in wishes]
    assert tickets == ([turn["ticket"]] if "ticket" in turn else []), where
    for name, value in turn.get("facts", {}).items():
        assert wishes[0].facts[name] == value, where
    assert any(decision.urge for decision in answer.decisions) == turn.get("urges", False), where
    assert any(decision.belongs_to for decision in answer.decisions) == turn.get("adds", False), where
    surveys = [decision.survey for decision in answer.decisions if decision.survey]
    assert [(s.solved, s.score) for s in surveys] == [tuple(a) for a in turn.get("survey", [])], where
    slots = [dict(request.slots) for request in answer.did]
    for index, expected in enumerate(turn.get("with", ())):
        assert expected.items() <= slots[index].items(), f"{where}: {slots[index]}"
