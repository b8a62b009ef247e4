"""Which encoder reads the meaning of sentences: ``encoder`` in ``config.yml``."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import yaml

from bot.understanding.encoders.e5_weights import find_weights, is_genuine
from bot.understanding.matrix import Matrix
from domain.errors import Unavailable

_log = logging.getLogger(__name__)
_OWN = "e5"
_NONE = "none"
_MADE_BY = ("e5.py", "e5_graph.py", "e5_weights.py")


class Encoder(Protocol):
    """Turns texts into vectors, one row each; safe to share between threads."""

    def encode(self, texts: Sequence[str]) -> Matrix: ...


class Source(Protocol):
    """An encoder that is there to be loaded."""

    made_by: str
    """Changes with whatever changes a vector."""
    tail: int
    """How many of the last numbers of a vector know the meaning best; 0 for all of them."""

    def load(self) -> Encoder:
        """Read it into memory, which takes seconds.

        Raises:
            EncoderMissing: it is not where the configuration says.
        """
        ...


class EncoderMissing(Unavailable):
    """The encoder that ``config.yml`` names cannot be loaded; the text says which, why and what to do."""


def configured_encoder(config: Path) -> Source | None:
    """The encoder that ``config.yml`` names, or None: then letters alone decide.

    ``e5`` is the one that the house carries; it is None where its package is not installed or holds other
    weights than those that were measured. ``none`` is none. Anything else names a model of
    sentence-transformers: a folder, or a name on the hub.
    """
    name = str(yaml.safe_load(config.read_text(encoding="utf-8")).get("encoder", _OWN))
    if name == _NONE:
        return None
    return _own() if name == _OWN else _OfSentenceTransformers(name, config.parent)


def _own() -> Source | None:
    weights = find_weights()
    if weights is None:
        return None
    if not is_genuine(weights):
        _log.warning("the encoder's weights are not those that were measured; going on without them")
        return None
    return _Own(weights)


class _Own:
    tail = 384

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        digest = hashlib.sha256()
        for name in _MADE_BY:
            digest.update((Path(__file__).parent / name).read_bytes())
        self.made_by = f"{weights.name} {weights.stat().st_size} {digest.hexdigest()[:16]}"

    def load(self) -> Encoder:
        # What only a process that reads sentences needs is imported where it is needed.
        from bot.understanding.encoders.e5 import E5Encoder

        return E5Encoder(self._weights)


class _OfSentenceTransformers:
    tail = 0

    def __init__(self, name: str, beside: Path) -> None:
        folder = beside / name
        self._name = str(folder) if folder.is_dir() else name
        self.made_by = f"{name} {_stamp(folder)}".strip()

    def load(self) -> Encoder:
        from bot.understanding.encoders.any_model import AnyModel

        try:
            return AnyModel(self._name)
        except (OSError, ValueError, ImportError) as error:
            raise EncoderMissing(
                f"config.yml names the encoder {self._name!r}, which cannot be loaded ({error}): name a "
                "folder with a model of sentence-transformers, a model of the hub where this machine reaches "
                f"it, or {_OWN}"
            ) from error


def _stamp(folder: Path) -> str:
    """Changes when a file of the folder does; empty where there is no folder."""
    if not folder.is_dir():
        return ""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        told = path.stat()
        digest.update(f"{path.relative_to(folder)} {told.st_size} {told.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
