"""What an agent can do to a ticket, each move one form; the router decides whether it may happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from desk.times import SHANGHAI
from domain.agent import Agent
from domain.errors import BadRequest, TooLarge
from domain.responsibility_port import Responsibility
from domain.ticket import Priority, Ticket

LONGEST = 5000


@dataclass(frozen=True, slots=True)
class Asked:
    """One move: who asks, of which ticket, with which fields."""

    ticket: Ticket
    agent: Agent
    form: Mapping[str, str]

    def words(self, name: str) -> str:
        """A text field, without spaces around it. Raises TooLarge."""
        text = self.form.get(name, "").replace("\r\n", "\n").strip()
        if len(text) > LONGEST:
            raise TooLarge(name)
        return text

    def needed(self, name: str) -> str:
        """A field that must be there. Raises BadRequest."""
        text = self.words(name)
        if not text:
            raise BadRequest(name)
        return text

    def moment(self, name: str) -> datetime | None:
        """A date-time field on a Chinese wall clock, as UTC; None when empty. Raises BadRequest."""
        text = self.words(name)
        if not text:
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)
        except ValueError as error:
            raise BadRequest(name) from error


Move = Callable[[Responsibility, Asked], object]


def _priority(desk: Responsibility, asked: Asked) -> Ticket:
    value = asked.needed("priority")
    if value not in {str(int(level)) for level in Priority}:
        raise BadRequest("priority")
    return desk.set_priority(asked.ticket.id, asked.agent.id, Priority(int(value)), asked.words("reason"))


def _write(desk: Responsibility, asked: Asked) -> object:
    """The composer writes to the customer or, with ``as=note``, to colleagues only."""
    write = desk.note if asked.form.get("as") == "note" else desk.reply
    return write(asked.ticket.id, asked.agent.id, asked.needed("text"), asked.words("token"))


def _called_back(desk: Responsibility, asked: Asked) -> Ticket:
    solved = asked.needed("solved") == "yes"
    return desk.called_back(asked.ticket.id, asked.agent.id, solved, asked.words("note"))


MOVES: Mapping[str, Move] = {
    "accept": lambda desk, a: desk.accept(a.ticket.id, a.agent.id),
    "decline": lambda desk, a: desk.decline(a.needed("offer"), a.agent.id, a.words("reason")),
    "accept_handover": lambda desk, a: desk.accept_handover(a.needed("offer"), a.agent.id),
    "withdraw": lambda desk, a: desk.withdraw_handover(a.needed("offer"), a.agent.id),
    "reply": _write,
    "note": lambda desk, a: desk.note(a.ticket.id, a.agent.id, a.needed("text"), a.words("token")),
    "promise": lambda desk, a: desk.promise(a.ticket.id, a.agent.id, a.needed("text"), a.moment("until")),
    "handover": lambda desk, a: desk.propose_handover(
        a.ticket.id, a.agent.id, a.needed("to"), a.words("reason")
    ),
    "reassign": lambda desk, a: desk.reassign(a.ticket.id, a.agent.id, a.needed("to"), a.words("reason")),
    "leg": lambda desk, a: desk.open_leg(
        a.ticket.id, a.agent.id, a.needed("department"), a.needed("task"), a.moment("due")
    ),
    "finish_leg": lambda desk, a: desk.finish_leg(a.needed("leg"), a.agent.id, a.words("result")),
    "withdraw_leg": lambda desk, a: desk.withdraw_leg(a.needed("leg"), a.agent.id, a.words("reason")),
    "arrived": lambda desk, a: desk.arrived(a.ticket.id, a.agent.id),
    "hold": lambda desk, a: desk.hold(a.ticket.id, a.agent.id, a.needed("reason")),
    "resume": lambda desk, a: desk.resume(a.ticket.id, a.agent.id),
    "priority": _priority,
    "resolve": lambda desk, a: desk.resolve(a.ticket.id, a.agent.id, a.words("result")),
    "callback": _called_back,
}
