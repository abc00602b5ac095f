"""The graph computes what the layers of the model are, worked out here with NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from assistant.errors import SettingsError
from store.e5_file import E5File
from store.e5_graph import build_graph, round_weights
from store.e5_steps import Step, Steps, find_sites
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


def even_steps(file: E5File, size: float = 0.05) -> Steps:
    """Bytes of the same worth everywhere; 0.05 * 127 is more than the made-up network reaches."""
    return {
        name: Step(np.full(width, size, np.float32), 128) for name, width in find_sites(file.shape)
    }


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> E5File:
    return E5File(write_model(tmp_path_factory.mktemp("whole") / "model.bin"))


def test_in_whole_numbers_it_computes_nearly_the_same(
    file: E5File, weights: dict[str, Weights]
) -> None:
    graph = build_graph(file, even_steps(file))
    found = run(InferenceSession(graph, providers=["CPUExecutionProvider"]), draw_words(3, 7))
    for own, rows in zip(draw_words(3, 7), found, strict=True):
        wanted = compute(own.astype(float), weights)
        spread = np.linalg.norm(wanted - wanted.mean(axis=0))
        assert np.linalg.norm(rows - wanted) < 0.2 * spread


def test_a_channel_s_own_step_moves_its_size_into_the_weights(file: E5File) -> None:
    """Half the step in every second channel: finer there, and nearly the same result."""
    steps = even_steps(file)
    finer = {
        name: Step(np.where(np.arange(len(one.sizes)) % 2, one.sizes, one.sizes / 2), one.zero)
        for name, one in steps.items()
    }
    rows = [
        run(
            InferenceSession(build_graph(file, own), providers=["CPUExecutionProvider"]),
            draw_words(2, 5) / np.float32(4),
        )
        for own in (steps, finer)
    ]
    nearness = np.sum(rows[0] * rows[1], axis=-1)
    nearness /= np.linalg.norm(rows[0], axis=-1) * np.linalg.norm(rows[1], axis=-1)
    assert nearness.min() > 0.95


def test_whole_weights_are_worth_what_they_were_and_pairs_never_run_over() -> None:
    weights = np.random.default_rng(1).normal(size=(5, 40)).astype(np.float32)
    weights[2] = 0
    weights[3, 8:10] = 9, -8  # neighbours that are large together
    whole, scales = round_weights(weights)
    assert whole.dtype == np.int8
    pairs = np.abs(whole.astype(int)).reshape(5, -1, 2).sum(axis=2)
    assert 120 < pairs.max() <= 128
    assert pairs.max() * 255 < 2**15
    np.testing.assert_allclose(whole * scales[:, None], weights, atol=float(scales.max()) / 2)


def test_what_rounding_leaves_behind_the_gate_is_multiplied_too(
    file: E5File, weights: dict[str, Weights]
) -> None:
    """Coarse bytes there cost next to nothing, and coarse ones elsewhere do."""

    def lose(site: str) -> float:
        steps = {
            name: Step(one.sizes * (8 if name.endswith(site) else 1), one.zero)
            for name, one in even_steps(file, 0.04).items()
        }
        graph = build_graph(file, steps)
        found = run(InferenceSession(graph, providers=["CPUExecutionProvider"]), draw_words(1, 9))
        wanted = compute(draw_words(1, 9)[0].astype(float), weights)
        return float(np.linalg.norm(found[0] - wanted))

    assert lose("fo") < lose("nowhere") * 1.5
    assert lose("fi") > lose("nowhere") * 1.5


def test_steps_of_another_network_are_refused(file: E5File) -> None:
    steps = dict(even_steps(file))
    wrong = [{**steps, "l0.ao": Step(np.ones(3, np.float32), 0)}, dict(list(steps.items())[1:])]
    for own in wrong:
        with pytest.raises(SettingsError, match="unknown_model_file"):
            build_graph(file, own)
