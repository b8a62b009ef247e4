"""``eval``: measures the whole understanding on a labelled file, with a Rasa of its own."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

from app.preparing import prepare_all
from app.progress import step
from app.settings import Settings
from app.wiring import build_understanding, build_utility, rasa_process
from bot.understanding.evaluate import evaluate
from domain.clock import SystemClock
from store.embedded import EmbeddedCache

AT_ONCE = 2


def evaluate_file(settings: Settings, file: Path) -> dict[str, Any]:
    """The measures of ``file``; a readable table goes to standard error.

    Raises:
        BadRequest: a line of the file is malformed; the text names it.
    """
    own = settings.model_copy(update={"rasa_port": settings.rasa_port or _free_port()})
    model = prepare_all(own)
    clock = SystemClock()
    process = rasa_process(own, model)
    process.start()
    try:
        with step("Starting the intent engine") as running:
            process.wait_ready(running.tell)
        understanding = build_understanding(own, build_utility(own, clock), EmbeddedCache())
        with step("Loading the encoder") as running:
            if not understanding.refresh():
                running.tell("none installed: Rasa alone")
        return evaluate(file, understanding, workers=AT_ONCE, now=clock.now(), table=sys.stderr)
    finally:
        process.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
