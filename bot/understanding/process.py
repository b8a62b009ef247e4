"""Rasa as a process of ours: started, warmed, watched, restarted when it dies, and gone when we are."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from bot.understanding.train import rasa_surroundings
from domain.errors import Unavailable

_log = logging.getLogger(__name__)
_WARMING = ("停电了", "my power is out")
_LONGEST_PAUSE_S = 30.0


class RasaProcess:
    """One Rasa on the loopback, serving one model.

    Args:
        python: the interpreter of Rasa's environment.
        model: the trained model's file.
        port: loopback port to listen on.
        token: what every request must carry.
        log_path: where Rasa's own words go; appended.
    """

    def __init__(self, python: Path, model: Path, port: int, token: str, log_path: Path) -> None:
        self._python, self._model, self._port, self._token, self._log_path = (
            python,
            model,
            port,
            token,
            log_path,
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Base URL for :class:`bot.understanding.client.RasaClient`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def start(self) -> None:
        """Start Rasa and the watch that restarts it; returns at once."""
        with self._lock:
            if self._watcher and self._watcher.is_alive():
                return
            self._stopping.clear()
            self._spawn()
            self._watcher = threading.Thread(target=self._watch, name="rasa-watch", daemon=True)
            self._watcher.start()

    def wait_ready(self, progress: Callable[[str], None] = print, timeout_s: float = 180.0) -> None:
        """Return when Rasa has answered its first questions (the first are slow).

        Raises:
            Unavailable: it did not get there in time; the text carries the end of its log.
        """
        until = time.monotonic() + timeout_s
        progress(f"starting Rasa with {self._model.name}")
        with httpx.Client(base_url=self.url, timeout=30.0) as client:
            while time.monotonic() < until and not self._stopping.is_set():
                if self._answers(client):
                    progress("Rasa is ready")
                    return
                time.sleep(0.25)
        raise Unavailable(f"Rasa did not become ready in {timeout_s:.0f} s:\n{self._last_words()}")

    def stop(self, grace_s: float = 5.0) -> None:
        """End Rasa and everything it started; returns when they are gone."""
        self._stopping.set()
        with self._lock:
            process, watcher = self._process, self._watcher
        if process is not None:
            _end_group(process, grace_s)
        if watcher is not None and watcher is not threading.current_thread():
            watcher.join(grace_s)

    def _spawn(self) -> None:
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        command = [
            str(self._python), "-m", "bot.understanding.rasa_host", "run", "--enable-api", "--model", str(self._model),  # noqa: E501
            "--interface", "127.0.0.1", "--port", str(self._port),
        ]  # fmt: skip
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                cwd=self._log_path.parent,
                env=rasa_surroundings(self._log_path.parent),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        # The token goes by the pipe: a command line can be read by everybody on the machine.
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(f"{self._token}\n".encode())
        self._process.stdin.flush()

    def _watch(self) -> None:
        pause = 1.0
        while True:
            process = self._process
            if process is None:
                return
            began = time.monotonic()
            code = process.wait()
            if self._stopping.is_set():
                return
            pause = 1.0 if time.monotonic() - began > 60 else min(pause * 2, _LONGEST_PAUSE_S)
            _log.warning("rasa ended with %s, restarting in %.0f s", code, pause)
            _end_group(process, 0.0)
            if self._stopping.wait(pause):
                return
            with self._lock:
                if not self._stopping.is_set():
                    self._spawn()

    def _answers(self, client: httpx.Client) -> bool:
        try:
            if client.get("/status", params={"token": self._token}).status_code != 200:
                return False
            return all(
                client.post("/model/parse", params={"token": self._token}, json={"text": t}).status_code
                == 200
                for t in _WARMING
            )
        except httpx.HTTPError:
            return False

    def _last_words(self) -> str:
        try:
            return "\n".join(self._log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        except OSError:
            return "(no log)"


def _end_group(process: subprocess.Popen[bytes], grace_s: float) -> None:
    """First ask the whole group to end, then make it."""
    for kind, patience in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, kind)
        except ProcessLookupError:
            break
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if process.stdin:
        process.stdin.close()
