"""A store of documents that say their state: what is seen of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from evals.states import (
    COLLECTION,
    DOCUMENTS,
    MIXED,
    change_documents,
    read_store,
    read_wanted,
    state_of,
    write_document,
)
from store.chroma import open_store
from store.embedding import HashEmbedding
from store.ingest import ingest


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(DOCUMENTS):
        write_document(folder, number, 0)
    return folder


def bring_in(data: Path, docs: Path) -> None:
    with open_store(data, HashEmbedding()) as store:
        ingest(store.collection(COLLECTION, create=True), HashEmbedding(), [docs])


def test_a_text_in_two_states_or_none_is_mixed() -> None:
    assert state_of("in state 3. And in state 3.") == 3
    assert state_of("in state 3. And in state 4.") == MIXED
    assert state_of("") == MIXED


def test_a_change_changes_some_takes_one_and_adds_one(docs: Path) -> None:
    wanted = change_documents(docs, random.Random(1), 1)
    assert len(wanted) == DOCUMENTS
    assert set(wanted.values()) == {0, 1}
    assert wanted[f"docs/{DOCUMENTS + 1:03}.md"] == 1
    assert wanted == read_wanted(docs)


def test_what_was_stored_is_seen(docs: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert read_store(data).states == {}
    bring_in(data, docs)
    found = read_store(data)
    assert found.states == read_wanted(docs)
    assert not found.strays


def test_a_chunk_that_search_reads_of_another_state_is_seen(docs: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    bring_in(data, docs)
    with open_store(data, HashEmbedding()) as store:
        parts = store.collection(COLLECTION).parts.store
        with parts._database as database:
            database.execute(
                "update chunks set text = replace(text, 'state 0', 'state 7') where rowid = 1"
            )
    states = list(read_store(data).states.values())
    assert (states.count(MIXED), states.count(0)) == (1, DOCUMENTS - 1)


def test_rows_that_lie_about_are_seen(docs: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    bring_in(data, docs)
    with open_store(data, HashEmbedding()) as store:
        collection = store.collection(COLLECTION)
        chroma = collection.chunk_sets()[0]
        metadata = {"version": "gone", "document": "gone"}
        chroma.add(ids=["gone:1"], embeddings=[1.0] * 256, metadatas=[metadata])
        collection.parts.drop(collection.documents()[0].version)
        behind = collection.documents()[0].version
    # Looking heals what search reads; what nobody claims stays until the next ingest.
    assert set(read_store(data).strays) <= {"gone", behind}
    assert read_store(data).strays == {"gone": 1}
