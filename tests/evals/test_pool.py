"""On real stores in tmp_path, with an embedding that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.bridge.pydantic import PrivateAttr

from evals.pool import Paragraph, build_chunk, build_document, fill_pool
from store.catalog import Catalog
from store.chroma import Store, open_store
from store.collection import Collection
from store.embedding import HashEmbedding
from store.ingest import ingest
from store.prepare import read_sentences
from store.vectors import TokenRows, Vectors

PARAGRAPHS = [
    Paragraph("p1", "The defence gave up 308 points. It led the league.\nIt was ranked sixth."),
    Paragraph("p2", "防守只丢了308分。在联赛中排名第六。"),
]


class Counting(HashEmbedding):
    _texts: list[str] = PrivateAttr(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return self._texts

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        self._texts += texts
        return super().passage_vectors(texts)

    def query_tokens(self, text: str) -> TokenRows:
        return HashEmbedding().query_tokens(text)


@pytest.fixture
def embedding() -> Counting:
    return Counting()


@pytest.fixture
def store(tmp_path: Path, embedding: Counting) -> Iterator[Store]:
    """A store whose collection "others" holds one ingested document."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text("# Ports\n\nThe port moved 12 million tonnes. So they say.\n")
    with open_store(tmp_path / "store", embedding) as store:
        ingest(store.collection("others", create=True), embedding, [docs], Catalog())
        embedding.texts.clear()
        yield store


def test_a_pool_holds_the_paragraphs_and_the_others(store: Store, embedding: Counting) -> None:
    pool = store.collection("pool", create=True)
    assert fill_pool(pool, embedding, PARAGRAPHS, store.collection("others")) == 2
    assert [record.id for record in pool.documents()] == ["docs/a.md", "p1", "p2"]
    assert pool.text("p2") == PARAGRAPHS[1].text


def test_each_paragraph_is_one_chunk_with_its_sentences(store: Store, embedding: Counting) -> None:
    pool = store.collection("pool", create=True)
    fill_pool(pool, embedding, PARAGRAPHS, store.collection("others"))
    loaded = pool.load()
    at = {node.metadata["document"]: n for n, node in enumerate(loaded.nodes)}
    assert loaded.nodes[at["p1"]].text == PARAGRAPHS[0].text
    assert loaded.nodes[at["p1"]].metadata["line_to"] == 2
    assert loaded.sentence_vectors[at["p1"]].shape == (3, embedding.dimension)
    sentence = HashEmbedding().passage_vectors(["在联赛中排名第六。"])[0]
    np.testing.assert_allclose(loaded.sentence_vectors[at["p2"]][1], sentence, atol=1e-3)


def test_the_others_are_copied_not_embedded_again(store: Store, embedding: Counting) -> None:
    others, pool = store.collection("others"), store.collection("pool", create=True)
    fill_pool(pool, embedding, [], others)
    assert embedding.texts == []
    np.testing.assert_array_equal(pool.load().vectors, others.load().vectors)
    assert pool.text("docs/a.md") == others.text("docs/a.md")


def tokens_of(collection: Collection) -> dict[str, TokenRows | None]:
    nodes = collection.load().nodes
    return {str(node.metadata["document"]): collection.read_tokens(node) for node in nodes}


def test_paragraphs_are_stored_with_their_tokens(store: Store, embedding: Counting) -> None:
    pool = store.collection("pool", create=True)
    fill_pool(pool, embedding, PARAGRAPHS, store.collection("others"))
    for paragraph in PARAGRAPHS:
        held, wanted = tokens_of(pool)[paragraph.id], embedding.query_tokens(f"\n{paragraph.text}")
        assert held is not None
        assert held.starts.tolist() == wanted.starts.tolist()
        assert np.sum(held.vectors * wanted.vectors, axis=1).min() > 0.999


def test_tokens_of_the_others_are_copied(store: Store, embedding: Counting) -> None:
    others, pool = store.collection("others"), store.collection("pool", create=True)
    fill_pool(pool, embedding, [], others)
    held, wanted = tokens_of(pool)["docs/a.md"], tokens_of(others)["docs/a.md"]
    assert held is not None
    assert wanted is not None
    np.testing.assert_array_equal(held.starts, wanted.starts)
    np.testing.assert_array_equal(held.vectors, wanted.vectors)


def test_others_whose_tokens_are_not_stored_are_copied_without(
    store: Store, embedding: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    others, pool = store.collection("others"), store.collection("pool", create=True)
    with monkeypatch.context() as patch:
        patch.setattr(Collection, "read_tokens", lambda *args: None)
        fill_pool(pool, embedding, PARAGRAPHS, others)
    held = tokens_of(pool)
    assert held["docs/a.md"] is None
    assert held["p1"] is not None


def test_a_second_fill_embeds_and_writes_nothing(
    store: Store, embedding: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    others, pool = store.collection("others"), store.collection("pool", create=True)
    fill_pool(pool, embedding, PARAGRAPHS, others)
    embedding.texts.clear()
    monkeypatch.delattr(Collection, "write")
    assert fill_pool(pool, embedding, PARAGRAPHS, others) == 0
    assert embedding.texts == []


def test_what_is_no_longer_wanted_leaves_the_pool(store: Store, embedding: Counting) -> None:
    others, pool = store.collection("others"), store.collection("pool", create=True)
    fill_pool(pool, embedding, PARAGRAPHS, others)
    changed = Paragraph("p1", "Quite another text.")
    assert fill_pool(pool, embedding, [changed], others) == 1
    assert [record.id for record in pool.documents()] == ["docs/a.md", "p1"]
    assert pool.text("p1") == "Quite another text."


def test_sentences_of_a_paragraph_are_its_own_text() -> None:
    node = build_chunk(build_document(PARAGRAPHS[0]))
    assert read_sentences(node) == [
        "The defence gave up 308 points.",
        "It led the league.",
        "It was ranked sixth.",
    ]
