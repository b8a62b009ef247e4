"""The second voice on intents: a linear model over the encoder's vectors, weighed against Rasa's.

Rasa's model reads letters, this one reads meaning; it knows a wording that nobody taught, and what was
taught in one language helps the other. Both voices are multiplied, each raised to a power that
cross-validation chose for the language: ``chance ~ meaning ** a * letters ** b``, so that the powers also
calibrate the result.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.understanding.e5 import Matrix, find_weights, is_genuine
from bot.understanding.script import script
from domain.understanding import IntentGuess

_log = logging.getLogger(__name__)
_C = 20.0
"""Inverse regularisation of the logistic regression."""
_FOLDS = 4
_LEAST = 1e-6
"""Chance of an intent that a voice does not name."""


@dataclass(frozen=True, slots=True)
class DenseIntents:
    """What was learned; :func:`learn` makes it, :meth:`save` and :meth:`load` keep it without pickle."""

    labels: tuple[str, ...]
    mean: Matrix
    scale: Matrix
    weights: Matrix
    offset: Matrix
    powers: Matrix
    """Rows ``zh`` and ``en``; columns: power of the meaning, of the letters, of the meaning alone."""

    def chances(self, vectors: Matrix) -> Matrix:
        """Uncalibrated probabilities, one row a vector, columns as :attr:`labels`."""
        return _softmax(((vectors - self.mean) / self.scale) @ self.weights.T + self.offset)

    def weigh(
        self, vector: Matrix, lang: str, letters: Sequence[IntentGuess] | None
    ) -> tuple[IntentGuess, ...]:
        """Both voices as one ranking; ``letters`` is Rasa's, None while it does not answer."""
        meaning, other, alone = self.powers[("zh", "en").index(lang)]
        own = np.log(self.chances(vector[None])[0] + _LEAST)
        if letters is None:
            joint = _softmax(alone * own[None])[0]
        else:
            said = {guess.name: guess.confidence for guess in letters}
            theirs = np.log(np.array([said.get(label, 0.0) for label in self.labels]) + _LEAST)
            joint = _softmax((meaning * own + other * theirs)[None])[0]
        return tuple(IntentGuess(self.labels[i], float(joint[i])) for i in joint.argsort()[::-1])

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        part = path.with_suffix(".part.npz")
        np.savez(
            part, labels=np.array(self.labels), mean=self.mean, scale=self.scale, weights=self.weights,
            offset=self.offset, powers=self.powers,
        )  # fmt: skip
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> DenseIntents:
        """Read what :meth:`save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            labels = tuple(str(label) for label in kept["labels"])
            rest = {name: kept[name] for name in ("mean", "scale", "weights", "offset", "powers")}
        return cls(labels, **rest)


def learn(texts: Sequence[str], labels: Sequence[str], vectors: Matrix, svm_c: float) -> DenseIntents:
    """Learn from sentences and their vectors; ``svm_c`` is that of the voice it will be weighed against."""
    from sklearn.model_selection import StratifiedKFold

    from bot.understanding.linear import LinearIntents

    langs = np.array([script(text) for text in texts])
    targets = np.array(labels)
    names = sorted(set(labels))
    own, theirs = np.zeros((len(texts), len(names))), np.zeros((len(texts), len(names)))
    strata = [f"{label} {lang}" for label, lang in zip(labels, langs, strict=True)]
    for taught, held in StratifiedKFold(_FOLDS, shuffle=True, random_state=3).split(texts, strata):
        part = _fit(vectors[taught], targets[taught])
        letters = LinearIntents(svm_c).fit([texts[i] for i in taught], [str(targets[i]) for i in taught])
        own[np.ix_(held, np.searchsorted(names, part.labels))] = part.chances(vectors[held])
        said = letters.predict([texts[i] for i in held])
        theirs[np.ix_(held, np.searchsorted(names, letters.labels))] = said
    columns = np.searchsorted(names, targets)
    of = [langs == lang for lang in ("zh", "en")]
    powers = np.array([_powers(own[rows], theirs[rows], columns[rows]) for rows in of])
    whole = _fit(vectors, targets)
    return DenseIntents(whole.labels, whole.mean, whole.scale, whole.weights, whole.offset, powers)


def _fit(vectors: Matrix, targets: Matrix) -> DenseIntents:
    from sklearn.linear_model import LogisticRegression

    mean, scale = vectors.mean(0), (vectors.std(0) + 1e-6) * np.sqrt(vectors.shape[1])
    model = LogisticRegression(C=_C, class_weight="balanced", max_iter=200, tol=1e-3)
    model.fit((vectors - mean) / scale, targets)
    weights, offset = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        # scikit-learn keeps one row for two classes.
        weights, offset = np.vstack([-weights, weights]) / 2, np.array([-offset[0], offset[0]]) / 2
    equal = np.array([[0.7, 0.3, 1.0]] * 2)
    return DenseIntents(tuple(model.classes_), mean, scale, weights, offset, equal)


def _powers(own: Matrix, theirs: Matrix, columns: Matrix) -> tuple[float, float, float]:
    """The powers under which the sentences held out are likeliest."""
    from scipy.optimize import minimize

    if not len(columns):
        return 0.7, 0.3, 1.0
    one, two, rows = np.log(own + _LEAST), np.log(theirs + _LEAST), np.arange(len(columns))

    def loss(powers: Any) -> float:
        joint = _softmax(powers[0] * one + (powers[1] if len(powers) > 1 else 0.0) * two)
        return float(-np.log(joint[rows, columns] + _LEAST).mean())

    def best(start: list[float]) -> list[float]:
        # No voice may speak against itself, which a handful of sentences could suggest.
        limits = [(0.1, 5.0)] * len(start)
        found = minimize(loss, start, method="Nelder-Mead", bounds=limits, options={"xatol": 0.01})
        return [float(power) for power in found.x]

    meaning, other = best([0.8, 0.4])
    return meaning, other, best([1.0])[0]


def teach(texts: Sequence[str], labels: Sequence[str], svm_c: float, path: Path) -> bool:
    """Train and save the second voice; False when the encoder's weights are missing or not the known ones."""
    weights = find_weights()
    if weights is None:
        return False
    if not is_genuine(weights):
        _log.warning("the encoder's weights are not those that were measured; going on without them")
        return False
    from bot.understanding.encoder import SentenceEncoder

    learn(texts, labels, SentenceEncoder(weights).encode(texts), svm_c).save(path)
    return True


def _softmax(scores: Matrix) -> Matrix:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
