"""How much is still understood of the same sentences when they arrive spoilt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.understanding.evaluation.answered import Answered, Progress, ask_all
from bot.understanding.evaluation.scores import accuracy
from bot.understanding.hearing.noise import noises, noisy
from domain.understanding import Understander


@dataclass(frozen=True, slots=True)
class Spoilt:
    """One noise in one language, over the sentences that it changes."""

    lang: str
    noise: str
    n: int
    clean: float
    """Share right as it was written."""
    spoilt: float
    """Share right with the noise."""

    @property
    def name(self) -> str:
        """For a table."""
        return f"{self.lang} {self.noise}"


def listen_through_noise(
    answered: Sequence[Answered],
    understander: Understander,
    *,
    now: datetime,
    progress: Progress = lambda done, of: None,  # noqa: ARG005
) -> tuple[Spoilt, ...]:
    """Ask again every sentence that a noise changes, for each noise of its language, and compare."""
    work = [(lang, noise) for lang in ("zh", "en") for noise in noises(lang)]
    found = []
    for number, (lang, noise) in enumerate(work, 1):
        spoilt = [
            (one, text)
            for one in answered
            if one.lang == lang and (text := noisy(one.line.text, noise, lang)) != one.line.text
        ]
        if spoilt:
            again = ask_all([replace(one.line, text=text) for one, text in spoilt], understander, now=now)
            clean = accuracy(one for one, _ in spoilt) or 0.0
            found.append(Spoilt(lang, noise, len(spoilt), clean, accuracy(again) or 0.0))
        progress(number, len(work))
    return tuple(found)
