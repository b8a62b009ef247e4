"""Measures the whole understanding, as a customer meets it, on files of labelled messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from bot.understanding.cascade import Cascade
from bot.understanding.evaluation.answered import Progress, ask_all
from bot.understanding.evaluation.labelled import read_labelled
from bot.understanding.evaluation.measures import Evaluation, measure


def evaluate(
    paths: Iterable[Path],
    understander: Cascade,
    *,
    now: datetime,
    progress: Progress = lambda done, of: None,  # noqa: ARG005
) -> Evaluation:
    """Ask every line of the files and count. ``now`` is what "last month" is reckoned from.

    Raises:
        BadRequest: a file is missing, empty or has a malformed line, which the text names.
    """
    answered = ask_all(read_labelled(paths), understander, now=now, progress=progress)
    return measure(answered, lambda name, surface: understander.normal_form(name, surface, now))
