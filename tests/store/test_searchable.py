"""What search reads is always what the ledger says, and made from what was kept."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import store.searchable
from assistant.errors import RetryableStoreError, StoreError
from store import parts
from store.chroma import open_store
from store.collection import Collection
from store.embedding import HashEmbedding
from store.ledger import DocumentRecord
from store.part_store import SEARCH_FILE
from store.searchable import Searchable, catch_up, find_behind, load_searchable

Put = Callable[..., DocumentRecord]


class KilledError(BaseException):
    """As a process that dies: nothing catches it."""


@contextmanager
def killed_at(name: str) -> Iterator[None]:
    """A writer that dies when it comes to one of its steps."""

    def die(*_: object, **__: object) -> None:
        raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Collection, name, die)
        with pytest.raises(KilledError):
            yield


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts whose terms are counted from now on."""
    seen: list[str] = []
    plain = parts.count_terms

    def count(text: str, metadata: Any) -> Any:
        seen.append(text)
        return plain(text, metadata)

    monkeypatch.setattr(parts, "count_terms", count)
    return seen


def check(collection: Collection, loaded: Searchable) -> None:
    """That it is what Chroma's rows say, chunk by chunk and vector by vector."""
    wanted = collection.load()
    assert [node.node_id for node in wanted.nodes] == list(loaded.whole.ids)
    assert [node.to_dict() for node in wanted.nodes] == [node.to_dict() for node in loaded.nodes]
    assert (wanted.vectors == loaded.whole.vectors).all()
    said = np.concatenate([wanted.vectors[:0], *wanted.sentence_vectors])
    if loaded.whole.sentences is not None:
        assert (said == loaded.whole.sentences).all()
    assert (said == loaded.read_sentences(range(len(wanted.nodes)))).all()
    assert find_behind(collection, frozenset()) == set()
    for version, part in loaded.parts.items():
        kept = collection.parts.read([version], sentences=True)[version]
        assert (part.ids, part.facts, part.pairs) == (kept.ids, kept.facts, kept.pairs)
        assert (part.vectors == kept.vectors).all()
        assert part.postings.terms.tolist() == kept.postings.terms.tolist()
        assert part.postings.counts.tolist() == kept.postings.counts.tolist()


def fill(collection: Collection, put: Put) -> None:
    put(collection, "b.txt", "wind\nsun and wind", organisation="Acme", year=2024)
    put(collection, "a.txt", "康宁（Corning）卖玻璃。\n风", language="zh")
    put(collection, "c.txt", "salt", language="fr")


def test_all_is_there_as_chroma_has_it(collection: Collection, put: Put) -> None:
    fill(collection, put)
    loaded = load_searchable(collection)
    check(collection, loaded)
    assert [facts.document for facts in loaded.whole.facts] == ["a.txt"] * 2 + ["b.txt"] * 2 + [
        "c.txt"
    ]
    assert loaded.whole.facts[2][2:] == ("Acme", 2024)
    assert loaded.whole.pairs == {("康宁", "Corning")}


def test_an_empty_collection_is_searched(collection: Collection, put: Put) -> None:
    loaded = load_searchable(collection)
    assert (len(loaded.nodes), loaded.whole.vectors.shape) == (0, (0, 256))
    put(collection, "empty.txt", "")
    assert len(load_searchable(collection, loaded).nodes) == 0


def test_terms_are_counted_when_a_document_is_written_and_never_again(
    folder: Path, put: Put, counted: list[str]
) -> None:
    with open_store(folder, HashEmbedding()) as store:
        fill(store.collection("c", create=True), put)
    assert len(counted) == 5
    with open_store(folder, HashEmbedding()) as store:
        collection = store.collection("c")
        loaded = load_searchable(collection)
        put(collection, "b.txt", "tide")
        check(collection, load_searchable(collection, loaded))
    assert counted[5:] == ["tide"]


def test_a_changed_document_is_all_that_is_read(
    collection: Collection, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(collection, put)
    before = load_searchable(collection)
    changed = put(collection, "b.txt", "tide")
    read: list[str] = []
    plain = type(collection.parts).read

    def note(shelf: Any, versions: Any, **how: Any) -> Any:
        read.extend(versions)
        return plain(shelf, versions, **how)

    monkeypatch.setattr(type(collection.parts), "read", note)
    after = load_searchable(collection, before)
    monkeypatch.undo()
    assert read == [changed.version]
    check(collection, after)
    texts = [node.text for node in after.nodes]
    assert texts == ["康宁（Corning）卖玻璃。", "风", "tide", "salt"]


def test_a_removed_document_leaves_at_once(collection: Collection, put: Put) -> None:
    fill(collection, put)
    before = load_searchable(collection)
    gone = collection.record("b.txt")
    assert gone is not None
    collection.remove("b.txt")
    assert gone.version not in collection.parts.read_ids()
    check(collection, load_searchable(collection, before))
    with pytest.raises(RetryableStoreError, match="changed"):
        before.nodes[2]
    with pytest.raises(RetryableStoreError, match="changed"):
        before.read_sentences([0, 2])


@pytest.mark.parametrize(
    "step", ["_write_chunks", "_write_text", "_switch", "_delete_rows", "restate"]
)
def test_a_writer_that_is_killed_leaves_what_heals_itself(
    folder: Path, put: Put, step: str
) -> None:
    with open_store(folder, HashEmbedding()) as store:
        collection = store.collection("c", create=True)
        fill(collection, put)
        with killed_at(step):
            put(collection, "b.txt", "tide\nebb\nflow")
            raise KilledError  # after the last step of all
    with open_store(folder, HashEmbedding()) as store:
        collection = store.collection("c")
        switched = step in ("_delete_rows", "restate")
        loaded = load_searchable(collection)
        texts = [node.text for node in loaded.nodes if node.metadata["document"] == "b.txt"]
        assert texts == (["tide", "ebb", "flow"] if switched else ["wind", "sun and wind"])
        collection.sweep()
        check(collection, load_searchable(collection))


def test_a_remover_that_is_killed_has_removed(collection: Collection, put: Put) -> None:
    fill(collection, put)
    with killed_at("_delete_rows"):
        collection.remove("b.txt")
    assert "b.txt" not in [node.metadata["document"] for node in load_searchable(collection).nodes]
    assert len(find_behind(collection, frozenset())) == 1
    collection.sweep()
    check(collection, load_searchable(collection))


@pytest.mark.parametrize("few", [0, 100])
def test_a_file_that_is_gone_is_made_again_from_the_store(
    folder: Path, put: Put, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(store.searchable, "_FEW", few)
    with open_store(folder, HashEmbedding()) as opened:
        fill(opened.collection("c", create=True), put)
        wanted = load_searchable(opened.collection("c")).whole
    for path in folder.glob(f"{SEARCH_FILE}*"):
        path.write_bytes(b"damaged" * 999)
    with open_store(folder, HashEmbedding()) as opened:
        collection = opened.collection("c")
        assert len(find_behind(collection, frozenset())) == 3
        loaded = load_searchable(collection)
        check(collection, loaded)
        assert loaded.whole.facts == wanted.facts


def test_a_part_with_too_few_chunks_is_made_again(collection: Collection, put: Put) -> None:
    record = put(collection, "a.txt", "one\ntwo")
    database = collection.parts.store._database
    with database:
        database.execute("delete from chunks where position = 1")
    assert find_behind(collection, frozenset()) == {record.version}
    check(collection, load_searchable(collection))


def test_chunks_that_the_store_lacks_are_named(collection: Collection, put: Put) -> None:
    record = put(collection, "a.txt", "one\ntwo")
    chroma = collection.chunk_sets()[0]
    chroma.delete(ids=chroma.get(limit=1)["ids"])
    collection.parts.drop(record.version)
    assert find_behind(collection, {"a.txt"}) == set()
    catch_up(collection, {"a.txt"})
    with pytest.raises(StoreError) as caught:
        load_searchable(collection)
    assert (caught.value.code, caught.value.details["document"]) == ("incomplete", "a.txt")


def test_beyond_a_size_sentences_stay_on_the_disk(
    collection: Collection, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(collection, put)
    held = load_searchable(collection)
    monkeypatch.setattr(store.searchable, "EXACT_CHUNKS", 4)
    loaded = load_searchable(collection, held)
    assert held.whole.sentences is not None
    assert loaded.whole.sentences is None
    check(collection, loaded)
    collection.remove("b.txt")
    check(collection, load_searchable(collection, loaded))


def test_nodes_are_a_sequence_and_read_once(collection: Collection, put: Put) -> None:
    fill(collection, put)
    nodes = load_searchable(collection).nodes
    assert nodes[4] is nodes[-1]
    assert [node.text for node in nodes[3:]] == ["sun and wind", "salt"]
    with pytest.raises(IndexError):
        nodes[5]


def test_changes_in_any_order_lead_to_the_same(collection: Collection, put: Put) -> None:
    drawn = random.Random(7)
    before: Searchable | None = None
    for step in range(30):
        name = f"{drawn.randrange(6)}.txt"
        if collection.record(name) and drawn.random() < 0.4:
            collection.remove(name)
        else:
            put(collection, name, "\n".join(f"line {n} of {step}" for n in range(step % 4)))
        before = load_searchable(collection, before if drawn.random() < 0.8 else None)
    check(collection, before or load_searchable(collection))
