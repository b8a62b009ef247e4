"""Turns sentences into vectors of meaning: multilingual-e5-small, its weights as bytes, on one core.

The vector is the mean over the words after the eighth, tenth and twelfth layer, one beside the other: the
middle layers know more of the wording, the last more of the meaning, and together they classify better.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from bot.understanding.e5 import Matrix, Weights

_READ_AFTER = (8, 10, 12)
_BEGINNING, _END = 20, 42
"""Of a longer message so many first and last tokens are read: whom it is about, and what is asked."""
_BATCH = 48
_MANY = 8
"""Batches from which all cores are put to work."""
_MOST = 63
"""Largest byte of a weight: without VNNI pairs of products are added in 16 bits, and 2 * 255 * 63 fits."""
_SHIFTED = 0.6
"""How much of a column's reach moves from what is multiplied into the weights (SmoothQuant's alpha)."""
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


class SentenceEncoder:
    """Sentences to vectors of ``3 * 384`` numbers; safe to share between threads.

    Args:
        path: the file of weights, see :mod:`bot.understanding.e5`.
    """

    def __init__(self, path: Path) -> None:
        # Several workers think at once; one sentence is too little work to divide.
        torch.set_num_threads(1)
        weights = Weights(path)
        self._tokens, self._net = weights, _Net(weights).eval()
        for text in _TYPICAL:
            self.encode([text])
        self._net.pack()

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One row a text, in their order. Texts are as :func:`model_text` gives them."""
        tokens = [self._read(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        rows = torch.zeros(len(texts), 384 * len(_READ_AFTER))

        def fill(batch: list[int]) -> None:
            with torch.inference_mode():
                rows[batch] = self._net(*self._padded([tokens[i] for i in batch]))

        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        if len(batches) < _MANY:
            for batch in batches:
                fill(batch)
        else:
            # Training reads everything there is: one batch a core, since torch keeps to one thread each.
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(fill, batches))
        return rows.numpy()

    def _read(self, text: str) -> list[int]:
        tokens = self._tokens.tokens(text)
        if len(tokens) > _BEGINNING + _END:
            tokens = tokens[:_BEGINNING] + tokens[-_END:]
        return [self._tokens.first_token, *tokens, self._tokens.last_token]

    def _padded(self, tokens: list[list[int]]) -> tuple[Tensor, Tensor]:
        longest = max(map(len, tokens))
        words = torch.zeros(len(tokens), longest, self._tokens.width)
        there = torch.zeros(len(tokens), longest, dtype=torch.bool)
        for row, ids in enumerate(tokens):
            words[row, : len(ids)] = torch.from_numpy(self._tokens.words(ids))
            there[row, : len(ids)] = True
        return words, there


class _Net(nn.Module):
    def __init__(self, weights: Weights) -> None:
        super().__init__()
        width = weights.width
        positions = torch.from_numpy(weights.vector("emb.pos")).view(-1, width)
        self.positions = positions + torch.from_numpy(weights.vector("emb.type")[:width])
        self.first = _norm(weights, "emb.ln")
        self.layers = [_Layer(weights, f"l{i}") for i in range(weights.layers)]

    def pack(self) -> None:
        """From here on multiply bytes; every layer has seen typical sentences by now."""
        for layer in self.layers:
            layer.pack()

    def forward(self, words: Tensor, there: Tensor) -> Tensor:
        state = self.first(words + self.positions[: words.shape[1]])
        mask = None if bool(there.all()) else there[:, None, None, :]
        share = there[..., None] / there.sum(1)[:, None, None]
        read = []
        for number, layer in enumerate(self.layers, 1):
            state = layer(state, mask)
            if number in _READ_AFTER:
                read.append((state * share).sum(1))
        return torch.cat(read, 1)


class _Layer(nn.Module):
    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        width = weights.width
        self.heads = weights.heads
        self.asks = _linear(weights, [f"{name}.{part}" for part in "qkv"], width)
        self.gathers = _linear(weights, [f"{name}.ao"], width)
        self.after_gathering = _norm(weights, f"{name}.aln")
        self.widens = _linear(weights, [f"{name}.fi"], width)
        self.narrows = _linear(weights, [f"{name}.fo"], self.widens.out_features)
        self.after_thinking = _norm(weights, f"{name}.oln")

    def forward(self, state: Tensor, mask: Tensor | None) -> Tensor:
        many, length, width = state.shape
        asks, keys, values = self.asks(state).view(many, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        heard = functional.scaled_dot_product_attention(asks, keys, values, attn_mask=mask)
        state = self.after_gathering(state + self.gathers(heard.transpose(1, 2).reshape(many, length, width)))
        after: Tensor = self.after_thinking(state + self.narrows(functional.gelu(self.widens(state))))
        return after

    def pack(self) -> None:
        """Replace the watched layers by packed ones."""
        for name in ("asks", "gathers", "widens", "narrows"):
            setattr(self, name, _Packed(getattr(self, name)))


class _Watched(nn.Linear):
    """A linear layer that remembers how far each of its inputs reached."""

    reach: Tensor

    def forward(self, state: Tensor) -> Tensor:
        most = state.abs().flatten(0, -2).amax(0)
        self.reach = torch.maximum(self.reach, most) if hasattr(self, "reach") else most
        return super().forward(state)


class _Packed(nn.Module):
    """A linear layer in bytes: each row of weights by its own scale, the inputs by one scale for the moment.

    A few inputs reach a hundred times farther than the rest and would leave these no digits, so each column
    of weights takes over part of its input's reach first.
    """

    def __init__(self, layer: _Watched) -> None:
        super().__init__()
        weight = layer.weight.detach()
        reach = layer.reach.clamp(min=1e-4)
        moved = reach**_SHIFTED / weight.abs().amax(0).clamp(min=1e-4) ** (1 - _SHIFTED)
        weight = weight * moved
        scales = weight.abs().amax(1).double() / _MOST
        zeros = torch.zeros(len(weight), dtype=torch.long)
        with warnings.catch_warnings():
            # torch means to move quantised tensors into a package of their own; its version is pinned here.
            warnings.simplefilter("ignore", UserWarning)
            packed = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
        self.out_features = layer.out_features
        self._back = 1 / moved
        self._bytes = torch.ops.quantized.linear_prepack(packed, layer.bias.detach())

    def forward(self, state: Tensor) -> Tensor:
        result: Tensor = torch.ops.quantized.linear_dynamic(state * self._back, self._bytes, False)
        return result


def _linear(weights: Weights, names: Sequence[str], width: int) -> _Watched:
    """One layer for several matrices of the file, one below the other."""
    matrix = torch.cat([torch.from_numpy(weights.matrix(f"{name}.w", width)) for name in names])
    layer = _Watched(width, len(matrix))
    layer.weight = nn.Parameter(matrix)
    layer.bias = nn.Parameter(torch.cat([torch.from_numpy(weights.vector(f"{name}.b")) for name in names]))
    return layer


def _norm(weights: Weights, name: str) -> nn.LayerNorm:
    layer = nn.LayerNorm(weights.width, eps=weights.epsilon)
    layer.weight = nn.Parameter(torch.from_numpy(weights.vector(f"{name}.w")))
    layer.bias = nn.Parameter(torch.from_numpy(weights.vector(f"{name}.b")))
    return layer
