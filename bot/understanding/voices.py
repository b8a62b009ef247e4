"""Asks the voices on intents: Rasa in its process, and where it is not sure the encoder in ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from bot.understanding.client import Ranking
from bot.understanding.matrix import Matrix
from bot.understanding.meaning import Meaning, Vectors
from bot.understanding.model_text import model_text
from bot.understanding.weights import weighed

OUTSIDE = "out_of_scope"

_MESSAGES = 16
"""Messages that are read at the same time; more wait, since the cores are few."""

Rankings = Callable[[], "list[Ranking] | None"]
"""Waits for what the models think of each text, likeliest first; None when none of them could be asked."""


class FirstVoice(Protocol):
    """Rasa's model, which reads letters; :class:`RasaClient`, or rankings that a test agreed on."""

    def parse(self, texts: Sequence[str]) -> list[Ranking] | None:
        """See :meth:`bot.understanding.client.RasaClient.parse`."""
        ...


class Voices:
    """Both voices, each of which may be missing; safe between threads.

    Args:
        rasa: the voice on letters, quick.
        meaning: the voice on the meaning, slow, weighed against Rasa's.
        sure_from: probability from which Rasa's best guess needs no second voice.
        outside_weight: how many times likelier others' business is than the voices find.
    """

    def __init__(
        self,
        rasa: FirstVoice | None,
        meaning: Meaning | None,
        sure_from: float,
        outside_weight: float = 1.0,
    ) -> None:
        self._rasa, self._meaning, self._sure_from = rasa, meaning, sure_from
        self._outside_weight = outside_weight
        self._messages = ThreadPoolExecutor(_MESSAGES, thread_name_prefix="voices")
        self._beside = ThreadPoolExecutor(_MESSAGES, thread_name_prefix="meaning")

    def refresh(self) -> bool:
        """Load the newest model of the second voice; whether it speaks. Slow at first."""
        return self._meaning is not None and self._meaning.refresh()

    def vector(self, asked: str) -> Matrix | None:
        """How the encoder sees a model text; None while there is none."""
        return self._meaning.vector(asked) if self._meaning else None

    def ask(self, whole: str, pieces: Sequence[str]) -> Rankings:
        """Begin to read a message and its pieces; something else may be done before the result is called."""
        return self._messages.submit(self._judge, [model_text(text) for text in (whole, *pieces)]).result

    def _judge(self, asked: Sequence[str]) -> list[Ranking] | None:
        heard = self._listen(asked)
        # No language file can hold all that people want of others, so what was taught makes it too seldom.
        return heard and [weighed(ranking, {OUTSIDE: self._outside_weight}) for ranking in heard]

    def _listen(self, asked: Sequence[str]) -> list[Ranking] | None:
        letters = self._rasa.parse(asked) if self._rasa else None
        if self._meaning is None:
            return letters
        heard: list[Ranking | None] = [*letters] if letters else [None] * len(asked)
        doubtful = [
            i for i, ranking in enumerate(heard) if ranking is None or ranking[0].confidence < self._sure_from
        ]
        vectors = self._read([asked[i] for i in doubtful])
        for i, vector in zip(doubtful, vectors, strict=True):
            heard[i] = self._meaning.weigh(asked[i], vector, heard[i])
        known = [ranking for ranking in heard if ranking is not None]
        return known if len(known) == len(asked) else None

    def _read(self, texts: Sequence[str]) -> Vectors:
        """A vector for each text. The pieces are the message once more, so two cores share the work."""
        assert self._meaning is not None  # noqa: S101 (checked by the only caller)
        if len(texts) < 2:
            return self._meaning.read(texts)
        pieces = self._beside.submit(self._meaning.read, texts[1:])
        return [*self._meaning.read(texts[:1]), *pieces.result()]
