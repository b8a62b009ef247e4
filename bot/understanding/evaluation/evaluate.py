"""Measures the whole understanding, as a customer meets it, on files of labelled messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from bot.understanding.cascade import Cascade
from bot.understanding.evaluation.answered import Progress, ask_all
from bot.understanding.evaluation.labelled import read_labelled
from bot.understanding.evaluation.measures import Evaluation, measure
from bot.understanding.evaluation.robustness import listen_through_noise


def evaluate(
    paths: Iterable[Path],
    understander: Cascade,
    *,
    now: datetime,
    noise: bool = False,
    progress: Progress = lambda done, of: None,  # noqa: ARG005
) -> Evaluation:
    """Ask every line of the files and count. ``now`` is what "last month" is reckoned from.

    With ``noise`` the lines are asked again as telephones, recognisers and thumbs spoil them.

    Raises:
        BadRequest: a file is missing, empty or has a malformed line, which the text names.
    """
    answered = ask_all(read_labelled(paths), understander, now=now, progress=progress)
    spoilt = listen_through_noise(answered, understander, now=now, progress=progress) if noise else ()
    return measure(answered, lambda name, surface: understander.normal_form(name, surface, now), spoilt)
