"""Vectors of sentences, kept from one training to the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.understanding.encoders.choice import Source
from bot.understanding.matrix import Matrix


def kept_vectors(texts: Sequence[str], source: Source, store: Path) -> Matrix:
    """A vector for each text; those of the last training are read from ``store``, which is then renewed.

    Reading 50 000 sentences takes minutes, and from one training to the next few of them change.

    Raises:
        EncoderMissing: there are fresh ones to read, and the encoder cannot be loaded.
    """
    known: dict[str, Matrix] = {}
    if store.exists():
        with np.load(store, allow_pickle=False) as kept:
            if str(kept["made_by"]) == source.made_by:
                known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))
    distinct = list(dict.fromkeys(texts))
    fresh = [text for text in distinct if text not in known]
    if fresh:
        # Half precision loses nothing that learning would notice, and is the same with and without the store.
        known.update(zip(fresh, source.load().encode(fresh).astype(np.float16), strict=True))
        part = store.with_suffix(".part.npz")
        rows = np.array([known[text] for text in distinct])
        np.savez(part, made_by=np.array(source.made_by), texts=np.array(distinct), vectors=rows)
        part.replace(store)
    return np.array([known[text] for text in texts], dtype=np.float32)
