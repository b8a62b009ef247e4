"""Kills web, worker and Rasa at random while customers write, then reads every conversation.

What must hold (design, section 2): every message is in its conversation once, in the order in which it was
sent; every message was answered by exactly one turn; the answers stand in the order of the messages.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from app.preparing import migrate_database, seed_all
from app.settings import Settings
from app.wiring import open_store
from bench.customers import Customer
from bench.launch import Copy, running_copy

ROLES = {"web": "web", "worker-1": "worker", "worker-2": "worker", "rasa": "rasa"}
LEASE_S = 2.0
"""Short, so that a dead worker's conversation is soon taken over."""

PAUSES = (0.08, 0.27)
"""Shortest and longest wait before the next kill, in shares of the time that the whole copy takes to start.

Any process may die while it starts, but not all of them always, however slow the machine is: the web process
alone takes a third of it, and is one of four.
"""
PONDER = 0.35
"""Longest wait of a customer before the next message, in the same shares."""
DRAIN_WITHIN_S = 180.0


@dataclass
class Verdict:
    """What was found; empty ``faults`` means that everything held."""

    messages: int = 0
    duplicates_sent: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def line(self) -> str:
        """One line for a terminal."""
        kills = ", ".join(f"{name} {count}" for name, count in self.kills.items())
        state = "all held" if not self.faults else f"{len(self.faults)} FAULTS"
        return (
            f"{self.messages} messages ({self.duplicates_sent} delivered twice), killed: {kills}; "
            f"{self.seconds:.0f} s; {state}"
        )


def torment(
    data_dir: Path,
    messages: int,
    conversations: int,
    *,
    database_url: str = "",
    models_dir: Path | None = None,
    seed: int = 1,
) -> Verdict:
    """Run the whole ordeal against one database and judge it."""
    environment = {
        "SHOUWEN_DATABASE_URL": database_url,
        "SHOUWEN_LEASE_S": str(LEASE_S),
        "SHOUWEN_CHAT_MESSAGES_PER_MINUTE": "100000",
        "SHOUWEN_LOG_FORMAT": "json",
    }
    settings = Settings(data_dir=data_dir, database_url=database_url, lease_s=LEASE_S)
    if models_dir is not None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        settings.models_dir.symlink_to(models_dir)
    migrate_database(settings)
    seed_all(settings)
    began = time.monotonic()
    with running_copy(data_dir, ROLES, environment) as copy:
        start_s = copy.wait_ready()
        customers = [Customer(copy.url, number) for number in range(conversations)]
        with _monkey(copy, seed, (PAUSES[0] * start_s, PAUSES[1] * start_s)):
            _write_all(customers, messages, PONDER * start_s)
        _drain(settings)
        verdict = _judge(customers)
        verdict.kills = {name: process.killed for name, process in copy.processes.items()}
    verdict.seconds = time.monotonic() - began
    return verdict


def _write_all(customers: list[Customer], messages: int, longest_s: float) -> None:
    def converse(customer: Customer) -> None:
        customer.open()
        for index in range(messages // len(customers)):
            customer.write(index)
            # People pause; without it all would be said before the first process dies.
            customer.ponder(longest_s)

    with ThreadPoolExecutor(len(customers)) as pool:
        for done in [pool.submit(converse, customer) for customer in customers]:
            done.result()


@contextmanager
def _monkey(copy: Copy, seed: int, pause_s: tuple[float, float]) -> Iterator[None]:
    calm = Event()
    chance = random.Random(seed)

    def rampage() -> None:
        names = sorted(copy.processes)
        while not calm.wait(chance.uniform(*pause_s)):
            copy.processes[chance.choice(names)].kill()

    thread = Thread(target=rampage)
    thread.start()
    try:
        yield
    finally:
        calm.set()
        thread.join()


def _drain(settings: Settings) -> None:
    store = open_store(settings)
    until = time.monotonic() + DRAIN_WITHIN_S
    try:
        while time.monotonic() < until:
            with store.read() as tx:
                if tx.inbox.waiting() == 0:
                    return
            time.sleep(0.2)
        raise TimeoutError("messages stay unanswered")
    finally:
        store.close()


def _judge(customers: list[Customer]) -> Verdict:
    verdict = Verdict()
    for customer in customers:
        timeline = customer.timeline()
        verdict.messages += len(customer.sent)
        verdict.duplicates_sent += customer.duplicates
        for fault in faults(customer.sent, timeline):
            verdict.faults.append(f"conversation {customer.number}: {fault}")
        customer.close()
    return verdict


def faults(sent: list[str], timeline: Sequence[Mapping[str, object]]) -> list[str]:
    """What is wrong with one conversation, in words.

    ``sent`` are the acknowledged inbound ids in the order in which the customer sent them.
    """
    found: list[str] = []
    if [m["seq"] for m in timeline] != list(range(1, len(timeline) + 1)):
        found.append("the numbering has gaps")
    asked = [m for m in timeline if m["author"] == "customer"]
    if len(asked) != len(sent):
        found.append(f"{len(sent)} sent, {len(asked)} stored")
    turns: list[str] = []
    for message in timeline:
        reply_to = str(message["reply_to"] or "")
        if message["author"] == "bot" and reply_to and (not turns or turns[-1] != reply_to):
            turns.append(reply_to)
    if turns != sent:
        found.append(f"answered {len(turns)} turns for {len(sent)} messages, or not in order")
    for reply_to in sent:
        words = [m["text"] for m in timeline if m["reply_to"] == reply_to]
        if len(words) != len(set(map(str, words))):
            found.append(f"message {reply_to} was answered twice")
    return found


def main(messages: int, conversations: int, database: str) -> int:
    """The full run, on SQLite, PostgreSQL or both; 1 if anything was lost, doubled or out of order."""
    from tests.servers import running_postgres

    models = Settings().models_dir
    failed = False
    with tempfile.TemporaryDirectory(prefix="shouwen-chaos-") as scratch:
        if database in {"sqlite", "both"}:
            verdict = torment(Path(scratch, "sqlite"), messages, conversations, models_dir=models)
            failed |= _tell("SQLite", verdict)
        if database in {"postgresql", "both"}:
            with running_postgres() as url:
                verdict = torment(
                    Path(scratch, "postgresql"), messages, conversations, models_dir=models, database_url=url
                )
            failed |= _tell("PostgreSQL", verdict)
    return int(failed)


def _tell(name: str, verdict: Verdict) -> bool:
    print(f"{name}: {verdict.line()}")
    for fault in verdict.faults[:20]:
        print(f"  {fault}")
    return bool(verdict.faults)
