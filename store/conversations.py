"""Conversations and their messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from domain.conversation import Conversation, Mode
from domain.errors import NotFound
from domain.ids import new_id
from domain.message import Attachment, Audience, Author, Choice, Message
from store.rows import Db, Rows
from store.tables import conversations, messages


class SqlConversations:
    """Implements :class:`domain.repositories.Conversations`."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._threads = Rows(db, conversations, Conversation)
        self._messages = Rows(db, messages, Message)

    def get(self, conversation_id: str) -> Conversation:
        return self._threads.get(conversation_id)

    def lock(self, conversation_id: str) -> Conversation:
        return self._threads.get(conversation_id, lock=True)

    def at(self, channel: str, address: str) -> Conversation | None:
        """The conversation at an address that is not closed; there is at most one."""
        c = conversations.c
        # Spelled as in the partial index, so that both engines use it.
        return self._threads.find(c.channel == channel, c.address == address, c.mode != Mode.CLOSED)

    def begin(self, conversation: Conversation) -> None:
        """Insert a new conversation."""
        self._threads.add(conversation)

    def save_state(
        self, conversation_id: str, state: Mapping[str, Any], now: datetime, *, language: str | None = None
    ) -> None:
        changed: dict[str, Any] = {"state": state}
        if language is not None:
            changed["language"] = language
        self._change(conversation_id, now, changed)

    def set_mode(self, conversation_id: str, mode: Mode, ticket_id: str, now: datetime) -> None:
        self._change(conversation_id, now, {"mode": mode, "ticket_id": ticket_id})

    def append(
        self,
        conversation_id: str,
        author: Author,
        author_id: str,
        text: str,
        now: datetime,
        *,
        audience: Audience = Audience.ALL,
        choices: Sequence[Choice] = (),
        attachments: Sequence[Attachment] = (),
        speech: str = "",
        phrase: str = "",
        gather: str = "",
        ticket_id: str = "",
        reply_to: str = "",
        meta: Mapping[str, str] | None = None,
    ) -> Message:
        """Append; the row of the conversation counts, and stays locked until the transaction ends."""
        message = Message(
            id=new_id(now),
            conversation_id=conversation_id,
            seq=self._next_seq(conversation_id, now),
            author=author,
            author_id=author_id,
            text=text,
            at=now,
            audience=audience,
            choices=tuple(choices),
            attachments=tuple(attachments),
            speech=speech,
            phrase=phrase,
            gather=gather,
            ticket_id=ticket_id,
            reply_to=reply_to,
            meta=dict(meta or {}),
        )
        self._messages.add(message)
        return message

    def messages(
        self, conversation_id: str, after_seq: int = 0, limit: int = 500, *, desk: bool = False
    ) -> list[Message]:
        m = messages.c
        found = self._messages.select(m.conversation_id == conversation_id, m.seq > after_seq)
        if not desk:
            found = found.where(m.audience == Audience.ALL)
        return self._messages.list(found.order_by(m.seq).limit(limit))

    def message(self, message_id: str) -> Message:
        return self._messages.get(message_id)

    def of_contact(self, contact_id: str) -> list[Conversation]:
        c = conversations.c
        found = self._threads.select(c.contact_id == contact_id)
        return self._threads.list(found.order_by(c.created_at.desc(), c.id.desc()))

    def _next_seq(self, conversation_id: str, now: datetime) -> int:
        c = conversations.c
        counted = self._db.first(
            update(conversations)
            .where(c.id == conversation_id)
            .values(last_seq=c.last_seq + 1, updated_at=now)
            .returning(c.last_seq)
        )
        if counted is None:
            raise NotFound("no such conversation")
        return int(counted[0])

    def _change(self, conversation_id: str, now: datetime, values: Mapping[str, Any]) -> None:
        c = conversations.c
        statement = update(conversations).where(c.id == conversation_id)
        if not self._db.run(statement.values(**values, updated_at=now, version=c.version + 1)):
            raise NotFound("no such conversation")


def lock_thread(db: Db, conversation_id: str) -> None:
    """Wait for other writers of this conversation; always before its lane, or two would wait in a circle."""
    c = conversations.c
    db.first(select(c.id).where(c.id == conversation_id).with_for_update(key_share=True))
