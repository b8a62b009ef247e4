"""What the acceptance story waits for is what the phrase files say: a phrase reworded shows here at once."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from bot.phrasing import load_phrases
from tests.journeys.story import CHINESE, ENGLISH, Script

BOOK = load_phrases(Path(__file__).resolve().parents[2] / "nlu_data" / "phrases")
SAID_BY = {
    "what_about": "human.what_about",
    "wants_account": "identity.ask_account",
    "wants_code": "identity.code_sent",
    "parts": "effect.weather",
    "advice": "danger.advice.wire_down",
    "urgent": "danger.opened",
    "where": "danger.where",
    "place_noted": "danger.where_noted",
    "queued": "handover.person",
    "taken": "ticket.taken",
    "is_it_solved": "ticket.result",
    "open_again": "survey.reopened",
    "wants_score": "survey.ask_score",
    "thanks": "survey.thanks",
}
"""Which phrase each fragment of a script comes from."""
PRESSED = ("not_solved", "solved", "five")
TONGUES = [(CHINESE, "zh"), (ENGLISH, "en")]


def test_every_heard_fragment_is_checked_here() -> None:
    names = [field.name for field in fields(Script)]
    heard = names[names.index("wants_account") :]
    assert set(heard) - {"bill"} <= set(SAID_BY)


@pytest.mark.parametrize(("script", "tongue"), TONGUES)
def test_the_story_waits_for_what_the_phrases_say(script: Script, tongue: str) -> None:
    unsaid = {
        name: BOOK.phrases[tongue][key].text
        for name, key in SAID_BY.items()
        if getattr(script, name) not in BOOK.phrases[tongue][key].text
    }
    assert unsaid == {}


@pytest.mark.parametrize(("script", "tongue"), TONGUES)
def test_the_story_presses_buttons_that_there_are(script: Script, tongue: str) -> None:
    labels = {choice.label for choice in BOOK.buttons[tongue].values()}
    assert {getattr(script, name) for name in PRESSED} <= labels
