from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from store import cache, chunks
from store.cache import CACHE_FILE, CachedEmbedding, EmbeddingCache, build_key, cache_embedding
from store.chroma import open_store
from store.embedding import HASH_DIMENSION, HashEmbedding, StoreEmbedding
from store.ingest import ingest
from store.ledger import DocumentRecord
from store.report import IngestReport

if TYPE_CHECKING:
    from tests.store.conftest import CountingEmbedding

Open = Callable[..., StoreEmbedding]
TEXTS = ["The port grew.", "港口扩建。", "The port grew."]


@pytest.fixture
def open_cached(tmp_path: Path, embedding: CountingEmbedding) -> Iterator[Open]:
    """The counting embedding behind the cache of a folder, opened anew each time."""
    with ExitStack() as opened:

        def build(megabytes: int = 10) -> StoreEmbedding:
            return opened.enter_context(cache_embedding(embedding, tmp_path, megabytes))

        yield build


def test_it_is_the_embedding_that_it_stands_for(
    open_cached: Open, embedding: CountingEmbedding
) -> None:
    cached = open_cached()
    assert (cached.identity, cached.dimension) == (embedding.identity, embedding.dimension)
    plain = HashEmbedding()
    for _ in range(2):
        np.testing.assert_array_equal(cached.passage_vectors(TEXTS), plain.passage_vectors(TEXTS))
        np.testing.assert_array_equal(cached.query_vectors(TEXTS), plain.query_vectors(TEXTS))
        vectors, tokens = cached.read_passages(TEXTS)
        np.testing.assert_array_equal(vectors, plain.passage_vectors(TEXTS))
        for held, text in zip(tokens, TEXTS, strict=True):
            wanted = plain.query_tokens(text)
            np.testing.assert_array_equal(held.starts, wanted.starts)
            assert np.sum(held.vectors * wanted.vectors, axis=1).min() > 0.999


def test_no_text_is_embedded_twice(open_cached: Open, embedding: CountingEmbedding) -> None:
    open_cached().passage_vectors(TEXTS)
    assert embedding.seen == TEXTS[:2]
    again = open_cached()
    again.passage_vectors([*TEXTS, "new"])
    assert embedding.seen == [*TEXTS[:2], "new"]
    again.read_passages(["new"])  # for its tokens it has to be read
    again.read_passages(["new"])
    assert embedding.read == ["new"]


def test_another_identity_has_other_vectors(
    open_cached: Open, embedding: CountingEmbedding, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = open_cached()
    cached.passage_vectors(["one"])
    monkeypatch.setattr(type(embedding), "identity", "hash/2")
    cached.passage_vectors(["one"])
    assert embedding.seen == ["one", "one"]


def test_nothing_is_kept_where_nothing_may_be(
    open_cached: Open, embedding: CountingEmbedding, tmp_path: Path
) -> None:
    assert open_cached(megabytes=0) is embedding
    assert not (tmp_path / CACHE_FILE).exists()


def rows_of(embedding: StoreEmbedding) -> EmbeddingCache:
    assert isinstance(embedding, CachedEmbedding)
    return embedding._cache


def test_it_stays_within_its_size_and_lets_the_oldest_go(
    open_cached: Open, embedding: CountingEmbedding, tmp_path: Path
) -> None:
    old = [f"old {number}" for number in range(600)]
    kept = [f"kept {number}" for number in range(100)]
    open_cached(megabytes=1).passage_vectors([*old, *kept])
    later = open_cached(megabytes=1)
    later.passage_vectors(kept)
    for start in range(0, 1000, 100):
        later.passage_vectors([f"new {start + number}" for number in range(100)])
        later.passage_vectors(kept)
        assert rows_of(later).size() <= 1 << 20
    seen = len(embedding.seen)
    last = open_cached(megabytes=1)
    last.passage_vectors([f"new {number}" for number in range(950, 1000)])
    assert len(embedding.seen) == seen
    last.passage_vectors(old[:1])
    assert len(embedding.seen) == seen + 1
    assert (tmp_path / CACHE_FILE).stat().st_size < 2 << 20


def test_it_can_be_deleted_while_it_is_open(
    open_cached: Open, embedding: CountingEmbedding, tmp_path: Path
) -> None:
    cached = open_cached()
    cached.passage_vectors(["one"])
    for path in tmp_path.glob(f"{CACHE_FILE}*"):
        path.unlink()
    np.testing.assert_array_equal(
        cached.passage_vectors(["one", "two"]), HashEmbedding().passage_vectors(["one", "two"])
    )
    open_cached().passage_vectors(["three"])


def test_a_file_that_fails_costs_no_more_than_the_embedding(
    open_cached: Open, embedding: CountingEmbedding, caplog: pytest.LogCaptureFixture
) -> None:
    cached = open_cached()
    rows_of(cached)._database.execute("drop table embeddings")
    wanted = HashEmbedding().passage_vectors(["one"])
    np.testing.assert_array_equal(cached.passage_vectors(["one"]), wanted)
    assert "can't be used" in caplog.text


def test_a_folder_that_can_not_be_written_has_no_cache(
    tmp_path: Path, embedding: CountingEmbedding, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(cache, "open_database", fail)
    with cache_embedding(embedding, tmp_path, 10) as found:
        assert found is embedding


def test_keys_tell_models_and_texts_apart() -> None:
    keys = {build_key(*pair) for pair in (("a", "b"), ("a", "c"), ("b", "b"), ("a", "\ud800"))}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {16}


STEEL = "# Steel plan 2024\n\n" + "The works number {0} will invest {0} billion yuan.\n\n" * 12


@pytest.fixture
def run(
    open_cached: Open, folder: Path, tmp_path: Path
) -> Callable[[], tuple[IngestReport, list[DocumentRecord]]]:
    """Ingests tmp_path/docs through the cache into a store that is opened for it."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(3):
        text = STEEL.replace("{0}", "{}").format(*(n + number * 50 for n in range(24)))
        (docs / f"{number}.md").write_text(text)

    def run_ingest() -> tuple[IngestReport, list[DocumentRecord]]:
        cached = open_cached()
        with open_store(folder, cached) as store:
            collection = store.collection("c", create=True)
            return ingest(collection, cached, [docs]), collection.documents()

    return run_ingest


def test_a_file_that_moved_is_not_embedded_again(
    run: Callable[[], tuple[IngestReport, object]], embedding: CountingEmbedding, tmp_path: Path
) -> None:
    run()
    seen = len(embedding.seen)
    (tmp_path / "docs" / "deep").mkdir()
    (tmp_path / "docs" / "1.md").rename(tmp_path / "docs" / "deep" / "1.md")
    report, _ = run()
    assert (report.new, report.removed) == (1, ("docs/1.md",))
    assert len(embedding.seen) == seen


def test_other_chunk_sizes_embed_chunks_but_no_sentence_again(
    run: Callable[[], tuple[IngestReport, list[DocumentRecord]]],
    embedding: CountingEmbedding,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, before = run()
    seen = len(embedding.seen)
    monkeypatch.setattr(chunks, "MAX_TOKENS", dict.fromkeys(chunks.MAX_TOKENS, 60))
    monkeypatch.setattr("store.prepare.TRANSFORM", "9.9")
    report, after = run()
    assert report.changed == 3
    assert after[0].chunks > before[0].chunks
    new = embedding.seen[seen:]
    assert len(new) == sum(record.chunks for record in after)
    assert all("\n" in text for text in new)  # a head line, so no sentence alone


def test_a_store_that_was_lost_is_made_again_without_embedding(
    run: Callable[[], tuple[IngestReport, list[DocumentRecord]]],
    embedding: CountingEmbedding,
    folder: Path,
) -> None:
    _, before = run()
    seen = len(embedding.seen)
    folder.rename(folder.with_name("lost"))
    report, after = run()
    assert (report.new, after) == (3, before)
    assert len(embedding.seen) == seen
    assert embedding.dimension == HASH_DIMENSION
