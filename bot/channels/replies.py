"""What a turn said, read back for channels that answer inside the request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.conversation import Receipt
from domain.message import Author, Message
from domain.ports import Store
from domain.repositories import TicketQuery, Transaction
from domain.ticket import Priority

_HANDED_OVER = ("handover.", "danger.")
NEWS_LIMIT = 50
"""Most messages that may lie between two turns of a call and still be told."""

_FAREWELLS = ("goodbye.bye", "silence.bye")


@dataclass(frozen=True, slots=True)
class Transfer:
    """The caller is to be put through to a person of a queue."""

    queue: str
    reason: str
    """``danger`` or ``person``."""
    ticket_number: str


@dataclass(frozen=True, slots=True)
class TurnReply:
    """All that one turn said, and how the call goes on."""

    messages: Sequence[Message]
    transfer: Transfer | None = None
    farewell: bool = False


class StoredReplies:
    """Reads replies from the store; safe in many threads."""

    def __init__(self, store: Store, await_answer: Callable[[str, float], bool]) -> None:
        self._store = store
        self._await_answer = await_answer

    def find(self, channel: str, provider_message_id: str) -> Receipt | None:
        """The receipt of a message that came before."""
        with self._store.read() as tx:
            return tx.inbox.find(channel, provider_message_id)

    def wait(self, receipt: Receipt, timeout_s: float) -> TurnReply | None:
        """What the turn said, waiting for it if need be; None if it takes longer."""
        if not self._await_answer(receipt.inbound_id, timeout_s):
            return None
        with self._store.read() as tx:
            said = [
                message
                for message in tx.conversations.messages(receipt.conversation_id, receipt.seq)
                if message.reply_to == receipt.inbound_id and message.author is not Author.CUSTOMER
            ]
            return TurnReply(
                [*_news(tx, receipt), *said],
                transfer=_transfer(tx, receipt.conversation_id, said),
                farewell=any(message.phrase in _FAREWELLS for message in said),
            )


def _news(tx: Transaction, receipt: Receipt) -> list[Message]:
    """What colleagues wrote, or was decided, since the caller last spoke: nobody has said it to her yet."""
    before = tx.conversations.messages(
        receipt.conversation_id, max(receipt.seq - 1 - NEWS_LIMIT, 0), NEWS_LIMIT
    )
    news: list[Message] = []
    for message in before:
        if message.seq >= receipt.seq:
            break
        if message.author is Author.CUSTOMER:
            news.clear()
        elif not message.reply_to:
            news.append(message)
    return news


def _transfer(tx: Transaction, conversation_id: str, said: Sequence[Message]) -> Transfer | None:
    """To whom, when the turn handed over a danger or the wish for a person."""
    if not any(message.phrase.startswith(_HANDED_OVER) for message in said):
        return None
    contact_id = tx.conversations.get(conversation_id).contact_id
    for ticket in tx.tickets.find(TicketQuery(contact_id=contact_id, open_only=True, order="newest")):
        if ticket.priority is Priority.P0:
            return Transfer(ticket.queue, "danger", ticket.number)
        if ticket.facts.get("wants_person") == "yes":
            return Transfer(ticket.queue, "person", ticket.number)
        # Only the newest matter can be what this turn handed over.
        return None
    return None
