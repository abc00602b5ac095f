from __future__ import annotations

import numpy as np

from store.ledger import Scalar
from store.loaded import build_loaded
from store.rows import ChunkRow
from store.vectors import pack_vectors


def row(number: int, sentences: int) -> ChunkRow:
    drawn = np.random.default_rng(number).normal(size=(sentences + 1, 8)).astype(np.float32)
    packed = pack_vectors(drawn[1:])
    metadata: dict[str, Scalar] = {
        "document": "a.md",
        "language": "en",
        "sentence_vectors": packed,
        "version": "v",
    }
    return ChunkRow(f"v:{number}", f"text {number}", metadata, 3 * drawn[0])


def test_rows_become_chunks_with_unit_vectors_in_their_order() -> None:
    loaded = build_loaded([row(2, 3), row(1, 0)], 8)
    assert [(node.node_id, node.text) for node in loaded.nodes] == [
        ("2", "text 2"),
        ("1", "text 1"),
    ]
    assert [len(rows) for rows in loaded.sentence_vectors] == [3, 0]
    for rows in (loaded.vectors, loaded.sentence_vectors[0]):
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert "sentence_vectors" not in loaded.nodes[0].metadata


def test_nothing_has_its_shape_all_the_same() -> None:
    loaded = build_loaded([], 8)
    assert (loaded.nodes, loaded.vectors.shape, loaded.sentence_vectors) == ([], (0, 8), [])
