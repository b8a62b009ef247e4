"""Vectors of sentences, kept from one training to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.understanding.e5 import Matrix


def kept_vectors(texts: Sequence[str], weights: Path, store: Path) -> Matrix:
    """A vector for each text; those of the last training are read from ``store``, which is then renewed.

    Reading 40 000 sentences takes a minute or two, and from one training to the next few of them change.
    """
    made_by = _maker(weights)
    known: dict[str, Matrix] = {}
    if store.exists():
        with np.load(store, allow_pickle=False) as kept:
            if str(kept["made_by"]) == made_by:
                known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))
    distinct = list(dict.fromkeys(texts))
    fresh = [text for text in distinct if text not in known]
    if fresh:
        from bot.understanding.encoder import SentenceEncoder

        # Half precision loses nothing that learning would notice, and is the same with and without the store.
        known.update(zip(fresh, SentenceEncoder(weights).encode(fresh).astype(np.float16), strict=True))
        part = store.with_suffix(".part.npz")
        rows = np.array([known[text] for text in distinct])
        np.savez(part, made_by=np.array(made_by), texts=np.array(distinct), vectors=rows)
        part.replace(store)
    return np.array([known[text] for text in texts], dtype=np.float32)


def _maker(weights: Path) -> str:
    """Changes with whatever changes a vector."""
    digest = hashlib.sha256()
    for name in ("encoder.py", "e5.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    return f"{weights.name} {weights.stat().st_size} {digest.hexdigest()[:16]}"
