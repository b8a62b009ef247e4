"""Our way to learn intents on public sets, beside what others reach there.

A set is a folder with ``test.tsv`` (``text<TAB>label``), one or more ``train*.tsv``, perhaps ``oos_test.tsv``
(sentences of no intent). The sets are not part of the repository, and nothing of them enters the product's
training.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from app.progress import console, step
from bot.understanding.crossval import Learner, Ranking, configured_svm_c
from bot.understanding.evaluation import outside
from domain.errors import BadRequest

BASELINES = Path(__file__).with_name("public_baselines.yml")
_TEST, _OUTSIDE = "test.tsv", "oos_test.tsv"

Sentences = list[tuple[str, str]]
"""Text and label of each."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is taught and what is asked."""

    train: Path
    test: Path

    @property
    def folder(self) -> str:
        """Name of the set's folder, by which the baselines know it."""
        return self.test.resolve().parent.name

    @property
    def outside(self) -> Path | None:
        """Sentences of no intent, where the set has some."""
        path = self.test.with_name(_OUTSIDE)
        return path if path.exists() else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of the test set that are right, by our two voices together and by letters alone."""

    taught: int
    asked: int
    accuracy: float
    letters_accuracy: float
    oos_auroc: float | None
    oos_kept_out: float | None
    """Share of the sentences of no intent refused where 95 % of the others are kept."""
    seconds: float
    """Encoding, teaching and asking together."""


def are_public_sets(paths: Sequence[Path]) -> bool:
    """Whether these are folders or tables rather than labelled messages."""
    return all(path.is_dir() or path.suffix == ".tsv" for path in paths)


def trials(paths: Sequence[Path]) -> list[Trial]:
    """A pair ``train.tsv test.tsv``, the folder of a set, or a folder of such folders.

    Raises:
        BadRequest: there is no set.
    """
    if [path.suffix for path in paths] == [".tsv", ".tsv"]:
        return [Trial(*paths)]
    found = [trial for path in paths if path.is_dir() for trial in _trials_in(path)]
    if not found or any(not path.is_dir() for path in paths):
        raise BadRequest(
            "name a pair train.tsv test.tsv, or a folder that has both, or a folder of such folders"
        )
    return found


def _trials_in(folder: Path) -> Iterator[Trial]:
    if (folder / _TEST).exists():
        files = sorted(folder.glob("train*.tsv"), key=lambda path: path.stat().st_size)
        yield from (Trial(path, folder / _TEST) for path in files)
    else:
        for below in sorted(path for path in folder.iterdir() if (path / _TEST).exists()):
            yield from _trials_in(below)


def read_table(path: Path) -> Sentences:
    """The sentences of one file.

    Raises:
        BadRequest: unreadable, empty, or a line that is not text and label.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"cannot read {path}: {error}") from error
    rows = [line.rstrip("\r").split("\t") for line in lines if line.strip()]
    for number, row in enumerate(rows, 1):
        if len(row) != 2:
            raise BadRequest(
                f"{path.name}, sentence {number}: text and label with one tab between are needed"
            )
    if not rows:
        raise BadRequest(f"{path} has no lines")
    return [(text, label) for text, label in rows]


def measure(trial: Trial, svm_c: float, progress: Callable[[str], None]) -> Figures:
    """Teach the training file, ask the test file."""
    taught, asked = read_table(trial.train), read_table(trial.test)
    strange = read_table(trial.outside) if trial.outside else []
    began = time.perf_counter()
    texts = [text for text, _ in [*taught, *asked, *strange]]
    learner = Learner(texts, svm_c, progress)
    progress(f"teaching {len(taught)} sentences")
    held = range(len(taught), len(texts))
    letters, joint = learner.ask(range(len(taught)), [label for _, label in taught], held)
    labels = [label for _, label in asked]
    inside = [ranking[0].confidence for ranking in joint[: len(asked)]]
    curve = outside.roc(inside, [ranking[0].confidence for ranking in joint[len(asked) :]])
    return Figures(
        len(taught),
        len(asked),
        _right(joint, labels),
        _right(letters, labels),
        outside.area(curve),
        outside.kept_out(curve),
        round(time.perf_counter() - began, 1),
    )


def _right(rankings: Sequence[Ranking], labels: Sequence[str]) -> float:
    hits = sum(ranking[0].name == label for ranking, label in zip(rankings, labels, strict=False))
    return round(hits / len(labels), 4)


def measure_public_sets(paths: Sequence[Path], svm_c: float | None = None) -> dict[str, Any]:
    """Every trial in turn, told on standard error beside the baselines, and all figures.

    Raises:
        BadRequest: a file is missing or malformed.
    """
    known = yaml.safe_load(BASELINES.read_text(encoding="utf-8"))["sets"]
    runs = []
    for trial in trials(paths):
        with step(f"{trial.folder}, {trial.train.name}") as running:
            figures = measure(trial, configured_svm_c() if svm_c is None else svm_c, running.tell)
        others = known.get(trial.folder, {})
        beside = others.get("accuracy", {}).get(trial.train.stem, {})
        refused = others.get("out_of_scope", {}) if trial.train.stem == "train" else {}
        _tell(others.get("name", trial.folder), figures, beside, refused)
        row = {name: getattr(figures, name) for name in figures.__slots__}
        runs.append({"set": trial.folder, "train": trial.train.name, **row, "baselines": beside})
    return {"public_sets": runs}


def _tell(
    name: str,
    figures: Figures,
    beside: dict[str, dict[str, float]],
    refused: dict[str, tuple[float, float]],
) -> None:
    rows = [
        ("ours", f"{figures.accuracy:6.1%}", figures.oos_auroc, figures.oos_kept_out),
        ("ours, letters alone", f"{figures.letters_accuracy:6.1%}", None, None),
    ]
    for kind, others in beside.items():
        for who, percent in others.items():
            auroc, kept = refused.get(who, (None, None))
            rows.append((f"{who} ({kind})", f"{percent:5.1f}%", auroc, None if kept is None else kept / 100))
    console.print(
        f"{name}: {figures.taught} taught, {figures.asked} asked, {figures.seconds:.0f} s", markup=False
    )
    for who, accuracy, auroc, kept in rows:
        more = "" if auroc is None else f"  out-of-scope AUROC {auroc:.3f}, kept out {kept:.0%}"
        console.print(f"  {who:40} {accuracy}{more}", markup=False, soft_wrap=True)
