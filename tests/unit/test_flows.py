"""The flow loader names every mistake; the flows of the house cover the taxonomy and the router's rules."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions.registry import PRIVATE, VERBS
from bot.dialogue import FlowError, load_flows
from bot.dialogue.habits import load_habits
from bot.dialogue.slots import from_entities
from domain.contact import Level
from domain.dialogue import Heard
from domain.understanding import Entity, Understanding
from router.rules import load_rules

ROOT = Path(__file__).resolve().parents[2] / "nlu_data"
FLOWS = load_flows(ROOT / "flows")
INTENTS = [
    "query_bill", "explain_high_bill", "dispute_bill", "request_invoice", "pay_bill", "query_arrears",
    "payment_not_posted", "request_payment_plan", "query_balance", "top_up_problem", "report_outage",
    "query_outage_status", "query_planned_outage", "request_reconnection", "report_voltage_problem",
    "report_safety_hazard", "claim_appliance_damage", "apply_new_connection", "change_capacity",
    "query_application_progress", "close_or_suspend_service", "report_meter_problem",
    "request_meter_test", "query_tariff", "switch_tou_tariff", "apply_tariff_relief", "file_complaint",
    "report_violation", "give_suggestion", "give_praise", "query_ticket_status", "transfer_account",
    "update_contact_info", "register_special_care", "manage_authorization", "query_usage",
    "energy_saving_advice", "set_alert", "book_appointment", "query_branch", "greet", "goodbye",
    "thanks", "affirm", "deny", "stop", "repeat", "human_agent", "inform", "out_of_scope",
]  # fmt: skip


def test_every_intent_has_a_flow() -> None:
    assert len(INTENTS) == 50
    assert set(INTENTS) <= set(FLOWS)


def test_every_verb_of_a_flow_exists_and_private_ones_need_a_proof() -> None:
    for flow in FLOWS.values():
        if flow.do:
            assert flow.do in VERBS, flow.intent
        if flow.do in PRIVATE:
            assert flow.level >= Level.V2, flow.intent


def test_every_ticket_of_a_flow_has_a_rule_of_its_own() -> None:
    rules, now = load_rules(), datetime(2026, 11, 24, tzinfo=UTC)
    habits = load_habits(ROOT / "dialogue.yml")
    handings = [habits.person, habits.danger]
    for flow in FLOWS.values():
        handings += [h for h in [flow.hand_over, *(o.hand_over for o in flow.then.values())] if h]
    for handing in handings:
        assert rules.choose(handing.cls, handing.subject, now).rule.subject == handing.subject, handing


def test_nobody_is_asked_more_than_two_questions_before_a_handover() -> None:
    for flow in FLOWS.values():
        if flow.hand_over and not flow.do:
            assert sum(1 for slot in flow.collect if slot.ask and not slot.demand) <= 2, flow.intent


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a", "expected a table"),
        ("intent: x\nhand_over: {cls: ABC, subject: a}", "cls 'ABC' is not a ticket class"),
        ("intent: x\nhand_over: {cls: REQ}", "subject is missing"),
        ("intent: x", "nothing to do"),
        ("intent: x\ndo: y", "without any outcome"),
        ("intent: x\nlevel: V9\ndo: y", "level 'V9'"),
        ("intent: x\nlevel: V2\ndo: y\nthen: {a: {say: b}}", "needs the slot account_no"),
        ("intent: x\ndo: y\nthen: {a: {ask: b}}", "not collected"),
        ("intent: x\ndo: y\nthen: {a: {colour: b}}", "unknown key 'colour'"),
        ("intent: x\ncollect: [{slot: a, is: number}]", "is 'number'"),
        ("intent: x\ncollect: [{slot: a, is: choice}]", "values go with"),
        ("intent: z\nbuilt_in: greet", "the file's name says"),
        ("intent: x\nbuilt_in: fly", "built_in 'fly'"),
        ("intent: [", "not YAML"),
    ],
)
def test_a_wrong_flow_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "x.yml").write_text(text, encoding="utf-8")
    with pytest.raises(FlowError, match=r"x\.yml") as caught:
        load_flows(tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize("intent", ["query_planned_outage", "book_appointment"])
def test_a_week_to_come_fills_the_day_and_a_day_goes_before_it(intent: str) -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    week = Entity("period", "next week", "2026-11-30/2026-12-06", 0, 9)
    day = Entity("date", "Friday", "2026-12-04", 10, 16)

    def filled(*entities: Entity) -> str | None:
        understood = Understanding("next week Friday", "en", intent, 1.0, entities=entities)
        heard = Heard(understood.text, "", "en", False, (), understood, now, "i1")
        return from_entities(FLOWS[intent], heard).get("date")

    assert filled(week) == "2026-11-30/2026-12-06"
    assert filled(week, day) == "2026-12-04"
    assert filled() is None
