"""In-process twins of the Redis ports, for one process that has nobody to talk to."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable

MOST_CACHED = 20_000


class EmbeddedSignals:
    """Implements :class:`domain.ports.Signals` among the threads of this process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._given: dict[str, int] = {}
        self._forgotten = 0
        self._seen = threading.local()
        self._listeners: dict[int, tuple[frozenset[str], Callable[[str], None]]] = {}
        self._next = 0

    def signal(self, topic: str) -> None:
        """Wake all who wait for ``topic``."""
        with self._changed:
            self._count += 1
            self._given[topic] = self._count
            if len(self._given) > MOST_CACHED:
                # Most are topics of ended turns; whoever still waits for one of them wakes and looks.
                self._given = {topic: self._count}
                self._forgotten = self._count
            listeners = list(self._listeners.values())
            self._changed.notify_all()
        for topics, wake in listeners:
            if topic in topics:
                wake(topic)

    def wait(self, topics: Iterable[str], timeout_s: float) -> bool:
        """Wait for any of the topics; one given since this thread last waited for them counts.

        So does one given before it ever waited for them: to wake once too often costs only a look.
        """
        wanted = tuple(topics)
        seen: dict[tuple[str, ...], tuple[int, ...]] = self._seen.__dict__.setdefault("counts", {})
        until = time.monotonic() + timeout_s
        with self._changed:
            before = seen.get(wanted, (0,) * len(wanted))
            while self._counts(wanted) == before:
                left = until - time.monotonic()
                if left <= 0:
                    seen[wanted] = self._counts(wanted)
                    return False
                self._changed.wait(left)
            if len(seen) > 100:
                seen.clear()
            seen[wanted] = self._counts(wanted)
            return True

    def subscribe(self, topics: Iterable[str], wake: Callable[[str], None]) -> Callable[[], None]:
        """Call ``wake(topic)`` for each signal until the result is called."""
        with self._changed:
            number, self._next = self._next, self._next + 1
            self._listeners[number] = (frozenset(topics), wake)

        def unsubscribe() -> None:
            with self._changed:
                self._listeners.pop(number, None)

        return unsubscribe

    def _counts(self, topics: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(self._given.get(topic, self._forgotten) for topic in topics)


class EmbeddedCache:
    """Implements :class:`domain.ports.Cache`; forgets what was longest unused."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def get(self, key: str) -> str | None:
        """The value, or None."""
        with self._lock:
            until, value = self._kept.get(key, (0.0, ""))
            if until < time.monotonic():
                self._kept.pop(key, None)
                return None
            self._kept.move_to_end(key)
            return value

    def put(self, key: str, value: str, ttl_s: float) -> None:
        """Keep for at most ``ttl_s`` seconds."""
        with self._lock:
            self._kept[key] = (time.monotonic() + ttl_s, value)
            self._kept.move_to_end(key)
            if len(self._kept) > MOST_CACHED:
                self._kept.popitem(last=False)


class EmbeddedLimiter:
    """Implements :class:`domain.ports.RateLimiter` with the moments themselves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moments: dict[str, deque[float]] = {}

    def allow(self, key: str, limit: int, window_s: float) -> bool:
        """Whether one more is allowed now; counts it if so."""
        now = time.monotonic()
        with self._lock:
            moments = self._moments.setdefault(key, deque())
            while moments and moments[0] <= now - window_s:
                moments.popleft()
            if len(moments) >= limit:
                return False
            moments.append(now)
            if len(self._moments) > MOST_CACHED:
                self._moments = {k: m for k, m in self._moments.items() if m and m[-1] > now - window_s}
            return True


class EmbeddedPresence:
    """Implements :class:`domain.ports.PresenceBoard`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def beat(self, agent_id: str, ttl_s: float) -> None:
        """The agent's page is open."""
        with self._lock:
            self._until[agent_id] = time.monotonic() + ttl_s

    def present(self) -> frozenset[str]:
        """Agent ids with a fresh heartbeat."""
        now = time.monotonic()
        with self._lock:
            return frozenset(agent for agent, until in self._until.items() if until > now)
