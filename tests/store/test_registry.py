from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import chromadb
import pytest

from store import registry
from store.collection import Collection
from store.ledger import DocumentRecord
from store.roots import Root

Put = Callable[..., DocumentRecord]


@pytest.fixture
def documents(collection: Collection) -> chromadb.Collection:
    return collection._documents


def test_records_are_read_as_they_were_written(
    documents: chromadb.Collection, collection: Collection, put: Put
) -> None:
    records = {name: put(collection, name, "text", year=2024) for name in ("b.txt", "报告.txt")}
    assert registry.read_records(documents) == records


def test_a_folder_s_row_is_no_document_s(
    documents: chromadb.Collection, collection: Collection, put: Put
) -> None:
    record = put(collection, "root", "text")
    wind = Root("root", Path("/d/root"))
    registry.write_root(documents, wind)
    assert registry.read_roots(documents) == {"root": wind}
    assert registry.read_records(documents) == {"root": record}
    registry.delete_root(documents, "root")
    assert registry.read_roots(documents) == {}
    assert registry.read_records(documents) == {"root": record}


def test_what_stands_there_of_a_text_is_read(
    documents: chromadb.Collection, collection: Collection, put: Put
) -> None:
    text = "钢" * 60_000 + "end"
    record = put(collection, "a.txt", text)
    assert registry.read_text(documents, record) == text
    documents.delete(ids=[f"{record.version}:0"])
    assert registry.read_text(documents, record) in (text[50_000:], text[:50_000])
