"""The network of multilingual-e5-small as an ONNX graph: in full precision to watch it, in bytes to use it.

``state`` is one sentence: a row for each token, position and word already added. ``vector`` is the mean over
the tokens after the layers of :data:`READ_AFTER`, one beside the other: the middle layers know more of the
wording, the last more of the meaning, and together they classify better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from bot.understanding.encoders.e5_weights import Weights
from bot.understanding.matrix import Matrix

READ_AFTER = (8, 10, 12)
_MOST = 63
"""Largest byte of a weight: without VNNI pairs of products are added in 16 bits, and 2 * 255 * 63 fits."""
_SHIFTED = 0.6
"""How much of a column's reach moves from what is multiplied into the weights (SmoothQuant's alpha)."""
_LEAST = 1e-4
_ONNX, _MICROSOFT, _FORMAT = 20, 1, 10
"""Versions of the standard operators, of ONNX Runtime's own, and of the file format that has them."""


class _Linear(Protocol):
    """How a linear layer is written: in full precision or in bytes."""

    def __call__(self, graph: _Graph, name: str, state: str, weight: Matrix, bias: Matrix) -> str: ...


def watched(weights: Weights) -> tuple[bytes, list[str]]:
    """The network in full precision, and the names of its linear layers.

    For each of them it has an output of that name: how far each input of the layer reached.
    """
    names: list[str] = []

    def full(graph: _Graph, name: str, state: str, weight: Matrix, bias: Matrix) -> str:
        names.append(name)
        graph.reach(state, name)
        return graph.add("Add", graph.add("MatMul", state, graph.keep(weight)), graph.keep(bias))

    return _network(weights, full), names


def packed(weights: Weights, reach: Mapping[str, Matrix]) -> bytes:
    """The network in bytes: each row of weights by its own scale, the inputs by one scale for the moment.

    A few inputs reach a hundred times farther than the rest and would leave these no digits, so each column
    of weights takes over part of its input's ``reach`` first.
    """

    def in_bytes(graph: _Graph, name: str, state: str, weight: Matrix, bias: Matrix) -> str:
        far = np.maximum(reach[name], _LEAST)
        moved = far**_SHIFTED / np.maximum(np.abs(weight).max(1), _LEAST) ** (1 - _SHIFTED)
        weight = weight * moved[:, None]
        scales = np.abs(weight).max(0) / _MOST
        shrunk = graph.add("Mul", state, graph.keep(1 / moved))
        return graph.add(
            "DynamicQuantizeMatMul",
            shrunk,
            graph.keep(np.rint(weight / scales).astype(np.int8)),
            graph.keep(scales),
            "",
            graph.keep(bias),
            domain="com.microsoft",
        )

    return _network(weights, in_bytes)


def _network(weights: Weights, linear: _Linear) -> bytes:
    width = weights.width
    graph = _Graph(width)

    def matrix(names: Sequence[str], inputs: int = width) -> Matrix:
        """Several matrices of the file beside each other, a column for each output."""
        return np.concatenate([weights.matrix(f"{name}.w", inputs) for name in names]).T

    def offset(names: Sequence[str]) -> Matrix:
        return np.concatenate([weights.vector(f"{name}.b") for name in names])

    def normed(state: str, name: str, beside: str = "") -> str:
        if beside:
            state = graph.add("Add", state, beside)
        gain, shift = (graph.keep(weights.vector(f"{name}.{part}")) for part in ("w", "b"))
        return graph.add("LayerNormalization", state, gain, shift, axis=-1, epsilon=weights.epsilon)

    state, read = normed("state", "emb.ln"), []
    for number in range(weights.layers):
        layer = f"l{number}"
        asking = [f"{layer}.{part}" for part in "qkv"]
        three = linear(graph, f"{layer}.asks", state, matrix(asking), offset(asking))
        asks, keys, values = graph.split(three)
        heard = graph.add(
            "MultiHeadAttention", asks, keys, values, domain="com.microsoft", num_heads=weights.heads
        )
        gathering, widening, narrowing = ([f"{layer}.{part}"] for part in ("ao", "fi", "fo"))
        gathered = linear(graph, f"{layer}.gathers", heard, matrix(gathering), offset(gathering))
        state = normed(state, f"{layer}.aln", gathered)
        wide = linear(graph, f"{layer}.widens", state, matrix(widening), offset(widening))
        thought = graph.add("Gelu", wide)
        inner = matrix(narrowing, len(offset(widening)))
        narrow = linear(graph, f"{layer}.narrows", thought, inner, offset(narrowing))
        state = normed(state, f"{layer}.oln", narrow)
        if number + 1 in READ_AFTER:
            read.append(graph.add("ReduceMean", state, graph.keep(np.array([1])), keepdims=0))
    graph.nodes.append(helper.make_node("Concat", read, ["vector"], axis=1))
    return bytes(graph.model().SerializeToString())


class _Graph:
    """Nodes and numbers, named as they come."""

    def __init__(self, width: int) -> None:
        self.nodes: list[NodeProto] = []
        self._numbers: list[TensorProto] = []
        self._width = width
        self._watched: list[str] = []
        self._count = 0

    def keep(self, values: Matrix) -> str:
        """Numbers that the graph carries; what is not of whole numbers in single precision."""
        values = values if values.dtype.kind == "i" else values.astype(np.float32)
        name = self._name()
        self._numbers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """One operation, by the name of its result."""
        name = self._name()
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def split(self, three: str) -> Iterable[str]:
        """Three equal parts of each row."""
        names = [self._name() for _ in range(3)]
        self.nodes.append(helper.make_node("Split", [three], names, axis=-1, num_outputs=3))
        return names

    def reach(self, state: str, name: str) -> None:
        """One more output: how far each column of a state reaches."""
        farthest = self.add("Abs", state)
        axes = self.keep(np.array([0, 1]))
        self.nodes.append(helper.make_node("ReduceMax", [farthest, axes], [name], keepdims=0))
        self._watched.append(name)

    def model(self) -> ModelProto:
        """All of it."""

        def value(name: str, shape: Sequence[int | str]) -> ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        graph = helper.make_graph(
            self.nodes,
            "e5",
            [value("state", [1, "tokens", self._width])],
            [
                value("vector", [1, self._width * len(READ_AFTER)]),
                *(value(n, ["width"]) for n in self._watched),
            ],
            self._numbers,
        )
        versions = [helper.make_opsetid("", _ONNX), helper.make_opsetid("com.microsoft", _MICROSOFT)]
        return helper.make_model(graph, opset_imports=versions, ir_version=_FORMAT)

    def _name(self) -> str:
        self._count += 1
        return f"n{self._count}"
