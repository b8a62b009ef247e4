"""Failed proofs of identity, counted in the database so that a restart or another process forgets none."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.ports import Store

WITHIN = timedelta(hours=1)


class StoredAttempts:
    """Implements :class:`domain.ports.Attempts`; each call is a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def failures(self, subject: str, now: datetime) -> int:
        """How many there were in the last hour."""
        with self._store.read() as tx:
            return tx.contacts.failures(subject, now - WITHIN)

    def failed(self, subject: str, now: datetime) -> int:
        """Count one more; a turn that is done again may count it twice, which errs on the safe side."""
        with self._store.write() as tx:
            return tx.contacts.failed(subject, now)

    def clear(self, subject: str) -> None:
        """Forget them."""
        with self._store.write() as tx:
            tx.contacts.clear_failures(subject)
