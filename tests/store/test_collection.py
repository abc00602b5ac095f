from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb.errors import InternalError

import store.pages
from assistant.errors import StoreError
from store.chroma import Store
from store.collection import Collection
from store.connection import ChromaServer
from store.embedding import StoreEmbedding
from store.ledger import DocumentRecord
from store.roots import Root
from store.tokens import TOKENS_FILE
from store.vectors import TokenRows
from tests.support.chroma_server import BOTH

Put = Callable[..., DocumentRecord]
Reopen = Callable[..., Store]
ReadDisk = Callable[[], dict[str, list[dict[str, Any]]]]
STEPS = ("_write_chunks", "_write_text", "_switch", "_delete_rows")


@pytest.fixture(params=BOTH)
def server(request: pytest.FixtureRequest) -> ChromaServer | None:
    """All of this holds in a folder and on a server."""
    return request.getfixturevalue("empty_chroma") if request.param else None


class PowerCut(BaseException):
    """Nothing in the code may catch this."""


@contextmanager
def cut_at(monkeypatch: pytest.MonkeyPatch, step: str, done: bool) -> Iterator[None]:
    """End the process, as far as a collection can tell, before or after one step of a write."""
    real = getattr(Collection, step)

    def cut(self: Collection, *args: Any, **named: Any) -> None:
        if done:
            real(self, *args, **named)
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(Collection, step, cut)
        with pytest.raises(PowerCut):
            yield


def held_tokens(folder: Path) -> dict[tuple[str, str], int]:
    """How many chunks have token rows, by collection and version, read past the code under test."""
    database = sqlite3.connect(folder / TOKENS_FILE)
    query = "select collection, version, count(*) from tokens group by 1, 2"
    found = {(collection, version): many for collection, version, many in database.execute(query)}
    database.close()
    return found


def texts(collection: Collection) -> list[str]:
    return [node.text for node in collection.load().nodes]


def test_what_was_written_is_loaded(
    collection: Collection, put: Put, embedding: StoreEmbedding
) -> None:
    put(collection, "b.txt", "wind\nsun", language="en", organisation="Corning", year=2024)
    put(collection, "a.txt", "钢铁\n煤", language="zh")
    loaded = collection.load()
    assert [node.text for node in loaded.nodes] == ["钢铁", "煤", "wind", "sun"]
    assert loaded.nodes[2].metadata["year"] == 2024
    assert "year" not in loaded.nodes[0].metadata
    wanted = embedding.passage_vectors(["钢铁", "煤", "wind", "sun"])
    np.testing.assert_allclose(loaded.vectors, wanted, atol=1e-6)
    for stored, one in zip(loaded.sentence_vectors, wanted, strict=True):
        assert stored.shape == (1, embedding.dimension)
        assert stored.dtype == np.float32
        assert float(stored[0] @ one) > 0.999


def test_chunks_keep_their_order_across_languages(collection: Collection, put: Put) -> None:
    lines = [f"line {number}" for number in range(30)]
    put(collection, "a.txt", "\n".join(lines))
    assert texts(collection) == lines


def test_a_language_that_has_no_place_of_its_own_is_kept(collection: Collection, put: Put) -> None:
    put(collection, "a.txt", "Wind und Sonne", language="de")
    assert texts(collection) == ["Wind und Sonne"]


def test_an_empty_collection_loads(collection: Collection, embedding: StoreEmbedding) -> None:
    loaded = collection.load()
    assert (loaded.nodes, loaded.sentence_vectors) == ([], [])
    assert loaded.vectors.shape == (0, embedding.dimension)
    assert collection.documents() == []


@pytest.mark.parametrize(
    "text",
    [
        "  lead and trail \t\n",
        "windows\r\nlines\r\n\r\n",
        "old\rmac\r",
        "bell\x07 form\x0c unit\x1f next\x85 sep\u2028 bom\ufeff",
        "astral 𠀀😀" * 30_000,
        "\n" * 49_999 + "\r\n" + " " * 60_000 + "end",
        "x" * 100_000,
        "钢" * 50_001,
        "é e\u0301 \ud7ff\ue000\uffff",
    ],
)
def test_every_character_of_a_text_comes_back(reopen: Reopen, put: Put, text: str) -> None:
    with reopen() as store:
        put(store.collection("c", create=True), "a.txt", text)
    with reopen() as store:
        assert store.collection("c").text("a.txt") == text


def test_the_ledger_lists_documents_by_id(reopen: Reopen, put: Put) -> None:
    with reopen() as store:
        collection = store.collection("c", create=True)
        records = [put(collection, name, "text", year=2024) for name in ("b.txt", "a/报告 1.txt")]
    with reopen() as store:
        assert store.collection("c").documents() == records[::-1]
        assert store.collection("c").record("b.txt") == records[0]


def test_a_document_that_is_not_there_is_an_error(collection: Collection) -> None:
    for ask in (collection.text, collection.remove):
        with pytest.raises(StoreError) as caught:
            ask("a.txt")
        assert caught.value.code == "no_document"
        assert caught.value.details == {"document": "a.txt", "collection": "reports"}


def test_a_new_version_replaces_the_old_with_no_orphan(
    store: Store, collection: Collection, put: Put, read_disk: ReadDisk
) -> None:
    put(collection, "a.txt", "one\ntwo\nthree\n" + "x" * 120_000, language="en")
    put(collection, "b.txt", "stays")
    record = put(collection, "a.txt", "新\n二", language="zh")
    assert texts(collection) == ["新", "二", "stays"]
    assert collection.text("a.txt") == "新\n二"
    store.close()
    disk = read_disk()
    assert {kind: len(rows) for kind, rows in disk.items()} == {"chunk": 3, "text": 2, "record": 2}
    assert {row["version"] for row in disk["chunk"] if row["document"] == "a.txt"} == {
        record.version
    }


def test_a_field_that_the_new_version_lacks_is_gone(reopen: Reopen, put: Put) -> None:
    with reopen() as store:
        collection = store.collection("c", create=True)
        put(collection, "a.txt", "same", organisation="Corning", year=2024)
        put(collection, "a.txt", "same")
        assert "organisation" not in collection.load().nodes[0].metadata
    with reopen() as store:
        [record] = store.collection("c").documents()
        assert (record.organisation, record.year) == (None, None)


def test_writing_the_same_again_changes_nothing(
    store: Store, collection: Collection, put: Put, read_disk: ReadDisk
) -> None:
    put(collection, "a.txt", "one\ntwo")
    before = collection.version
    put(collection, "a.txt", "one\ntwo")
    assert (collection.version, texts(collection)) == (before, ["one", "two"])
    store.close()
    assert len(read_disk()["chunk"]) == 2


def test_the_version_follows_the_content(collection: Collection, put: Put) -> None:
    versions = [collection.version]
    put(collection, "a.txt", "one")
    versions.append(collection.version)
    put(collection, "a.txt", "two")
    versions.append(collection.version)
    put(collection, "b.txt", "two")
    versions.append(collection.version)
    assert len(set(versions)) == 4
    collection.remove("b.txt")
    assert collection.version == versions[2]


def test_a_removed_document_leaves_nothing(
    store: Store, collection: Collection, put: Put, read_disk: ReadDisk
) -> None:
    put(collection, "a.txt", "one\ntwo")
    put(collection, "b.txt", "stays")
    collection.remove("a.txt")
    assert [record.id for record in collection.documents()] == ["b.txt"]
    assert texts(collection) == ["stays"]
    store.close()
    assert {kind: len(rows) for kind, rows in read_disk().items()} == {
        "chunk": 1,
        "text": 1,
        "record": 1,
    }


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_write_that_is_cut_off_leaves_the_old_document_whole_or_the_new(
    reopen: Reopen,
    put: Put,
    read_disk: ReadDisk,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    done: bool,
) -> None:
    old, new = "one\ntwo\nthree", "eins\nzwei"
    with reopen() as store:
        collection = store.collection("c", create=True)
        put(collection, "a.txt", old)
        with cut_at(monkeypatch, step, done):
            put(collection, "a.txt", new)
    switched = STEPS.index(step) + done > STEPS.index("_switch")
    with reopen() as store:
        collection = store.collection("c")
        assert collection.text("a.txt") == (new if switched else old)
        assert texts(collection) == (new if switched else old).splitlines()
        assert collection.sweep() == frozenset()
        put(collection, "a.txt", new)
        assert texts(collection) == new.splitlines()
    disk = read_disk()
    assert {kind: len(rows) for kind, rows in disk.items()} == {"chunk": 2, "text": 1, "record": 1}


def test_a_first_write_that_is_cut_off_leaves_rows_only_until_a_sweep(
    store: Store,
    collection: Collection,
    put: Put,
    read_disk: ReadDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with cut_at(monkeypatch, "_switch", done=False):
        put(collection, "a.txt", "one\ntwo")
    assert (collection.documents(), texts(collection)) == ([], [])
    assert collection.sweep() == frozenset()
    store.close()
    assert read_disk() == {"chunk": [], "text": [], "record": []}


@pytest.mark.parametrize("done", [False, True])
def test_a_removal_that_is_cut_off_removes_all_the_same(
    collection: Collection, put: Put, monkeypatch: pytest.MonkeyPatch, done: bool
) -> None:
    put(collection, "a.txt", "one")
    with cut_at(monkeypatch, "_delete_rows", done):
        collection.remove("a.txt")
    assert (collection.documents(), texts(collection)) == ([], [])


def test_missing_chunks_are_noticed_and_named(collection: Collection, put: Put) -> None:
    put(collection, "a.txt", "one\ntwo")
    put(collection, "b.txt", "three")
    chunks = collection._chunks["en"]
    chunks.delete(ids=chunks.get(limit=1)["ids"])
    assert collection.sweep() == {"a.txt"}
    with pytest.raises(StoreError) as caught:
        collection.load()
    assert caught.value.code == "incomplete"
    assert caught.value.details == {"document": "a.txt", "collection": "reports"}


def test_a_text_that_is_not_what_was_written_is_noticed(collection: Collection, put: Put) -> None:
    record = put(collection, "a.txt", "one\n" + "x" * 60_000)
    collection._documents.delete(ids=[f"{record.version}:1"])
    assert collection.sweep() == {"a.txt"}
    with pytest.raises(StoreError, match="incomplete"):
        collection.text("a.txt")


def test_more_rows_than_a_batch_go_in_and_out(
    collection: Collection, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.pages, "BATCH", 3)
    lines = [f"line {number}" for number in range(10)]
    put(collection, "a.txt", "\n".join(lines))
    for number in range(7):
        put(collection, f"b{number}.txt", "one")
    assert texts(collection) == [*lines, *["one"] * 7]
    put(collection, "a.txt", "one")
    collection.remove("b0.txt")
    assert texts(collection) == ["one"] * 7
    assert collection.sweep() == frozenset()


def test_stored_chunks_can_be_filtered_by_their_fields(collection: Collection, put: Put) -> None:
    put(collection, "a.txt", "one\ntwo", organisation="康宁", year=2021)
    put(collection, "b.txt", "three", organisation="Corning", year=2024)
    chunks = collection._chunks["en"]
    since: Any = {"year": {"$gte": 2022}}
    assert chunks.get(where=since)["documents"] == ["three"]
    assert chunks.get(where={"organisation": "康宁"})["documents"] == ["one", "two"]


def test_a_count_that_does_not_fit_is_refused_before_anything_is_written(
    collection: Collection, put: Put, embedding: StoreEmbedding
) -> None:
    record = put(collection, "a.txt", "one\ntwo")
    vectors = embedding.passage_vectors(["one"])
    nodes = collection.load().nodes[:1]
    with pytest.raises(ValueError, match="2 chunks in the record, 1 nodes"):
        collection.write(record, "one", nodes, vectors, [vectors])
    assert texts(collection) == ["one", "two"]


def test_a_fault_of_chroma_is_an_error_of_ours(
    collection: Collection, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **named: Any) -> None:
        raise InternalError("database or disk is full")

    monkeypatch.setattr(type(collection._documents), "upsert", fail)
    with pytest.raises(StoreError) as caught:
        put(collection, "a.txt", "one")
    assert caught.value.code == "failed"
    assert "disk is full" in str(caught.value.details["reason"])


def test_a_document_is_written_with_its_tokens(
    folder: Path, collection: Collection, put: Put, embedding: StoreEmbedding
) -> None:
    record = put(collection, "a.txt", "wind farm\n钢铁\n...", tokens=True)
    nodes = collection.load().nodes
    # A chunk without any token has no rows.
    assert held_tokens(folder) == {("reports", record.version): 2}
    for node in nodes[:2]:
        held, wanted = collection.read_tokens(node), embedding.query_tokens(node.text)
        assert held is not None
        assert held.starts.tolist() == wanted.starts.tolist()
        assert np.sum(held.vectors * wanted.vectors, axis=1).min() > 0.999
    assert collection.read_tokens(nodes[2]) is None


def test_tokens_may_come_later(
    folder: Path, collection: Collection, put: Put, embedding: StoreEmbedding
) -> None:
    record = put(collection, "a.txt", "wind\nsun")
    wind, sun = collection.load().nodes
    assert (collection.read_tokens(wind), held_tokens(folder)) == (None, {})
    collection.add_tokens(wind, embedding.query_tokens("wind"))
    assert collection.read_tokens(wind) is not None
    assert collection.read_tokens(sun) is None
    assert held_tokens(folder) == {("reports", record.version): 1}


def test_tokens_of_a_new_version_stand_in_for_the_old(
    folder: Path, collection: Collection, put: Put
) -> None:
    put(collection, "a.txt", "one\ntwo\nthree", tokens=True)
    other = put(collection, "b.txt", "stays", tokens=True)
    (old, *_) = collection.load().nodes
    new = put(collection, "a.txt", "eins\nzwei", tokens=True)
    assert held_tokens(folder) == {("reports", new.version): 2, ("reports", other.version): 1}
    assert collection.read_tokens(old) is None


def test_a_document_written_without_tokens_drops_those_it_had(
    folder: Path, collection: Collection, put: Put
) -> None:
    put(collection, "a.txt", "one\ntwo", tokens=True)
    put(collection, "a.txt", "eins\nzwei")
    assert held_tokens(folder) == {}


def test_tokens_go_with_their_document(
    folder: Path, collection: Collection, put: Put, embedding: StoreEmbedding
) -> None:
    put(collection, "a.txt", "one\ntwo", tokens=True)
    other = put(collection, "b.txt", "stays", tokens=True)
    gone = collection.load().nodes[0]
    collection.remove("a.txt")
    assert held_tokens(folder) == {("reports", other.version): 1}
    assert collection.read_tokens(gone) is None
    collection.add_tokens(gone, embedding.query_tokens("one"))
    assert held_tokens(folder) == {("reports", other.version): 1}


def test_tokens_of_another_collection_stay(
    folder: Path, store: Store, collection: Collection, put: Put
) -> None:
    others = store.collection("others", create=True)
    for one in (collection, others):
        record = put(one, "a.txt", "one\ntwo", tokens=True)
    collection.remove("a.txt")
    collection.sweep()
    assert held_tokens(folder) == {("others", record.version): 2}
    assert all(others.read_tokens(node) for node in others.load().nodes)


@pytest.mark.parametrize("step", ["_write_chunks", "_write_text", "_switch", "_delete_rows"])
def test_a_sweep_takes_the_tokens_that_a_cut_left_behind(
    folder: Path, collection: Collection, put: Put, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    old = put(collection, "a.txt", "one\ntwo\nthree", tokens=True)
    with cut_at(monkeypatch, step, done=False):
        put(collection, "a.txt", "eins\nzwei", tokens=True)
    assert len(held_tokens(folder)) == 2
    current = collection.record("a.txt")
    assert current is not None
    collection.sweep()
    kept = 3 if current.version == old.version else 2
    assert held_tokens(folder) == {("reports", current.version): kept}
    assert all(collection.read_tokens(node) for node in collection.load().nodes)


def test_tokens_survive_reopening(reopen: Reopen, put: Put) -> None:
    with reopen() as store:
        put(store.collection("c", create=True), "a.txt", "one\ntwo", tokens=True)
    with reopen() as store:
        collection = store.collection("c")
        assert all(collection.read_tokens(node) for node in collection.load().nodes)


def test_tokens_are_wanted_for_every_chunk_or_for_none(
    collection: Collection, put: Put, embedding: StoreEmbedding
) -> None:
    record = put(collection, "a.txt", "one\ntwo")
    nodes = collection.load().nodes
    vectors = embedding.passage_vectors(["one", "two"])
    rows: list[TokenRows] = [embedding.query_tokens("one")]
    with pytest.raises(ValueError, match="zip"):
        collection.write(record, "one\ntwo", nodes, vectors, [vectors, vectors], rows)
    assert texts(collection) == ["one", "two"]


def test_roots_are_kept_with_the_documents(reopen: Reopen, put: Put) -> None:
    wind, sun = Root("wind", Path("/d/wind")), Root("阳光", Path("/d/阳光"))
    with reopen() as store:
        collection = store.collection("c", create=True)
        collection.write_root(Root("wind", Path("/before")))
        for root in (sun, wind):
            collection.write_root(root)
        put(collection, "wind/a.txt", "one")
    with reopen() as store:
        collection = store.collection("c")
        assert collection.roots() == [wind, sun]
        assert [record.id for record in collection.documents()] == ["wind/a.txt"]
        assert collection.sweep() == frozenset()
        collection.remove_root("wind")
        assert collection.roots() == [sun]
        assert [record.id for record in collection.documents()] == ["wind/a.txt"]


def test_the_ledger_can_be_corrected_but_not_for_other_rows(
    collection: Collection, put: Put
) -> None:
    record = put(collection, "a.txt", "one")
    version = collection.version
    collection.restate(replace(record, source="/d/a.txt", stamp="1"))
    assert (collection.documents()[0].source, collection.version) == ("/d/a.txt", version)
    for other in (replace(record, fingerprint="2"), replace(record, id="b.txt")):
        with pytest.raises(ValueError, match="other rows"):
            collection.restate(other)


def test_the_chunks_of_one_document_come_in_order(collection: Collection, put: Put) -> None:
    lines = [f"line {number}" for number in range(12)]
    put(collection, "a.txt", "\n".join(lines))
    put(collection, "b.txt", "other", language="zh")
    assert [node.text for node in collection.chunks("a.txt")] == lines
    assert [node.text for node in collection.chunks("b.txt")] == ["other"]
    with pytest.raises(StoreError, match="no_document"):
        collection.chunks("c.txt")
