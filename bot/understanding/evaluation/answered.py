"""Asks the understanding every labelled sentence, one after the other, and keeps answer and time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.understanding.evaluation.labelled import Labelled
from domain.understanding import UNKNOWN, IntentGuess, Understander, Understanding

HAZARD = "report_safety_hazard"
OUTSIDE = "out_of_scope"
_WARM_UP = ("麻烦你等一下", "just a moment please")
"""The first message of each language loads word lists; no customer waits for that, processes warm up."""

Progress = Callable[[int, int], None]
"""Is told how many of how many are done."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A labelled sentence with what was understood."""

    line: Labelled
    answer: Understanding
    ms: float | None = None
    """Milliseconds of the answer; None where nobody waited for it (cross-validation)."""

    @property
    def right(self) -> bool:
        """The intent is a labelled one, and so is a second request if one was reported; unknown is wrong."""
        line, answer = self.line, self.answer
        return answer.intent in line.intents and (
            len(line.intents) == 1 or answer.second is None or answer.second.name in line.intents
        )

    @property
    def alarmed(self) -> bool:
        """The customer was warned: an alarm, or the hazard flow itself."""
        return self.answer.danger is not None or self.answer.intent == HAZARD

    @property
    def asked_back(self) -> bool:
        """The dialogue would not act on it but ask the customer."""
        return self.answer.close or self.answer.intent == UNKNOWN

    @property
    def guess(self) -> IntentGuess:
        """The likeliest meaning, also where it was too unlikely to be believed."""
        answer = self.answer
        if answer.intent == UNKNOWN and answer.ranking:
            return answer.ranking[0]
        return IntentGuess(answer.intent, answer.confidence)

    @property
    def lang(self) -> str:
        """As labelled, else as understood."""
        return self.line.lang or self.answer.lang

    @property
    def group(self) -> str:
        """Language and channel, for example ``zh hotline``."""
        return f"{self.lang} {self.line.channel}".strip()


def ask_all(
    lines: Sequence[Labelled],
    understander: Understander,
    *,
    now: datetime,
    progress: Progress = lambda done, of: None,  # noqa: ARG005
) -> list[Answered]:
    """Every sentence, understood.

    One at a time, so that a time is what one customer waits for. ``now`` is what "last month" is reckoned
    from.
    """
    for text in _WARM_UP:
        understander.understand(text, now=now)
    answered = []
    for number, line in enumerate(lines, 1):
        began = time.perf_counter()
        answer = understander.understand(
            line.text, now=now, lang_hint=line.lang, spoken=line.channel == "hotline", known=line.around
        )
        answered.append(Answered(line, answer, (time.perf_counter() - began) * 1000))
        progress(number, len(lines))
    return answered
