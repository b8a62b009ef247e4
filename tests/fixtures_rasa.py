"""A Rasa of this test run, trained on the product's own language files and shared by all tests.

``tests/conftest.py`` imports these. The model is kept under ``.rasa/models`` so that the next run only
trains again when the language files, the pipeline or the code that learns have changed.
"""

from __future__ import annotations

import fcntl
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.understanding.data import NLU_DATA
from bot.understanding.process import RasaProcess
from bot.understanding.train import HOUSE, RASA_PYTHON, train


@dataclass(frozen=True, slots=True)
class RunningRasa:
    """Where it answers, and the process itself."""

    url: str
    token: str
    process: RasaProcess
    model: Path


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def rasa_model() -> Path:
    """The trained model's file; parallel test workers train it once."""
    models = HOUSE / ".rasa" / "models"
    models.mkdir(parents=True, exist_ok=True)
    with (models / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return train(NLU_DATA, models, python=RASA_PYTHON)


@pytest.fixture(scope="session")
def rasa_server(rasa_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRasa]:
    """A Rasa that answers with that model."""
    token = secrets.token_hex(8)
    process = RasaProcess(
        RASA_PYTHON, rasa_model, free_port(), token, tmp_path_factory.mktemp("rasa") / "rasa.log"
    )
    process.start()
    try:
        process.wait_ready()
        yield RunningRasa(process.url, token, process, rasa_model)
    finally:
        process.stop()
