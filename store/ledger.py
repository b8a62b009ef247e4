"""The responsibility ledger. The database itself refuses to change or remove a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from domain.errors import NotFound
from domain.ledger import GENESIS, Entry, Step, digest
from store.columns import clean
from store.rows import Db, Rows
from store.tables import ledger, tickets


class SqlLedger:
    """Implements :class:`domain.repositories.LedgerBook`."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._entries = Rows(db, ledger, Entry)

    def append(
        self,
        ticket_id: str,
        actor: str,
        step: Step,
        responsible: str,
        now: datetime,
        data: Mapping[str, str] | None = None,
    ) -> Entry:
        """Append; the ticket's row stays locked until the transaction ends, so that the chain has no forks.

        Raises:
            NotFound: no such ticket, or no such responsible person.
        """
        last = self._last(ticket_id)
        entry = Entry(
            ticket_id=ticket_id,
            seq=last.seq + 1 if last else 1,
            # As it will be read back, or the hash would not fit.
            at=now.astimezone(UTC),
            actor=clean(actor),
            step=step,
            responsible=clean(responsible),
            data=clean({key: str(value) for key, value in (data or {}).items()}),
            prev=last.hash if last else GENESIS,
        )
        entry = replace(entry, hash=digest(entry))
        self._entries.add(entry)
        return entry

    def of(self, ticket_id: str) -> list[Entry]:
        return self._entries.list(
            self._entries.select(ledger.c.ticket_id == ticket_id).order_by(ledger.c.seq)
        )

    def _last(self, ticket_id: str) -> Entry | None:
        t = tickets.c
        if self._db.first(select(t.id).where(t.id == ticket_id).with_for_update(key_share=True)) is None:
            raise NotFound("no such ticket")
        newest = self._entries.select(ledger.c.ticket_id == ticket_id).order_by(ledger.c.seq.desc()).limit(1)
        return next(iter(self._entries.list(newest)), None)
