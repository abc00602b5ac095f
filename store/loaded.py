"""All chunks of a collection in memory, as search wants them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.schema import TextNode

from store.rows import ChunkRow, build_node
from store.vectors import Vectors, unit_rows, unpack_vectors


@dataclass(frozen=True, slots=True)
class Loaded:
    """All chunks of a collection, ordered by document and place.

    `vectors` float32 [n, d], unit rows; `sentence_vectors` n arrays float32 [k_i, d], unit rows, in
    the order of node.metadata["sentences"].
    """

    nodes: list[TextNode]
    vectors: Vectors
    sentence_vectors: list[Vectors]


def build_loaded(rows: Sequence[ChunkRow], dimension: int) -> Loaded:
    """The chunks of some rows, in their order."""
    vectors = np.array([row.vector for row in rows], dtype=np.float32)
    packed = [str(row.metadata["sentence_vectors"]) for row in rows]
    return Loaded(
        nodes=[build_node(row.id, row.text, row.metadata) for row in rows],
        vectors=unit_rows(vectors.reshape(len(rows), dimension)),
        sentence_vectors=[unpack_vectors(one, dimension) for one in packed],
    )
