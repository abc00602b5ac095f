"""What search wants of a chunk, counted once."""

from __future__ import annotations

import json

import numpy as np

from store.ledger import Scalar
from store.parts import Facts, build_part_rows, build_postings, count_terms, read_facts
from store.rows import ChunkRow
from store.vectors import pack_vectors, unpack_vectors

VECTOR = np.array([0.6, 0.8], dtype=np.float32)
KNOWN: dict[str, Scalar] = {
    "document": "a.md",
    "language": "zh",
    "head": "康宁, 2024",
    "figures": "#5000000000 #7",
    "year": 2024,
    "sentence_vectors": pack_vectors(np.eye(2, dtype=np.float32)),
    "version": "v",
    "position": 0,
}


def test_terms_are_those_of_head_text_and_figures() -> None:
    counted = count_terms("Steel and steel. 钢铁", KNOWN)
    assert counted["steel"] == 2
    assert {"康宁", "2024", "钢铁", "#5000000000", "#7"} <= counted.keys()
    assert count_terms("", {}) == {}


def test_facts_that_are_not_known_are_none() -> None:
    assert read_facts(KNOWN) == Facts("a.md", "zh", None, 2024)
    assert read_facts({"document": "a", "language": "en", "organisation": ""})[2:] == (None, None)


def test_a_row_keeps_the_chunk_and_its_vectors_as_they_are() -> None:
    (row,) = build_part_rows([ChunkRow("v:c1", "康宁（Corning）卖玻璃。", KNOWN, VECTOR)])
    assert (row.id, row.text) == ("c1", "康宁（Corning）卖玻璃。")
    assert row.pairs == {("康宁", "Corning")}
    assert np.frombuffer(row.vector, dtype="<f4").tolist() == VECTOR.tolist()
    stored = np.frombuffer(row.sentences, dtype=np.int8)
    assert stored.tolist() == [127, 0, 0, 127]
    assert unpack_vectors(str(KNOWN["sentence_vectors"]), 2).tolist() == [[1, 0], [0, 1]]
    metadata = json.loads(row.metadata)
    assert metadata["year"] == 2024
    assert not {"sentence_vectors", "version", "position"} & metadata.keys()


def test_postings_stand_chunk_after_chunk() -> None:
    postings = build_postings([{"b": 2, "a": 1}, {}, {"a": 3}], {"a": 0, "b": 1})
    assert postings.sizes.tolist() == [2, 0, 1]
    assert postings.terms.tolist() == [1, 0, 0]
    assert postings.counts.tolist() == [2, 1, 3]
