from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from llama_index.core.schema import TextNode

from store.candidates import StoredTokens
from store.chroma import open_store
from store.chunks import embedded_text, text_start
from store.collection import Collection
from store.ledger import DocumentRecord
from store.vectors import TokenRows

if TYPE_CHECKING:
    from tests.store.conftest import CountingEmbedding

Put = Callable[..., DocumentRecord]
LINES = "steel plan\nwind farm off the coast\n海上 风电"


@pytest.fixture
def nodes(collection: Collection, put: Put, embedding: CountingEmbedding) -> list[TextNode]:
    """Three chunks that were stored without their tokens."""
    put(collection, "a.txt", LINES)
    embedding.read.clear()
    return collection.load().nodes


def wanted_of(nodes: Sequence[TextNode], embedding: CountingEmbedding) -> list[TokenRows]:
    return [embedding.query_tokens(embedded_text(node)) for node in nodes]


def check_same(found: Sequence[TokenRows], wanted: Sequence[TokenRows]) -> None:
    for one, other in zip(found, wanted, strict=True):
        assert one.starts.tolist() == other.starts.tolist()
        assert np.sum(one.vectors * other.vectors, axis=1).min() > 0.999


def test_missing_rows_are_made_of_what_was_embedded(
    collection: Collection, embedding: CountingEmbedding, nodes: list[TextNode]
) -> None:
    found = StoredTokens(collection, embedding)(nodes)
    check_same(found, wanted_of(nodes, embedding))
    assert embedding.read == [embedded_text(node) for node in nodes]
    assert text_start(nodes[0]) in found[0].starts


def test_missing_rows_are_made_once_and_kept(
    folder: Path, embedding: CountingEmbedding, put: Put
) -> None:
    with open_store(folder, embedding) as store:
        collection = store.collection("c", create=True)
        put(collection, "a.txt", LINES)
        StoredTokens(collection, embedding)(collection.load().nodes)
    embedding.read.clear()
    with open_store(folder, embedding) as store:
        collection = store.collection("c")
        nodes = collection.load().nodes
        check_same(StoredTokens(collection, embedding)(nodes), wanted_of(nodes, embedding))
    assert embedding.read == []


def test_only_what_is_missing_is_made(
    collection: Collection, embedding: CountingEmbedding, nodes: list[TextNode]
) -> None:
    _, rows = embedding.read_passages([embedded_text(nodes[1])])
    collection.add_tokens(nodes[1], rows[0])
    embedding.read.clear()
    check_same(StoredTokens(collection, embedding)(nodes), wanted_of(nodes, embedding))
    assert embedding.read == [embedded_text(nodes[0]), embedded_text(nodes[2])]


def test_what_was_read_once_stays_in_memory(
    collection: Collection,
    embedding: CountingEmbedding,
    nodes: list[TextNode],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = StoredTokens(collection, embedding)
    first = tokens(nodes)
    monkeypatch.delattr(Collection, "read_tokens")
    again = tokens([TextNode(**node.model_dump()) for node in reversed(nodes)])
    assert [id(one) for one in again] == [id(one) for one in reversed(first)]
    assert len(embedding.read) == len(nodes)


def test_rows_come_in_the_order_that_was_asked_for(
    collection: Collection, embedding: CountingEmbedding, nodes: list[TextNode]
) -> None:
    there, back = StoredTokens(collection, embedding), StoredTokens(collection, embedding)
    check_same(there(nodes), back(nodes[::-1])[::-1])
    assert there([]) == []


def test_a_chunk_whose_document_is_gone_is_read_all_the_same(
    collection: Collection, embedding: CountingEmbedding, nodes: list[TextNode]
) -> None:
    collection.remove("a.txt")
    check_same(StoredTokens(collection, embedding)(nodes), wanted_of(nodes, embedding))
    assert collection.read_tokens(nodes[0]) is None


def test_a_model_without_tokens_is_not_asked_for_them(
    collection: Collection,
    embedding: CountingEmbedding,
    nodes: list[TextNode],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(type(embedding), "gives_tokens", property(lambda self: False))
    found = StoredTokens(collection, embedding)(nodes)
    assert [rows.vectors.shape for rows in found] == [(0, embedding.dimension)] * len(nodes)
    assert embedding.read == []
