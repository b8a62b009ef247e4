"""Rasa as it comes: its own server with its REST channel, for comparison."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.launch import HOUSE
from bot.understanding.train import rasa_surroundings

UP_WITHIN_S = 120


@contextmanager
def running_raw_rasa(python: Path, model: Path, port: int, log: Path) -> Iterator[str]:
    """Run ``rasa run`` on a model with only the REST channel; gives its address."""
    credentials = log.with_name("credentials.yml")
    credentials.write_text("rest:\n")
    command = [str(python), "-m", "rasa", "run", "--model", str(model), "--port", str(port)]
    command += ["--interface", "127.0.0.1", "--credentials", str(credentials)]
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - the interpreter of our own environment
            command,
            cwd=HOUSE,
            env=rasa_surroundings(log.parent),
            stdout=out,
            stderr=out,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(UP_WITHIN_S * 5):
        if process.poll() is not None:
            raise RuntimeError(f"raw Rasa ended: {log.read_text()[-500:]}")
        try:
            body = {"sender": "warm-up", "message": "hello"}
            if httpx.post(f"{url}/webhooks/rest/webhook", json=body, timeout=10).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise TimeoutError("raw Rasa did not come up")
