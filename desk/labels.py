"""What a sentence may be labelled: the intents of the taxonomy, in the order in which people look for them.

Names and definitions are the words ``intent.<code>.name`` and ``.about``; a test holds this list and the
taxonomy of the language files together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desk.wording import Words
from domain.learning import BESIDE_INTENTS, NOT_FOR_TRAINING

GROUPS: Mapping[str, tuple[str, ...]] = {
    "billing": ("query_bill", "explain_high_bill", "dispute_bill", "request_invoice"),
    "payment": ("pay_bill", "query_arrears", "payment_not_posted", "request_payment_plan"),
    "prepaid": ("query_balance", "top_up_problem"),
    "outage": ("report_outage", "query_outage_status", "query_planned_outage", "request_reconnection"),
    "repair": ("report_safety_hazard", "report_voltage_problem", "claim_appliance_damage"),
    "connection": (
        "apply_new_connection",
        "change_capacity",
        "query_application_progress",
        "close_or_suspend_service",
    ),
    "meter": ("report_meter_problem", "request_meter_test"),
    "tariff": ("query_tariff", "switch_tou_tariff", "apply_tariff_relief"),
    "feedback": (
        "file_complaint",
        "report_violation",
        "give_suggestion",
        "give_praise",
        "query_ticket_status",
    ),
    "account": ("transfer_account", "update_contact_info", "register_special_care", "manage_authorization"),
    "smart": ("query_usage", "energy_saving_advice", "set_alert"),
    "branch": ("book_appointment", "query_branch"),
    "talk": (
        "greet",
        "goodbye",
        "thanks",
        "affirm",
        "deny",
        "stop",
        "repeat",
        "human_agent",
        "inform",
        "out_of_scope",
    ),
}
LABELS = frozenset([*(intent for group in GROUPS.values() for intent in group), *BESIDE_INTENTS])


@dataclass(frozen=True, slots=True)
class Option:
    """One label to choose."""

    code: str
    name: str
    about: str


def options(words: Words) -> list[tuple[str, list[Option]]]:
    """All labels by group, in the reader's language; "not for training" has a button of its own."""
    groups = [
        (words(f"intent_group.{group}"), [_option(intent, words) for intent in intents])
        for group, intents in GROUPS.items()
    ]
    beside = [_option(label, words) for label in BESIDE_INTENTS if label != NOT_FOR_TRAINING]
    return [*groups, (words("learning.beside"), beside)]


def name_of(label: str, words: Words) -> str:
    """The label in words; its code if a newer program gave it."""
    if label in BESIDE_INTENTS:
        return words(f"learning.{label}")
    return words.maybe(f"intent.{label}.name", label)


def _option(label: str, words: Words) -> Option:
    if label in BESIDE_INTENTS:
        return Option(label, words(f"learning.{label}"), words(f"learning.{label}_about"))
    return Option(label, words(f"intent.{label}.name"), words(f"intent.{label}.about"))
