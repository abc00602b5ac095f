"""One collection of documents: written so that a reader sees a document's old state or its new.

Every row of chunks and text carries the version of its document; the ledger says which version
counts. A write adds the new rows, switches the ledger in one step, then deletes the old rows. Cut
off at any point, it leaves the old document whole or the new one, and rows that nobody reads until
`sweep` takes them away.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import chromadb
from llama_index.core.schema import TextNode

from assistant.errors import StoreError
from store.ledger import DocumentRecord, hash_records, hash_text
from store.loaded import Loaded, build_loaded
from store.pages import (
    chroma_errors,
    delete_ids,
    read_ids,
    read_pages,
    read_rows,
    upsert_metadata,
    upsert_plain,
    upsert_rows,
)
from store.part_store import PartShelf
from store.parts import build_part_rows
from store.roots import Root
from store.rows import ChunkRow, build_node, build_rows
from store.texts import part_ids, split_text, version_of
from store.tokens import TokenShelf
from store.vectors import TokenRows, Vectors

OTHER = "other"
_ROOT_ID = "root//{}"  # no path within a folder has two slashes in a row


class Collection:
    """A user's named set of documents; made by `Store.collection`."""

    def __init__(
        self,
        name: str,
        documents: chromadb.Collection,
        chunks: Mapping[str, chromadb.Collection],
        tokens: TokenShelf,
        parts: PartShelf,
        dimension: int,
    ) -> None:
        self.name = name
        self.parts = parts
        self.dimension = dimension
        self._tokens = tokens
        self._documents = documents
        self._chunks = chunks
        self._lock = threading.RLock()
        self._records = self._read_ledger()
        self._roots = self._read_roots()

    def documents(self) -> list[DocumentRecord]:
        """The ledger, by document id."""
        return sorted(self._records.values(), key=lambda record: record.id)

    def record(self, document_id: str) -> DocumentRecord | None:
        return self._records.get(document_id)

    def roots(self) -> list[Root]:
        """The folders that documents came from, by name."""
        return sorted(self._roots.values(), key=lambda root: root.name)

    def write_root(self, root: Root) -> None:
        """Register a folder, or say where it lies now."""
        metadata = {"kind": "root", "name": root.name, "path": str(root.path)}
        with self._lock, chroma_errors(self.name):
            upsert_metadata(self._documents, _ROOT_ID.format(root.name), metadata)
            self._roots = {**self._roots, root.name: root}

    def remove_root(self, name: str) -> None:
        """Forget a folder; its documents stay."""
        with self._lock, chroma_errors(self.name):
            self._documents.delete(ids=[_ROOT_ID.format(name)])
            self._roots = {key: root for key, root in self._roots.items() if key != name}

    def restate(self, record: DocumentRecord) -> None:
        """Change what the ledger says of a document whose rows stay as they are.

        Raises ValueError if the rows would be others.
        """
        known = self._records.get(record.id)
        if known is None or known.version != record.version:
            raise ValueError(f"{record.id} has other rows")
        with self._lock, chroma_errors(self.name):
            self._switch(record)

    @property
    def version(self) -> str:
        """Changes whenever the content changes, and comes back when the content does."""
        return hash_records(self._records)

    def text(self, document_id: str) -> str:
        """The stored text, every character as it was written.

        Raises StoreError "no_document", or "incomplete" if what is stored isn't what was written.
        """
        record = self._known(document_id)
        ids = part_ids(record.version, record.characters)
        rows = self._documents.get(ids=ids, include=["documents"])
        parts = dict(zip(rows["ids"], rows["documents"] or [], strict=True))
        text = "".join(parts.get(part_id) or "" for part_id in ids)
        if hash_text(text) != record.sha256:
            raise self._incomplete(document_id)
        return text

    def chunks(self, document_id: str) -> list[TextNode]:
        """The chunks of one document, in order; raises StoreError "no_document"."""
        version = self._known(document_id).version
        with self._lock, chroma_errors(self.name):
            found = [
                row
                for chunks in self._chunks.values()
                for row in read_rows(chunks, {"version": version})
            ]
        found.sort(key=lambda row: int(str(row.metadata["position"])))
        return [build_node(row.id, row.text, row.metadata) for row in found]

    def load(self) -> Loaded:
        """Everything that search needs, in one pass over the store.

        Raises StoreError "incomplete" if a document lacks chunks that its record counts.
        """
        with self._lock, chroma_errors(self.name):
            current = {record.version: record for record in self._records.values()}
            rows = [
                row
                for chunks in self._chunks.values()
                for row in read_rows(chunks)
                if row.metadata["version"] in current
            ]
        self._check_counts(rows, current)
        rows.sort(key=lambda row: (str(row.metadata["document"]), row.metadata["position"]))
        return build_loaded(rows, self.dimension)

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
        TokenRows, unless they were written before or are to be made when first needed.
        """
        if len(nodes) != record.chunks:
            raise ValueError(f"{record.chunks} chunks in the record, {len(nodes)} nodes")
        rows = build_rows(record, nodes, vectors, sentence_vectors)
        with self._lock, chroma_errors(self.name):
            old = self._records.get(record.id)
            if tokens:
                self.write_tokens(record.version, nodes, tokens)
            self._write_chunks(rows)
            self.parts.write(record.version, build_part_rows(rows))
            self._write_text(record, text)
            self._switch(record)
            self._delete_rows(record.id, keep=record.version)
            if old and old.version != record.version:
                self._tokens.drop(old.version)
                self.parts.drop(old.version)

    def remove(self, document_id: str) -> None:
        """Take a document out; raises StoreError "no_document"."""
        gone = self._known(document_id)
        with self._lock, chroma_errors(self.name):
            self._documents.delete(ids=[document_id])
            self._records = {key: r for key, r in self._records.items() if key != document_id}
            self._delete_rows(document_id, keep="")
            self._tokens.drop(gone.version)
            self.parts.drop(gone.version)

    def read_tokens(self, node: TextNode) -> TokenRows | None:
        """The token vectors of a chunk that `load` gave, if they are stored."""
        record = self._records.get(node.metadata["document"])
        return self._tokens.read(record.version, node.node_id) if record else None

    def write_tokens(
        self, version: str, nodes: Sequence[TextNode], rows: Sequence[TokenRows]
    ) -> None:
        """Keep the token vectors of some chunks of a document that is about to be written."""
        self._tokens.write(version, [node.node_id for node in nodes], rows)

    def add_tokens(self, node: TextNode, rows: TokenRows) -> None:
        """Keep the token vectors of a chunk as long as its document stays as it is."""
        if record := self._records.get(node.metadata["document"]):
            self.write_tokens(record.version, [node], [rows])

    def chunk_sets(self) -> list[chromadb.Collection]:
        """Chroma's own collections of chunks, for who looks them over."""
        return list(self._chunks.values())

    def row_sets(self) -> list[tuple[chromadb.Collection, dict[str, Any] | None]]:
        """Where rows of a version stand: all chunks, and the parts of text beside the ledger."""
        chunks = [(chroma, None) for chroma in self._chunks.values()]
        return [*chunks, (self._documents, {"kind": "text"})]

    def find_stale_tokens(self) -> set[str]:
        """Versions with token vectors that no document has, or that can't be read."""
        return self._tokens.find_stale({record.version for record in self._records.values()})

    def sweep(self) -> frozenset[str]:
        """Delete rows that no record claims; returns the ids of documents that lack rows.

        Both are left by a process that died while writing. Reads ids only.
        """
        with self._lock, chroma_errors(self.name):
            found: Counter[str] = Counter()
            known = {record.version for record in self._records.values()}
            for chroma, where in self.row_sets():
                ids = list(read_ids(chroma, where))
                found.update(version_of(row_id) for row_id in ids)
                delete_ids(chroma, [row_id for row_id in ids if version_of(row_id) not in known])
            self._tokens.keep(known)
            self.parts.keep(known)
            for version in self.find_stale_tokens():
                self._tokens.drop(version)
        return frozenset(
            record.id
            for record in self._records.values()
            if found[record.version]
            != record.chunks + len(part_ids(record.version, record.characters))
        )

    def _known(self, document_id: str) -> DocumentRecord:
        record = self._records.get(document_id)
        if record is None:
            raise StoreError("no_document", document=document_id, collection=self.name)
        return record

    def _read_ledger(self) -> dict[str, DocumentRecord]:
        records: dict[str, DocumentRecord] = {}
        for page in read_pages(self._documents, ["metadatas"], {"kind": "record"}):
            found = [DocumentRecord.from_metadata(metadata) for metadata in page["metadatas"]]
            records.update((record.id, record) for record in found)
        return records

    def _read_roots(self) -> dict[str, Root]:
        pages = read_pages(self._documents, ["metadatas"], {"kind": "root"})
        found = [
            Root(one["name"], Path(one["path"])) for page in pages for one in page["metadatas"]
        ]
        return {root.name: root for root in found}

    def _write_chunks(self, rows: Sequence[ChunkRow]) -> None:
        for language, chunks in self._chunks.items():
            mine = [row for row in rows if self._language_of(row) == language]
            upsert_rows(chunks, mine)

    def _language_of(self, row: ChunkRow) -> str:
        language = str(row.metadata.get("language"))
        return language if language in self._chunks else OTHER

    def _write_text(self, record: DocumentRecord, text: str) -> None:
        metadata = {"kind": "text", "document": record.id, "version": record.version}
        upsert_plain(self._documents, split_text(record.version, text), metadata)

    def _switch(self, record: DocumentRecord) -> None:
        # One row, one transaction: from here on readers see the new document.
        upsert_metadata(self._documents, record.id, {**record.to_metadata(), "kind": "record"})
        self._records = {**self._records, record.id: record}

    def _delete_rows(self, document_id: str, keep: str) -> None:
        # The ledger's rows have no "document": they stay.
        for chroma in (*self._chunks.values(), self._documents):
            mine = read_ids(chroma, {"document": document_id})
            delete_ids(chroma, [row_id for row_id in mine if version_of(row_id) != keep])

    def _check_counts(
        self, rows: Sequence[ChunkRow], current: Mapping[str, DocumentRecord]
    ) -> None:
        found = Counter(row.metadata["version"] for row in rows)
        for version, record in current.items():
            if found[version] != record.chunks:
                raise self._incomplete(record.id)

    def _incomplete(self, document_id: str) -> StoreError:
        return StoreError("incomplete", document=document_id, collection=self.name)
