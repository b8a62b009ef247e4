"""Cross-validation of the intent models on the language files, and their learning curve.

Says how well each language does on sentences that the models have not seen and which intents are confused,
so that the next sentences are written where they help; and whether more sentences still help at all.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import yaml
from sklearn.model_selection import StratifiedKFold

from bot.understanding.data import NLU_DATA
from bot.understanding.dense_learning import learn
from bot.understanding.encoders.choice import configured_encoder
from bot.understanding.encoders.kept_vectors import kept_vectors
from bot.understanding.evaluation.answered import Answered
from bot.understanding.evaluation.labelled import Labelled
from bot.understanding.evaluation.measures import Evaluation, measure
from bot.understanding.linear import LinearIntents
from bot.understanding.matrix import Matrix
from bot.understanding.model_text import model_text
from bot.understanding.script import script
from bot.understanding.teaching import Example, read_examples
from domain.understanding import ENGINE_RASA, IntentGuess, Understanding

HOUSE = Path(__file__).resolve().parents[2]
CURVE = (0.125, 0.25, 0.5, 1.0)
"""Shares of the sentences that the learning curve teaches."""
_RANKED = 5
"""Meanings kept of each ranking."""

Tell = Callable[[str], None]
Ranking = tuple[IntentGuess, ...]


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """Every sentence as it was understood by models that had not seen it."""

    evaluation: Evaluation
    """By the voices together, or by letters alone where there is no encoder."""
    curves: dict[str, list[tuple[int, float]]]
    """By language: sentences taught (of both), accuracy on the first fold; one point without a curve."""
    result: dict[str, Any]
    """The measures; ``letters`` holds those of Rasa's model alone, ``curve`` the points."""


def cross_validate(
    data_dir: Path = NLU_DATA,
    folds: int = 5,
    svm_c: float | None = None,
    *,
    shares: Sequence[float] = (1.0,),
    vectors: Path | None = None,
    progress: Tell = lambda words: None,  # noqa: ARG005
) -> CrossValidation:
    """Teach all but one fold, ask that fold, for each fold.

    Args:
        data_dir: holds ``intents/``.
        folds: parts, equal in intents and languages.
        svm_c: inverse regularisation of the linear SVM; None takes that of ``config.yml``.
        shares: how much of the sentences to teach. The last is measured on every fold; the others, which
            only show where the learning curve goes, on the first.
        vectors: file of the sentences' vectors that training keeps; read and renewed.
        progress: is told what is being done.
    """
    examples = [e for e in read_examples(data_dir) if model_text(e.text)]
    labels = [e.intent for e in examples]
    chosen_c = configured_svm_c() if svm_c is None else svm_c
    learner = Learner([e.text for e in examples], chosen_c, progress, vectors)
    strata = [f"{e.intent} {e.lang}" for e in examples]
    parts = list(StratifiedKFold(folds, shuffle=True, random_state=1).split(labels, strata))
    letters: list[Answered] = []
    joint: list[Answered] = []
    curve: list[tuple[int, Evaluation]] = []
    for number, (train, held) in enumerate(parts, 1):
        for share in shares if number == 1 else shares[-1:]:
            progress(f"fold {number} of {folds}, taught {share:.0%} of its sentences")
            some = share_of(train, strata, share)
            alone, together = learner.ask(some, [labels[i] for i in some], held)
            said = _answered([examples[i] for i in held], together)
            if number == 1:
                curve.append((len(some), _measure(said)))
            if share == shares[-1]:
                letters += _answered([examples[i] for i in held], alone)
                joint += said
    whole = _measure(joint)
    curves = {
        lang: [(size, point.languages[lang].accuracy) for size, point in curve] for lang in whole.languages
    }
    result = {**whole.result, "letters": _measure(letters).result, "curve": curves}
    return CrossValidation(whole, curves, result)


class Learner:
    """The product's way to learn intents, for trying it on any sentences: letters, and meaning where it can.

    Args:
        texts: all sentences, those to teach and those to ask; each is encoded once.
        svm_c: inverse regularisation of the linear SVM.
        progress: is told that sentences are being encoded.
        vectors: file that keeps their vectors; None keeps none.
    """

    def __init__(
        self, texts: Sequence[str], svm_c: float, progress: Tell, vectors: Path | None = None
    ) -> None:
        self._texts, self._svm_c = [model_text(text) for text in texts], svm_c
        source = configured_encoder(HOUSE / "config.yml")
        self._vectors: Matrix | None = None
        if source:
            progress(f"reading the meaning of {len(texts)} sentences, some hundred a second")
            with TemporaryDirectory() as scratch:
                self._vectors = kept_vectors(self._texts, source, vectors or Path(scratch, "vectors.npz"))

    def ask(
        self, taught: Sequence[int], labels: Sequence[str], held: Sequence[int]
    ) -> tuple[list[Ranking], list[Ranking]]:
        """What the letters say about the sentences ``held``, and what both voices say together.

        The two are the same where no encoder is installed. ``labels`` are those of ``taught``; both are
        places in ``texts``.
        """
        known, asked = [self._texts[i] for i in taught], [self._texts[i] for i in held]
        with warnings.catch_warnings():
            # Labels with fewer sentences than folds are meant to be learned too.
            warnings.filterwarnings("ignore", "The least populated class", UserWarning)
            model = LinearIntents(self._svm_c).fit(known, labels)
            letters = [_ranking(model.labels, row) for row in model.predict(asked)]
            if self._vectors is None:
                return letters, letters
            dense = learn(known, list(labels), self._vectors[taught], self._svm_c)
        rows = zip(held, asked, letters, strict=True)
        return letters, [dense.weigh(self._vectors[at], script(text), said) for at, text, said in rows]


def share_of(rows: Sequence[int], strata: Sequence[str], share: float) -> list[int]:
    """That share of each stratum's rows by chance, two at least; a larger share holds a smaller one."""
    if share >= 1:
        return [int(row) for row in rows]
    most = {name: max(2, round(n * share)) for name, n in Counter(strata[i] for i in rows).items()}
    seen: Counter[str] = Counter()
    kept = []
    for row in np.random.default_rng(1).permutation(rows):
        seen[strata[row]] += 1
        if seen[strata[row]] <= most[strata[row]]:
            kept.append(int(row))
    return sorted(kept)


def configured_svm_c(config: Path = HOUSE / "config.yml") -> float:
    """The inverse regularisation that the product trains with."""
    pipeline = yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]
    return next((float(part["svm_c"]) for part in pipeline if "svm_c" in part), 0.6)


def _ranking(labels: Sequence[str], row: Matrix) -> Ranking:
    return tuple(IntentGuess(labels[i], float(row[i])) for i in row.argsort()[::-1])


def _answered(examples: Sequence[Example], rankings: Sequence[Ranking]) -> list[Answered]:
    answered = []
    for example, ranking in zip(examples, rankings, strict=True):
        # Of the rest only out_of_scope is ever looked up again.
        kept = tuple(g for at, g in enumerate(ranking) if at < _RANKED or g.name == "out_of_scope")
        best = ranking[0]
        answer = Understanding(
            example.text, example.lang, best.name, best.confidence, kept, engine=ENGINE_RASA
        )
        answered.append(Answered(Labelled(example.text, example.lang, (example.intent,)), answer))
    return answered


def _measure(answered: Sequence[Answered]) -> Evaluation:
    return measure(answered, lambda name, surface: surface)  # noqa: ARG005 (no entities are asked for)


if __name__ == "__main__":
    raise SystemExit('cross-validation is: make eval ARGS="--crossval", see make eval ARGS=--help')
