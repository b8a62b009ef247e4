"""The one door in: every channel's message is stored here before anything else happens (commit 1)."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from time import monotonic

from domain.clock import Clock
from domain.conversation import Receipt
from domain.errors import BadRequest, TooLarge
from domain.message import Inbound
from domain.ports import Signals, Store

LONGEST_TEXT = 5_000
"""Characters of one message; what is longer is refused at the door, never cut in silence."""

LONGEST_PAYLOAD = 500
_UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn"})

POLL_S = 0.25
"""How often a waiting channel looks for itself, should a signal be lost."""


class InboxDoor:
    """Accepts messages and lets channels wait for the answer."""

    def __init__(self, store: Store, signals: Signals, clock: Clock) -> None:
        self._store = store
        self._signals = signals
        self._clock = clock

    def accept(self, inbound: Inbound) -> Receipt:
        """Store the message and wake a worker. The same message again gives the same receipt.

        Raises:
            TooLarge: the text is longer than ``LONGEST_TEXT``.
            BadRequest: it names no address or no message id.
            Unavailable: the database did not answer; the channel must let the provider deliver again.
        """
        clean = tidy(inbound)
        with self._store.write() as tx:
            receipt = tx.inbox.accept(clean, self._clock.now())
        if not receipt.duplicate:
            self._signals.signal("inbox")
            self._signals.signal(f"conversation:{receipt.conversation_id}")
        return receipt

    def await_answer(self, inbound_id: str, timeout_s: float) -> bool:
        """Block until the turn of this message is saved; False if it takes longer."""
        until = monotonic() + timeout_s
        while not self._answered(inbound_id):
            left = until - monotonic()
            if left <= 0:
                return False
            self._signals.wait([f"answered:{inbound_id}"], min(left, POLL_S))
        return True

    def _answered(self, inbound_id: str) -> bool:
        with self._store.read() as tx:
            return tx.inbox.answered(inbound_id)


def tidy(inbound: Inbound) -> Inbound:
    """Drop what no database and no screen can hold: control characters, lone surrogates, outer blanks."""
    if not inbound.address or not inbound.provider_message_id:
        raise BadRequest("a message needs an address and an id of its own")
    if len(inbound.text) > LONGEST_TEXT or len(inbound.payload) > LONGEST_PAYLOAD:
        raise TooLarge(f"a message may have {LONGEST_TEXT} characters at most")
    return replace(
        inbound,
        text=_printable(inbound.text).strip(),
        payload=_printable(inbound.payload).strip(),
        display_name=_printable(inbound.display_name).strip()[:100],
    )


def _printable(text: str) -> str:
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNPRINTABLE)
