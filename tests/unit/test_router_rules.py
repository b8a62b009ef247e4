"""The routing rules cover the taxonomy, point at desks that exist, and never promise without a policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from bot.phrasing import load_phrases
from domain.clock import ClockKind
from domain.ticket import Priority, TicketClass
from router.clocks import Clocks
from router.deadlines import Deadlines
from router.people import load_people
from router.policies import load_calendar, load_policies
from router.rules import Rule, load_rules

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOUSE = Path(__file__).resolve().parents[2]
RULES = load_rules()
STAFF = load_people()
CLOCKS = Clocks(Deadlines(load_policies(), load_calendar()))


@pytest.mark.parametrize("cls", list(TicketClass))
def test_every_class_has_a_rule_for_any_subject(cls: TicketClass) -> None:
    chosen = RULES.choose(cls, "never heard of", NOW)
    assert (chosen.rule.cls, chosen.rule.subject) == (cls, "*")


@pytest.mark.parametrize("rule", RULES.rows(), ids=lambda rule: f"{rule.cls}-{rule.subject}")
def test_rule_can_be_kept(rule: Rule) -> None:
    queue = next(queue for queue in STAFF.queues if queue.code == rule.queue)
    able = [a for a in STAFF.agents if queue.code in a.queues and set(rule.skills) <= set(a.skills)]
    assert able, f"nobody in {queue.code} has {rule.skills}"
    assert rule.department in STAFF.departments
    planned = CLOCKS.planned(rule.cls, rule.subject, rule.clocks, "urban", NOW)
    assert ClockKind.ACCEPT in planned
    if rule.due_words not in {"due.at_once", "due.person"}:
        assert rule.promise in planned
    if {ClockKind.INTERNAL, ClockKind.PUBLIC} <= planned.keys():
        assert planned[ClockKind.INTERNAL].at < planned[ClockKind.PUBLIC].at


def test_due_words_exist_in_both_languages() -> None:
    book = load_phrases(HOUSE / "nlu_data" / "phrases")
    missing = {rule.due_words for rule in RULES.rows() if not book.has(rule.due_words)}
    assert not missing


def test_duty_line_of_every_queue_sits_at_the_desk() -> None:
    logins = {agent.login for agent in STAFF.agents}
    for queue in STAFF.queues:
        assert {queue.duty_officer, queue.deputy, queue.supervisor} <= logins
        assert len({queue.deputy, queue.supervisor} - {queue.duty_officer}) > 0


def test_priority_is_only_ever_raised() -> None:
    for priority in Priority:
        raised, _ = RULES.raised(priority, TicketClass.REQ, {"repeat": "x", "sensitive": "x"})
        assert raised <= priority
        assert raised is not Priority.P0 or priority is Priority.P0
    assert RULES.raised(Priority.P4, TicketClass.REQ, {"unknown": "x"}) == (Priority.P4, ())


def handings(node: object) -> Iterator[tuple[str, str]]:
    """Class and subject of every handover in a file of the dialogue."""
    if isinstance(node, dict):
        if {"cls", "subject"} <= node.keys():
            yield node["cls"], str(node["subject"])
        for child in node.values():
            yield from handings(child)
    elif isinstance(node, list):
        for child in node:
            yield from handings(child)


def test_every_handover_of_the_dialogue_has_a_rule_of_its_own() -> None:
    known = {(rule.cls.value, rule.subject) for rule in RULES.rows()}
    files = [*(HOUSE / "nlu_data" / "flows").glob("*.yml"), HOUSE / "nlu_data" / "dialogue.yml"]
    wished = {handing for file in files for handing in handings(yaml.safe_load(file.read_text()))}
    assert len(wished) > 10
    assert wished <= known
