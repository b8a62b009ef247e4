"""Wake-ups, cache, limits and presence: the same promises in one process and over Redis.

Redis is flushed, stopped and started again here, as it may be at any moment in service.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import redis

from domain.errors import BadRequest
from domain.ports import Cache, PresenceBoard, RateLimiter, Signals
from store.embedded import EmbeddedCache, EmbeddedLimiter, EmbeddedPresence, EmbeddedSignals
from store.redis_ports import RedisCache, RedisLimiter, RedisPresence, RedisSignals
from tests.servers import free_port
from tests.store_house import together

LONG_S = 20.0
"""Far longer than anything takes; only a failure waits so long."""


@dataclass(frozen=True)
class Nerve:
    """One process's ports."""

    signals: Signals
    cache: Cache
    limiter: RateLimiter
    presence: PresenceBoard


def over_redis(url: str, at_end: ExitStack) -> Nerve:
    """The ports of one more process on this Redis."""
    signals = RedisSignals(url)
    at_end.callback(signals.close)
    return Nerve(signals, RedisCache(url), RedisLimiter(url), RedisPresence(url))


@pytest.fixture
def at_end() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=["embedded", "redis", "redis that is gone"])
def nerve(request: pytest.FixtureRequest, at_end: ExitStack) -> Nerve:
    """The ports of one process; those that lost their Redis keep their promises within the process."""
    if request.param == "embedded":
        return Nerve(EmbeddedSignals(), EmbeddedCache(), EmbeddedLimiter(), EmbeddedPresence())
    if request.param == "redis":
        return over_redis(request.getfixturevalue("redis_url"), at_end)
    return over_redis(f"redis://127.0.0.1:{free_port()}/0", at_end)


@pytest.fixture(params=["embedded", "redis"])
def cache(request: pytest.FixtureRequest) -> Cache:
    """A cache that works."""
    return (
        EmbeddedCache() if request.param == "embedded" else RedisCache(request.getfixturevalue("redis_url"))
    )


def soon(happens: Callable[[], bool]) -> bool:
    """Whether it happens before we lose patience."""
    until = time.monotonic() + LONG_S
    while time.monotonic() < until:
        if happens():
            return True
        time.sleep(0.01)
    return False


# --- signals ---------------------------------------------------------------------------------------------


def test_a_waiting_thread_is_woken(nerve: Nerve) -> None:
    waiting = threading.Event()
    woken: list[bool] = []

    def wait() -> None:
        waiting.set()
        woken.append(nerve.signals.wait(["inbox", "feed"], LONG_S))

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait()
    nerve.signals.signal("feed")
    thread.join(LONG_S)
    assert woken == [True]


def test_other_topics_do_not_wake(nerve: Nerve) -> None:
    nerve.signals.signal("outbox")
    assert not nerve.signals.wait(["inbox"], 0.02)


def test_a_signal_between_two_waits_is_not_lost(nerve: Nerve) -> None:
    assert not nerve.signals.wait(["inbox"], 0.01)
    nerve.signals.signal("inbox")
    started = time.monotonic()
    assert nerve.signals.wait(["inbox"], LONG_S)
    assert time.monotonic() - started < LONG_S / 2
    assert not nerve.signals.wait(["inbox"], 0.01), "it counts once"


def test_one_signal_wakes_every_thread(nerve: Nerve) -> None:
    ready = threading.Barrier(5)

    def wait_or_signal(number: int) -> bool:
        ready.wait()
        if number == 4:
            nerve.signals.signal("inbox")
            return True
        return nerve.signals.wait(["inbox"], LONG_S)

    assert together(5, wait_or_signal) == [True] * 5


def test_a_subscriber_hears_its_topics_until_it_leaves(nerve: Nerve) -> None:
    heard: list[str] = []
    leave = nerve.signals.subscribe(["feed", "conversation:1"], heard.append)
    for topic in ("feed", "inbox", "conversation:1", "conversation:2"):
        nerve.signals.signal(topic)
    assert heard == ["feed", "conversation:1"]
    leave()
    leave()
    nerve.signals.signal("feed")
    assert heard == ["feed", "conversation:1"]


def test_many_topics_are_not_kept_for_ever() -> None:
    signals = EmbeddedSignals()
    assert not signals.wait(["inbox"], 0.01)
    signals.signal("inbox")
    for number in range(50_000):
        signals.signal(f"turn:{number}")
    assert signals.wait(["inbox"], LONG_S), "what is forgotten wakes rather than sleeps"


def test_a_signal_reaches_other_processes(redis_url: str, at_end: ExitStack) -> None:
    here, there = over_redis(redis_url, at_end), over_redis(redis_url, at_end)
    heard: list[str] = []
    there.signals.subscribe(["conversation:张 1"], heard.append)

    def arrives() -> bool:
        here.signals.signal("conversation:张 1")
        return bool(heard)

    assert soon(arrives)
    assert set(heard) == {"conversation:张 1"}


def test_our_own_signal_does_not_come_back(redis_url: str, at_end: ExitStack) -> None:
    here, there = over_redis(redis_url, at_end), over_redis(redis_url, at_end)
    ours: list[str] = []
    theirs: list[str] = []
    here.signals.subscribe(["a", "b"], ours.append)
    there.signals.subscribe(["a", "b"], theirs.append)

    def ping_pong() -> bool:
        there.signals.signal("b")
        return "b" in ours

    assert soon(ping_pong), "both listen"
    here.signals.signal("a")
    assert soon(lambda: "a" in theirs)
    assert ours.count("a") == 1


def test_another_database_of_the_same_redis_is_not_woken(redis_url: str, at_end: ExitStack) -> None:
    here, there = over_redis(redis_url, at_end), over_redis(redis_url, at_end)
    elsewhere = over_redis(redis_url.replace("/0", "/1"), at_end)
    heard: list[str] = []
    stray: list[str] = []
    there.signals.subscribe(["a", "end"], heard.append)
    elsewhere.signals.subscribe(["a"], stray.append)

    def arrives() -> bool:
        here.signals.signal("a")
        return "a" in heard

    assert soon(arrives)
    assert stray == []


def test_listeners_come_back_after_their_connection_was_cut(redis_url: str, at_end: ExitStack) -> None:
    here, there = over_redis(redis_url, at_end), over_redis(redis_url, at_end)
    heard: list[str] = []
    there.signals.subscribe(["a"], heard.append)

    def arrives() -> bool:
        here.signals.signal("a")
        return bool(heard)

    assert soon(arrives)
    with redis.Redis.from_url(redis_url) as admin:
        admin.client_kill_filter(_type="pubsub")
        admin.client_kill_filter(_type="normal", skipme=True)
    heard.clear()
    assert soon(arrives)


# --- cache -----------------------------------------------------------------------------------------------


def test_a_value_is_kept_and_replaced(cache: Cache) -> None:
    assert cache.get("k") is None
    cache.put("k", "一", LONG_S)
    assert cache.get("k") == "一"
    cache.put("k", "", LONG_S)
    assert cache.get("k") == ""


def test_a_value_ends(cache: Cache) -> None:
    cache.put("k", "v", 0.05)
    assert soon(lambda: cache.get("k") is None)
    cache.put("k", "v", LONG_S)
    cache.put("k", "v", 0)
    assert cache.get("k") is None


def test_odd_keys_and_values_are_only_text(cache: Cache) -> None:
    odd = "a\x00b \ud83d 👍 \r\n*1"
    cache.put(odd, odd, LONG_S)
    assert cache.get(odd) == odd


def test_the_cache_of_one_process_stays_small() -> None:
    cache = EmbeddedCache()
    for number in range(25_000):
        cache.put(str(number), "v", LONG_S)
        cache.get("0")
    assert cache.get("0") == "v", "in use"
    assert cache.get("1") is None, "longest unused"
    assert cache.get("24999") == "v"


# --- limits ----------------------------------------------------------------------------------------------


def test_only_so_many_are_allowed(nerve: Nerve) -> None:
    assert [nerve.limiter.allow("a", 3, LONG_S) for _ in range(5)] == [True] * 3 + [False] * 2
    assert nerve.limiter.allow("b", 3, LONG_S), "each key counts for itself"
    assert not nerve.limiter.allow("c", 0, LONG_S)


def test_the_window_slides(nerve: Nerve) -> None:
    assert nerve.limiter.allow("a", 1, 0.2)
    assert soon(lambda: nerve.limiter.allow("a", 1, 0.2))


def test_what_was_refused_does_not_count(nerve: Nerve) -> None:
    """Who keeps asking is let in when the window has passed, not punished for asking."""
    started = time.monotonic()
    assert nerve.limiter.allow("a", 1, 0.3)
    while not nerve.limiter.allow("a", 1, 0.3):
        assert time.monotonic() - started < LONG_S


def test_the_last_place_is_given_once(nerve: Nerve) -> None:
    assert together(8, lambda _: nerve.limiter.allow("a", 3, LONG_S)).count(True) == 3


def test_processes_share_a_limit(redis_url: str, at_end: ExitStack) -> None:
    processes = [over_redis(redis_url, at_end) for _ in range(4)]
    assert together(4, lambda n: [processes[n].limiter.allow("a", 6, LONG_S) for _ in range(3)])
    assert not processes[0].limiter.allow("a", 6, LONG_S)
    with redis.Redis.from_url(redis_url) as admin:
        (key,) = admin.keys("shouwen:limit:*")
        assert admin.zcard(key) == 6
        assert 0 < admin.pttl(key) <= LONG_S * 1000 + 10, "it goes away by itself"


# --- presence --------------------------------------------------------------------------------------------


def test_who_beats_is_present_until_it_fades(nerve: Nerve) -> None:
    assert nerve.presence.present() == frozenset()
    nerve.presence.beat("wang", LONG_S)
    nerve.presence.beat("li", 0.05)
    assert "wang" in nerve.presence.present()
    assert soon(lambda: nerve.presence.present() == {"wang"})


def test_presence_is_seen_by_other_processes(redis_url: str, at_end: ExitStack) -> None:
    here, there = over_redis(redis_url, at_end), over_redis(redis_url, at_end)
    here.presence.beat("wang", LONG_S)
    there.presence.beat("li", LONG_S)
    assert here.presence.present() == there.presence.present() == {"wang", "li"}


# --- Redis flushed, broken, gone -------------------------------------------------------------------------


def test_a_flush_at_any_time_costs_only_what_was_cached(redis_url: str, at_end: ExitStack) -> None:
    here, there = over_redis(redis_url, at_end), over_redis(redis_url, at_end)
    heard: list[str] = []
    there.signals.subscribe(["a"], heard.append)
    here.cache.put("k", "v", LONG_S)
    here.presence.beat("wang", LONG_S)
    assert here.limiter.allow("a", 1, LONG_S)
    with redis.Redis.from_url(redis_url) as admin:
        admin.flushall()
        admin.script_flush()
    assert here.cache.get("k") is None
    assert here.presence.present() == {"wang"}, "this process knows its own"
    assert here.limiter.allow("a", 1, LONG_S)
    here.presence.beat("wang", LONG_S)
    assert there.presence.present() == {"wang"}

    def arrives() -> bool:
        here.signals.signal("a")
        return bool(heard)

    assert soon(arrives)


def test_values_of_another_kind_under_our_keys_do_no_harm(redis_url: str, at_end: ExitStack) -> None:
    here = over_redis(redis_url, at_end)
    with redis.Redis.from_url(redis_url) as admin:
        for key in ("shouwen:cache:k", "shouwen:limit:a", "shouwen:present"):
            admin.rpush(key, b"\xff")
        admin.publish("shouwen:0:signals", b"\xff nonsense")
    assert here.cache.get("k") is None
    assert here.limiter.allow("a", 1, LONG_S)
    here.presence.beat("wang", LONG_S)
    assert here.presence.present() == {"wang"}


def test_what_cannot_be_read_does_not_stop_the_listener(redis_url: str, at_end: ExitStack) -> None:
    here, there = over_redis(redis_url, at_end), over_redis(redis_url, at_end)
    heard: list[str] = []
    there.signals.subscribe(["a"], heard.append)
    with redis.Redis.from_url(redis_url) as admin:

        def nonsense_then_signal() -> bool:
            admin.publish("shouwen:0:signals", b"\xff\xfe")
            admin.publish("shouwen:0:signals", b"")
            here.signals.signal("a")
            return bool(heard)

        assert soon(nonsense_then_signal)


def test_without_redis_nothing_waits_for_it() -> None:
    """A dead server is asked once a second, not once a turn."""
    url = "redis://192.0.2.1:6379/0"  # an address where nobody ever answers
    cache, limiter, signals = RedisCache(url), RedisLimiter(url), RedisSignals(url)
    started = time.monotonic()
    for _ in range(200):
        assert cache.get("k") is None
        cache.put("k", "v", LONG_S)
        limiter.allow("a", 1000, LONG_S)
        signals.signal("a")
    assert time.monotonic() - started < LONG_S
    signals.close()


@pytest.mark.parametrize("url", ["", "http://x", "redis://h:port:secret/0"])
def test_another_url_is_refused_in_words(url: str) -> None:
    with pytest.raises(BadRequest) as refused:
        RedisCache(url)
    assert "secret" not in str(refused.value)
