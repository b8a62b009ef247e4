"""How the house speaks to a customer: our words or an agent's own, saved with what caused them."""

from __future__ import annotations

from datetime import datetime

from domain.conversation import Conversation, Mode
from domain.dialogue import Dialogue
from domain.message import Author, Message, Reply
from domain.ports import Phrasing, Saying
from domain.repositories import Transaction


class BotVoice:
    """Implements :class:`domain.ports.CustomerVoice`.

    ``push_channels`` are sent to by the outbox. The others (web, terminal, hotline) are read by the
    customer's side; there only messages of a ticket get a delivery, so that a result is known to have
    been handed over.
    """

    def __init__(self, phrasing: Phrasing, dialogue: Dialogue, push_channels: frozenset[str]) -> None:
        self._phrasing = phrasing
        self._dialogue = dialogue
        self._push_channels = push_channels

    def tell(
        self,
        tx: Transaction,
        conversation_id: str,
        saying: Saying,
        now: datetime,
        *,
        ticket_id: str = "",
        expect_survey: bool = False,
    ) -> Message:
        """Append a phrase and queue its delivery; ``expect_survey`` lets the next fitting answer count."""
        conversation = tx.conversations.lock(conversation_id)
        if expect_survey:
            number = tx.tickets.get(ticket_id).number
            state = self._dialogue.expect_survey(conversation.state, ticket_id, number)
            tx.conversations.save_state(conversation_id, state, now)
        reply = self._phrasing.say(saying, conversation.language, spoken=conversation.channel == "hotline")
        return self.append(tx, conversation, reply, now, ticket_id=ticket_id)

    def relay(
        self, tx: Transaction, conversation_id: str, agent_id: str, text: str, ticket_id: str, now: datetime
    ) -> Message:
        """Append an agent's own words and queue their delivery."""
        conversation = tx.conversations.lock(conversation_id)
        return self.append(
            tx, conversation, Reply(text), now, ticket_id=ticket_id, author=Author.AGENT, author_id=agent_id
        )

    def floor(self, tx: Transaction, conversation_id: str, ticket_id: str | None, now: datetime) -> None:
        """Give the floor to the agents of a ticket, or back to the bot."""
        mode = Mode.BOT if ticket_id is None else Mode.AGENT
        tx.conversations.set_mode(conversation_id, mode, ticket_id or "", now)

    def append(
        self,
        tx: Transaction,
        conversation: Conversation,
        reply: Reply,
        now: datetime,
        *,
        ticket_id: str = "",
        reply_to: str = "",
        author: Author = Author.BOT,
        author_id: str = "bot",
    ) -> Message:
        """Append one outgoing message to the timeline and, where somebody must send it, to the outbox."""
        message = tx.conversations.append(
            conversation.id,
            author,
            author_id,
            reply.text,
            now,
            choices=reply.choices,
            speech=reply.speech,
            phrase=reply.phrase,
            gather=reply.gather,
            ticket_id=ticket_id,
            reply_to=reply_to,
        )
        if ticket_id or conversation.channel in self._push_channels:
            tx.outbox.add(message, conversation.channel, conversation.address, now)
        tx.feed.add("message", now, conversation_id=conversation.id, ticket_id=ticket_id)
        return message
