from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
from llama_index.core.schema import MetadataMode, NodeRelationship, TextNode

from store.ledger import DocumentRecord
from store.rows import ChunkRow, build_node, build_rows
from store.vectors import Vectors

RECORD = DocumentRecord("a.txt", "A", "en", "sha", "print", "1", 1, 2, 40)
NODE = TextNode(
    id_="n1",
    text="Steel rose. 钢铁。",
    metadata={
        "document": "a.txt",
        "organisation": "Corning",
        "author": None,
        "year": 2024,
        "start": 3,
        "end": 18,
        "sentences": json.dumps([[0, 11, 3, 14], [12, 15, 15, 18]]),
    },
)


def row_of(sentences: Vectors) -> ChunkRow:
    [row] = build_rows(RECORD, [NODE], np.array([[0.6, 0.8]], dtype=np.float32), [sentences])
    return row


def test_a_row_is_flat_and_has_no_none(unit_vectors: Callable[[int, int], Vectors]) -> None:
    row = row_of(unit_vectors(2, 2))
    assert all(isinstance(value, str | int) for value in row.metadata.values())
    assert "author" not in row.metadata


def test_the_id_of_a_row_carries_the_version(unit_vectors: Callable[[int, int], Vectors]) -> None:
    assert row_of(unit_vectors(2, 2)).id == f"{RECORD.version}:n1"


def test_a_node_comes_back_as_it_was(unit_vectors: Callable[[int, int], Vectors]) -> None:
    row = row_of(unit_vectors(2, 2))
    again = build_node(row.id, row.text, row.metadata)
    stated = {key: value for key, value in NODE.metadata.items() if value is not None}
    assert (again.node_id, again.text, again.metadata) == ("n1", NODE.text, stated)
    assert (again.start_char_idx, again.end_char_idx) == (3, 18)
    assert again.relationships[NodeRelationship.SOURCE].node_id == "a.txt"  # type: ignore[union-attr]


def test_a_node_from_the_store_shows_a_model_its_text_alone(
    unit_vectors: Callable[[int, int], Vectors],
) -> None:
    row = row_of(unit_vectors(2, 2))
    again = build_node(row.id, row.text, row.metadata)
    assert again.get_content(MetadataMode.EMBED) == again.get_content(MetadataMode.LLM) == NODE.text
