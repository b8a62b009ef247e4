"""The background threads of one process: answering, sending, and the clocks."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import structlog

log = structlog.get_logger(__name__)

STOP_WITHIN_S = 20.0


class Threads:
    """Named threads that run until told to stop."""

    def __init__(self) -> None:
        self._stop = Event()
        self._threads: list[Thread] = []

    def start(self, name: str, run: Callable[[Event], None]) -> None:
        """Run ``run(stop)`` in a thread of its own."""
        thread = Thread(target=run, args=(self._stop,), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def every(self, name: str, seconds: float, do: Callable[[], object]) -> None:
        """Call ``do`` again and again; an error is logged and does not stop it."""

        def run(stop: Event) -> None:
            while not stop.is_set():
                try:
                    do()
                except Exception:  # the next round may succeed; nothing may stop the clocks
                    log.exception("threads.round_failed", thread=name)
                stop.wait(seconds)

        self.start(name, run)

    def alive(self) -> bool:
        """Whether all of them still run."""
        return all(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """Let each finish what it has in hand."""
        self._stop.set()
        for thread in self._threads:
            thread.join(STOP_WITHIN_S)
