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
from bot.understanding.linear import LinearIntents
from bot.understanding.model_text import model_text
from bot.understanding.teaching import read_examples


def cross_validate(data_dir: Path = NLU_DATA, folds: int = 5, svm_c: float = 0.6) -> dict[str, float]:
    """Accuracy overall and by language, out-of-scope AUROC; prints the worst confusions."""
    examples = read_examples(data_dir)
    texts = [model_text(e.text) for e in examples]
    labels = np.array([e.intent for e in examples])
    langs = np.array([e.lang for e in examples])
    guesses = np.empty(len(examples), dtype=object)
    inside = np.zeros(len(examples))
    confidence = np.zeros(len(examples))
    for train, held in StratifiedKFold(folds, shuffle=True, random_state=1).split(texts, labels):
        fitted = LinearIntents(svm_c).fit([texts[i] for i in train], [str(labels[i]) for i in train])
        chances = fitted.predict([texts[i] for i in held])
        guesses[held] = np.array(fitted.labels)[chances.argmax(axis=1)]
        confidence[held] = chances.max(axis=1)
        inside[held] = [_inside(row, fitted.labels) for row in chances]
    right = guesses == labels
    result = {"n": float(len(examples)), "accuracy": float(right.mean())}
    for lang in ("zh", "en"):
        result[f"accuracy_{lang}"] = float(right[langs == lang].mean())
    outside = labels == "out_of_scope"
    if outside.any() and not outside.all():
        result["oos_auroc"] = float(roc_auc_score(~outside, inside))
    result["mean_confidence"] = float(confidence.mean())
    _print_confusions(labels, guesses, langs)
    return result


def _inside(row: np.ndarray, labels: list[str]) -> float:
    return float(max((p for p, name in zip(row, labels, strict=True) if name != "out_of_scope"), default=0.0))


def _print_confusions(labels: np.ndarray, guesses: np.ndarray, langs: np.ndarray) -> None:
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
