"""What is taught and what is asked, the same for every contestant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedKFold

from bot.understanding.crossval import share_of
from bot.understanding.evaluation.labelled import Labelled, read_labelled
from bot.understanding.teaching import Example, read_examples


@dataclass(frozen=True, slots=True)
class Round:
    """One comparison's sentences."""

    taught: list[Example]
    asked: list[Labelled]
    words: str
    """What they are, for the heading."""


def choose(data_dir: Path, files: Sequence[Path], sample: int, ask: int = 0) -> Round:
    """Teach our own sentences and ask those of ``files``; without files, ask every fifth of our own.

    Args:
        data_dir: holds ``intents/``.
        files: labelled messages.
        sample: so many sentences are taught, equal shares of each intent and language; 0 teaches all.
        ask: so many are asked, by chance; 0 asks all.

    Raises:
        BadRequest: a file is malformed.
    """
    examples = read_examples(data_dir)
    strata = [f"{e.intent} {e.lang}" for e in examples]
    if files:
        train, asked, source = (
            list(range(len(examples))),
            read_labelled(files),
            ", ".join(f.name for f in files),
        )
    else:
        train, held = next(StratifiedKFold(5, shuffle=True, random_state=1).split(strata, strata))
        asked, source = [_labelled(examples[i]) for i in held], "a fifth of our own, not taught"
    kept = share_of(train, strata, sample / len(train) if sample else 1.0)
    if 0 < ask < len(asked):
        some = np.random.default_rng(2).choice(len(asked), ask, replace=False)
        asked = [asked[i] for i in sorted(some)]
    return Round([examples[i] for i in kept], asked, f"{len(kept)} taught, {len(asked)} asked ({source})")


def _labelled(example: Example) -> Labelled:
    return Labelled(example.text, example.lang, (example.intent,), example.entities)


def annotated(example: Example) -> str:
    """The sentence in Rasa's notation, its entities marked in their order."""
    text, at, parts = example.text, 0, []
    for name, surface in example.entities:
        start = text.find(surface, at)
        if surface and start >= 0:
            parts.append(f"{text[at:start]}[{surface}]({name})")
            at = start + len(surface)
    return "".join(parts) + text[at:]
