"""The second voice on intents: a small network over the encoder's vectors, weighed against Rasa's.

Rasa's model reads letters, this one reads meaning; it knows a wording that nobody taught, and what was
taught in one language helps the other. Both voices are multiplied, each raised to a power that sentences
held out chose for the language: ``chance ~ meaning ** a * letters ** b``, so that the powers also
calibrate the result. Speaking needs numpy only; learning is in :mod:`bot.understanding.dense_learning`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.understanding.matrix import Matrix
from domain.understanding import IntentGuess

LEAST = 1e-6
"""Chance of an intent that a voice does not name."""


@dataclass(frozen=True, slots=True)
class DenseIntents:
    """What :func:`bot.understanding.dense_learning.learn` learned; kept without pickle."""

    labels: tuple[str, ...]
    mean: Matrix
    scale: Matrix
    inner: Matrix
    inner_offset: Matrix
    outer: Matrix
    outer_offset: Matrix
    powers: Matrix
    """Rows ``zh`` and ``en``; columns: power of the meaning, of the letters, of the meaning alone."""
    made_by: str = ""
    """The encoder whose vectors were learned, :attr:`bot.understanding.encoders.choice.Source.made_by`."""

    def chances(self, vectors: Matrix) -> Matrix:
        """Uncalibrated probabilities, one row a vector, columns as :attr:`labels`."""
        inside = np.maximum(((vectors - self.mean) / self.scale) @ self.inner + self.inner_offset, 0)
        return softmax(inside @ self.outer + self.outer_offset)

    def weigh(
        self, vector: Matrix, lang: str, letters: Sequence[IntentGuess] | None
    ) -> tuple[IntentGuess, ...]:
        """Both voices as one ranking; ``letters`` is Rasa's, None while it does not answer."""
        meaning, other, alone = self.powers[("zh", "en").index(lang)]
        own = np.log(self.chances(vector[None])[0] + LEAST)
        if letters is None:
            joint = softmax(alone * own[None])[0]
        else:
            said = {guess.name: guess.confidence for guess in letters}
            theirs = np.log(np.array([said.get(label, 0.0) for label in self.labels]) + LEAST)
            joint = softmax((meaning * own + other * theirs)[None])[0]
        return tuple(IntentGuess(self.labels[i], float(joint[i])) for i in joint.argsort()[::-1])

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        part = path.with_suffix(".part.npz")
        kept = {name: getattr(self, name) for name in _KEPT}
        np.savez(part, labels=np.array(self.labels), made_by=np.array(self.made_by), **kept)
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> DenseIntents:
        """Read what :meth:`save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            labels = tuple(str(label) for label in kept["labels"])
            made_by = str(kept["made_by"]) if "made_by" in kept else ""
            return cls(labels, **{name: kept[name] for name in _KEPT}, made_by=made_by)


_KEPT = ("mean", "scale", "inner", "inner_offset", "outer", "outer_offset", "powers")


def softmax(scores: Matrix) -> Matrix:
    """Rows of scores as probabilities."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
