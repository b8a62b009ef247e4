"""The intent model: sparse n-grams of the whole sentence, one linear model a language, calibrated.

Pure numpy and scikit-learn, so that Rasa's process and the cross-validation use the very same code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.understanding.script import script

_TEMPERATURES = np.geomspace(0.02, 3.0, 50)

Matrix = Any
"""A numpy array; scikit-learn carries no types."""


class LinearIntents:
    """Two models, Chinese and English, behind one ``predict``.

    Args:
        svm_c: inverse regularisation of the linear SVM.
        folds: folds on which the temperature of the confidences is chosen; below two it stays 1.
    """

    def __init__(self, svm_c: float = 0.6, folds: int = 4) -> None:
        self.svm_c, self.folds = svm_c, int(folds)
        self.labels: list[str] = []
        self._models: dict[str, _OneLanguage] = {}

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> LinearIntents:
        """Learn; a language with fewer than two intents is left to the other language's model."""
        self.labels = sorted(set(labels))
        index = {label: i for i, label in enumerate(self.labels)}
        for lang in ("zh", "en"):
            rows = [i for i, text in enumerate(texts) if script(text) == lang]
            targets = np.array([index[labels[i]] for i in rows])
            if len(set(targets.tolist())) > 1:
                model = _OneLanguage(lang, self.svm_c)
                self._models[lang] = model.fit([texts[i] for i in rows], targets, self.folds)
        return self

    def predict(self, texts: Sequence[str]) -> Matrix:
        """Probabilities, one row a text, columns as :attr:`labels`; all zero when nothing was learned."""
        out = np.zeros((len(texts), len(self.labels)))
        for lang in ("zh", "en"):
            rows = [i for i, text in enumerate(texts) if script(text) == lang]
            model = self._models.get(lang) or next(iter(self._models.values()), None)
            if rows and model is not None:
                out[np.ix_(rows, model.classes)] = model.predict([texts[i] for i in rows])
        return out


class _OneLanguage:
    """A vocabulary, and the weight of each n-gram for each intent; how it was fitted is forgotten."""

    def __init__(self, lang: str, svm_c: float) -> None:
        self.lang, self.svm_c = lang, svm_c
        self.temperature = 1.0
        self.classes: Matrix = np.array([], dtype=int)

    def fit(self, texts: Sequence[str], targets: Matrix, folds: int) -> _OneLanguage:
        smallest = int(np.bincount(targets)[np.unique(targets)].min())
        folds = min(folds, smallest)
        if folds >= 2:
            self.temperature = self._calibrate(texts, targets, folds)
        self._fit(texts, targets)
        return self

    def predict(self, texts: Sequence[str]) -> Matrix:
        return _softmax(self._scores(texts) / self.temperature)

    def _fit(self, texts: Sequence[str], targets: Matrix) -> None:
        self.classes = np.unique(targets)
        vectorizers = _vectorizers(self.lang)
        features = csr_matrix(hstack([v.fit_transform(texts) for v in vectorizers]))
        svm = LinearSVC(C=self.svm_c, class_weight="balanced").fit(features, targets)
        self._vocabularies = [v.vocabulary_ for v in vectorizers]
        self._rarities = [v.idf_ for v in vectorizers]
        # One row an n-gram, so that a sentence touches only the rows of its own.
        first = np.cumsum([0, *(len(v) for v in self._vocabularies)])
        weights = np.ascontiguousarray(svm.coef_.T, dtype=np.float32)
        self._weights = [weights[start:end] for start, end in pairwise(first)]
        self._offset = svm.intercept_

    def _scores(self, texts: Sequence[str]) -> Matrix:
        margins = np.array([self._margins(text) for text in texts])
        return np.c_[-margins, margins] if margins.shape[1] == 1 else margins

    def _margins(self, text: str) -> Matrix:
        """What scikit-learn would say of its vectorizers and its SVM, without a matrix for one sentence."""
        margins = self._offset.astype(float)
        for analyze, vocabulary, rarity, weights in zip(
            _analyzers(self.lang), self._vocabularies, self._rarities, self._weights, strict=True
        ):
            counts = Counter(vocabulary[gram] for gram in analyze(text) if gram in vocabulary)
            if counts:
                grams = np.fromiter(counts, int, len(counts))
                often = np.fromiter(counts.values(), float, len(counts))
                shares = (1 + np.log(often)) * rarity[grams]
                margins += (shares / np.linalg.norm(shares)) @ weights[grams]
        return margins

    def _calibrate(self, texts: Sequence[str], targets: Matrix, folds: int) -> float:
        """The temperature that makes held-out confidences likeliest."""
        scores = np.zeros((len(texts), len(np.unique(targets))))
        for train, held in StratifiedKFold(folds, shuffle=True, random_state=7).split(texts, targets):
            self._fit([texts[i] for i in train], targets[train])
            scores[held] = self._scores([texts[i] for i in held])
        return best_temperature(scores, np.searchsorted(self.classes, targets))


def best_temperature(scores: Matrix, columns: Matrix) -> float:
    """The temperature under which the right columns of held-out scores are likeliest."""
    rows = np.arange(len(columns))
    losses = [-np.log(_softmax(scores / t)[rows, columns] + 1e-12).mean() for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _vectorizers(lang: str) -> list[TfidfVectorizer]:
    if lang == "zh":
        return [TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, lowercase=False)]
    return [
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, lowercase=False),
        TfidfVectorizer(
            analyzer="word",
            ngram_range=(1, 2),
            sublinear_tf=True,
            lowercase=False,
            token_pattern=r"[a-z']+|\d+|[?!]",
        ),
    ]


@cache
def _analyzers(lang: str) -> list[Callable[[str], list[str]]]:
    """How each vectorizer of a language cuts a text into n-grams."""
    return [vectorizer.build_analyzer() for vectorizer in _vectorizers(lang)]


def _softmax(scores: Matrix) -> Matrix:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
