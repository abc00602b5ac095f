from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import StoreError
from store.chroma import open_store
from store.chunks import embedded_text
from store.collection import Collection
from store.connection import ChromaServer
from store.doctor import Examination, examine
from store.embedding import HashEmbedding
from store.ingest import ingest
from store.lock import HOLDER_NAME, lock_folder
from store.pages import read_rows
from store.parts import build_part_rows
from store.prepare import read_sentences
from store.rows import ChunkRow
from store.tokens import TOKENS_FILE
from tests.support.chroma_server import BOTH

STEEL = "# Steel plan 2024\n\nThe works will invest 3.5 billion yuan. Furnaces get cleaner.\n"
WIND = "海上风电规划\n\n到2030年装机容量达到5000万千瓦。政府承担部分费用。\n"


class OtherEmbedding(HashEmbedding):
    """The same vectors turned round, under another name."""

    @property
    def identity(self) -> str:
        return "hash/other"

    def passage_vectors(self, texts: Any) -> Any:
        return super().passage_vectors(texts)[:, ::-1].copy()


@pytest.fixture
def server(request: pytest.FixtureRequest) -> ChromaServer | None:
    """Where the store lies: in the folder, or on a server where a test is told so."""
    return request.getfixturevalue("empty_chroma") if getattr(request, "param", False) else None


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "steel.md").write_text(STEEL, encoding="utf-8")
    (folder / "wind.txt").write_text(WIND, encoding="utf-8")
    return folder


@pytest.fixture
def whole(folder: Path, docs: Path, server: ChromaServer | None) -> Path:
    """The folder of a store that is well."""
    with open_store(folder, HashEmbedding(), server=server) as store:
        ingest(store.collection("c", create=True), HashEmbedding(), [docs])
    return folder


Harm = Callable[[Collection], None]


def harm(folder: Path, how: Harm, server: ChromaServer | None = None) -> None:
    with open_store(folder, HashEmbedding(), server=server) as store:
        how(store.collection("c"))


def found(examination: Examination) -> list[tuple[str, str]]:
    return [(fault.code, fault.subject) for fault in examination.faults]


def read(
    folder: Path, embedding: HashEmbedding | None = None, server: ChromaServer | None = None
) -> dict[str, list[str]]:
    """The chunks of each document, after a look at every vector."""
    embedding = embedding or HashEmbedding()
    with open_store(folder, embedding, server=server) as store:
        collection = store.collection("c")
        loaded = collection.load()
        texts: dict[str, list[str]] = {}
        for node, vector in zip(loaded.nodes, loaded.vectors, strict=True):
            assert float(vector @ embedding.passage_vectors([embedded_text(node)])[0]) > 0.999
            assert len(json.loads(node.metadata["sentences"])) > 0
            texts.setdefault(node.metadata["document"], []).append(node.text)
        assert [root.name for root in collection.roots()] == ["docs"]
        assert collection.text("docs/wind.txt") == WIND
        return texts


def chunk_of(collection: Collection, language: str) -> tuple[Any, dict[str, Any]]:
    chroma = collection._chunks[language]
    row: Any = chroma.get(include=["embeddings", "metadatas", "documents"])
    return chroma, row


def lose_a_chunk(collection: Collection) -> None:
    chroma, row = chunk_of(collection, "zh")
    chroma.delete(ids=row["ids"])


def lose_the_sentences(collection: Collection) -> None:
    chroma, row = chunk_of(collection, "zh")
    chroma.update(ids=row["ids"], metadatas=[{"sentence_vectors": "AAAA"}])


def blank_a_vector(collection: Collection) -> None:
    chroma, row = chunk_of(collection, "zh")
    chroma.update(ids=row["ids"], embeddings=np.full((1, 256), 1e-9, np.float32))


def leave_an_orphan(collection: Collection) -> None:
    chroma, row = chunk_of(collection, "zh")
    chroma.add(
        ids=["v0:x"],
        documents=row["documents"],
        embeddings=row["embeddings"],
        metadatas=[{**row["metadatas"][0], "version": "v0"}],
    )


def store_it_twice(collection: Collection) -> None:
    chroma, row = chunk_of(collection, "zh")
    version = row["metadatas"][0]["version"]
    chroma.add(
        ids=[f"{version}:again"],
        documents=row["documents"],
        embeddings=row["embeddings"],
        metadatas=row["metadatas"],
    )


def lose_the_terms(collection: Collection) -> None:
    collection.parts.drop(collection.documents()[0].version)


def miss_a_chunk_of_the_terms(collection: Collection) -> None:
    version = collection.documents()[0].version
    rows = [replace(row, id="another") for row in build_part_rows(chunk_rows(collection, version))]
    collection.parts.write(version, rows)


def leave_terms(collection: Collection) -> None:
    version = collection.documents()[0].version
    collection.parts.write("v0", build_part_rows(chunk_rows(collection, version)))


def chunk_rows(collection: Collection, version: str) -> list[ChunkRow]:
    sets = collection.chunk_sets()
    return [row for chroma in sets for row in read_rows(chroma, {"version": version})]


def leave_tokens(collection: Collection) -> None:
    nodes = collection.chunks("docs/wind.txt")
    collection.write_tokens("v0", nodes, [HashEmbedding().query_tokens("wind")])


FAULTS: list[tuple[Harm, tuple[str, str]]] = [
    (lose_a_chunk, ("incomplete", "docs/wind.txt")),
    (store_it_twice, ("incomplete", "docs/wind.txt")),
    (lose_the_sentences, ("wrong_vectors", "docs/wind.txt")),
    (blank_a_vector, ("wrong_vectors", "docs/wind.txt")),
    (leave_an_orphan, ("orphans", "1")),
]
# Of what is kept beside the store; on a server others write too, and opening tidies up.
KEPT: list[tuple[Harm, tuple[str, str]]] = [
    (leave_tokens, ("stale_tokens", "1")),
    (lose_the_terms, ("behind", "1")),
    (miss_a_chunk_of_the_terms, ("behind", "1")),
    (leave_terms, ("behind", "1")),
]


@pytest.mark.parametrize("server", BOTH, indirect=True)
@pytest.mark.parametrize(("how", "fault"), FAULTS)
def test_a_fault_is_found_and_mended(
    whole: Path, docs: Path, server: ChromaServer | None, how: Harm, fault: tuple[str, str]
) -> None:
    check_mending(whole, docs, server, how, fault)


@pytest.mark.parametrize(("how", "fault"), KEPT)
def test_what_is_kept_beside_the_store_is_looked_over_and_mended(
    whole: Path, docs: Path, how: Harm, fault: tuple[str, str]
) -> None:
    check_mending(whole, docs, None, how, fault)


@pytest.mark.parametrize("server", [BOTH[-1]], indirect=True)
@pytest.mark.parametrize("how", [how for how, _ in KEPT])
def test_what_is_kept_of_a_shared_store_is_no_fault(
    whole: Path, server: ChromaServer, how: Harm
) -> None:
    wanted = read(whole, server=server)
    harm(whole, how, server)
    assert found(examine(whole, HashEmbedding(), server=server)) == []
    assert read(whole, server=server) == wanted


def check_mending(
    whole: Path, docs: Path, server: ChromaServer | None, how: Harm, fault: tuple[str, str]
) -> None:
    wanted = read(whole, server=server)
    harm(whole, how, server)
    for path in docs.iterdir():
        path.unlink()  # what mends it is in the store
    assert found(examine(whole, HashEmbedding(), server=server)) == [fault]
    repaired = examine(whole, HashEmbedding(), repair=True, server=server)
    assert (found(repaired), repaired.left) == ([fault], ())
    assert found(examine(whole, HashEmbedding(), server=server)) == []
    assert read(whole, server=server) == wanted


@pytest.mark.integration
def test_on_a_server_what_others_embedded_is_left_as_it_is(
    folder: Path, docs: Path, empty_chroma: ChromaServer
) -> None:
    for embedding in (HashEmbedding(), OtherEmbedding()):
        with open_store(folder, embedding, foreign=True, server=empty_chroma) as store:
            ingest(store.collection(embedding.identity, create=True), embedding, [docs])
    for repair in (False, True):
        examined = examine(folder, HashEmbedding(), repair=repair, server=empty_chroma)
        assert [fault.code for fault in examined.left] == ["other_embedding"]
        assert examined.left[0].collection == "hash/other"
    with open_store(folder, HashEmbedding(), foreign=True, server=empty_chroma) as store:
        assert store.collections() == ["hash/1/characters-256", "hash/other"]


def test_a_store_that_is_well_has_no_faults(whole: Path, tmp_path: Path) -> None:
    assert examine(whole, HashEmbedding(), repair=True) == Examination(())
    assert examine(tmp_path / "none", HashEmbedding()) == Examination(())
    assert not (tmp_path / "none").exists()


def test_looking_changes_nothing(whole: Path) -> None:
    harm(whole, leave_an_orphan)
    assert found(examine(whole, HashEmbedding())) == found(examine(whole, HashEmbedding())) != []


def test_token_rows_that_can_not_be_read_are_found(whole: Path) -> None:
    with sqlite3.connect(whole / TOKENS_FILE) as database:
        database.execute("update tokens set vectors = substr(vectors, 2)")
    database.close()
    assert found(examine(whole, HashEmbedding())) == [("stale_tokens", "2")]
    assert examine(whole, HashEmbedding(), repair=True).left == ()


def test_a_document_that_is_there_twice_is_taken_out_once(whole: Path, docs: Path) -> None:
    def copy(collection: Collection) -> None:
        record = collection.record("docs/wind.txt")
        assert record is not None
        nodes, text = collection.chunks(record.id), collection.text(record.id)
        vectors = HashEmbedding().passage_vectors(
            [f"{n.metadata['head']}\n{n.text}" for n in nodes]
        )
        sentences = [HashEmbedding().passage_vectors(read_sentences(n)) for n in nodes]
        for name, root in (("wind.txt", None), ("wind-2.txt", "")):
            again = replace(record, id=name, root=root)
            collection.write(again, text, nodes, vectors, sentences)

    harm(whole, copy)
    assert found(examine(whole, HashEmbedding())) == [
        ("duplicate", "wind-2.txt"),
        ("duplicate", "wind.txt"),
    ]
    assert examine(whole, HashEmbedding(), repair=True).left == ()
    assert list(read(whole)) == ["docs/steel.md", "docs/wind.txt"]


def test_two_files_of_one_text_are_no_fault(whole: Path, docs: Path) -> None:
    (docs / "copy.txt").write_text(WIND, encoding="utf-8")
    harm(whole, lambda collection: void(ingest(collection, HashEmbedding(), [docs])))
    assert found(examine(whole, HashEmbedding())) == []


def void(_: object) -> None:
    """For lambdas that should give nothing."""


def test_a_store_of_another_embedding_is_embedded_again_from_what_it_holds(
    whole: Path, docs: Path
) -> None:
    wanted = read(whole)
    (whole / "state.db").write_text("what people said")
    (whole / "state.db-wal").write_text("and what they said last")
    for path in docs.iterdir():
        path.unlink()
    other = OtherEmbedding()
    with pytest.raises(StoreError, match="other_embedding"):
        open_store(whole, other)
    assert found(examine(whole, other)) == [("other_embedding", "hash/other")]
    assert examine(whole, other, repair=True).left == ()
    assert read(whole, other) == wanted
    assert not list(whole.glob(".re*"))
    assert (whole / "state.db").read_text() == "what people said"
    assert (whole / "state.db-wal").read_text() == "and what they said last"


def test_what_was_mended_is_looked_at_again_by_the_next_ingest(whole: Path, docs: Path) -> None:
    harm(whole, lose_a_chunk)
    examine(whole, HashEmbedding(), repair=True)
    with open_store(whole, HashEmbedding()) as store:
        report = ingest(store.collection("c"), HashEmbedding(), [docs])
        assert (report.changed, report.unchanged) == (1, 1)
    assert len(read(whole)) == 2


@pytest.mark.parametrize("name", ["table.csv", "report.pdf"])
def test_a_text_that_does_not_say_where_it_stood_is_left_to_the_next_ingest(
    whole: Path, name: str
) -> None:
    def lose(collection: Collection) -> None:
        lose_a_chunk(collection)
        record = collection.record("docs/wind.txt")
        assert record is not None
        collection._switch(replace(record, id=f"docs/{name}"))

    harm(whole, lose)
    examined = examine(whole, HashEmbedding(), repair=True)
    assert ("incomplete", f"docs/{name}") in [(f.code, f.subject) for f in examined.left]


def test_an_older_cut_is_said_and_left_to_the_next_ingest(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.faults.TRANSFORM", "9.9")
    examined = examine(whole, HashEmbedding(), repair=True)
    assert [fault.code for fault in examined.left] == ["old_transform", "old_transform"]


def test_a_process_that_died_is_noticed(whole: Path) -> None:
    (whole / HOLDER_NAME).write_text("4711")
    assert found(examine(whole, HashEmbedding())) == [("dead_holder", "4711")]
    assert found(examine(whole, HashEmbedding())) == []


def test_a_store_in_use_is_not_examined(whole: Path) -> None:
    with lock_folder(whole), pytest.raises(StoreError) as caught:
        examine(whole, HashEmbedding(), repair=True)
    assert caught.value.code == "locked"


def test_a_store_that_can_not_be_opened_is_a_fault_that_stays(whole: Path) -> None:
    (whole / "chroma" / "chroma.sqlite3").write_bytes(b"nothing of the kind" * 99)
    examined = examine(whole, HashEmbedding(), repair=True)
    assert [fault.code for fault in examined.left] == ["damaged"]
