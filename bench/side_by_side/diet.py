"""DIET's default pipeline: Rasa 3.6 as it comes, taught our intents and entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import yaml

from bench.launch import free_port
from bench.side_by_side.contestant import Service, Tell, need_rasa, run_to_end, serving
from bench.side_by_side.sentences import annotated
from bot.understanding.teaching import Example
from bot.understanding.train import RASA_PYTHON, rasa_surroundings
from domain.understanding import ENGINE_RASA, UNKNOWN, Entity, IntentGuess, Understanding

CONFIG = Path(__file__).with_name("diet.yml")
_UNSURE = "nlu_fallback"


class Diet:
    """See the module; ``python`` is the interpreter of Rasa's environment."""

    name = "DIET, default pipeline of Rasa 3.6"

    def __init__(self, python: Path = RASA_PYTHON) -> None:
        self._python = python

    def check(self, tell: Tell) -> None:  # noqa: ARG002 (nothing takes long)
        """See :meth:`Contestant.check`."""
        need_rasa(self._python)

    def train(self, taught: Sequence[Example], folder: Path, tell: Tell) -> None:
        """See :meth:`Contestant.train`."""
        lines: dict[str, list[str]] = defaultdict(list)
        for example in taught:
            lines[example.intent].append(f"- {annotated(example)}\n")
        blocks = [{"intent": name, "examples": "".join(own)} for name, own in lines.items()]
        nlu = folder / "nlu.yml"
        nlu.write_text(
            yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8"
        )
        command = [
            str(self._python),
            "-m",
            "rasa",
            "train",
            "nlu",
            "--nlu",
            str(nlu),
            "--config",
            str(CONFIG),
        ]
        command += ["--out", str(folder), "--fixed-model-name", "diet"]
        run_to_end(
            command,
            cwd=folder,
            env=rasa_surroundings(folder),
            tell=tell,
            shows=r"Epochs:\s+\d+%|train component '\w+",
        )

    def serve(self, folder: Path) -> AbstractContextManager[Service]:
        """See :meth:`Contestant.serve`."""
        port = free_port()
        command = [
            str(self._python),
            "-m",
            "rasa",
            "run",
            "--enable-api",
            "--model",
            str(folder / "diet.tar.gz"),
        ]
        command += ["--interface", "127.0.0.1", "--port", str(port)]
        return serving(command, port, "/model/parse", read, cwd=folder, env=rasa_surroundings(folder))


def read(text: str, lang: str, answer: dict[str, Any]) -> Understanding:
    """Rasa's answer; where it was unsure and fell back, what it would have said counts."""
    ranking = tuple(
        IntentGuess(g["name"], float(g["confidence"]))
        for g in answer["intent_ranking"]
        if g["name"] != _UNSURE
    )
    entities = tuple(
        Entity(e["entity"], text[e["start"] : e["end"]], str(e["value"]), e["start"], e["end"])
        for e in answer["entities"]
    )
    best = ranking[0] if ranking else IntentGuess(UNKNOWN, 0.0)
    return Understanding(text, lang, best.name, best.confidence, ranking, entities, engine=ENGINE_RASA)
