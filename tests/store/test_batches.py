from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from llama_index.core.schema import TextNode

from store import batches
from store.batches import Embedded, embed_documents, fills_batch
from store.catalog import Catalog
from store.chunks import embedded_text
from store.plan import build_plan
from store.prepare import Prepared, Preparer
from store.vectors import TokenRows

if TYPE_CHECKING:
    from tests.store.conftest import CountingEmbedding


@dataclass
class Taken:
    tokens: list[tuple[str, list[str], int]] = field(default_factory=list)
    reports: list[tuple[str, int]] = field(default_factory=list)

    def take(
        self, document: Prepared, nodes: Sequence[TextNode], rows: Sequence[TokenRows]
    ) -> None:
        ids = [node.node_id for node in nodes]
        self.tokens.append((document.record.id, ids, sum(len(one.starts) for one in rows)))

    def report(self, document: Prepared, done: int) -> None:
        self.reports.append((document.record.id, done))


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Prepared]:
    """Three short ones around one of several chunks; a batch is four chunks."""
    monkeypatch.setattr(batches, "BATCH_SIZE", 4)
    for name, plants in (("a", 1), ("b", 12), ("c", 1), ("d", 1)):
        lines = (f"Plant {name}{n} made {n} tons of steel in 2023. " * 6 for n in range(plants))
        (tmp_path / f"{name}.md").write_text("\n\n".join(lines))
    files = build_plan([tmp_path], [], []).files
    make = Preparer({}, {tmp_path: Catalog()}, "model/1")
    made = [make(file) for file in files]
    assert all(isinstance(one, Prepared) for one in made)
    return [one for one in made if isinstance(one, Prepared)]


def embed(documents: list[Prepared], embedding: CountingEmbedding) -> tuple[list[Embedded], Taken]:
    taken = Taken()
    return embed_documents(documents, embedding, taken.take, taken.report), taken


def test_each_vector_is_its_own_text_s(
    documents: list[Prepared], embedding: CountingEmbedding
) -> None:
    found, _ = embed(documents, embedding)
    assert [one.document for one in found] == documents
    for one in found:
        wanted = embedding.passage_vectors([embedded_text(n) for n in one.document.nodes])
        np.testing.assert_array_equal(np.array(one.vectors), wanted)
        for rows, sentences in zip(one.sentences, one.document.sentences, strict=True):
            np.testing.assert_array_equal(rows, embedding.passage_vectors(sentences))


def test_documents_share_batches(documents: list[Prepared], embedding: CountingEmbedding) -> None:
    chunks = [len(document.nodes) for document in documents]
    assert chunks[1] > 4
    _, taken = embed(documents, embedding)
    assert len(taken.reports) == -(-sum(chunks) // 4)
    assert len(embedding.read) == sum(chunks)


def test_token_vectors_are_handed_on_batch_by_batch(
    documents: list[Prepared], embedding: CountingEmbedding
) -> None:
    _, taken = embed(documents, embedding)
    assert max(len(ids) for _, ids, _ in taken.tokens) <= 4
    for document in documents:
        own = [one for name, ids, _ in taken.tokens if name == document.record.id for one in ids]
        assert own == [node.node_id for node in document.nodes]
    assert all(rows > 0 for _, _, rows in taken.tokens)


def test_reports_say_how_far_a_document_is(
    documents: list[Prepared], embedding: CountingEmbedding
) -> None:
    _, taken = embed(documents, embedding)
    long = [done for name, done in taken.reports if name == documents[1].record.id]
    assert long == sorted(long)
    assert long[0] == 3  # the first of the batch is another document's


def test_a_document_without_chunks_has_no_vectors(embedding: CountingEmbedding) -> None:
    assert embed([], embedding)[0] == []


def test_a_batch_is_full_by_its_chunks(documents: list[Prepared]) -> None:
    assert not fills_batch([])
    assert not fills_batch(documents[:1])
    assert fills_batch(documents[:2])
