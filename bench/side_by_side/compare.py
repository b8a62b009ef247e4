"""Teaches and asks one contestant after the other, and counts all of them alike."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.progress import console, step
from bench.side_by_side.contestant import Contestant
from bench.side_by_side.diet import Diet
from bench.side_by_side.nlpjs import NlpJs
from bench.side_by_side.ours import Ours
from bench.side_by_side.sentences import Round, choose
from bot.understanding.data import NLU_DATA
from bot.understanding.entities.extract import EntityReader
from bot.understanding.evaluation.answered import Answered, ask_all
from bot.understanding.evaluation.entity_finds import NormalForm
from bot.understanding.evaluation.measures import Evaluation, measure
from domain.clock import SystemClock
from domain.errors import BadRequest

CONTESTANTS: dict[str, type[Contestant]] = {"ours": Ours, "diet": Diet, "nlpjs": NlpJs}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One contestant's figures."""

    name: str
    evaluation: Evaluation
    training_s: float
    training_cpu_s: float
    """Of all cores together: what remains comparable on a machine that others use, too."""
    memory_mib: float
    """Of the service, all its processes together, after it has answered everything."""


def contestants(names: str) -> list[Contestant]:
    """By their short names, separated by commas.

    Raises:
        BadRequest: there is none of that name.
    """
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    unknown = sorted(set(chosen) - set(CONTESTANTS))
    if unknown or not chosen:
        raise BadRequest(
            f"contestants are {', '.join(CONTESTANTS)}; not {', '.join(unknown) or 'none at all'}"
        )
    return [CONTESTANTS[name]() for name in chosen]


def compare(names: str, files: Sequence[Path], sample: int, ask: int) -> dict[str, Any]:
    """Everything in one run; a table goes to standard error, the figures are returned.

    Raises:
        BadRequest: an unknown contestant, or a malformed file.
        Unavailable: something that a contestant needs is missing, or it failed.
    """
    # A training that takes an hour must end with us, also when we are told to end by a signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = contestants(names)
    sentences = choose(NLU_DATA, files, sample, ask)
    for contestant in chosen:
        with step(f"{contestant.name}: what it needs") as running:
            contestant.check(running.tell)
    outcomes = [run(contestant, sentences, SystemClock().now()) for contestant in chosen]
    tell(sentences, outcomes)
    return {
        "sentences": sentences.words,
        "understanding": [_figures(outcome) for outcome in outcomes],
    }


def run(contestant: Contestant, sentences: Round, now: datetime) -> Outcome:
    """One contestant from nothing to its figures."""
    reader = EntityReader(())
    with TemporaryDirectory(prefix="shouwen-bench-") as scratch:
        folder = Path(scratch)
        began, worked = time.monotonic(), _cpu_s()
        with step(f"{contestant.name}: training") as running:
            contestant.train(sentences.taught, folder, running.tell)
        training_s, training_cpu_s = time.monotonic() - began, _cpu_s() - worked
        with contestant.serve(folder) as service:
            with step(f"{contestant.name}: asking") as running:
                answered = ask_all(
                    sentences.asked,
                    service,
                    now=now,
                    progress=lambda done, of: running.tell(f"{done} of {of}"),
                )
            memory = service.memory_mib()

    def normal_form(name: str, surface: str) -> str:
        return reader.value(name, surface, now)

    evaluation = measure([_with_normal_forms(one, normal_form) for one in answered], normal_form)
    outcome = Outcome(contestant.name, evaluation, round(training_s, 1), round(training_cpu_s, 1), memory)
    # Should a later contestant fail after an hour, this is not lost.
    console.print(json.dumps(_figures(outcome)), markup=False, soft_wrap=True)
    return outcome


def _figures(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "training_s": outcome.training_s,
        "training_cpu_s": outcome.training_cpu_s,
        "memory_mib": outcome.memory_mib,
        **{key: value for key, value in outcome.evaluation.result.items() if key != "by_intent"},
    }


def _cpu_s() -> float:
    """What this process and the children that it has waited for have worked so far."""
    return sum(os.times()[:4])


def _with_normal_forms(one: Answered, normal_form: NormalForm) -> Answered:
    """Nobody loses an entity because only we have normal forms: words that were found get theirs."""
    entities = tuple(
        replace(e, value=normal_form(e.name, e.surface)) if e.value == e.surface else e
        for e in one.answer.entities
    )
    return replace(one, answer=replace(one.answer, entities=entities))


def tell(sentences: Round, outcomes: Sequence[Outcome]) -> None:
    """The table, one contestant a column."""
    console.print(f"\n{sentences.words}", markup=False, soft_wrap=True)
    rows: list[tuple[str, list[str]]] = [("", [o.name.split(",")[0] for o in outcomes])]
    for lang in outcomes[0].evaluation.languages:
        rows += [
            (f"intents right, {lang}", [_share(o.evaluation.languages[lang].accuracy) for o in outcomes])
        ]
    for key, words in (
        ("intent_accuracy", "intents right, all"),
        ("hard_accuracy", "hard ones right"),
        ("macro_f1", "macro F1"),
        ("entity_f1", "entity F1"),
        ("oos_auroc", "out-of-scope AUROC"),
        ("safety_recall", "dangers noticed"),
        ("safety_false_positive_rate", "false alarms"),
        ("expected_calibration_error", "calibration error"),
    ):
        rows.append((words, [_share(o.evaluation.result[key]) for o in outcomes]))
    rows.append(("training, s", [f"{o.training_s:.0f}" for o in outcomes]))
    rows.append(("training, s of processor", [f"{o.training_cpu_s:.0f}" for o in outcomes]))
    for key, words in (("latency_ms_p50", "one parse over HTTP, p50 ms"), ("latency_ms_p95", "p95 ms")):
        rows.append((words, [f"{o.evaluation.result[key]:.1f}" for o in outcomes]))
    rows.append(("memory, MiB", [f"{o.memory_mib:.0f}" for o in outcomes]))
    for words, cells in rows:
        line = f"  {words:28}" + "".join(f"{cell:>12}" for cell in cells)
        console.print(line, markup=False, soft_wrap=True)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
