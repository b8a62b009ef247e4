"""Holds the second voice of this process: loaded when work begins, renewed when a new model was trained."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Protocol

from bot.understanding.dense import DenseIntents
from bot.understanding.e5 import Matrix, find_weights
from bot.understanding.script import script
from domain.understanding import IntentGuess

_log = logging.getLogger(__name__)
_REMEMBERED = 2_000
"""Vectors kept: people greet and press the same buttons all day."""


class Encoder(Protocol):
    """Turns texts into vectors, one row each."""

    def encode(self, texts: Sequence[str]) -> Matrix: ...


class Meaning:
    """Weighs Rasa's ranking against the encoder's, once :meth:`refresh` has found a model; safe between threads.

    Args:
        models_dir: where ``dense-*.npz`` lies.
    """  # noqa: E501

    def __init__(self, models_dir: Path) -> None:
        self._models_dir = models_dir
        self._encoder: Encoder | None = None
        self._model: DenseIntents | None = None
        self._loaded: tuple[str, float] | None = None
        self._lock = Lock()
        self._vector = lru_cache(_REMEMBERED)(self._encode)

    def refresh(self) -> bool:
        """Load the newest model if it is another than the present one; whether there is any.

        The first call imports torch and reads the weights, which takes seconds: not on a customer's time.
        """
        with self._lock:
            newest = newest_dense(self._models_dir)
            weights = find_weights()
            if newest is None or weights is None:
                return self._model is not None
            stamp = (newest.name, newest.stat().st_mtime)
            if stamp != self._loaded:
                if self._encoder is None:
                    from bot.understanding.encoder import SentenceEncoder

                    self._encoder = SentenceEncoder(weights)
                self._model, self._loaded = DenseIntents.load(newest), stamp
                _log.info("intents by meaning: %s", newest.name)
            return True

    def weigh(self, text: str, letters: Sequence[IntentGuess] | None) -> tuple[IntentGuess, ...] | None:
        """The joint ranking of a model text; Rasa's ``letters`` as they are while nothing is loaded."""
        model = self._model
        if model is None:
            return tuple(letters) if letters is not None else None
        return model.weigh(self._vector(text), script(text), letters)

    def _encode(self, text: str) -> Matrix:
        assert self._encoder is not None  # noqa: S101 (loaded before the model)
        return self._encoder.encode([text])[0]


def newest_dense(models_dir: Path) -> Path | None:
    """The model of the second voice that was trained or chosen last."""
    models = [path for path in models_dir.glob("dense-*.npz") if ".part" not in path.name]
    return max(models, key=lambda path: path.stat().st_mtime, default=None)
