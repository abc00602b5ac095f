"""One collection of documents: written so that a reader sees a document's old state or its new.

Every row of chunks and text carries the version of its document; the ledger says which version
counts. A write adds the new rows, switches the ledger in one step, then deletes the old rows. Cut
off at any point, it leaves the old document whole or the new one, and rows that nobody reads until
`sweep` takes them away.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import chromadb
import numpy as np
from chromadb.errors import ChromaError
from llama_index.core.schema import TextNode

from assistant.errors import StoreError
from store.ledger import DocumentRecord, hash_records, hash_text
from store.rows import ChunkRow, build_node, build_rows
from store.tokens import TokenShelf
from store.vectors import TokenRows, Vectors, unit_rows, unpack_vectors

# Chroma takes at most 5,461 rows a write and fails on reads of many more.
BATCH = 5000
PART_CHARACTERS = 50_000
OTHER = "other"
# Text and ledger rows aren't searched by vector; Chroma wants one all the same.
_NO_VECTOR: Sequence[float] = [1.0, 0.0]


@dataclass(frozen=True, slots=True)
class Loaded:
    """All chunks of a collection, ordered by document and place.

    `vectors` float32 [n, d], unit rows; `sentence_vectors` n arrays float32 [k_i, d], unit rows, in
    the order of node.metadata["sentences"].
    """

    nodes: list[TextNode]
    vectors: Vectors
    sentence_vectors: list[Vectors]


class Collection:
    """A user's named set of documents; made by `Store.collection`."""

    def __init__(
        self,
        name: str,
        documents: chromadb.Collection,
        chunks: Mapping[str, chromadb.Collection],
        tokens: TokenShelf,
        dimension: int,
    ) -> None:
        self.name = name
        self._tokens = tokens
        self._documents = documents
        self._chunks = chunks
        self._dimension = dimension
        self._lock = threading.RLock()
        self._records = self._read_ledger()

    def documents(self) -> list[DocumentRecord]:
        """The ledger, by document id."""
        return sorted(self._records.values(), key=lambda record: record.id)

    def record(self, document_id: str) -> DocumentRecord | None:
        return self._records.get(document_id)

    @property
    def version(self) -> str:
        """Changes whenever the content changes, and comes back when the content does."""
        return hash_records(self._records)

    def text(self, document_id: str) -> str:
        """The stored text, every character as it was written.

        Raises StoreError "no_document", or "incomplete" if what is stored isn't what was written.
        """
        record = self._records.get(document_id)
        if record is None:
            raise StoreError("no_document", document=document_id, collection=self.name)
        ids = [part_id for part_id, _ in _split(record.version, " " * record.characters)]
        rows = self._documents.get(ids=ids, include=["documents"])
        parts = dict(zip(rows["ids"], rows["documents"] or [], strict=True))
        text = "".join(parts.get(part_id) or "" for part_id in ids)
        if hash_text(text) != record.sha256:
            raise self._incomplete(document_id)
        return text

    def load(self) -> Loaded:
        """Everything that search needs, in one pass over the store.

        Raises StoreError "incomplete" if a document lacks chunks that its record counts.
        """
        with self._lock, chroma_errors(self.name):
            current = {record.version: record for record in self._records.values()}
            rows = [
                row
                for chunks in self._chunks.values()
                for row in _read_rows(chunks)
                if row.metadata["version"] in current
            ]
        self._check_counts(rows, current)
        rows.sort(key=lambda row: (str(row.metadata["document"]), row.metadata["position"]))
        return self._build_loaded(rows)

    def write(
        self,
        record: DocumentRecord,
        text: str,
        nodes: Sequence[TextNode],
        vectors: Vectors,
        sentence_vectors: Sequence[Vectors],
        tokens: Sequence[TokenRows] = (),
    ) -> None:
        """Put a document in, in place of what it was before.

        `vectors` is [len(nodes), d]; `sentence_vectors` has one [k_i, d] a node, `tokens` one
        TokenRows, unless they are to be made when first needed.
        """
        if len(nodes) != record.chunks:
            raise ValueError(f"{record.chunks} chunks in the record, {len(nodes)} nodes")
        rows = build_rows(record, nodes, vectors, sentence_vectors)
        with self._lock, chroma_errors(self.name):
            if tokens:
                self._tokens.write(record.version, [node.node_id for node in nodes], tokens)
            self._write_chunks(rows)
            self._write_text(record, text)
            self._switch(record)
            self._delete_rows(record.id, keep=record.version)
            self._keep_tokens()

    def remove(self, document_id: str) -> None:
        """Take a document out; raises StoreError "no_document"."""
        if document_id not in self._records:
            raise StoreError("no_document", document=document_id, collection=self.name)
        with self._lock, chroma_errors(self.name):
            self._documents.delete(ids=[document_id])
            self._records = {key: r for key, r in self._records.items() if key != document_id}
            self._delete_rows(document_id, keep="")
            self._keep_tokens()

    def read_tokens(self, node: TextNode) -> TokenRows | None:
        """The token vectors of a chunk that `load` gave, if they are stored."""
        record = self._records.get(node.metadata["document"])
        return self._tokens.read(record.version, node.node_id) if record else None

    def write_tokens(self, node: TextNode, rows: TokenRows) -> None:
        """Keep the token vectors of a chunk as long as its document stays as it is."""
        if record := self._records.get(node.metadata["document"]):
            self._tokens.write(record.version, [node.node_id], [rows])

    def sweep(self) -> frozenset[str]:
        """Delete rows that no record claims; returns the ids of documents that lack rows.

        Both are left by a process that died while writing. Reads ids only.
        """
        with self._lock, chroma_errors(self.name):
            found: Counter[str] = Counter()
            known = {record.version for record in self._records.values()}
            for chroma, where in self._row_sets():
                ids = list(_read_ids(chroma, where))
                found.update(_version_of(row_id) for row_id in ids)
                _delete(chroma, [row_id for row_id in ids if _version_of(row_id) not in known])
            self._keep_tokens()
        return frozenset(
            record.id
            for record in self._records.values()
            if found[record.version] != record.chunks + len(_starts(record.characters))
        )

    def _read_ledger(self) -> dict[str, DocumentRecord]:
        records: dict[str, DocumentRecord] = {}
        for page in _read_pages(self._documents, ["metadatas"], {"kind": "record"}):
            found = [DocumentRecord.from_metadata(metadata) for metadata in page["metadatas"]]
            records.update((record.id, record) for record in found)
        return records

    def _write_chunks(self, rows: Sequence[ChunkRow]) -> None:
        for language, chunks in self._chunks.items():
            mine = [row for row in rows if self._language_of(row) == language]
            for start in range(0, len(mine), BATCH):
                _upsert_rows(chunks, mine[start : start + BATCH])

    def _language_of(self, row: ChunkRow) -> str:
        language = str(row.metadata.get("language"))
        return language if language in self._chunks else OTHER

    def _write_text(self, record: DocumentRecord, text: str) -> None:
        parts = _split(record.version, text)
        for start in range(0, len(parts), BATCH):
            batch = parts[start : start + BATCH]
            self._documents.upsert(
                ids=[part_id for part_id, _ in batch],
                documents=[part for _, part in batch],
                embeddings=[_NO_VECTOR] * len(batch),
                metadatas=[{"kind": "text", "document": record.id, "version": record.version}]
                * len(batch),
            )

    def _switch(self, record: DocumentRecord) -> None:
        # One row, one transaction: from here on readers see the new document.
        metadata: Any = {**record.to_metadata(), "kind": "record"}
        self._documents.upsert(ids=[record.id], embeddings=[_NO_VECTOR], metadatas=[metadata])
        self._records = {**self._records, record.id: record}

    def _delete_rows(self, document_id: str, keep: str) -> None:
        # The ledger's rows have no "document": they stay.
        for chroma in (*self._chunks.values(), self._documents):
            mine = _read_ids(chroma, {"document": document_id})
            _delete(chroma, [row_id for row_id in mine if _version_of(row_id) != keep])

    def _keep_tokens(self) -> None:
        self._tokens.keep(record.version for record in self._records.values())

    def _row_sets(self) -> list[tuple[chromadb.Collection, dict[str, Any] | None]]:
        """Where rows of a version stand: all chunks, and the parts of text beside the ledger."""
        chunks = [(chroma, None) for chroma in self._chunks.values()]
        return [*chunks, (self._documents, {"kind": "text"})]

    def _check_counts(
        self, rows: Sequence[ChunkRow], current: Mapping[str, DocumentRecord]
    ) -> None:
        found = Counter(row.metadata["version"] for row in rows)
        for version, record in current.items():
            if found[version] != record.chunks:
                raise self._incomplete(record.id)

    def _incomplete(self, document_id: str) -> StoreError:
        return StoreError("incomplete", document=document_id, collection=self.name)

    def _build_loaded(self, rows: Sequence[ChunkRow]) -> Loaded:
        vectors = np.array([row.vector for row in rows], dtype=np.float32)
        packed = [str(row.metadata["sentence_vectors"]) for row in rows]
        return Loaded(
            nodes=[build_node(row.id, row.text, row.metadata) for row in rows],
            vectors=unit_rows(vectors.reshape(len(rows), self._dimension)),
            sentence_vectors=[unpack_vectors(one, self._dimension) for one in packed],
        )


@contextmanager
def chroma_errors(name: str) -> Iterator[None]:
    """Chroma's own errors (a full disk, a damaged file) as StoreError "failed"."""
    try:
        yield
    except ChromaError as error:
        raise StoreError("failed", collection=name, reason=str(error)) from error


def _upsert_rows(chunks: chromadb.Collection, rows: Sequence[ChunkRow]) -> None:
    metadatas: Any = [row.metadata for row in rows]
    chunks.upsert(
        ids=[row.id for row in rows],
        documents=[row.text for row in rows],
        embeddings=np.array([row.vector for row in rows], dtype=np.float32),
        metadatas=metadatas,
    )


def _read_pages(
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


def _read_rows(chunks: chromadb.Collection) -> Iterator[ChunkRow]:
    for page in _read_pages(chunks, ["documents", "metadatas", "embeddings"]):
        columns = (page["ids"], page["documents"], page["metadatas"], page["embeddings"])
        for row_id, text, metadata, vector in zip(*columns, strict=True):
            yield ChunkRow(row_id, text, metadata, vector)


def _read_ids(chroma: chromadb.Collection, where: dict[str, Any] | None) -> Iterator[str]:
    for page in _read_pages(chroma, [], where):
        yield from page["ids"]


def _delete(chroma: chromadb.Collection, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), BATCH):
        chroma.delete(ids=list(ids[start : start + BATCH]))


def _version_of(row_id: str) -> str:
    return row_id.partition(":")[0]


def _starts(characters: int) -> range:
    return range(0, characters, PART_CHARACTERS)


def _split(version: str, text: str) -> list[tuple[str, str]]:
    """Parts that Chroma holds well, each with its id."""
    return [
        (f"{version}:{number}", text[start : start + PART_CHARACTERS])
        for number, start in enumerate(_starts(len(text)))
    ]
