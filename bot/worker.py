"""Takes messages one conversation at a time and answers them; any number of threads may run it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from time import perf_counter

import structlog

from bot.turn import ConversationMoved, Turn
from domain.clock import Clock
from domain.conversation import Claim
from domain.errors import LeaseLost, Unavailable
from domain.ports import Signals, Store

log = structlog.get_logger(__name__)

POLL_S = 0.5
"""How often to look for work when no signal came (another process may have stored it)."""

MOVED_TRIES = 3
LONGEST_WAIT_S = 30


class Worker:
    """One thread of answering."""

    def __init__(
        self,
        name: str,
        *,
        store: Store,
        turn: Turn,
        signals: Signals,
        clock: Clock,
        lease_s: float,
        observe: Callable[[float], None],
    ) -> None:
        """``observe`` is told the seconds of each turn that was saved."""
        self._name = name
        self._store = store
        self._turn = turn
        self._signals = signals
        self._clock = clock
        self._lease_s = lease_s
        self._observe = observe

    def run(self, stop: Event) -> None:
        """Answer until told to stop; the turn in hand is finished first."""
        while not stop.is_set():
            try:
                busy = self.answer_one()
            except Unavailable as error:
                log.warning("worker.store_unavailable", error=type(error).__name__)
                stop.wait(1.0)
                continue
            if not busy:
                self._signals.wait(["inbox"], POLL_S)

    def answer_one(self) -> bool:
        """Answer the next message; False when nothing waits."""
        with self._store.write() as tx:
            claim = tx.inbox.claim(self._name, self._clock.now(), self._lease_s)
        if claim is None:
            return False
        began = perf_counter()
        try:
            self._answer(claim)
        except LeaseLost:
            log.warning("worker.lease_lost", inbound=claim.inbound_id)
        except Exception as error:  # one bad message must not stop the others
            log.exception("worker.turn_failed", inbound=claim.inbound_id, attempts=claim.attempts)
            self._give_back(claim, error)
        else:
            elapsed = perf_counter() - began
            self._observe(elapsed)
            log.info("worker.answered", inbound=claim.inbound_id, ms=round(elapsed * 1000, 1))
        return True

    def _answer(self, claim: Claim) -> None:
        for attempt in range(1, MOVED_TRIES + 1):
            try:
                self._turn.answer(claim)
                return
            except ConversationMoved:
                if attempt == MOVED_TRIES:
                    raise

    def _give_back(self, claim: Claim, error: Exception) -> None:
        moved = isinstance(error, ConversationMoved)
        wait = 0.0 if moved else min(2.0 ** (claim.attempts - 1), LONGEST_WAIT_S)
        now = self._clock.now()
        try:
            with self._store.write() as tx:
                tx.inbox.release(claim, now, now + timedelta(seconds=wait))
        except (LeaseLost, Unavailable):
            log.warning("worker.not_given_back", inbound=claim.inbound_id)
