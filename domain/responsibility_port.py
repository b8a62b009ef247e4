"""What agents and supervisors can do with tickets: the port between the desk and the router.

Every call is one transaction, writes the ledger, checks who may do it, and tells the live feed.
All of them raise ``NotFound``, ``NotAllowed`` (not your ticket, not your role), ``RuleBroken`` (with a rule
code that the desk translates) and ``Conflict`` (somebody changed it first).
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from domain.agent import Agent, Presence, Queue
from domain.message import Message
from domain.ticket import Leg, Offer, Priority, Ticket


class Responsibility(Protocol):
    """Moves of a ticket; the caller is always named by agent id."""

    def accept(self, ticket_id: str, agent_id: str) -> Ticket:
        """Become responsible for a ticket nobody has accepted yet, offered to you or waiting in your queue.

        Raises:
            AlreadyTaken: somebody else accepted first; its ``by`` is the name to show.
            RuleBroken: ``capacity`` when you already hold as many as you may.
        """
        ...

    def decline(self, offer_id: str, agent_id: str, reason: str) -> None:
        """Say no to an offer; the ticket keeps its age and goes on to the next person."""
        ...

    def reply(self, ticket_id: str, agent_id: str, text: str, client_token: str = "") -> Message:
        """Write to the customer. The same ``client_token`` again gives the first message, not a second."""
        ...

    def note(self, ticket_id: str, agent_id: str, text: str, client_token: str = "") -> Message:
        """An internal note in the timeline; never sent to the customer."""
        ...

    def promise(self, ticket_id: str, agent_id: str, text: str, until: datetime | None) -> Ticket:
        """Tell the customer what will happen by when; shown in the banner."""
        ...

    def propose_handover(self, ticket_id: str, agent_id: str, to_agent: str, reason: str) -> Offer:
        """Ask a colleague to become responsible; nothing moves until she accepts."""
        ...

    def accept_handover(self, offer_id: str, agent_id: str) -> Ticket: ...

    def withdraw_handover(self, offer_id: str, agent_id: str) -> None: ...

    def reassign(self, ticket_id: str, supervisor_id: str, to_agent: str, reason: str) -> Ticket:
        """A supervisor's decision; the reason is required and stays in the ledger."""
        ...

    def change_duty(self, queue_code: str, supervisor_id: str, duty_officer: str, reason: str) -> Queue:
        """Another duty officer, who answers from the same moment for all that nobody has accepted."""
        ...

    def open_leg(
        self, ticket_id: str, agent_id: str, department: str, task: str, due_at: datetime | None
    ) -> Leg: ...

    def finish_leg(self, leg_id: str, agent_id: str, result: str) -> Leg: ...

    def withdraw_leg(self, leg_id: str, agent_id: str, reason: str) -> Leg: ...

    def arrived(self, ticket_id: str, agent_id: str) -> Ticket:
        """The crew is on site: stops the arrival clock."""
        ...

    def hold(self, ticket_id: str, agent_id: str, reason: str) -> Ticket:
        """Wait for a stated reason (``customer_papers``, ``customer_absent``, ``weather`` …)."""
        ...

    def resume(self, ticket_id: str, agent_id: str) -> Ticket: ...

    def set_priority(self, ticket_id: str, agent_id: str, priority: Priority, reason: str) -> Ticket: ...

    def resolve(self, ticket_id: str, agent_id: str, result: str) -> Ticket:
        """Write the result, send it to the customer and ask whether it is solved.

        Raises:
            RuleBroken: ``result_missing``, ``leg_open``.
        """
        ...

    def called_back(self, ticket_id: str, agent_id: str, solved: bool, note: str) -> Ticket:
        """Record the call-back that some classes require before they may close."""
        ...

    def set_presence(self, agent_id: str, presence: Presence) -> Agent:
        """Going online offers waiting tickets at once."""
        ...
