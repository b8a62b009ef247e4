"""Live events of the console: hints from the feed, told apart by what they mean to this agent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import run_in_threadpool

from desk.board import may_see
from desk.deps import DeskDeps
from desk.live import BEAT, BEAT_S, listening, sse
from domain.agent import Agent
from domain.errors import NotFound
from domain.job import FeedEvent
from domain.message import Author
from domain.repositories import Transaction

_BATCH = 200


class ConsoleStream:
    """Reads the feed for one agent after another page's cursor."""

    def __init__(self, deps: DeskDeps) -> None:
        self._deps = deps

    async def events(self, agent_id: str, after: int, presence_s: float) -> AsyncIterator[str]:
        """Events for as long as the page listens and the agent is active; each beat says that she is here."""
        yield "retry: 2000\n\n"
        async with listening(self._deps.signals, ["feed"]) as waker:
            while True:
                after, found, active = await run_in_threadpool(self._look, agent_id, after, presence_s)
                if not active:
                    return
                yield "".join(sse(data, "change", cursor) for cursor, data in found) or BEAT
                if len(found) < _BATCH:
                    await waker.wait(BEAT_S)

    def _look(self, agent_id: str, after: int, presence_s: float) -> tuple[int, list[tuple[int, Any]], bool]:
        self._deps.presence.beat(agent_id, presence_s)
        with self._deps.store.read() as tx:
            agent = tx.people.agent(agent_id)
            events = tx.feed.after(after, _BATCH)
            found = [(event.cursor, self._told(tx, event, agent)) for event in events]
        return (events[-1].cursor if events else after), found, agent.active

    def _told(self, tx: Transaction, event: FeedEvent, agent: Agent) -> dict[str, Any]:
        """``news`` is ``offer`` or ``customer`` for what should catch this agent's eye, else empty."""
        number, news = "", ""
        try:
            ticket_id = event.ticket_id
            if not ticket_id and event.conversation_id:
                ticket_id = tx.conversations.get(event.conversation_id).ticket_id
            ticket = tx.tickets.get(ticket_id) if ticket_id else None
        except NotFound:
            ticket = None
        if ticket is not None and may_see(agent, ticket):
            number = ticket.number
            if event.kind == "offer" and event.agent_id == agent.id:
                offered = tx.tickets.open_offers_to(agent.id)
                news = "offer" if any(offer.ticket_id == ticket.id for offer in offered) else ""
            elif event.kind == "message" and agent.id in {ticket.responsible, ticket.handler}:
                news = self._from_customer(tx, event.conversation_id or ticket.conversation_id)
        return {"kind": event.kind, "number": number, "news": news}

    @staticmethod
    def _from_customer(tx: Transaction, conversation_id: str) -> str:
        if not conversation_id:
            return ""
        last = tx.conversations.messages(conversation_id, tx.conversations.get(conversation_id).last_seq - 1)
        return "customer" if last and last[-1].author is Author.CUSTOMER else ""
