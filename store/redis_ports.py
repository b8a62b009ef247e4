"""The nerve between processes: wake-ups, cache, rate limits and presence in Redis.

Nothing here is needed for correctness. Redis may be flushed, restarted or gone at any moment: no method
raises, each falls back to its in-process twin or to "not there", and comes back by itself.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.retry import Retry

from domain.errors import BadRequest
from store.embedded import EmbeddedLimiter, EmbeddedPresence, EmbeddedSignals

PREFIX = "shouwen:"
ANSWER_S = 0.5
"""A Redis that needs longer is treated as gone: a customer waits for the turn, not for the cache."""

PAUSE_S = 1.0
"""After a failure nobody asks for so long, or every turn would pay for the wait."""

Answer = TypeVar("Answer")


class RedisLink:
    """A connection pool that says "not there" instead of raising."""

    def __init__(self, url: str) -> None:
        self.client = open_client(url, ANSWER_S)
        self._asleep_until = 0.0

    def ask(self, question: Callable[[], Any], otherwise: Callable[[], Answer]) -> Any | Answer:
        """What Redis answers, or ``otherwise()`` when it does not, or did not a moment ago."""
        if time.monotonic() < self._asleep_until:
            return otherwise()
        try:
            return question()
        except redis.RedisError:
            self._asleep_until = time.monotonic() + PAUSE_S
            return otherwise()


def open_client(url: str, answer_s: float) -> redis.Redis:
    """A client that gives up after ``answer_s``; it connects when first used.

    Raises:
        BadRequest: the URL is not one of Redis.
    """
    try:
        return redis.Redis.from_url(
            url,
            socket_timeout=answer_s,
            socket_connect_timeout=ANSWER_S,
            health_check_interval=10,
            # Once, at once: a restarted server leaves dead connections in the pool.
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError:
        # The URL itself is not shown: it may hold a password.
        raise BadRequest("the Redis URL cannot be read; use redis://host:6379/0") from None


def encoded(text: str) -> bytes:
    """Any text as bytes, also with half a surrogate pair in it."""
    return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str | None:
    """The text again; None for bytes that are not ours."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None


class RedisSignals:
    """Implements :class:`domain.ports.Signals`: in this process at once, in the others by pub/sub."""

    def __init__(self, url: str) -> None:
        self._link = RedisLink(url)
        self._here = EmbeddedSignals()
        self._me = secrets.token_hex(6)
        # Pub/sub knows no database numbers: without it two copies on one Redis would wake each other.
        number = self._link.client.get_connection_kwargs().get("db", 0)
        self._channel = f"{PREFIX}{number}:signals"
        self._listening = threading.Lock()
        self._listener: threading.Thread | None = None
        self._closed = threading.Event()

    def signal(self, topic: str) -> None:
        """Wake all who wait for ``topic``, here and in the other processes."""
        self._here.signal(topic)
        said = encoded(f"{self._me} {topic}")
        self._link.ask(lambda: self._link.client.publish(self._channel, said), lambda: 0)

    def wait(self, topics: Iterable[str], timeout_s: float) -> bool:
        """Wait for any of the topics; one given here since this thread last waited for them counts."""
        self._listen()
        return self._here.wait(topics, timeout_s)

    def subscribe(self, topics: Iterable[str], wake: Callable[[str], None]) -> Callable[[], None]:
        """Call ``wake(topic)`` for each signal until the result is called."""
        self._listen()
        return self._here.subscribe(topics, wake)

    def close(self) -> None:
        """Stop listening to the other processes."""
        self._closed.set()
        with self._listening:
            if self._listener is not None:
                self._listener.join()
        self._link.client.close()

    def _listen(self) -> None:
        """Start the listener when somebody first has something to wait for."""
        with self._listening:
            if self._listener is None and not self._closed.is_set():
                self._listener = threading.Thread(target=self._follow, name="redis-signals", daemon=True)
                self._listener.start()

    def _follow(self) -> None:
        while not self._closed.is_set():
            try:
                self._hear()
            except redis.RedisError:
                # Whoever waits meanwhile also polls.
                self._closed.wait(PAUSE_S)

    def _hear(self) -> None:
        pool = self._link.client.connection_pool
        with PubSub(pool, ignore_subscribe_messages=True) as channel:
            channel.subscribe(self._channel)
            while not self._closed.is_set():
                heard = channel.get_message(timeout=0.25)
                if heard is not None:
                    sender, _, topic = (decoded(heard["data"]) or "").partition(" ")
                    if sender != self._me and topic:
                        self._here.signal(topic)


class RedisCache:
    """Implements :class:`domain.ports.Cache`."""

    def __init__(self, url: str) -> None:
        self._link = RedisLink(url)

    def get(self, key: str) -> str | None:
        """The value, or None; None also while Redis is away."""
        found = self._link.ask(lambda: self._link.client.get(_cached(key)), lambda: None)
        return None if found is None else decoded(found)

    def put(self, key: str, value: str, ttl_s: float) -> None:
        """Keep for at most ``ttl_s`` seconds; dropped while Redis is away."""
        life_ms = int(ttl_s * 1000)
        if life_ms > 0:
            self._link.ask(
                lambda: self._link.client.set(_cached(key), encoded(value), px=life_ms), lambda: None
            )
        else:
            self._link.ask(lambda: self._link.client.delete(_cached(key)), lambda: None)


def _cached(key: str) -> bytes:
    return encoded(f"{PREFIX}cache:{key}")


COUNT_ONE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local window = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
    return 0
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000) + 1)
return 1
"""
"""One step on the server, by the server's clock: no two processes can both take the last place."""


class RedisLimiter:
    """Implements :class:`domain.ports.RateLimiter`; while Redis is away each process counts for itself."""

    def __init__(self, url: str) -> None:
        self._link = RedisLink(url)
        self._alone = EmbeddedLimiter()
        self._count_one = self._link.client.register_script(COUNT_ONE)

    def allow(self, key: str, limit: int, window_s: float) -> bool:
        """Whether one more is allowed now; counts it if so."""
        arguments: list[str | int] = [limit, int(window_s * 1_000_000), secrets.token_hex(8)]
        return bool(
            self._link.ask(
                lambda: self._count_one(keys=[encoded(f"{PREFIX}limit:{key}")], args=arguments),
                lambda: self._alone.allow(key, limit, window_s),
            )
        )


BEAT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
"""

PRESENT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
"""


class RedisPresence:
    """Implements :class:`domain.ports.PresenceBoard`; whoever beats at this process is known here anyway."""

    def __init__(self, url: str) -> None:
        self._link = RedisLink(url)
        self._here = EmbeddedPresence()
        self._beat = self._link.client.register_script(BEAT)
        self._present = self._link.client.register_script(PRESENT)

    def beat(self, agent_id: str, ttl_s: float) -> None:
        """The agent's page is open."""
        self._here.beat(agent_id, ttl_s)
        arguments: list[bytes | int] = [encoded(agent_id), int(ttl_s * 1000)]
        self._link.ask(lambda: self._beat(keys=[f"{PREFIX}present"], args=arguments), lambda: None)

    def present(self) -> frozenset[str]:
        """Agent ids with a fresh heartbeat; while Redis is away only those of this process."""
        nobody: list[bytes] = []
        elsewhere = self._link.ask(lambda: self._present(keys=[f"{PREFIX}present"]), lambda: nobody)
        return self._here.present() | frozenset(filter(None, map(decoded, elsewhere)))
