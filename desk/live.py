"""Server-sent events without a thread per reader: signals wake an asyncio event, reading runs in the pool."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from domain.ports import Signals

BEAT_S = 15.0
"""Readers hear at least a comment this often; proxies close quieter connections."""


class Waker:
    """Collects the topics signalled since the last look, from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._topics: set[str] = set()

    def wake(self, topic: str) -> None:
        """Called by :class:`~domain.ports.Signals` from whichever thread signalled."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._note, topic)

    def _note(self, topic: str) -> None:
        self._topics.add(topic)
        self._event.set()

    async def wait(self, timeout_s: float) -> frozenset[str]:
        """The topics signalled meanwhile; empty when the time has passed without one."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return frozenset()
        self._event.clear()
        topics, self._topics = frozenset(self._topics), set()
        return topics


@asynccontextmanager
async def listening(signals: Signals, topics: Iterable[str]) -> AsyncIterator[Waker]:
    """A waker subscribed to ``topics`` for the length of the block."""
    waker = Waker()
    unsubscribe = await run_in_threadpool(signals.subscribe, list(topics), waker.wake)
    try:
        yield waker
    finally:
        unsubscribe()


def sse(data: Any, event: str = "message", event_id: int | None = None) -> str:
    """One event in the wire format; JSON never holds a line break, so one data line is enough."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {event}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


BEAT = ": beat\n\n"


def stream(events: AsyncIterator[str]) -> StreamingResponse:
    """The response that carries events as they come."""
    return StreamingResponse(
        events,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
