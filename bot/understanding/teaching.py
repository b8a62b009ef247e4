"""Reads and checks the language files that teach intents: ``nlu_data/intents/<intent>.yml``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.understanding.normalise import normalise
from domain.errors import BadRequest

INTENTS = frozenset(
    [
        "query_bill",
        "explain_high_bill",
        "dispute_bill",
        "request_invoice",
        "pay_bill",
        "query_arrears",
        "payment_not_posted",
        "request_payment_plan",
        "query_balance",
        "top_up_problem",
        "report_outage",
        "query_outage_status",
        "query_planned_outage",
        "request_reconnection",
        "report_voltage_problem",
        "report_safety_hazard",
        "claim_appliance_damage",
        "apply_new_connection",
        "change_capacity",
        "query_application_progress",
        "close_or_suspend_service",
        "report_meter_problem",
        "request_meter_test",
        "query_tariff",
        "switch_tou_tariff",
        "apply_tariff_relief",
        "file_complaint",
        "report_violation",
        "give_suggestion",
        "give_praise",
        "query_ticket_status",
        "transfer_account",
        "update_contact_info",
        "register_special_care",
        "manage_authorization",
        "query_usage",
        "energy_saving_advice",
        "set_alert",
        "book_appointment",
        "query_branch",
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
    ]
)
"""The 50 intents of the taxonomy."""

ENTITIES = frozenset(
    [
        "account_no",
        "meter_no",
        "phone",
        "id_tail4",
        "name",
        "address",
        "area",
        "date",
        "period",
        "amount",
        "appliance",
        "outage_scope",
        "voltage",
        "ticket_no",
        "application_no",
        "branch",
        "time_slot",
        "customer_type",
        "capacity_kva",
        "channel",
        "rating",
        "staff_name",
        "hazard_type",
        "person_count",
        "special_type",
    ]
)
"""The entities of the taxonomy."""

_ANNOTATION = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_HAN = re.compile(r"[㐀-䶿一-鿿]")


class BadTeaching(BadRequest):
    """The language files contradict themselves or the taxonomy; the text lists every place."""


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence of the language files, without its annotations."""

    text: str
    intent: str
    entities: tuple[tuple[str, str], ...]
    """``(name, surface)`` as annotated."""

    @property
    def lang(self) -> str:
        """``zh`` or ``en``, as the files count them."""
        return "zh" if _HAN.search(self.text) else "en"


def read_examples(data_dir: Path) -> list[Example]:
    """Every example, checked.

    Raises:
        BadTeaching: unknown intent or entity, no or broken examples, one sentence under two intents.
    """
    errors: list[str] = []
    examples: list[Example] = []
    for path in sorted((data_dir / "intents").glob("*.yml")):
        examples.extend(_read_file(path, errors))
    errors.extend(_clashes(examples))
    if not examples:
        errors.append(f"no examples under {data_dir / 'intents'}")
    if errors:
        raise BadTeaching("the language files need mending:\n  " + "\n  ".join(errors))
    return examples


def missing_intents(examples: Iterable[Example]) -> list[str]:
    """Intents of the taxonomy that nothing teaches."""
    return sorted(INTENTS - {e.intent for e in examples})


def _read_file(path: Path, errors: list[str]) -> list[Example]:
    try:
        blocks = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        errors.append(f"{path.name}: not a language file ({str(error).splitlines()[0]})")
        return []
    examples = []
    for block in blocks:
        intent = str(block.get("intent", ""))
        if intent not in INTENTS:
            errors.append(f"{path.name}: unknown intent {intent!r}")
            continue
        for line in str(block.get("examples", "")).splitlines():
            if line.strip():
                example, problems = read_line(intent, line.strip())
                errors.extend(f"{path.name}: {problem}" for problem in problems)
                if example:
                    examples.append(example)
    if not examples:
        errors.append(f"{path.name}: no examples")
    return examples


def read_line(intent: str, line: str) -> tuple[Example | None, list[str]]:
    """One line of ``examples``, and what is wrong with it, in words; None when it is no example at all."""
    if not line.startswith("- ") or not line[2:].strip():
        return None, [f"not an example: {line}"]
    annotated = line[2:].strip()
    entities = tuple((m[2], m[1]) for m in _ANNOTATION.finditer(annotated))
    problems = [f"unknown entity {name!r} in: {annotated}" for name, _ in entities if name not in ENTITIES]
    return Example(_ANNOTATION.sub(r"\1", annotated), intent, entities), problems


def _clashes(examples: Iterable[Example]) -> list[str]:
    seen: dict[str, str] = {}
    errors = []
    for example in examples:
        key = normalise(example.text)
        other = seen.setdefault(key, example.intent)
        if other != example.intent:
            errors.append(f"both {other} and {example.intent}: {example.text}")
    return errors
