"""The evaluation as a table on a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from bot.understanding.evaluation.measures import Evaluation
from bot.understanding.evaluation.scores import Group, confusions

_PAIRS = 15


def print_table(evaluation: Evaluation, out: TextIO) -> None:
    """Worst intents first, the commonest confusions, then all together."""
    print(f"{'intent':30} {'n':>5} {'prec':>6} {'recall':>6} {'f1':>6}", file=out)
    for name, score in sorted(evaluation.intents.items(), key=lambda item: item[1].f1):
        print(f"{name:30} {score.n:5} {score.precision:6.2f} {score.recall:6.2f} {score.f1:6.2f}", file=out)
    for (label, guess), sentences in confusions(evaluation.answered)[:_PAIRS]:
        print(f"{len(sentences):5}  {label} -> {guess}", file=out)
    for name, group in (evaluation.languages | evaluation.groups).items():
        print(f"{name}: {_words(group)}", file=out)
    for one in evaluation.noise:
        print(f"{one.name:20} {one.n:5} lines: {one.clean:.3f} clean, {one.spoilt:.3f} spoilt", file=out)
    asked = sum(a.asked_back for a in evaluation.answered)
    engines = Counter(a.answer.engine for a in evaluation.answered)
    by = ", ".join(f"{name} {count}" for name, count in engines.items())
    print(
        f"asked back (close or unknown): {asked} of {len(evaluation.answered)}; answered by: {by}", file=out
    )
    for key, value in evaluation.result.items():
        if not isinstance(value, dict):
            print(f"{key:28} {value}", file=out)


def _words(group: Group) -> str:
    hard = f", hard {group.hard_accuracy:.3f} of {group.hard_n}" if group.hard_accuracy is not None else ""
    return f"{group.n} lines, accuracy {group.accuracy:.3f}{hard}"
