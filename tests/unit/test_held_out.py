"""The sentences that measure the understanding are well-formed and taught nowhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.understanding.data import NLU_DATA
from bot.understanding.evaluation.labelled import read_labelled
from bot.understanding.normalise import normalise
from bot.understanding.teaching import ENTITIES, INTENTS, read_examples

OTHER_KINDS = {"around", "entities_dev", "knowledge"}
FILES = sorted(
    path for path in (Path(__file__).parents[1] / "held_out").glob("*.jsonl") if path.stem not in OTHER_KINDS
)


def test_both_languages_and_both_channels_are_measured() -> None:
    lines = read_labelled(FILES)
    kinds = Counter((line.lang, line.channel) for line in lines if line.channel)
    assert set(kinds) == {(lang, channel) for lang in ("zh", "en") for channel in ("chat", "hotline")}
    assert {intent for line in lines for intent in line.intents} == INTENTS
    assert len(lines) >= 600


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_labels_are_of_the_taxonomy_and_values_stand_in_the_text(path: Path) -> None:
    for line in read_labelled([path]):
        assert set(line.intents) <= INTENTS, line.text
        for name, value in line.entities:
            assert name in ENTITIES, line.text
            assert value in line.text, line.text


def test_no_sentence_that_measures_is_taught() -> None:
    taught = {normalise(example.text) for example in read_examples(NLU_DATA)}
    known = [line.text for line in read_labelled(FILES) if normalise(line.text) in taught]
    # Whoever says "0312..." or "bye" says it in the same words; a sentence would be a leak.
    assert [text for text in known if len(normalise(text)) > 12] == []
