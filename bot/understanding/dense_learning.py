"""Teaches the second voice on intents (:mod:`bot.understanding.dense`); needs torch and scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.model_selection import StratifiedKFold

from bot.understanding.dense import LEAST, DenseIntents, softmax
from bot.understanding.encoders.choice import Source
from bot.understanding.encoders.kept_vectors import kept_vectors
from bot.understanding.linear import LinearIntents, best_temperature
from bot.understanding.matrix import Matrix
from bot.understanding.script import script

_HIDDEN = 512
_ROUNDS = 12
"""Times that each sentence is read while learning."""
_BATCH = 128
_RATE = 1e-3
_FORGET_INPUT, _FORGET_HIDDEN = 0.13, 0.4
"""Shares of the network that are left out at random while learning."""
_HELD_OUT = 5
"""One sentence in so many is held out to choose the powers."""
_EQUAL = (0.7, 0.3, 1.0)
"""The powers of a language with nothing to choose them by."""


def learn(texts: Sequence[str], labels: Sequence[str], vectors: Matrix, svm_c: float) -> DenseIntents:
    """Learn from sentences and their vectors; ``svm_c`` is that of the voice it will be weighed against."""
    targets = np.array(labels)
    langs = np.array([script(text) for text in texts])
    taught, held = _held_out(targets, langs)
    no_powers = np.array([_EQUAL, _EQUAL])
    if not len(held):
        return _fit(vectors, targets, no_powers)
    with ThreadPoolExecutor(2) as cores:
        whole = cores.submit(_fit, vectors, targets, no_powers)
        most = cores.submit(_fit, vectors[taught], targets[taught], no_powers)
        reading = cores.submit(_letters, [texts[i] for i in taught], targets[taught], svm_c)
        model, part, letters = whole.result(), most.result(), reading.result()
    names = np.unique(targets)
    own, theirs = np.zeros((len(held), len(names))), np.zeros((len(held), len(names)))
    own[:, np.searchsorted(names, part.labels)] = part.chances(vectors[held])
    theirs[:, np.searchsorted(names, letters.labels)] = letters.predict([texts[i] for i in held])
    columns = np.searchsorted(names, targets[held])
    of = [langs[held] == lang for lang in ("zh", "en")]
    return replace(model, powers=np.array([_powers(own[rows], theirs[rows], columns[rows]) for rows in of]))


def _held_out(targets: Matrix, langs: Matrix) -> tuple[Matrix, Matrix]:
    """Most sentences and those on which the powers are chosen; none of these where sentences are too few."""
    strata = np.array([f"{label} {lang}" for label, lang in zip(targets, langs, strict=True)])
    folds = min(_HELD_OUT, int(np.unique(strata, return_counts=True)[1].max()))
    if folds < 2:
        return np.arange(len(targets)), np.array([], dtype=int)
    taught, held = next(iter(StratifiedKFold(folds, shuffle=True, random_state=3).split(targets, strata)))
    return taught, held


def _letters(texts: Sequence[str], targets: Matrix, svm_c: float) -> LinearIntents:
    """The other voice, without its own calibration: :func:`_powers` does that on the sentences held out."""
    return LinearIntents(svm_c, folds=0).fit(texts, [str(target) for target in targets])


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
    # Two networks may be taught at once, so each has its own source of chance.
    chance = torch.Generator().manual_seed(5)

    def layer(inputs: int, outputs: int) -> Any:
        made = torch.nn.Linear(inputs, outputs)
        reach = inputs**-0.5
        for part in made.parameters():
            torch.nn.init.uniform_(part, -reach, reach, generator=chance)
        return made

    def without_some(state: Any, share: float) -> Any:
        kept = torch.empty_like(state).bernoulli_(1 - share, generator=chance)
        return state * kept / (1 - share)

    first, second = layer(inputs.shape[1], _HIDDEN), layer(_HIDDEN, len(names))
    known = [*first.parameters(), *second.parameters()]
    optimizer = torch.optim.AdamW(known, lr=_RATE, weight_decay=0.05)
    steps = _ROUNDS * -(-len(columns) // _BATCH)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps, pct_start=0.1)
    for _ in range(_ROUNDS):
        order = torch.randperm(len(columns), generator=chance)
        for start in range(0, len(columns), _BATCH):
            rows = order[start : start + _BATCH]
            inside = first(without_some(inputs[rows], _FORGET_INPUT)).relu()
            scores = second(without_some(inside, _FORGET_HIDDEN))
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
    if not len(columns):
        return _EQUAL
    # Rasa chooses its temperature on sentences that it holds out, so here it is chosen on such too.
    scores = np.log(theirs + LEAST)
    theirs = softmax(scores / best_temperature(scores, columns))
    one, two, rows = np.log(own + LEAST), np.log(theirs + LEAST), np.arange(len(columns))

    def loss(powers: Any) -> float:
        joint = softmax(powers[0] * one + (powers[1] if len(powers) > 1 else 0.0) * two)
        return float(-np.log(joint[rows, columns] + LEAST).mean())

    def best(start: list[float]) -> list[float]:
        # No voice may speak against itself, which a handful of sentences could suggest.
        limits = [(0.1, 5.0)] * len(start)
        found = minimize(loss, start, method="Nelder-Mead", bounds=limits, options={"xatol": 0.01})
        return [float(power) for power in found.x]

    meaning, other = best([0.8, 0.4])
    return meaning, other, best([1.0])[0]


def teach(texts: Sequence[str], labels: Sequence[str], svm_c: float, source: Source, path: Path) -> None:
    """Train and save the second voice.

    Raises:
        EncoderMissing: the encoder that is configured cannot be loaded.
    """
    vectors = kept_vectors(texts, source, path.parent / "vectors.npz")
    replace(learn(texts, labels, vectors, svm_c), made_by=source.made_by).save(path)
