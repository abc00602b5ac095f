from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import chromadb
import numpy as np
import pytest
from chromadb.api.client import Client
from chromadb.config import Settings
from chromadb.errors import InternalError

from assistant.errors import StoreError
from store import pages
from store.pages import (
    chroma_errors,
    delete_ids,
    read_ids,
    read_rows,
    upsert_metadata,
    upsert_plain,
    upsert_rows,
)
from store.rows import ChunkRow


@pytest.fixture
def chroma(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[chromadb.Collection]:
    monkeypatch.setattr(pages, "BATCH", 3)
    client = cast(
        Client, chromadb.PersistentClient(tmp_path, settings=Settings(anonymized_telemetry=False))
    )
    yield client.create_collection("some", embedding_function=None)
    client.close()


@pytest.mark.parametrize("many", [0, 1, 3, 4, 10])
def test_rows_go_in_and_out_however_many(chroma: chromadb.Collection, many: int) -> None:
    rows = [ChunkRow(f"r{n}", f"text {n}", {"n": n}, np.ones(2, np.float32)) for n in range(many)]
    upsert_rows(chroma, rows)
    found = sorted(read_rows(chroma), key=lambda row: int(str(row.metadata["n"])))
    assert [(row.id, row.text) for row in found] == [(row.id, row.text) for row in rows]
    delete_ids(chroma, [row.id for row in rows])
    assert chroma.count() == 0


def test_rows_can_be_asked_for_by_what_they_say(chroma: chromadb.Collection) -> None:
    rows = [ChunkRow(f"r{n}", "", {"odd": n % 2}, np.ones(2, np.float32)) for n in range(9)]
    upsert_rows(chroma, rows)
    assert sorted(row.id for row in read_rows(chroma, {"odd": 1})) == ["r1", "r3", "r5", "r7"]
    assert sorted(read_ids(chroma, {"odd": 0})) == ["r0", "r2", "r4", "r6", "r8"]


def test_texts_share_what_is_said_of_them(chroma: chromadb.Collection) -> None:
    upsert_plain(chroma, {f"v:{n}": f"part {n}" for n in range(5)}, {"kind": "text"})
    found = chroma.get(where={"kind": "text"})
    assert dict(zip(found["ids"], found["documents"] or [], strict=True)) == {
        f"v:{n}": f"part {n}" for n in range(5)
    }


def test_one_row_is_put_in_place_of_itself(chroma: chromadb.Collection) -> None:
    upsert_metadata(chroma, "a", {"title": "one", "year": 2024})
    upsert_metadata(chroma, "a", {"title": "two", "year": None})
    assert chroma.get()["metadatas"] == [{"title": "two"}]


def test_errors_of_chroma_become_ours() -> None:
    with pytest.raises(StoreError) as caught, chroma_errors("some"):
        raise InternalError("disk full")
    assert (caught.value.code, caught.value.details["collection"]) == ("failed", "some")
