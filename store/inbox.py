"""The inbox: each message answered exactly once, in order per conversation.

A lane is a conversation with something to answer. Its one row says since when it waits, from when it may be
claimed, and which token holds it; claiming looks only at lanes that wait, however many messages were answered
before. Whoever adds a message or settles one holds the conversation's row, so that a message that comes in
while the last one is being settled is never forgotten.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from domain.contact import ChannelIdentity, Contact
from domain.conversation import Claim, Conversation, Mode, Receipt
from domain.errors import LeaseLost
from domain.ids import new_id
from domain.message import Author, Inbound
from store.contacts import SqlContacts
from store.conversations import SqlConversations, lock_thread
from store.rows import Db
from store.tables import inbound, inbox_lanes, messages

ADDRESSES = 1
"""Space of the advisory locks on addresses that write for the first time."""

DEFAULT_LANGUAGE = "zh"


class SqlInbox:
    """Implements :class:`domain.repositories.Inbox`."""

    def __init__(self, db: Db, contacts: SqlContacts, conversations: SqlConversations) -> None:
        self._db = db
        self._contacts = contacts
        self._conversations = conversations

    def accept(self, arrived: Inbound, now: datetime) -> Receipt:
        """Store it once; the customer's message in the timeline gets the same id as the inbound."""
        known = self._known(arrived)
        if known is not None:
            return known
        conversation = self._conversation_for(arrived, now)
        lock_thread(self._db, conversation.id)
        # The same delivery may have been stored while we waited for the lock.
        known = self._known(arrived)
        if known is not None:
            return known
        message = self._conversations.append(
            conversation.id,
            Author.CUSTOMER,
            conversation.contact_id,
            arrived.text,
            now,
            attachments=arrived.attachments,
            ticket_id=conversation.ticket_id,
        )
        self._db.run(
            insert(inbound).values(
                id=message.id,
                channel=arrived.channel,
                provider_message_id=arrived.provider_message_id,
                conversation_id=conversation.id,
                seq=message.seq,
                address=arrived.address,
                payload=arrived.payload,
                display_name=arrived.display_name,
                language=arrived.language,
                spoken=arrived.spoken,
                received_at=now,
                attempts=0,
            )
        )
        self._open_lane(conversation.id, now)
        return Receipt(message.id, conversation.id, message.seq, duplicate=False)

    def claim(self, worker: str, now: datetime, lease_s: float) -> Claim | None:
        lane = inbox_lanes.c
        free = self._db.first(
            select(lane.conversation_id)
            .where(lane.waiting_since.is_not(None), lane.ready_at <= now)
            .order_by(lane.waiting_since, lane.conversation_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if free is None:
            return None
        conversation_id = str(free[0])
        token = f"{worker}:{secrets.token_hex(8)}"
        until = now + timedelta(seconds=lease_s)
        self._set_lane(conversation_id, token=token, ready_at=until)
        return self._head(conversation_id, token, until)

    def settle(self, claim: Claim, now: datetime) -> None:
        # Without the conversation a message could come in unseen while we look for the next one.
        lock_thread(self._db, claim.conversation.id)
        self._let_go(claim)
        self._db.run(update(inbound).where(inbound.c.id == claim.inbound_id).values(answered_at=now))
        following = self._db.first(
            select(inbound.c.received_at)
            .where(inbound.c.conversation_id == claim.conversation.id, inbound.c.answered_at.is_(None))
            .order_by(inbound.c.seq)
            .limit(1)
        )
        since: datetime | None = None if following is None else following[0]
        self._set_lane(claim.conversation.id, waiting_since=since, ready_at=since)

    def release(self, claim: Claim, now: datetime, retry_at: datetime) -> None:
        """Raises LeaseLost as :meth:`settle` does: the message is then somebody else's to give back."""
        self._let_go(claim, ready_at=max(now, retry_at))

    def waiting(self) -> int:
        return self._db.number(select(func.count()).where(inbound.c.answered_at.is_(None)))

    def answered(self, inbound_id: str) -> bool:
        """False also for an id that nobody knows."""
        row = self._db.first(select(inbound.c.answered_at).where(inbound.c.id == inbound_id))
        return row is not None and row[0] is not None

    def find(self, channel: str, provider_message_id: str) -> Receipt | None:
        """The receipt of a message that was accepted before, or None."""
        i = inbound.c
        row = self._db.first(
            select(i.id, i.conversation_id, i.seq).where(
                i.channel == channel, i.provider_message_id == provider_message_id
            )
        )
        return None if row is None else Receipt(row.id, row.conversation_id, row.seq, duplicate=True)

    def _known(self, arrived: Inbound) -> Receipt | None:
        return self.find(arrived.channel, arrived.provider_message_id)

    def _conversation_for(self, arrived: Inbound, now: datetime) -> Conversation:
        current = self._conversations.at(arrived.channel, arrived.address)
        if current is not None:
            return current
        self._db.alone(ADDRESSES, f"{arrived.channel} {arrived.address}")
        current = self._conversations.at(arrived.channel, arrived.address)
        return current or self._begin(arrived, now)

    def _begin(self, arrived: Inbound, now: datetime) -> Conversation:
        """A new conversation, of the contact known at this address or of a new one."""
        contact = self._contacts.at(arrived.channel, arrived.address) or self._meet(arrived, now)
        conversation = Conversation(
            id=new_id(now),
            contact_id=contact.id,
            channel=arrived.channel,
            address=arrived.address,
            mode=Mode.BOT,
            language=contact.language,
            last_seq=0,
            created_at=now,
            updated_at=now,
        )
        self._conversations.begin(conversation)
        self._db.run(insert(inbox_lanes).values(conversation_id=conversation.id, token=""))
        return conversation

    def _meet(self, arrived: Inbound, now: datetime) -> Contact:
        contact = Contact(new_id(now), arrived.display_name, arrived.language or DEFAULT_LANGUAGE, now)
        self._contacts.add(contact)
        self._contacts.add_identity(ChannelIdentity(arrived.channel, arrived.address, contact.id, now))
        return contact

    def _open_lane(self, conversation_id: str, now: datetime) -> None:
        """Let the lane wait if nothing was waiting in it; the caller holds the conversation."""
        lane = inbox_lanes.c
        self._db.run(
            update(inbox_lanes)
            .where(lane.conversation_id == conversation_id, lane.waiting_since.is_(None))
            .values(waiting_since=now, ready_at=now)
        )

    def _set_lane(self, conversation_id: str, **values: object) -> None:
        self._db.run(
            update(inbox_lanes).where(inbox_lanes.c.conversation_id == conversation_id).values(**values)
        )

    def _let_go(self, claim: Claim, **values: object) -> None:
        """Give the lane back if the token is still ours; one statement, so that no takeover comes between."""
        lane = inbox_lanes.c
        mine = (lane.conversation_id == claim.conversation.id, lane.token == claim.token)
        if not self._db.run(update(inbox_lanes).where(*mine).values(token="", **values)):
            raise LeaseLost("another worker has taken this conversation over")

    def _head(self, conversation_id: str, token: str, until: datetime) -> Claim:
        """The first unanswered message of a lane that we just took, its attempt counted."""
        i, m = inbound.c, messages.c
        row = self._db.all(
            select(inbound, m.text, m.attachments)
            .join(messages, m.id == i.id)
            .where(i.conversation_id == conversation_id, i.answered_at.is_(None))
            .order_by(i.seq)
            .limit(1)
        )[0]
        self._db.run(update(inbound).where(i.id == row.id).values(attempts=i.attempts + 1))
        return Claim(
            token=token,
            until=until,
            inbound_id=row.id,
            inbound=Inbound(
                channel=row.channel,
                provider_message_id=row.provider_message_id,
                address=row.address,
                text=row.text,
                payload=row.payload,
                attachments=row.attachments,
                display_name=row.display_name,
                language=row.language,
                spoken=row.spoken,
            ),
            conversation=self._conversations.get(conversation_id),
            seq=row.seq,
            received_at=row.received_at,
            attempts=row.attempts + 1,
        )
