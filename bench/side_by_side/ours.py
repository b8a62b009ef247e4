"""Our whole understanding: rules, entities, Rasa and encoder, in a process of its own."""

from __future__ import annotations

import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import yaml

from bench.launch import HOUSE, free_port
from bench.side_by_side.contestant import Service, Tell, need_rasa, serving
from bot.understanding.data import NLU_DATA
from bot.understanding.teaching import Example
from bot.understanding.train import RASA_PYTHON, train
from domain.understanding import Danger, Entity, IntentGuess, Understanding


class Ours:
    """See the module; ``python`` is the interpreter of Rasa's environment."""

    name = "Shouwen"

    def __init__(self, python: Path = RASA_PYTHON) -> None:
        self._python = python

    def check(self, tell: Tell) -> None:  # noqa: ARG002 (nothing takes long)
        """See :meth:`Contestant.check`."""
        need_rasa(self._python)

    def train(self, taught: Sequence[Example], folder: Path, tell: Tell) -> None:
        """See :meth:`Contestant.train`: ``make train`` on these sentences, without the articles."""
        data = folder / "nlu_data"
        shutil.copytree(NLU_DATA, data, ignore=shutil.ignore_patterns("intents", "knowledge", "*.txt"))
        write_language(taught, data / "intents")
        train(
            data,
            folder / "models",
            if_needed=False,
            progress=tell,
            python=self._python,
            all_intents=False,
        )

    def serve(self, folder: Path) -> AbstractContextManager[Service]:
        """See :meth:`Contestant.serve`."""
        port = free_port()
        command = [sys.executable, "-m", "bench.side_by_side.our_service", str(folder / "models")]
        command += [str(self._python), str(port)]
        env = {**os.environ, "PYTHONPATH": str(HOUSE)}
        return serving(command, port, "/parse", read, cwd=folder, env=env)


def write_language(taught: Sequence[Example], folder: Path) -> None:
    """The sentences as language files, one an intent."""
    folder.mkdir(parents=True)
    lines: dict[str, list[str]] = defaultdict(list)
    for example in taught:
        lines[example.intent].append(f"- {example.text}\n")
    for intent, own in lines.items():
        blocks = {"version": "3.1", "nlu": [{"intent": intent, "examples": "".join(own)}]}
        (folder / f"{intent}.yml").write_text(yaml.safe_dump(blocks, allow_unicode=True), encoding="utf-8")


def read(text: str, lang: str, answer: dict[str, Any]) -> Understanding:  # noqa: ARG001 (we tell it ourselves)
    """The value as it was before it went over the wire."""
    return Understanding(
        **answer
        | {
            "ranking": tuple(IntentGuess(**guess) for guess in answer["ranking"]),
            "entities": tuple(Entity(**entity) for entity in answer["entities"]),
            "danger": Danger(**answer["danger"]) if answer["danger"] else None,
            "second": IntentGuess(**answer["second"]) if answer["second"] else None,
            "hinges": tuple(answer["hinges"]),
        }
    )
