"""How fast and how large: whole turns through the web chat's API, beside raw Rasa's own REST channel.

Both sides answer the same sentences with the same NLU model, one after the other in the same run, at one and
at eight conversations at once. Ours stores, understands, decides, asks the utility's systems and saves; raw
Rasa parses and runs its own dialogue engine on an NLU-only model.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from app.preparing import prepare_all
from app.settings import Settings
from bench.customers import SENTENCES
from bench.launch import HOUSE, Copy, free_port, memory_mib, running_copy
from bench.raw_rasa import running_raw_rasa

ROUNDS = 3
TURNS = 240
AT_ONCE = (1, 8)
WARM_UP = 30

Ask = Callable[[httpx.Client, int], None]


@dataclass(frozen=True)
class Figure:
    """One measurement: milliseconds of a turn, turns per second, and answers that were wrong."""

    who: str
    conversations: int
    p50_ms: float
    p95_ms: float
    per_s: float
    wrong: int


def measure(who: str, base: str, ask: Ask, conversations: int, turns: int = TURNS) -> Figure:
    """Let so many customers write one message after the other until ``turns`` are done."""
    times: list[float] = []
    wrong = 0

    def customer(number: int) -> tuple[list[float], int]:
        own: list[float] = []
        bad = 0
        with httpx.Client(base_url=base, timeout=30) as client:
            for index in range(turns // conversations):
                began = time.perf_counter()
                try:
                    ask(client, number * 10_000 + index)
                except (httpx.HTTPError, AssertionError, KeyError, ValueError):
                    bad += 1
                own.append((time.perf_counter() - began) * 1000)
        return own, bad

    began = time.perf_counter()
    with ThreadPoolExecutor(conversations) as pool:
        for own, bad in pool.map(customer, range(conversations)):
            times += own
            wrong += bad
    took = time.perf_counter() - began
    times.sort()
    return Figure(
        who,
        conversations,
        round(statistics.median(times), 1),
        round(times[int(len(times) * 0.95)], 1),
        round(len(times) / took, 1),
        wrong,
    )


def ask_ours(client: httpx.Client, index: int) -> None:
    """One turn through the chat API; an answer without words is wrong."""
    body = {"client_id": f"b{index}-{time.monotonic_ns()}", "text": SENTENCES[index % len(SENTENCES)]}
    answer = client.post("/chat/api/messages", params={"wait": 20}, json=body)
    answer.raise_for_status()
    if not answer.json()["replies"]:
        raise AssertionError("no reply")


def ask_rasa(client: httpx.Client, index: int) -> None:
    """One turn through Rasa's REST channel; it has nothing to say, a 200 is a right answer."""
    body = {"sender": f"c{index // 10_000}", "message": SENTENCES[index % len(SENTENCES)]}
    client.post("/webhooks/rest/webhook", json=body).raise_for_status()


def load(url: str, conversations: int, turns: int) -> int:
    """Many customers at once against a copy that runs already; 1 if any answer was wrong."""
    httpx.get(f"{url}/readyz", timeout=5).raise_for_status()
    figure = measure("shouwen", url, ask_ours, conversations, turns)
    _table([figure])
    return int(figure.wrong > 0)


def main(settings: Settings) -> int:
    """Measure and print a table, then one JSON line."""
    models = prepare_all(settings)
    with TemporaryDirectory(prefix="shouwen-bench-") as scratch:
        data = Path(scratch)
        ours_settings = Settings(data_dir=data)
        data.joinpath("models").symlink_to(settings.models_dir)
        prepare_all(ours_settings)
        limits = {
            "SHOUWEN_CHAT_MESSAGES_PER_MINUTE": "1000000",
            "SHOUWEN_CHAT_MESSAGES_PER_MINUTE_PER_ADDRESS": "1000000",
            "SHOUWEN_LOG_LEVEL": "warning",
        }
        with (
            running_copy(data, {"all": "run"}, limits) as copy,
            running_raw_rasa(settings.rasa_python, models, free_port(), data / "raw-rasa.log") as rasa,
        ):
            copy.wait_ready()
            memory = _memory(copy)
            figures = [
                figure for conversations in AT_ONCE for figure in _side_by_side(copy.url, rasa, conversations)
            ]
    _tell(figures, memory)
    return 0


def _side_by_side(ours: str, rasa: str, conversations: int) -> list[Figure]:
    """Alternate the two, so that a busy machine hurts both; the median round of each counts."""
    measure("warm-up", ours, ask_ours, conversations, WARM_UP)
    measure("warm-up", rasa, ask_rasa, conversations, WARM_UP)
    rounds: dict[str, list[Figure]] = {"shouwen": [], "raw rasa": []}
    for _ in range(ROUNDS):
        rounds["shouwen"].append(measure("shouwen", ours, ask_ours, conversations))
        rounds["raw rasa"].append(measure("raw rasa", rasa, ask_rasa, conversations))
    return [sorted(own, key=lambda figure: figure.p50_ms)[ROUNDS // 2] for own in rounds.values()]


def _memory(copy: Copy) -> dict[str, float]:
    return {name: round(size) for name, size in memory_mib(copy.processes["all"].pid).items()}


def _table(figures: list[Figure]) -> None:
    print(f"{'who':<10} {'at once':>7} {'p50 ms':>8} {'p95 ms':>8} {'per s':>8} {'wrong':>6}")
    for f in figures:
        print(f"{f.who:<10} {f.conversations:>7} {f.p50_ms:>8} {f.p95_ms:>8} {f.per_s:>8} {f.wrong:>6}")


def _tell(figures: list[Figure], memory: dict[str, float]) -> None:
    _table(figures)
    print("memory at rest, MiB: " + ", ".join(f"{name} {size}" for name, size in memory.items()))
    print(json.dumps({"figures": [asdict(f) for f in figures], "memory_mib": memory, "house": HOUSE.name}))
