"""NLP.js (``node-nlp`` of npm, pinned in ``nlpjs/``) with its own settings, behind a small server."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from bench.launch import free_port
from bench.side_by_side.contestant import Service, Tell, run_to_end, serving
from bot.understanding.teaching import Example
from domain.errors import Unavailable
from domain.understanding import ENGINE_NONE, UNKNOWN, IntentGuess, Understanding

HOME = Path(__file__).with_name("nlpjs")
_NOTHING = "None"
"""What NLP.js calls a sentence that it knows nothing about."""
_MIB = 8192
"""Node's own limit on memory is for web pages; so much is allowed while it learns."""


class NlpJs:
    """See the module; ``home`` holds ``package.json``, its lock and the two scripts."""

    name = "NLP.js"

    def __init__(self, home: Path = HOME, path: str | None = None) -> None:
        self._home, self._path = home, path

    def check(self, tell: Tell) -> None:
        """See :meth:`Contestant.check`; installs the package where the lock has not been installed yet."""
        node, npm = (shutil.which(name, path=self._path) for name in ("node", "npm"))
        if not node or not npm:
            raise Unavailable(
                "NLP.js needs node 18 or newer and npm (Debian: apt-get install nodejs npm); "
                'or leave it out: make bench ARGS="--understanding --only ours,diet"'
            )
        lock, stamp = self._home / "package-lock.json", self._home / "node_modules" / ".installed-from"
        if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
            tell("installing NLP.js")
            # Its packages need no scripts to be installed, and none is run.
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            run_to_end(command, cwd=self._home, env=dict(os.environ), tell=tell, shows=r"^added .*")
            shutil.copy(lock, stamp)

    def train(self, taught: Sequence[Example], folder: Path, tell: Tell) -> None:
        """See :meth:`Contestant.train`."""
        sentences = folder / "sentences.jsonl"
        with sentences.open("w", encoding="utf-8") as file:
            for one in taught:
                row = {"text": one.text, "lang": one.lang, "intent": one.intent}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        tell(f"{len(taught)} sentences")
        command = self._node("train.js", str(sentences), str(folder / "model.nlp"))
        run_to_end(command, cwd=folder, env=dict(os.environ), tell=tell, shows=r"^Epoch.*")

    def serve(self, folder: Path) -> AbstractContextManager[Service]:
        """See :meth:`Contestant.serve`."""
        port = free_port()
        command = self._node("serve.js", str(folder / "model.nlp"), str(port))
        return serving(command, port, "/parse", read, cwd=folder, env=dict(os.environ))

    def _node(self, script: str, *arguments: str) -> list[str]:
        return ["node", f"--max-old-space-size={_MIB}", str(self._home / script), *arguments]


def read(text: str, lang: str, answer: dict[str, Any]) -> Understanding:
    """The classifications of NLP.js as a ranking; it was told the language, and knows no entities of ours."""
    said = [(c["intent"], float(c["score"])) for c in answer["classifications"] if c["intent"] != _NOTHING]
    ranking = tuple(IntentGuess(name, score) for name, score in said)
    intent, score = answer["intent"], float(answer["score"])
    if intent == _NOTHING:
        return Understanding(text, lang, UNKNOWN, 0.0, ranking, engine=ENGINE_NONE)
    return Understanding(text, lang, intent, score, ranking, engine=ENGINE_NONE)
