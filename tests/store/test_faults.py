"""Each fault alone; test_doctor.py injects them into real stores and has them mended."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from store.collection import Collection
from store.faults import Fault, find_faults
from store.ledger import DocumentRecord
from store.pages import upsert_plain
from store.prepare import TRANSFORM
from store.roots import ALONE, Root

if TYPE_CHECKING:
    from tests.store.conftest import CountingEmbedding

Put = Callable[..., DocumentRecord]
Find = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def find(
    collection: Collection, embedding: CountingEmbedding, monkeypatch: pytest.MonkeyPatch
) -> Find:
    monkeypatch.setattr("store.faults.TRANSFORM", "1")  # what `put` says

    def faults() -> list[tuple[str, str]]:
        found = list(find_faults(collection, embedding.dimension))
        assert {fault.collection for fault in found} <= {collection.name}
        return [(fault.code, fault.subject) for fault in found]

    return faults


def test_a_collection_that_is_well_has_none(collection: Collection, put: Put, find: Find) -> None:
    assert find() == []
    put(collection, "a.txt", "wind\nsun", tokens=True)
    put(collection, "b.txt", "风\n光", language="zh")
    put(collection, "c.txt", "x" * 120_000)
    assert find() == []


def test_a_text_that_is_not_what_was_written_is_incomplete(
    collection: Collection, put: Put, find: Find
) -> None:
    record = put(collection, "a.txt", "wind")
    upsert_plain(collection._documents, {f"{record.version}:0": "wand"}, {"kind": "text"})
    assert find() == [("incomplete", "a.txt")]


@pytest.mark.parametrize("vector", [np.zeros(256), np.full(256, 9.0)])
def test_vectors_that_are_no_unit_rows_are_wrong(
    collection: Collection, put: Put, find: Find, vector: Any
) -> None:
    put(collection, "a.txt", "wind")
    chunks = collection._chunks["en"]
    chunks.update(ids=chunks.get()["ids"], embeddings=[vector.astype(np.float32)])
    assert find() == [("wrong_vectors", "a.txt")]


@pytest.mark.parametrize("packed", ["", "AAAA", "?", "AAAA" * 1024])
def test_vectors_of_sentences_must_be_as_many_and_as_long(
    collection: Collection, put: Put, find: Find, packed: str
) -> None:
    put(collection, "a.txt", "wind")
    chunks = collection._chunks["en"]
    chunks.update(ids=chunks.get()["ids"], metadatas=[{"sentence_vectors": packed}])
    assert find() == [("wrong_vectors", "a.txt")]


def test_another_length_of_vectors_is_wrong_for_all(collection: Collection, put: Put) -> None:
    put(collection, "a.txt", "wind")
    found = [fault for fault in find_faults(collection, 384) if fault.code == "wrong_vectors"]
    assert found == [Fault("wrong_vectors", "reports", "a.txt")]


def test_documents_of_one_file_are_twice_there_and_the_root_s_stays(
    collection: Collection, put: Put, find: Find
) -> None:
    collection.write_root(Root("docs", Path("/d/docs")))
    for document, root in (("docs/a.txt", "docs"), ("a.txt", ALONE)):
        record = put(collection, document, "wind")
        record = DocumentRecord.from_metadata(
            {**record.to_metadata(), "root": root, "source": "/d/docs/a.txt"}
        )
        collection.restate(record)
    assert find() == [("duplicate", "a.txt")]


def test_an_older_cut_is_a_fault(
    collection: Collection, put: Put, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(collection, "a.txt", "wind")
    monkeypatch.setattr("store.faults.TRANSFORM", TRANSFORM)
    assert find() == [("old_transform", "a.txt")]


def test_rows_that_nobody_claims_are_counted(
    collection: Collection, put: Put, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(collection, "a.txt", "wind\nsun")
    with monkeypatch.context() as patch:
        patch.setattr(Collection, "_delete_rows", lambda *_, **__: None)
        put(collection, "a.txt", "sun")
    assert find() == [("orphans", "3")]  # two chunks and a text


def test_each_fault_has_its_line_in_both_languages() -> None:
    source = (Path(__file__).parents[2] / "store" / "faults.py").read_text("utf-8")
    for language in ("en", "zh"):
        path = Path(__file__).parents[2] / "prompts" / f"messages.{language}.toml"
        lines = tomllib.loads(path.read_text("utf-8"))["doctor"]
        for code in lines.keys() - {"well", "mended", "damaged", "dead_holder", "other_embedding"}:
            assert f'"{code}"' in source
