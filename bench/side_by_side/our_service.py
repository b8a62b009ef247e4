"""Our understanding over HTTP, so that it can be asked as the others are: ``python -m … MODELS PYTHON PORT``.

The product calls it inside its own process; here one more step over the loopback is counted against it. No
utility is behind it, so the places it knows are those of the word lists.
"""

from __future__ import annotations

import secrets
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from bench.launch import HOUSE, free_port
from bot.understanding.cascade import build_understander
from bot.understanding.process import RasaProcess
from bot.understanding.train import newest_model
from domain.clock import SystemClock


class Question(BaseModel):
    """One message."""

    text: str
    lang: str = ""


def main(models_dir: Path, rasa_python: Path, port: int) -> None:
    """Start Rasa, load the encoder, and answer until told to end."""
    clock, token = SystemClock(), secrets.token_hex(16)
    model = newest_model(models_dir)
    if model is None:
        raise SystemExit(f"no model in {models_dir}")
    rasa = RasaProcess(rasa_python, model, free_port(), token, models_dir / "rasa.log")
    rasa.start()
    try:
        rasa.wait_ready()
        understanding = build_understander(HOUSE / "config.yml", rasa.url, token, models_dir=models_dir)
        understanding.refresh()
        service = FastAPI()

        @service.post("/parse")
        async def parse(question: Question) -> dict[str, Any]:
            return asdict(understanding.understand(question.text, now=clock.now(), lang_hint=question.lang))

        uvicorn.run(service, host="127.0.0.1", port=port, log_level="warning", access_log=False)
    finally:
        rasa.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
