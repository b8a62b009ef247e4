"""The flow files ``nlu_data/flows/<intent>.yml``: what they may say, and a loader that names every mistake.

See ``docs/dialogue.md`` for how to write one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from domain.contact import Level
from domain.ticket import TicketClass

KINDS = frozenset({"text", "place", "choice", "account", "month", "digits", "name", "phone", "word"})
"""How a slot's value is checked; see :mod:`bot.dialogue.slots`."""

BUILT_IN = frozenset(
    {"ticket_status", "greet", "goodbye", "thanks", "affirm", "deny", "stop", "repeat", "human", "inform"}
)
"""Flows that the engine itself plays: they need what only the dialogue knows (tickets, the last words)."""


ENQUIRIES = frozenset({"", "first", "asked", "rule", "general"})


class FlowError(ValueError):
    """A flow file is wrong; the text names the file and the key."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing to know before acting."""

    name: str
    is_: str = "text"
    ask: str = ""
    """Phrase that asks for it; empty: never asked, only taken from what was said."""
    entities: tuple[str, ...] = ()
    """Entities that may fill it, the best first; the slot's own name if not given."""
    or_: tuple[str, ...] = ()
    """Other slots that make asking unnecessary."""
    values: tuple[str, ...] = ()
    demand: bool = False
    """Asked only when an outcome asks for it."""
    optional: bool = False
    """One try; without a usable answer the flow goes on."""
    early: bool = False
    """A choice that the first words of the request may have made already ("a charger in my garage")."""


@dataclass(frozen=True, slots=True)
class Handing:
    """What ticket the flow opens."""

    cls: str
    subject: str
    priority: int | None = None
    wants_person: bool = False
    say: str = "handover.opened"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from one outcome of the flow's action."""

    say: str = ""
    ask: str = ""
    """Slot to ask for now, then act again."""
    hand_over: Handing | None = None
    forget: tuple[str, ...] = ()
    """Slots to drop before asking again."""


@dataclass(frozen=True, slots=True)
class Flow:
    """How one intent is served."""

    intent: str
    level: Level = Level.V0
    built_in: str = ""
    collect: tuple[Slot, ...] = ()
    do: str = ""
    tickets: tuple[str, ...] = ()
    """Ticket classes whose open ticket answers the question when no place or account was named."""
    then: Mapping[str, Outcome] = field(default_factory=dict)
    hand_over: Handing | None = None
    """Where the matter goes when there is nothing to do, or the doing failed."""
    before: str = ""
    """Said once when the flow starts."""
    enquiry: str = ""
    """How far its intent may be answered from articles, see :mod:`bot.dialogue.enquiries`."""

    @property
    def control(self) -> bool:
        """Whether it steers the talk and is no request of its own."""
        return bool(self.built_in) and self.built_in != "ticket_status"

    def slot(self, name: str) -> Slot | None:
        """The slot of that name, or None."""
        return next((slot for slot in self.collect if slot.name == name), None)


Flows = Mapping[str, Flow]


def load_flows(folder: Path) -> Flows:
    """All flows of a folder, by intent.

    Raises:
        FlowError: a file cannot be read as a flow; the message names file, key and what is allowed.
    """
    flows = {}
    for path in sorted(folder.glob("*.yml")):
        flow = _flow(path)
        if flow.intent != path.stem:
            raise FlowError(f"{path.name}: intent is {flow.intent!r}, the file's name says {path.stem!r}")
        flows[flow.intent] = flow
    if not flows:
        raise FlowError(f"{folder}: no flow files")
    return flows


def _flow(path: Path) -> Flow:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise FlowError(f"{path.name}: not YAML: {error}") from error
    table = _table(raw, path.name)
    _known(
        table,
        path.name,
        {"intent", "level", "built_in", "collect", "do", "tickets", "then", "hand_over", "before", "enquiry"},
    )
    collect = tuple(
        _slot(item, f"{path.name}: collect[{n}]") for n, item in enumerate(table.get("collect", []))
    )
    flow = Flow(
        intent=str(table.get("intent", "")),
        level=_level(table.get("level", "V0"), path.name),
        built_in=str(table.get("built_in", "")),
        collect=collect,
        do=str(table.get("do", "")),
        tickets=tuple(str(cls) for cls in table.get("tickets", [])),
        then={
            str(name): _outcome(item, f"{path.name}: then.{name}")
            for name, item in _table(table.get("then", {}), f"{path.name}: then").items()
        },
        hand_over=_handing(table.get("hand_over"), f"{path.name}: hand_over"),
        before=str(table.get("before", "")),
        enquiry=str(table.get("enquiry", "")),
    )
    _consistent(flow, path.name)
    return flow


def _consistent(flow: Flow, where: str) -> None:
    if flow.built_in and flow.built_in not in BUILT_IN:
        raise FlowError(f"{where}: built_in {flow.built_in!r} is not one of {sorted(BUILT_IN)}")
    if flow.enquiry not in ENQUIRIES:
        raise FlowError(f"{where}: enquiry {flow.enquiry!r} is not one of {sorted(ENQUIRIES - {''})}")
    if not flow.built_in and not flow.do and flow.hand_over is None and not flow.before:
        raise FlowError(f"{where}: nothing to do, say or hand over")
    if flow.do and not flow.then:
        raise FlowError(f"{where}: do {flow.do!r} without any outcome in then")
    for name, outcome in flow.then.items():
        if outcome.ask and flow.slot(outcome.ask) is None:
            raise FlowError(f"{where}: then.{name}.ask names {outcome.ask!r}, which is not collected")
        if not (outcome.say or outcome.ask or outcome.hand_over):
            raise FlowError(f"{where}: then.{name} neither says, asks nor hands over")
    if flow.level >= Level.V1 and flow.slot("account_no") is None:
        raise FlowError(f"{where}: level V{int(flow.level)} needs the slot account_no")


def _slot(raw: object, where: str) -> Slot:
    table = _table(raw, where)
    _known(table, where, {"slot", "is", "ask", "entities", "or", "values", "demand", "optional", "early"})
    if not table.get("slot"):
        raise FlowError(f"{where}: slot is missing")
    kind = str(table.get("is", "text"))
    values = tuple(str(value) for value in table.get("values", []))
    if kind not in KINDS:
        raise FlowError(f"{where}: is {kind!r} is not one of {sorted(KINDS)}")
    if (kind == "choice") != bool(values):
        raise FlowError(f"{where}: values go with is: choice, and only with it")
    return Slot(
        name=str(table["slot"]),
        is_=kind,
        ask=str(table.get("ask", "")),
        entities=tuple(str(name) for name in table.get("entities", [])),
        or_=tuple(str(name) for name in table.get("or", [])),
        values=values,
        demand=bool(table.get("demand", False)),
        optional=bool(table.get("optional", False)),
        early=bool(table.get("early", False)),
    )


def _outcome(raw: object, where: str) -> Outcome:
    table = _table(raw, where)
    _known(table, where, {"say", "ask", "hand_over", "forget"})
    return Outcome(
        say=str(table.get("say", "")),
        ask=str(table.get("ask", "")),
        hand_over=_handing(table.get("hand_over"), f"{where}.hand_over"),
        forget=tuple(str(name) for name in table.get("forget", [])),
    )


def _handing(raw: object, where: str) -> Handing | None:
    if raw is None:
        return None
    table = _table(raw, where)
    _known(table, where, {"cls", "subject", "priority", "wants_person", "say"})
    cls = str(table.get("cls", ""))
    if cls not in {known.value for known in TicketClass}:
        raise FlowError(f"{where}: cls {cls!r} is not a ticket class")
    if not table.get("subject"):
        raise FlowError(f"{where}: subject is missing")
    priority = table.get("priority")
    return Handing(
        cls=cls,
        subject=str(table["subject"]),
        priority=None if priority is None else int(str(priority)),
        wants_person=bool(table.get("wants_person", False)),
        say=str(table.get("say", "handover.opened")),
    )


def _level(raw: object, where: str) -> Level:
    try:
        return Level[str(raw)]
    except KeyError as error:
        raise FlowError(f"{where}: level {raw!r} is not one of V0, V1, V2, V3") from error


def _table(raw: object, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise FlowError(f"{where}: expected a table of keys, found {type(raw).__name__}")
    return raw


def _known(table: Mapping[str, Any], where: str, allowed: set[str]) -> None:
    unknown = sorted(set(map(str, table)) - allowed)
    if unknown:
        raise FlowError(f"{where}: unknown key {unknown[0]!r}; known are {sorted(allowed)}")
