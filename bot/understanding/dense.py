"""The second voice on intents: a small network over the encoder's vectors, weighed against Rasa's.

Rasa's model reads letters, this one reads meaning; it knows a wording that nobody taught, and what was
taught in one language helps the other. Both voices are multiplied, each raised to a power that sentences
held out chose for the language: ``chance ~ meaning ** a * letters ** b``, so that the powers also
calibrate the result. Learning needs torch, speaking only numpy.
"""

from __future__ import annotations

import hashlib
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
_HIDDEN = 512
_ROUNDS = 12
"""Times that each sentence is read while learning."""
_BATCH = 128
_RATE = 1e-3
_FORGET_INPUT, _FORGET_HIDDEN = 0.13, 0.4
"""Shares of the network that are left out at random while learning."""
_HELD_OUT = 5
"""One sentence in so many is held out to choose the powers."""
_LEAST = 1e-6
"""Chance of an intent that a voice does not name."""
_EQUAL = (0.7, 0.3, 1.0)
"""The powers of a language with nothing to choose them by."""


@dataclass(frozen=True, slots=True)
class DenseIntents:
    """What was learned; :func:`learn` makes it, :meth:`save` and :meth:`load` keep it without pickle."""

    labels: tuple[str, ...]
    mean: Matrix
    scale: Matrix
    inner: Matrix
    inner_offset: Matrix
    outer: Matrix
    outer_offset: Matrix
    powers: Matrix
    """Rows ``zh`` and ``en``; columns: power of the meaning, of the letters, of the meaning alone."""

    def chances(self, vectors: Matrix) -> Matrix:
        """Uncalibrated probabilities, one row a vector, columns as :attr:`labels`."""
        inside = np.maximum(((vectors - self.mean) / self.scale) @ self.inner + self.inner_offset, 0)
        return _softmax(inside @ self.outer + self.outer_offset)

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
        np.savez(part, labels=np.array(self.labels), **{name: getattr(self, name) for name in _KEPT})
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> DenseIntents:
        """Read what :meth:`save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            labels = tuple(str(label) for label in kept["labels"])
            return cls(labels, **{name: kept[name] for name in _KEPT})


_KEPT = ("mean", "scale", "inner", "inner_offset", "outer", "outer_offset", "powers")


def learn(texts: Sequence[str], labels: Sequence[str], vectors: Matrix, svm_c: float) -> DenseIntents:
    """Learn from sentences and their vectors; ``svm_c`` is that of the voice it will be weighed against."""
    targets = np.array(labels)
    powers = _choose_powers(texts, targets, vectors, svm_c)
    return _fit(vectors, targets, powers)


def _choose_powers(texts: Sequence[str], targets: Matrix, vectors: Matrix, svm_c: float) -> Matrix:
    """What both voices, taught with most sentences, should weigh on the others."""
    from sklearn.model_selection import StratifiedKFold

    from bot.understanding.linear import LinearIntents

    langs = np.array([script(text) for text in texts])
    strata = np.array([f"{label} {lang}" for label, lang in zip(targets, langs, strict=True)])
    folds = min(_HELD_OUT, int(np.unique(strata, return_counts=True)[1].max()))
    if folds < 2:
        return np.array([_EQUAL, _EQUAL])
    splits = StratifiedKFold(folds, shuffle=True, random_state=3).split(texts, strata)
    taught, held = next(iter(splits))
    names = np.unique(targets)
    own, theirs = np.zeros((len(held), len(names))), np.zeros((len(held), len(names)))
    part = _fit(vectors[taught], targets[taught], np.ones((2, 3)))
    own[:, np.searchsorted(names, part.labels)] = part.chances(vectors[held])
    letters = LinearIntents(svm_c).fit([texts[i] for i in taught], [str(targets[i]) for i in taught])
    theirs[:, np.searchsorted(names, letters.labels)] = letters.predict([texts[i] for i in held])
    columns = np.searchsorted(names, targets[held])
    of = [langs[held] == lang for lang in ("zh", "en")]
    return np.array([_powers(own[rows], theirs[rows], columns[rows]) for rows in of])


def _fit(vectors: Matrix, targets: Matrix, powers: Matrix) -> DenseIntents:
    """Teach the network; the same sentences give the same network."""
    import torch
    from torch.nn import functional

    names, columns = np.unique(targets, return_inverse=True)
    mean, scale = vectors.mean(0), vectors.std(0) + 1e-6
    inputs = torch.from_numpy(((vectors - mean) / scale).astype(np.float32))
    asked = torch.from_numpy(columns)
    # Rare intents count for more, but not for as much as if all were equally common.
    weights = torch.from_numpy((len(columns) / len(names) / np.bincount(columns)) ** 0.5).float()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        first = torch.nn.Linear(inputs.shape[1], _HIDDEN)
        second = torch.nn.Linear(_HIDDEN, len(names))
        known = [*first.parameters(), *second.parameters()]
        optimizer = torch.optim.AdamW(known, lr=_RATE, weight_decay=0.05)
        steps = _ROUNDS * -(-len(columns) // _BATCH)
        pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps, pct_start=0.1)
        for _ in range(_ROUNDS):
            order = torch.randperm(len(columns))
            for start in range(0, len(columns), _BATCH):
                rows = order[start : start + _BATCH]
                inside = first(functional.dropout(inputs[rows], _FORGET_INPUT)).relu()
                scores = second(functional.dropout(inside, _FORGET_HIDDEN))
                loss: Any = functional.cross_entropy(scores, asked[rows], weight=weights)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                pace.step()
    inner, inner_offset, outer, outer_offset = (
        part.detach().numpy() for part in (first.weight.T, first.bias, second.weight.T, second.bias)
    )
    return DenseIntents(tuple(names.tolist()), mean, scale, inner, inner_offset, outer, outer_offset, powers)


def _powers(own: Matrix, theirs: Matrix, columns: Matrix) -> tuple[float, float, float]:
    """The powers under which the sentences held out are likeliest."""
    from scipy.optimize import minimize

    if not len(columns):
        return _EQUAL
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
    learn(texts, labels, kept_vectors(texts, weights, path.parent / "vectors.npz"), svm_c).save(path)
    return True


def kept_vectors(texts: Sequence[str], weights: Path, store: Path) -> Matrix:
    """A vector for each text; those of the last training are read from ``store``, which is then renewed.

    Reading 40 000 sentences takes a minute or two, and from one training to the next few of them change.
    """
    made_by = _maker(weights)
    known: dict[str, Matrix] = {}
    if store.exists():
        with np.load(store, allow_pickle=False) as kept:
            if str(kept["made_by"]) == made_by:
                known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))
    distinct = list(dict.fromkeys(texts))
    fresh = [text for text in distinct if text not in known]
    if fresh:
        from bot.understanding.encoder import SentenceEncoder

        # Half precision loses nothing that learning would notice, and is the same with and without the store.
        known.update(zip(fresh, SentenceEncoder(weights).encode(fresh).astype(np.float16), strict=True))
        part = store.with_suffix(".part.npz")
        rows = np.array([known[text] for text in distinct])
        np.savez(part, made_by=np.array(made_by), texts=np.array(distinct), vectors=rows)
        part.replace(store)
    return np.array([known[text] for text in texts], dtype=np.float32)


def _maker(weights: Path) -> str:
    """Changes with whatever changes a vector."""
    digest = hashlib.sha256()
    for name in ("encoder.py", "e5.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    return f"{weights.name} {weights.stat().st_size} {digest.hexdigest()[:16]}"


def _softmax(scores: Matrix) -> Matrix:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
