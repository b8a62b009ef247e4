"""Turns sentences into vectors of meaning: multilingual-e5-small, its weights as bytes, a core a sentence."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

from bot.understanding.encoders.e5_graph import packed, watched
from bot.understanding.encoders.e5_weights import Weights
from bot.understanding.matrix import Matrix

_BEGINNING, _END = 20, 42
"""Of a longer message so many first and last tokens are read: whom it is about, and what is asked."""
_MANY = 8
"""Sentences from which all cores are put to work."""
_TYPICAL = (
    "家里突然没电了，隔壁楼都亮着，什么时候能修好",
    "上个月电费怎么这么多",
    "帮我查一下户号0000还欠多少钱",
    "电线断了掉在马路上还冒火花，快派人来",
    "我交了钱怎么还显示欠费呢",
    "喂你好那个我想问一下阶梯电价是怎么算的",
    "营业厅周六开门吗要带什么证件",
    "转人工",
    "老人用呼吸机，停电能不能提前通知我们",
    "谢谢你啊",
    "今天天气怎么样",
    "我要投诉，三次了都没有人上门",
    "my lights went out about an hour ago and the whole street is dark",
    "how much was my bill last month",
    "can i pay in instalments please",
    "there is a wire hanging low over the road",
    "i topped up 0000 yuan but the meter still shows zero",
    "what time does the branch open on saturday",
    "yes please",
    "the numbers on the meter do not move at all",
)
"""Sentences whose reach stands for all; changing them changes every vector."""


class E5Encoder:
    """Sentences to vectors of ``3 * 384`` numbers; safe to share between threads.

    Each sentence is read alone, so that its vector does not depend on what else is asked with it.

    Args:
        path: the file of weights, see :mod:`bot.understanding.encoders.e5_weights`.
    """

    def __init__(self, path: Path) -> None:
        self._weights = Weights(path)
        self._places = self._weights.vector("emb.pos").reshape(-1, self._weights.width)
        self._places = self._places + self._weights.vector("emb.type")[: self._weights.width]
        self._net = _session(packed(self._weights, self._reach()))

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One row a text, in their order. Texts are as :func:`model_text` gives them."""
        if len(texts) < _MANY:
            return _rows(map(self._vector, texts))
        with ThreadPoolExecutor(os.cpu_count()) as cores:
            return _rows(cores.map(self._vector, texts))

    def _vector(self, text: str) -> Matrix:
        vector: Matrix = self._net.run(["vector"], {"state": self._state(text)})[0][0]
        return vector

    def _state(self, text: str) -> Matrix:
        tokens = self._weights.tokens(text)
        if len(tokens) > _BEGINNING + _END:
            tokens = tokens[:_BEGINNING] + tokens[-_END:]
        tokens = [self._weights.first_token, *tokens, self._weights.last_token]
        return (self._weights.words(tokens) + self._places[: len(tokens)])[None].astype(np.float32)

    def _reach(self) -> dict[str, Matrix]:
        """How far each input of each linear layer reaches in typical sentences."""
        graph, names = watched(self._weights)
        net = _session(graph)
        seen = [net.run(names, {"state": self._state(text)}) for text in _TYPICAL]
        return {name: np.max([reach[at] for reach in seen], 0) for at, name in enumerate(names)}


def _rows(vectors: Iterable[Matrix]) -> Matrix:
    rows = list(vectors)
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


def _session(graph: bytes) -> InferenceSession:
    options = SessionOptions()
    # Several workers think at once; one sentence is too little work to divide.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph is written as it shall be run; what would be fused here costs a tenth more.
    options.graph_optimization_level = GraphOptimizationLevel.ORT_DISABLE_ALL
    return InferenceSession(graph, options, providers=["CPUExecutionProvider"])
