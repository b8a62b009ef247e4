"""Runs a copy of the product as separate processes, watches over them, and kills them on request."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

import httpx

HOUSE = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 120.0


class Process:
    """One process that is started again whenever it ends, until it is told to stay down."""

    def __init__(self, name: str, verb: str, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.killed = 0
        self._command = [sys.executable, "-m", "app", verb]
        self._environment = {**os.environ, **environment}
        self._log = log
        self._lock = Lock()
        self._down = Event()
        self._process = self._start()
        Thread(target=self._watch, daemon=True).start()

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL to it and its children, as a power cut would."""
        with self._lock:
            self.killed += 1
            _signal_group(self._process, signal.SIGKILL)

    def stop(self) -> None:
        """End it for good, kindly first."""
        self._down.set()
        with self._lock:
            _signal_group(self._process, signal.SIGTERM)
            try:
                self._process.wait(25)
            except subprocess.TimeoutExpired:
                _signal_group(self._process, signal.SIGKILL)
                self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own interpreter and module
                self._command,
                cwd=HOUSE,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _watch(self) -> None:
        while not self._down.wait(0.1):
            with self._lock:
                if not self._down.is_set() and self._process.poll() is not None:
                    self._process = self._start()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        process.poll()


class Copy:
    """A running copy: where it listens and the processes it is made of."""

    def __init__(self, url: str, data_dir: Path, processes: Mapping[str, Process]) -> None:
        self.url = url
        self.data_dir = data_dir
        self.processes = processes

    def wait_ready(self, within_s: float = READY_WITHIN_S) -> float:
        """Seconds until ``/readyz`` says yes; TimeoutError with its last words otherwise."""
        began = time.monotonic()
        said = "nothing yet"
        while time.monotonic() - began < within_s:
            try:
                answer = httpx.get(f"{self.url}/readyz", timeout=2)
                if answer.status_code == 200:
                    return time.monotonic() - began
                said = answer.text
            except httpx.HTTPError as error:
                said = type(error).__name__
            time.sleep(0.1)
        raise TimeoutError(f"not ready after {within_s:.0f} s: {said}")


@contextmanager
def running_copy(
    data_dir: Path, roles: Mapping[str, str], environment: Mapping[str, str], port: int = 0
) -> Iterator[Copy]:
    """Run the product in ``data_dir``; ``roles`` maps a process name to its verb; port 0 takes a free one."""
    port = port or free_port()
    data_dir.mkdir(parents=True, exist_ok=True)
    full = {
        "SHOUWEN_DATA_DIR": str(data_dir),
        "SHOUWEN_PORT": str(port),
        "SHOUWEN_RASA_PORT": str(free_port()),
    }
    full |= environment
    processes: dict[str, Process] = {}
    try:
        for name, verb in roles.items():
            processes[name] = Process(name, verb, full, data_dir / f"{name}.log")
        yield Copy(f"http://127.0.0.1:{port}", data_dir, processes)
    finally:
        for process in processes.values():
            process.stop()


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory_mib(pid: int) -> dict[str, float]:
    """Resident memory of a process (``app``) and of all its children together (``rasa``), in MiB."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    below = sum(sum(memory_mib(child).values()) for child in children)
    return {"app": _rss_kib(pid) / 1024, "rasa": below}


def _rss_kib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1])
    return 0.0
