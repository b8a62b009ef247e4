"""Contacts, their addresses, and the accounts they may see."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from domain.contact import Binding, ChannelIdentity, Contact
from store.rows import Db, Rows, VersionedRows, values_of
from store.tables import bindings, channel_identities, contacts, verification_failures

COUNTED_FOR = timedelta(hours=1)
"""For how long a failed verification counts."""


class SqlContacts:
    """Implements :class:`domain.repositories.Contacts`."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._contacts = VersionedRows(db, contacts, Contact)
        self._identities = Rows(db, channel_identities, ChannelIdentity)
        self._bindings = Rows(db, bindings, Binding)

    def get(self, contact_id: str) -> Contact:
        return self._contacts.get(contact_id)

    def at(self, channel: str, address: str) -> Contact | None:
        """Who is known at an address."""
        i = channel_identities.c
        identity = self._identities.find(i.channel == channel, i.address == address)
        return None if identity is None else self.get(identity.contact_id)

    def add(self, contact: Contact) -> None:
        """Insert a new contact."""
        self._contacts.add(contact)

    def add_identity(self, identity: ChannelIdentity) -> None:
        """Insert a new address."""
        self._identities.add(identity)

    def save(self, contact: Contact) -> Contact:
        """Write with ``version`` + 1, or insert if new; raises Conflict when the stored version differs."""
        return self._contacts.put(contact)

    def identities(self, contact_id: str) -> list[ChannelIdentity]:
        i = channel_identities.c
        found = self._identities.select(i.contact_id == contact_id)
        return self._identities.list(found.order_by(i.created_at, i.channel, i.address))

    def bind(self, binding: Binding) -> None:
        written = values_of(binding)
        statement = self._db.upsert(bindings).values(written)
        self._db.run(
            statement.on_conflict_do_update(index_elements=["contact_id", "account_no"], set_=written)
        )

    def unbind(self, contact_id: str, account_no: str) -> None:
        b = bindings.c
        self._db.run(delete(bindings).where(b.contact_id == contact_id, b.account_no == account_no))

    def bindings(self, contact_id: str, now: datetime) -> list[Binding]:
        b = bindings.c
        found = self._bindings.select(b.contact_id == contact_id, b.expires_at > now)
        return self._bindings.list(found.order_by(b.verified_at.desc(), b.account_no))

    def failed(self, subject: str, now: datetime) -> int:
        self._db.run(insert(verification_failures).values(subject=subject, at=now))
        return self.failures(subject, now - COUNTED_FOR)

    def failures(self, subject: str, since: datetime) -> int:
        """How many failed verifications of ``subject`` came after ``since``."""
        f = verification_failures.c
        return self._db.number(select(func.count()).where(f.subject == subject, f.at > since))

    def forget_failures(self, before: datetime) -> None:
        """Remove failed verifications from before this moment, of everybody."""
        self._db.run(delete(verification_failures).where(verification_failures.c.at < before))

    def clear_failures(self, subject: str) -> None:
        self._db.run(delete(verification_failures).where(verification_failures.c.subject == subject))
