"""Holds the second voice of this process: loaded when work begins, renewed when a new model was trained."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from threadpoolctl import threadpool_limits

from bot.understanding.client import Ranking
from bot.understanding.dense import DenseIntents
from bot.understanding.encoders.choice import Encoder, EncoderMissing, Source
from bot.understanding.matrix import Matrix
from bot.understanding.script import script

_log = logging.getLogger(__name__)
_REMEMBERED = 2_000
"""Vectors kept: people greet and press the same buttons all day."""
Vectors = list[Matrix | None]


class Meaning:
    """Weighs Rasa's ranking against the encoder's, once :meth:`refresh` has found a model; safe between threads.

    Args:
        models_dir: where ``dense-*.npz`` lies.
        source: the encoder; None leaves Rasa alone.
    """  # noqa: E501

    def __init__(self, models_dir: Path, source: Source | None) -> None:
        self._models_dir, self._source = models_dir, source
        self._encoder: Encoder | None = None
        self._model: DenseIntents | None = None
        self._loaded: tuple[str, float] | None = None
        self._lock = Lock()
        self._vectors: dict[str, Matrix] = {}

    def refresh(self) -> bool:
        """Load the newest model if it is another than the present one; whether there is any.

        The first call loads the encoder, which takes seconds: not on a customer's time.
        """
        with self._lock:
            newest = newest_dense(self._models_dir)
            if newest is None or self._source is None:
                return self._model is not None
            stamp = (newest.name, newest.stat().st_mtime)
            if stamp != self._loaded:
                model = DenseIntents.load(newest)
                if model.made_by != self._source.made_by:
                    _log.warning("%s was taught with another encoder; going on without it", newest.name)
                    self._loaded = stamp
                elif self._load(self._source):
                    self._model, self._loaded = model, stamp
                    _log.info("intents by meaning: %s", newest.name)
            return self._model is not None

    def _load(self, source: Source) -> bool:
        """Whether the encoder is there; a failure is told and tried again at the next refresh."""
        if self._encoder is None:
            # Several workers think at once: numpy, too, should keep to the thread that asks.
            threadpool_limits(1, user_api="blas")
            try:
                self._encoder = source.load()
            except EncoderMissing as missing:
                _log.error("%s; going on by letters", missing)
        return self._encoder is not None

    def read(self, texts: Sequence[str]) -> Vectors:
        """What :meth:`weigh` needs of each model text; the slow half, to be done while Rasa thinks."""
        if self._model is None or self._encoder is None:
            return [None] * len(texts)
        known = {text: self._vectors.get(text) for text in texts}
        fresh = [text for text, vector in known.items() if vector is None]
        if fresh:
            known.update(zip(fresh, self._encoder.encode(fresh), strict=True))
            if len(self._vectors) + len(fresh) > _REMEMBERED:
                self._vectors = {}
            self._vectors.update({text: known[text] for text in fresh})
        return [known[text] for text in texts]

    def weigh(self, text: str, vector: Matrix | None, letters: Ranking | None) -> Ranking | None:
        """The joint ranking of a model text; Rasa's ``letters`` as they are while nothing is loaded."""
        model = self._model
        if model is None or vector is None:
            return letters
        return model.weigh(vector, script(text), letters)

    def vector(self, text: str) -> Matrix | None:
        """How the encoder sees a model text; None while there is none."""
        return self.read([text])[0]


def newest_dense(models_dir: Path) -> Path | None:
    """The model of the second voice that was trained or chosen last."""
    models = [path for path in models_dir.glob("dense-*.npz") if ".part" not in path.name]
    return max(models, key=lambda path: path.stat().st_mtime, default=None)
