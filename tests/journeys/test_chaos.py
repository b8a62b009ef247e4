"""Processes die while customers write; the full run is ``make chaos``."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.chaos import faults, torment
from tests.prepared import prepare_copy

MESSAGES = 48
CONVERSATIONS = 12


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_every_message_is_answered_once_and_in_order_whatever_dies(
    engine: str,
    tmp_path: Path,
    seeded_utility: Path,
    rasa_model: Path,
    request: pytest.FixtureRequest,
) -> None:
    url = request.getfixturevalue("fresh_postgres_url") if engine == "postgresql" else ""
    prepare_copy(tmp_path / "copy", seeded_utility, rasa_model)
    verdict = torment(tmp_path / "copy", MESSAGES, CONVERSATIONS, database_url=url, seed=len(engine))
    assert verdict.faults == []
    assert verdict.messages == MESSAGES
    assert sum(verdict.kills.values()) > 0
    print(verdict.line())


def row(seq: int, author: str, text: str, reply_to: str = "") -> dict[str, object]:
    return {"seq": seq, "author": author, "text": text, "reply_to": reply_to}


def test_the_judge_sees_what_is_wrong() -> None:
    good = [
        row(1, "customer", "a"),
        row(2, "bot", "A", "1"),
        row(3, "customer", "b"),
        row(4, "bot", "B", "2"),
    ]
    assert faults(["1", "2"], good) == []
    assert faults(["1", "2"], good[:3])
    assert faults(["1", "2"], [*good, row(5, "bot", "A", "1")])
    assert faults(["1"], [row(1, "customer", "a"), row(2, "bot", "A", "1"), row(3, "bot", "A", "1")])
    assert faults(
        ["1", "2"], [good[0], row(2, "customer", "b"), row(3, "bot", "B", "2"), row(4, "bot", "A", "1")]
    )
    assert faults(["1", "2"], [good[0], good[1], row(4, "customer", "b"), row(5, "bot", "B", "2")])
