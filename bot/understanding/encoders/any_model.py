"""Any model of sentence-transformers in the place of our own encoder."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from bot.understanding.matrix import Matrix


class AnyModel:
    """A model by its folder or its name on the hub, on the processor.

    Raises:
        OSError: there is no such model, or the hub cannot be reached.
        ValueError: what is there is no such model.
    """

    def __init__(self, name: str) -> None:
        # Several workers think at once; one sentence is too little work to divide.
        torch.set_num_threads(1)
        self._model = SentenceTransformer(name, device="cpu")
        # A tokenizer keeps settings of the call that it serves.
        self._one_at_a_time = Lock()

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One row a text, in their order."""
        if not texts:
            return np.zeros((0, 0), np.float32)
        with self._one_at_a_time:
            return self._model.encode(list(texts), show_progress_bar=False, convert_to_numpy=True)
