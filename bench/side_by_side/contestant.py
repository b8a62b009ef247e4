"""What every contestant can do: learn the sentences, and answer questions as a service of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx

from bench.launch import memory_mib
from bot.understanding.teaching import Example
from domain.circumstances import NOTHING_KNOWN, Circumstances
from domain.errors import Unavailable
from domain.understanding import Understanding

UP_WITHIN_S = 240.0
Tell = Callable[[str], None]
Read = Callable[[str, str, dict[str, Any]], Understanding]
"""From text, language and the service's answer."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that answers ``POST`` with what it understood; asked like any :class:`Understander`."""

    client: httpx.Client
    path: str
    pid: int
    read: Read

    def understand(
        self,
        text: str,
        *,
        now: datetime,  # noqa: ARG002 (a service has its own clock)
        lang_hint: str = "",
        expecting: str = "",  # noqa: ARG002
        spoken: bool = False,  # noqa: ARG002
        known: Circumstances = NOTHING_KNOWN,  # noqa: ARG002 (nobody else can be told)
    ) -> Understanding:
        """One question over HTTP, on a connection that stays open."""
        answer = self.client.post(self.path, json={"text": text, "lang": lang_hint})
        answer.raise_for_status()
        return self.read(text, lang_hint, answer.json())

    def memory_mib(self) -> float:
        """Resident memory of the service and all its children."""
        return round(sum(memory_mib(self.pid).values()), 1)


class Contestant(Protocol):
    """One way to understand, as its makers mean it to be used."""

    name: str

    def check(self, tell: Tell) -> None:
        """Get what it needs.

        Raises:
            Unavailable: something is missing; the text says what to do.
        """

    def train(self, taught: Sequence[Example], folder: Path, tell: Tell) -> None:
        """Learn, and leave the result in ``folder``."""

    def serve(self, folder: Path) -> AbstractContextManager[Service]:
        """Answer from what :meth:`train` left, until the end of the block."""


def need_rasa(python: Path) -> None:
    """Raise Unavailable where Rasa's environment has not been made."""
    if not python.exists():
        raise Unavailable(f"Rasa's environment is missing: {python}; `make bench` creates it")


def run_to_end(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], tell: Tell, shows: str) -> None:
    """Run a program; lines (or rewritten lines) that match ``shows`` are progress.

    Raises:
        Unavailable: it failed; the text carries its last words.
    """
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603 (interpreters of our own environments)
        command, cwd=cwd, env=env, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None  # noqa: S101 (asked for above)
        try:
            for line in process.stdout:
                said.append(line.rstrip())
                if found := re.search(shows, line):
                    tell(found[0])
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise Unavailable(f"{command[0]} failed:\n" + "\n".join(said[-15:]))


@contextmanager
def serving(
    command: Sequence[str],
    port: int,
    path: str,
    read: Read,
    *,
    cwd: Path,
    env: Mapping[str, str],
    query: Mapping[str, str] | None = None,
) -> Iterator[Service]:
    """Run a service until the end of the block; ready when it has answered its first question.

    Raises:
        Unavailable: it ended or did not answer in time; the text carries its last words.
    """
    log = cwd / "service.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 (interpreters of our own environments)
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", params=query, timeout=30)
    try:
        service = Service(client, path, process.pid, read)
        _wait(service, process, log)
        yield service
    finally:
        client.close()
        _end(process)


def _wait(service: Service, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            service.client.post(service.path, json={"text": "你好", "lang": "zh"}).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.25)
        else:
            return
    words = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    raise Unavailable("the service did not come up:\n" + "\n".join(words))


def _end(process: subprocess.Popen[bytes]) -> None:
    """First ask the whole group to end, then make it."""
    for kind, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, kind)
            process.wait(patience)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()
