"""Rows of Chroma, as many at a time as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import chromadb
import httpx
import numpy as np
from chromadb.errors import ChromaError

from assistant.errors import RetryableStoreError, StoreError
from store.ledger import Scalar
from store.rows import ChunkRow

# Chroma fails on reads of many more.
BATCH = 5000
# An embedded one takes at most 5,461 rows a write; a server takes 40 MB, and a chunk with the
# vectors of its sentences has some 20 KB.
WRITE_BATCH = 500
# Text and ledger rows aren't searched by vector; Chroma wants one all the same.
_NO_VECTOR: Sequence[float] = [1.0, 0.0]
_Row = TypeVar("_Row")


@contextmanager
def chroma_errors(name: str) -> Iterator[None]:
    """Chroma's own errors (a full disk, a damaged file) as StoreError "failed", and those of the
    way to a server as "unreachable"."""
    try:
        yield
    except ChromaError as error:
        raise StoreError("failed", collection=name, reason=str(error)) from error
    except httpx.RequestError as error:
        url = error.request.url
        reason = str(error) or type(error).__name__
        shown = f"{url.scheme}://{url.netloc.decode()}"
        raise RetryableStoreError("unreachable", url=shown, reason=reason) from error


def upsert_rows(chunks: chromadb.Collection, rows: Sequence[ChunkRow]) -> None:
    for batch in _batches(rows):
        metadatas: Any = [row.metadata for row in batch]
        chunks.upsert(
            ids=[row.id for row in batch],
            documents=[row.text for row in batch],
            embeddings=np.array([row.vector for row in batch], dtype=np.float32),
            metadatas=metadatas,
        )


def upsert_plain(
    chroma: chromadb.Collection, texts: Mapping[str, str], metadata: Mapping[str, Scalar]
) -> None:
    """Texts by their row's id, all with the same metadata, that aren't searched by vector."""
    for batch in _batches(list(texts)):
        chroma.upsert(
            ids=batch,
            documents=[texts[row_id] for row_id in batch],
            embeddings=[_NO_VECTOR] * len(batch),
            metadatas=[dict(metadata)] * len(batch),
        )


def upsert_metadata(
    chroma: chromadb.Collection, row_id: str, metadata: Mapping[str, Scalar]
) -> None:
    """One row without a text, in one transaction."""
    values: Any = [dict(metadata)]
    chroma.upsert(ids=[row_id], embeddings=[_NO_VECTOR], metadatas=values)


def add_metadata(chroma: chromadb.Collection, row_id: str, metadata: Mapping[str, Scalar]) -> None:
    """As `upsert_metadata`, but a row of that id that is there already stays as it is."""
    values: Any = [dict(metadata)]
    chroma.add(ids=[row_id], embeddings=[_NO_VECTOR], metadatas=values)


def read_pages(
    chroma: chromadb.Collection, include: list[str], where: dict[str, Any] | None = None
) -> Iterator[Any]:
    wanted: Any = include
    offset = 0
    while True:
        page = chroma.get(where=where, include=wanted, limit=BATCH, offset=offset)
        yield page
        offset += BATCH
        if len(page["ids"]) < BATCH:
            return


def read_rows(
    chunks: chromadb.Collection, where: dict[str, Any] | None = None
) -> Iterator[ChunkRow]:
    for page in read_pages(chunks, ["documents", "metadatas", "embeddings"], where):
        columns = (page["ids"], page["documents"], page["metadatas"], page["embeddings"])
        for row_id, text, metadata, vector in zip(*columns, strict=True):
            yield ChunkRow(row_id, text, metadata, vector)


def read_ids(chroma: chromadb.Collection, where: dict[str, Any] | None) -> Iterator[str]:
    for page in read_pages(chroma, [], where):
        yield from page["ids"]


def delete_ids(chroma: chromadb.Collection, ids: Sequence[str]) -> None:
    for batch in _batches(ids):
        chroma.delete(ids=batch)


def _batches(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    for start in range(0, len(rows), WRITE_BATCH):
        yield list(rows[start : start + WRITE_BATCH])
