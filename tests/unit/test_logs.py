"""The last line of defence: what a careless line of log would give away is masked."""

from __future__ import annotations

import pytest

from app.logs import mask_event


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("account 0312456789 not found", "account ••••89 not found"),
        ("查一下0312456789的电费", "查一下••••89的电费"),
        ("身份证11010119900307123X，请核对", "身份证••••3X，请核对"),
        ("+8613812345678", "••••78"),
        ("conversation 01m8aem7wmwmv92e7x47rjnpjh", "conversation 01m8aem7wmwmv92e7x47rjnpjh"),
        ("nlu-2026112-94fdeaeba5f3.tar.gz", "nlu-2026112-94fdeaeba5f3.tar.gz"),
        ("took 1234 ms", "took 1234 ms"),
    ],
)
def test_long_numbers_are_masked_and_ids_stay(said: str, kept: str) -> None:
    assert mask_event(None, "info", {"event": said})["event"] == kept


def test_fields_that_carry_people_are_dropped() -> None:
    event = mask_event(None, "info", {"event": "x", "text": "我家没电", "phone": "1", "ms": 3})
    assert event == {"event": "x", "text": "•", "phone": "•", "ms": 3}
