"""The graph computes what the layers of the model are, worked out here with NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from store.e5_file import E5File
from store.e5_graph import build_graph
from tests.support.model_file import (
    EPSILON,
    HEADS,
    LAYERS,
    WIDTH,
    Weights,
    draw_weights,
    write_model,
)

Rows = NDArray[np.float64]


@pytest.fixture(scope="module")
def weights() -> dict[str, Weights]:
    return draw_weights()


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return build_graph(E5File(write_model(tmp_path_factory.mktemp("model") / "model.bin")))


@pytest.fixture(scope="module")
def session(graph: bytes) -> Any:
    return InferenceSession(graph, providers=["CPUExecutionProvider"])


def normalise(rows: Rows, weights: dict[str, Weights], name: str) -> Rows:
    mean, spread = rows.mean(axis=1, keepdims=True), rows.var(axis=1, keepdims=True)
    scaled: Rows = (rows - mean) / np.sqrt(spread + EPSILON) * weights[f"{name}.w"]
    return scaled + weights[f"{name}.b"]


def multiply(rows: Rows, weights: dict[str, Weights], name: str) -> Rows:
    product: Rows = rows @ weights[f"{name}.w"].T.astype(np.float64)
    return product + weights[f"{name}.b"]


def attend(rows: Rows, weights: dict[str, Weights], layer: str) -> Rows:
    q, k, v = (multiply(rows, weights, layer + part) for part in "qkv")
    size = WIDTH // HEADS
    read = []
    for head in range(HEADS):
        own = slice(head * size, (head + 1) * size)
        nearness = np.exp(q[:, own] @ k[:, own].T / math.sqrt(size))
        read.append(nearness / nearness.sum(axis=1, keepdims=True) @ v[:, own])
    return multiply(np.concatenate(read, axis=1), weights, layer + "ao")


def gelu(rows: Rows) -> Rows:
    error_function = np.vectorize(math.erf)
    gated: Rows = rows * (1 + error_function(rows / math.sqrt(2))) / 2
    return gated


def compute(words: Rows, weights: dict[str, Weights]) -> Rows:
    rows = normalise(words, weights, "emb.ln")
    for number in range(LAYERS):
        layer = f"l{number}."
        rows = normalise(rows + attend(rows, weights, layer), weights, layer + "aln")
        inner = gelu(multiply(rows, weights, layer + "fi"))
        rows = normalise(rows + multiply(inner, weights, layer + "fo"), weights, layer + "oln")
    return rows


def run(session: Any, words: Weights) -> Weights:
    (rows,) = session.run(None, {"words": words})
    return np.asarray(rows)


def draw_words(texts: int, length: int) -> Weights:
    drawn = np.random.default_rng(3).normal(size=(texts, length, WIDTH))
    return drawn.astype(np.float32)


def test_the_graph_computes_the_layers(session: Any, weights: dict[str, Weights]) -> None:
    words = draw_words(3, 7)
    found = run(session, words)
    for own, rows in zip(words, found, strict=True):
        np.testing.assert_allclose(rows, compute(own.astype(float), weights), atol=2e-4)


def test_any_number_of_texts_of_any_length_goes_in(session: Any) -> None:
    for texts, length in ((1, 1), (1, 12), (5, 2)):
        found = run(session, draw_words(texts, length))
        assert found.shape == (texts, length, WIDTH)


def test_weights_stay_in_four_bit(graph: bytes, weights: dict[str, Weights]) -> None:
    kept = onnx.load_from_string(graph).graph.initializer
    packed = [one for one in kept if one.name.endswith(".packed")]
    matrices = [name for name, one in weights.items() if one.ndim == 2 and name != "emb.word"]
    assert len(packed) == len(matrices)
    assert sum(len(one.raw_data) for one in packed) == sum(weights[m].size for m in matrices) // 2
    assert not any(one.name.startswith("emb.word") for one in kept)
