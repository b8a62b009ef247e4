"""Which queue, department and clocks a matter gets: dated rows of ``rules.yml``, with reasons in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from domain.calendar import local_day
from domain.clock import ClockKind
from domain.errors import BadRequest
from domain.ticket import Priority, TicketClass

RULE_FILE = Path(__file__).parent / "rules.yml"
ANY_SUBJECT = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """Where one kind of matter goes, from a day on."""

    cls: TicketClass
    subject: str
    queue: str
    department: str
    priority: Priority
    since: date
    source: str
    skills: tuple[str, ...] = ()
    clocks: tuple[ClockKind, ...] = ()
    promise: ClockKind = ClockKind.PUBLIC
    due_words: str = ""
    needs_callback: bool = False
    confidential: bool = False
    separate: bool = False
    until: date | None = None
    """First day on which it counts no more."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A stated reason to wait, and which clocks of which classes stand still meanwhile."""

    reason: str
    pauses: tuple[ClockKind, ...]
    classes: tuple[TicketClass, ...]


@dataclass(frozen=True, slots=True)
class Raise:
    """What lifts a priority above its class's own."""

    levels: int = 0
    to: Priority | None = None
    words: tuple[str, ...] = ()
    classes: tuple[TicketClass, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rule and why it was this one."""

    rule: Rule
    reasons: tuple[str, ...]


class Rules:
    """All rows; asked by class, subject and day."""

    def __init__(
        self, rules: tuple[Rule, ...], holds: Mapping[str, Hold], raises: Mapping[str, Raise]
    ) -> None:
        self._rules = rules
        self.holds = holds
        self._raises = raises

    def choose(self, cls: str, subject: str, now: datetime) -> Chosen:
        """The rule for a matter. A subject or class without a row still finds a desk: nobody is sent away.

        Raises:
            BadRequest: the rule file has no row for enquiries, so that nothing can be said of any matter.
        """
        today = local_day(now)
        found = self._find(cls, subject, today)
        if found:
            return Chosen(found, (f"rule {cls}/{subject} since {found.since} ({found.source})",))
        found = self._find(cls, ANY_SUBJECT, today)
        if found:
            return Chosen(found, (f"no rule for {cls}/{subject}: the class's own since {found.since}",))
        found = self._find(TicketClass.ENQ, ANY_SUBJECT, today)
        if found is None:
            raise BadRequest("routing rules without a row for enquiries")
        return Chosen(found, (f"no rule for the class {cls}: the front desk takes it",))

    def raised(
        self, priority: Priority, cls: TicketClass, signals: Mapping[str, str]
    ) -> tuple[Priority, tuple[str, ...]]:
        """The priority after all that is known (``sensitive``, ``repeat`` …, with what was said), and why.

        Never lower than it was; steps up end at P1, only danger itself makes P0.
        """
        reasons: list[str] = []
        for name, said in signals.items():
            rule = self._raises.get(name)
            if rule is None or (rule.classes and cls not in rule.classes):
                continue
            if rule.words and not any(word in said.lower() for word in rule.words):
                continue
            if rule.to is not None:
                lifted = min(priority, rule.to)
            else:
                lifted = min(priority, max(Priority.P1, Priority(max(priority - rule.levels, 0))))
            if lifted < priority:
                reasons.append(f"{name}: P{int(priority)} becomes P{int(lifted)}")
                priority = lifted
        return priority, tuple(reasons)

    def pausable(self, cls: TicketClass, reason: str) -> frozenset[ClockKind]:
        """Clocks that stand still while a ticket of this class waits for ``reason``.

        Raises:
            BadRequest: not a stated reason.
        """
        hold = self.holds.get(reason)
        if hold is None:
            raise BadRequest(f"{reason!r} is not one of {', '.join(self.holds)}")
        return frozenset(hold.pauses) if cls in hold.classes else frozenset()

    def rows(self) -> tuple[Rule, ...]:
        """Every row, as the file has them."""
        return self._rules

    def _find(self, cls: str, subject: str, today: date) -> Rule | None:
        fitting = [
            rule
            for rule in self._rules
            if rule.cls == cls
            and rule.subject == subject
            and rule.since <= today
            and (rule.until is None or today < rule.until)
        ]
        return max(fitting, key=lambda rule: rule.since, default=None)


def load_rules(path: Path = RULE_FILE) -> Rules:
    """The rules of a file.

    Raises:
        BadRequest: a row cannot be read; the text names it.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    head = {"source": document["source"], "from": document["from"], **document["defaults"]}
    rules = tuple(_rule({**head, **row}) for row in document["rules"])
    holds = {
        reason: Hold(
            reason,
            tuple(ClockKind(kind) for kind in row["pauses"]),
            tuple(TicketClass(cls) for cls in row["classes"]),
        )
        for reason, row in document["holds"].items()
    }
    raises = {
        name: Raise(
            levels=row.get("levels", 0),
            to=Priority(row["to"]) if "to" in row else None,
            words=tuple(row.get("words", ())),
            classes=tuple(TicketClass(cls) for cls in row.get("classes", ())),
        )
        for name, row in document["raises"].items()
    }
    return Rules(rules, holds, raises)


def _rule(row: Mapping[str, Any]) -> Rule:
    try:
        return Rule(
            cls=TicketClass(row["cls"]),
            subject=str(row["subject"]),
            queue=row["queue"],
            department=row["department"],
            priority=Priority(row["priority"]),
            since=row["from"],
            until=row.get("until"),
            source=row["source"],
            skills=tuple(row.get("skills", ())),
            clocks=tuple(ClockKind(kind) for kind in row["clocks"]),
            promise=ClockKind(row["promise"]),
            due_words=row["due_words"],
            needs_callback=bool(row.get("needs_callback", False)),
            confidential=bool(row.get("confidential", False)),
            separate=bool(row.get("separate", False)),
        )
    except (KeyError, ValueError) as error:
        raise BadRequest(f"rule {row.get('cls')}/{row.get('subject')}: {error}") from error
