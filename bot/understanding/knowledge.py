"""Finds the passage that answers a question: by meaning (the encoder) and by words (n-grams), fused.

``score`` of a passage is ``log chance + NEAREST * nearest questions + WORDS * words``: the chance that a linear
model over the encoder's vectors gives it among all passages and "none of them"; how near the nearest of its
known questions are; and how near its words are. Confidence is a logistic function of the best score and of
its lead over the second. Without the encoder, or with an index of other articles, words alone decide.

:mod:`bot.understanding.evaluate_knowledge` measures it.
"""  # noqa: E501

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.library import Found
from bot.understanding.articles import HOLE, Section, Shelf, read_articles
from bot.understanding.encoders.choice import Source
from bot.understanding.encoders.kept_vectors import kept_vectors
from bot.understanding.matrix import Matrix
from bot.understanding.model_text import model_text
from bot.understanding.ngrams import NgramIndex, has_words
from bot.understanding.teaching import read_examples

_log = logging.getLogger(__name__)

NEAREST, WORDS = 6.0, 10.0
"""Weights of the two likenesses beside the log of the chance; chosen on the tuning half of the test file."""
_NEAREST = (0.6, 0.25, 0.15)
"""Shares of a passage's nearest, second and third nearest known question."""
_CALIBRATION = {"both": (0.42, 0.73, -1.14), "words": (0.0, 2.66, -1.15)}
"""Weight of the best score, of its lead, and what is added, for the logistic function; chosen there too."""
_C = 20.0
"""Inverse regularisation of the linear model."""
_LEAST = 1e-9
_NONE = "out_of_scope"
"""The intent whose sentences teach what no article answers."""
_PROBE = "阶梯电价第二档从多少度开始"
_SAME = 0.98
"""Least likeness of the probe's vector to the one in the index: else another encoder made it."""
_LEARNED_BY = ("knowledge.py", "articles.py", "model_text.py", "normalise.py")
"""Code that changes what is learned."""
_KEPT = 2


@dataclass(frozen=True, slots=True)
class Index:
    """What was learned of the articles' questions; :func:`learn` makes it.

    Of a vector it reads the last numbers, as many as :attr:`mean` has.
    """

    keys: tuple[str, ...]
    """Passages, in the order of the columns; "none of them" is the last column and has no key."""
    mean: Matrix
    weights: Matrix
    offset: Matrix
    questions: Matrix
    """Vectors of the known questions, of length one."""
    grid: Matrix
    """Rows of each passage's questions, filled up with -1."""
    probe: Matrix
    """How the encoder saw a known sentence."""

    def scores(self, vector: Matrix) -> Matrix:
        """Log chance and nearness by meaning, one number a passage."""
        seen = _unit(vector[None, -len(self.mean) :] - self.mean)[0]
        logits = self.weights @ seen + self.offset
        chances = logits - logits.max() - math.log(np.exp(logits - logits.max()).sum())
        near = np.append(self.questions @ seen, -1.0)[self.grid]
        nearest = np.sort(near, axis=1)[:, : -len(_NEAREST) - 1 : -1] @ np.array(_NEAREST)
        return np.log(np.exp(chances[:-1]) + _LEAST) + NEAREST * nearest

    def made_by(self, encode: Callable[[str], Matrix | None]) -> bool:
        """Whether today's encoder is the one that made it."""
        vector = encode(model_text(_PROBE))
        if vector is None or len(vector) < len(self.probe):
            return False
        return float(_cosine(vector[-len(self.probe) :], self.probe)) >= _SAME

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        part = path.with_suffix(".part.npz")
        np.savez(
            part, keys=np.array(self.keys), mean=self.mean, weights=self.weights, offset=self.offset,
            questions=self.questions, grid=self.grid, probe=self.probe,
        )  # fmt: skip
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> Index:
        """Read what :meth:`save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            keys = tuple(str(key) for key in kept["keys"])
            names = ("mean", "weights", "offset", "questions", "grid", "probe")
            return cls(keys, **{name: kept[name] for name in names})


@dataclass(frozen=True, slots=True)
class Ranked:
    """All passages by score, best first."""

    voice: str
    """``both`` or ``words``."""
    passages: tuple[tuple[str, float], ...]

    @property
    def best(self) -> float:
        """The first score."""
        return self.passages[0][1]

    @property
    def lead(self) -> float:
        """What the first has before the second."""
        return self.best - self.passages[1][1] if len(self.passages) > 1 else 0.0


class ArticleFinder:
    """Implements :class:`bot.library.Finder`; safe between threads.

    Args:
        shelf: the articles.
        answer_from: confidence from which a passage is an answer.
        models_dir: where training left the index.
        encode: the vector of a model text, None while no encoder is loaded.
    """

    def __init__(
        self,
        shelf: Shelf,
        answer_from: float,
        models_dir: Path | None = None,
        encode: Callable[[str], Matrix | None] = lambda _: None,
    ) -> None:
        self.shelf = shelf
        self._keys = tuple(section.key for section in shelf.sections())
        self._answer_from, self._models_dir, self._encode = answer_from, models_dir, encode
        self._index: Index | None = None
        self._loaded: tuple[str, float] | None = None

    @cached_property
    def _words(self) -> NgramIndex:
        # Takes a moment, which a process that only shows pages need not spend.
        return NgramIndex([_document(section) for section in self.shelf.sections()])

    def refresh(self) -> bool:
        """Load the newest index if it is another than the present one; whether meaning is heard.

        An index of other articles or of another encoder is left alone until training makes a new one.
        """
        _ = self._words
        newest = newest_index(self._models_dir) if self._models_dir else None
        if newest is None:
            return self._index is not None
        stamp = (newest.name, newest.stat().st_mtime)
        if stamp != self._loaded or (self._index is not None and not self._index.made_by(self._encode)):
            index = Index.load(newest)
            fits = set(self._keys) <= set(index.keys) and index.made_by(self._encode)
            self._index, self._loaded = (index, stamp) if fits else (None, None)
            _log.info("articles by %s", newest.name if fits else "words alone")
        return self._index is not None

    def find(self, text: str, most: int) -> tuple[Found, ...]:
        """The nearest passages, best first. Never raises, whatever the text."""
        try:
            ranked = self.ranked(text)
        except Exception:  # noqa: BLE001 (a message must never stop a turn; its words stay out of the log)
            _log.exception("search failed on a message of %d characters", len(text))
            return ()
        if ranked is None:
            return ()
        sure = _confidence(ranked)
        found: list[Found] = []
        for key, score in ranked.passages[:most]:
            confidence = sure * math.exp(score - ranked.best)
            found.append(Found(key, confidence, not found and confidence >= self._answer_from))
        return tuple(found)

    def ranked(self, text: str) -> Ranked | None:
        """Every passage with its score; None for a text without a word, or without any word that we know."""
        asked = model_text(text)
        if not self._keys or not has_words(asked):
            return None
        scores = WORDS * np.array(self._words.near(asked))
        index = self._index
        vector = self._encode(asked) if index is not None else None
        if index is not None and vector is not None:
            meant = dict(zip(index.keys, index.scores(vector), strict=True))
            scores += np.array([meant[key] for key in self._keys])
        elif not scores.any():
            return None
        order = scores.argsort()[::-1]
        passages = tuple((self._keys[at], float(scores[at])) for at in order)
        return Ranked("words" if vector is None else "both", passages)


def learn(
    shelf: Shelf, outside: Sequence[str], encode: Callable[[Sequence[str]], Matrix], tail: int = 0
) -> Index:
    """Learn from the articles' questions and answers, and from sentences that none of them answers.

    ``outside`` are such sentences, besides the shelf's own. Of each vector the last ``tail`` numbers
    are read; 0 means all.
    """
    from sklearn.linear_model import LogisticRegression

    texts, owners, asked = [], [], []
    for column, section in enumerate(shelf.sections()):
        for words in section.words.values():
            questions = (words.question, *words.asked)
            texts += [model_text(question) for question in questions] + [_answer(words.answer)]
            owners += [column] * (len(questions) + 1)
            asked += [True] * len(questions) + [False]
    keys = tuple(section.key for section in shelf.sections())
    known = [model_text(text) for text in (*shelf.unanswered, *outside)]
    vectors = encode([*texts, *known, model_text(_PROBE)])[:, -tail:]
    is_question = np.array([*asked, *[False] * (len(known) + 1)])
    mean = vectors[is_question].mean(0)
    seen = _unit(vectors - mean)
    columns = np.array([*owners, *[len(keys)] * len(known)])
    model = LogisticRegression(C=_C, max_iter=300, tol=1e-3).fit(seen[: len(columns)], columns)
    return Index(
        keys=keys,
        mean=mean.astype(np.float32),
        weights=model.coef_.astype(np.float32),
        offset=model.intercept_.astype(np.float32),
        questions=seen[is_question].astype(np.float32),
        grid=_grid(columns[is_question[: len(columns)]], len(keys)),
        probe=vectors[-1].astype(np.float32),
    )


def teach_articles(
    data_dir: Path, models_dir: Path, source: Source | None, progress: Callable[[str], None] = print
) -> Path | None:
    """Make the index of the articles if what it is made of has changed; None where there is no encoder.

    Raises:
        EncoderMissing: the encoder that is configured cannot be loaded.
    """
    if source is None or not (data_dir / "knowledge").exists():
        return None
    path = models_dir / f"knowledge-{_fingerprint(data_dir, source)}.npz"
    if path.exists():
        path.touch()
        return path
    progress("reading the articles")
    outside = [example.text for example in read_examples(data_dir) if example.intent == _NONE]
    models_dir.mkdir(parents=True, exist_ok=True)
    store = models_dir / "article-vectors.npz"
    shelf = read_articles(data_dir / "knowledge")
    learn(shelf, outside, lambda texts: kept_vectors(texts, source, store), source.tail).save(path)
    made = sorted(models_dir.glob("knowledge-*.npz"), key=lambda old: old.stat().st_mtime, reverse=True)
    for old in made[_KEPT:]:
        old.unlink(missing_ok=True)
    return path


def newest_index(models_dir: Path) -> Path | None:
    """The index that was made or chosen last."""
    made = [path for path in models_dir.glob("knowledge-*.npz") if ".part" not in path.name]
    return max(made, key=lambda path: path.stat().st_mtime, default=None)


def answer_from(config: Path) -> float:
    """The threshold of ``config.yml``, section ``knowledge``."""
    section: dict[str, Any] = yaml.safe_load(config.read_text(encoding="utf-8"))["knowledge"]
    return float(section["answer_from"])


def _grid(owners: Matrix, passages: int) -> Matrix:
    rows = [np.flatnonzero(owners == column) for column in range(passages)]
    grid = np.full((passages, max(len(_NEAREST), *map(len, rows))), -1)
    for column, row in enumerate(rows):
        grid[column, : len(row)] = row
    return grid


def _fingerprint(data_dir: Path, source: Source) -> str:
    here = Path(__file__).parent
    files = [
        *sorted((data_dir / "knowledge").iterdir()),
        data_dir / "intents" / f"{_NONE}.yml",
        data_dir / "speech.yml",
        *(here / name for name in _LEARNED_BY),
    ]
    digest = hashlib.sha256(source.made_by.encode())
    for path in files:
        if path.exists():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _document(section: Section) -> str:
    """All words of a passage: questions and answer, both languages."""
    parts: list[str] = []
    for words in section.words.values():
        parts += [words.question, *words.asked, HOLE.sub("", words.answer)]
    return " ".join(model_text(part) for part in parts)


def _answer(text: str) -> str:
    return model_text(HOLE.sub("", text))


def _confidence(ranked: Ranked) -> float:
    of_best, of_lead, rest = _CALIBRATION[ranked.voice]
    sum_ = of_best * ranked.best + of_lead * ranked.lead + rest
    return 1.0 / (1.0 + math.exp(-min(50.0, max(-50.0, sum_))))


def _unit(rows: Matrix) -> Matrix:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _cosine(one: Matrix, other: Matrix) -> Matrix:
    return one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9)
