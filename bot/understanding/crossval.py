"""Cross-validation of the intent model on the language files: ``python -m bot.understanding.crossval``.

Says how much language there is, how well each language does on sentences that the model has not seen, and
which intents are confused, so that the next sentences are written where they help.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from bot.understanding.data import NLU_DATA
from bot.understanding.dense import learn
from bot.understanding.e5 import Matrix, find_weights
from bot.understanding.linear import LinearIntents
from bot.understanding.model_text import model_text
from bot.understanding.script import script
from bot.understanding.teaching import read_examples
from domain.understanding import IntentGuess


def cross_validate(data_dir: Path = NLU_DATA, folds: int = 5, svm_c: float = 0.6) -> dict[str, float]:
    """Accuracy overall and by language, out-of-scope AUROC, calibration; prints the worst confusions."""
    examples = read_examples(data_dir)
    texts = [model_text(e.text) for e in examples]
    labels = np.array([e.intent for e in examples])
    langs = np.array([e.lang for e in examples])
    names = np.array(sorted(set(labels)))
    weights = find_weights()
    vectors = _vectors(weights, texts) if weights else None
    letters, joint = np.zeros((len(texts), len(names))), np.zeros((len(texts), len(names)))
    strata = [f"{label} {lang}" for label, lang in zip(labels, langs, strict=True)]
    for train, held in StratifiedKFold(folds, shuffle=True, random_state=1).split(texts, strata):
        known, asked = [texts[i] for i in train], [texts[i] for i in held]
        fitted = LinearIntents(svm_c).fit(known, [str(labels[i]) for i in train])
        letters[np.ix_(held, np.searchsorted(names, fitted.labels))] = fitted.predict(asked)
        if vectors is not None:
            dense = learn(known, [str(labels[i]) for i in train], vectors[train], svm_c)
            for row, text in zip(held, asked, strict=True):
                said = [IntentGuess(str(n), float(p)) for n, p in zip(names, letters[row], strict=True)]
                for guess in dense.weigh(vectors[row], script(text), said):
                    joint[row, np.searchsorted(names, guess.name)] = guess.confidence
    result = {"n": float(len(examples)), **_measures("letters", letters, names, labels, langs)}
    if vectors is not None:
        result.update(_measures("joint", joint, names, labels, langs))
    best = letters if vectors is None else joint
    _print_confusions(labels, names[best.argmax(axis=1)], langs)
    return result


def _vectors(weights: Path, texts: list[str]) -> Matrix:
    from bot.understanding.encoder import SentenceEncoder

    return SentenceEncoder(weights).encode(texts)


def _measures(voice: str, chances: Matrix, names: Matrix, labels: Matrix, langs: Matrix) -> dict[str, float]:
    right = names[chances.argmax(axis=1)] == labels
    result = {f"{voice} accuracy": float(right.mean())}
    for lang in ("zh", "en"):
        result[f"{voice} accuracy {lang}"] = float(right[langs == lang].mean())
    outside = labels == "out_of_scope"
    if outside.any() and not outside.all():
        result[f"{voice} out-of-scope AUROC"] = float(roc_auc_score(outside, _outside(chances, names)))
    result[f"{voice} calibration error"] = _calibration_error(chances.max(axis=1), right)
    return result


def _outside(chances: Matrix, names: Matrix) -> Matrix:
    """As the evaluation reckons it: out_of_scope's chance less that of the best intent inside."""
    column = names == "out_of_scope"
    return chances[:, column].ravel() - chances[:, ~column].max(axis=1)


def _calibration_error(confidence: Matrix, right: Matrix) -> float:
    """Expected calibration error over ten equal steps of confidence."""
    step = np.minimum((confidence * 10).astype(int), 9)
    gaps = [
        abs(confidence[step == s].mean() - right[step == s].mean()) * (step == s).sum() for s in set(step)
    ]
    return float(sum(gaps) / len(right))


def _print_confusions(labels: Matrix, guesses: Matrix, langs: Matrix) -> None:
    pairs = Counter((a, b) for a, b in zip(labels, guesses, strict=True) if a != b)
    for name in sorted(set(labels)):
        of = labels == name
        shares = [
            f"{lang} {np.mean(guesses[of & (langs == lang)] == name):.2f}"
            for lang in ("zh", "en")
            if (of & (langs == lang)).any()
        ]
        print(f"{name:30} {of.sum():4d}  {'  '.join(shares)}")  # noqa: T201
    for (gold, guess), count in pairs.most_common(25):
        print(f"{count:4d}  {gold} -> {guess}")  # noqa: T201


if __name__ == "__main__":
    for key, value in cross_validate(svm_c=float(sys.argv[1]) if len(sys.argv) > 1 else 0.6).items():
        print(f"{key}: {value:.3f}")  # noqa: T201
