"""Entities alone, type by type, without starting Rasa.

``python -m bot.understanding.evaluation.entity_table x.jsonl [y.jsonl …] [--show date] [--models folder]``

prints precision, recall and F1 of each type and, for the types named by ``--show``, every false find and
every miss with its sentence. Requests are judged by the second voice of the newest model, or by nobody when
there is none: then the words alone decide, as while the models are down.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from bot.understanding.cascade import build_understander
from bot.understanding.evaluation.answered import ask_all
from bot.understanding.evaluation.entity_finds import EntityScore, entity_scores, total
from bot.understanding.evaluation.labelled import read_labelled
from bot.understanding.evaluation.measures import quantile
from bot.understanding.train import HOUSE
from domain.clock import SystemClock
from domain.errors import BadRequest


def main(arguments: Sequence[str], now: datetime, out: TextIO = sys.stdout) -> int:
    """Exit status 0, or 2 when a file cannot be read. ``now`` is what "last month" is reckoned from."""
    parser = argparse.ArgumentParser(prog="python -m bot.understanding.evaluation.entity_table")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--show", action="append", default=[], metavar="TYPE", help="list its errors")
    parser.add_argument("--models", type=Path, default=HOUSE / ".rasa" / "models")
    asked = parser.parse_args(arguments)
    understander = build_understander(HOUSE / "config.yml", models_dir=asked.models)
    judged = understander.refresh()
    try:
        answered = ask_all(read_labelled(asked.files), understander, now=now)
    except BadRequest as error:
        print(error, file=out)
        return 2
    scores = entity_scores(answered, lambda name, surface: understander.normal_form(name, surface, now))
    print("requests judged by the newest model" if judged else "no model here: words alone", file=out)
    print_scores(scores, out)
    for name in asked.show:
        print_errors(name, scores.get(name, EntityScore()), out)
    times = sorted(a.ms for a in answered if a.ms is not None)
    print(f"one message: p50 {quantile(times, 0.5)} ms, p95 {quantile(times, 0.95)} ms", file=out)
    return 0


def print_scores(scores: dict[str, EntityScore], out: TextIO) -> None:
    """Most errors first, all together last."""
    heads = f"{'labelled':>8} {'found':>6} {'right':>6} {'prec':>6} {'recall':>6} {'f1':>6}"
    print(f"{'type':16} {heads}", file=out)
    by_errors = sorted(scores.items(), key=lambda item: -len(item[1].missed) - len(item[1].false))
    for name, score in [*by_errors, ("all", total(scores.values()))]:
        counts = f"{score.n:8} {score.right + len(score.false):6} {score.right:6}"
        print(f"{name:16} {counts} {score.precision:6.3f} {score.recall:6.3f} {score.f1:6.3f}", file=out)


def print_errors(name: str, score: EntityScore, out: TextIO) -> None:
    """False finds and misses of one type, each with its sentence and what was labelled there."""
    for one, surface in score.false:
        labels = ", ".join(value for label, value in one.line.entities if label == name)
        print(f"+ {name} {surface!r} | {one.line.text} | {labels}", file=out)
    for one, value in score.missed:
        print(f"- {name} {value!r} | {one.line.text}", file=out)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], SystemClock().now()))
