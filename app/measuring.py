"""``eval``: measures the understanding, writes a page about it and gives its figures."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.preparing import NLU_DATA, prepare_all
from app.progress import Step, console, step
from app.settings import HOUSE, Settings
from app.wiring import build_understanding, build_utility, rasa_process
from bench.public_sets import are_public_sets, measure_public_sets
from bot.understanding.crossval import CURVE, cross_validate
from bot.understanding.evaluation.answered import Progress
from bot.understanding.evaluation.evaluate import evaluate
from bot.understanding.evaluation.measures import Evaluation
from bot.understanding.evaluation.report import write_report
from bot.understanding.evaluation.table import print_table
from domain.clock import SystemClock
from store.embedded import EmbeddedCache

REPORTS = HOUSE / "reports"


def measure_any(
    settings: Settings,
    files: Sequence[Path],
    folds: int,
    curve: bool,
    svm_c: float | None,
    report: Path | None,
    noise: bool = False,
) -> dict[str, Any]:
    """Labelled messages, public sets, or without files cross-validation on our own sentences.

    Raises:
        BadRequest: a file is not what it should be.
    """
    if not files:
        return cross_validate_own(settings, folds, CURVE if curve else (1.0,), svm_c, report)
    if are_public_sets(files):
        return measure_public_sets(files, svm_c)
    return evaluate_files(settings, files, report, noise)


def evaluate_files(
    settings: Settings, files: Sequence[Path], report: Path | None, noise: bool = False
) -> dict[str, Any]:
    """The measures of the whole understanding on all files together, with a Rasa of its own.

    With ``noise`` also what is still understood when the same messages arrive spoilt.

    A readable table goes to standard error, and the page to ``report`` (None: a new file in ``reports/``).

    Raises:
        BadRequest: a line of a file is malformed; the text names it.
    """
    own = settings.model_copy(update={"rasa_port": settings.rasa_port or _free_port()})
    model = prepare_all(own)
    clock = SystemClock()
    process = rasa_process(own, model)
    process.start()
    try:
        with step("Starting the intent engine") as running:
            process.wait_ready(running.tell)
        understanding = build_understanding(own, build_utility(own, clock), EmbeddedCache())
        with step("Loading the encoder") as running:
            if not understanding.refresh():
                running.tell("none installed: Rasa alone")
        with step("Asking") as running:
            evaluation = evaluate(
                files, understanding, now=clock.now(), noise=noise, progress=_counted(running)
            )
    finally:
        process.stop()
    print_table(evaluation, sys.stderr)
    name = "-".join(file.stem for file in files)[:60]
    facts = [("files", ", ".join(file.name for file in files)), ("model", model.name)]
    _write(evaluation, report, f"eval-{name}", "Understanding", facts)
    return evaluation.result


def cross_validate_own(
    settings: Settings, folds: int, shares: Sequence[float], svm_c: float | None, report: Path | None
) -> dict[str, Any]:
    """The measures of the intent models on sentences of ours that they were not taught, and the page."""
    with step("Cross-validation") as running:
        settings.models_dir.mkdir(parents=True, exist_ok=True)
        # Where `make train` keeps them too, so that the second run of either is quick.
        kept = settings.models_dir / "vectors.npz"
        found = cross_validate(NLU_DATA, folds, svm_c, shares=shares, vectors=kept, progress=running.tell)
    print_table(found.evaluation, sys.stderr)
    facts = [("cross-validation", f"{folds} folds"), ("intent models alone", "no rules, no entities")]
    _write(found.evaluation, report, "crossval", "Intents, cross-validated", facts, found.curves)
    return found.result


def _counted(running: Step) -> Progress:
    return lambda done, of: running.tell(f"{done} of {of}")


def _write(
    evaluation: Evaluation,
    path: Path | None,
    name: str,
    title: str,
    facts: Sequence[tuple[str, str]],
    curves: dict[str, list[tuple[int, float]]] | None = None,
) -> None:
    """Write the page and say where; figures must not be lost because a folder cannot be written to."""
    now = SystemClock().now()
    stamp = now.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y%m%d-%H%M%S")
    path = path or REPORTS / f"{name}-{stamp}.html"
    try:
        write_report(evaluation, path, title=title, facts=facts, now=now, curves=curves)
    except OSError as error:
        console.print(f"the report could not be written: {error}", markup=False, soft_wrap=True)
    else:
        console.print(f"report: {path}", markup=False, soft_wrap=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
