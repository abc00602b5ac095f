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
from typing import Any

import chromadb
from llama_index.core.schema import TextNode

from assistant.errors import StoreError
from store import registry
from store.ledger import DocumentRecord, hash_records, hash_text
from store.loaded import Loaded, build_loaded
from store.pages import (
    chroma_errors,
    delete_ids,
    read_ids,
    read_rows,
    upsert_rows,
)
from store.part_store import PartShelf
from store.parts import build_part_rows
from store.roots import Root
from store.rows import ChunkRow, build_node, build_rows
from store.texts import part_ids, version_of
from store.tokens import TokenShelf
from store.vectors import TokenRows, Vectors
from store.writers import Writers

OTHER = "other"
_ATTEMPTS = 3  # at reading all of a collection while others write


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
        writers: Writers | None = None,
    ) -> None:
        self.name = name
        self.parts = parts
        self.dimension = dimension
        self._writers = writers or Writers(name)
        self._tokens = tokens
        self._documents = documents
        self._chunks = chunks
        self._lock = threading.RLock()
        self._records = registry.read_records(documents)
        self._roots = registry.read_roots(documents)
        if self._writers.shared:
            self._forget_changed()

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
        with self._write_alone():
            registry.write_root(self._documents, root)
            self._roots = {**self._roots, root.name: root}

    def remove_root(self, name: str) -> None:
        """Forget a folder; its documents stay."""
        with self._write_alone():
            registry.delete_root(self._documents, name)
            self._roots = {key: root for key, root in self._roots.items() if key != name}

    def restate(self, record: DocumentRecord) -> None:
        """Change what the ledger says of a document whose rows stay as they are.

        Raises ValueError if the rows would be others.
        """
        known = self._records.get(record.id)
        if known is None or known.version != record.version:
            raise ValueError(f"{record.id} has other rows")
        with self._write_alone():
            self._switch(record)

    @contextmanager
    def turn(self, wait: float = 1.0) -> Iterator[None]:
        """Write alone for several calls, each of which takes a turn of its own otherwise.

        Raises StoreError "busy" if others still write after `wait` seconds.
        """
        with self._writers.turn(wait):
            self.refresh()
            yield

    def refresh(self) -> None:
        """See what other processes have written; costs nothing where there can be none."""
        with self._lock, chroma_errors(self.name):
            if self._writers.find_change():
                self._records = registry.read_records(self._documents)
                self._roots = registry.read_roots(self._documents)
                self._forget_changed()

    @property
    def version(self) -> str:
        """Changes whenever the content changes, and comes back when the content does."""
        return hash_records(self._records)

    def text(self, document_id: str) -> str:
        """The stored text, every character as it was written.

        Raises StoreError "no_document", or "incomplete" if what is stored isn't what was written.
        """
        record = self._known(document_id)
        with chroma_errors(self.name):
            text = registry.read_text(self._documents, record)
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
        for _ in range(_ATTEMPTS if self._writers.shared else 0):
            try:
                return self._load()
            except StoreError as error:
                if error.code != "incomplete":
                    raise
                self.refresh()  # another process may have changed it since the ledger was read
        return self._load()

    def _load(self) -> Loaded:
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
        with self._write_alone():
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
        with self._write_alone():
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
        with self._write_alone():
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

    @contextmanager
    def _write_alone(self) -> Iterator[None]:
        """For one change; it is noted for others also where it breaks off half-way."""
        with self.turn(), self._lock, chroma_errors(self.name):
            self._writers.check()
            try:
                yield
            finally:
                self._writers.note_change()

    def _known(self, document_id: str) -> DocumentRecord:
        record = self._records.get(document_id)
        if record is None:
            raise StoreError("no_document", document=document_id, collection=self.name)
        return record

    def _forget_changed(self) -> None:
        """What stands beside Chroma of documents that others changed: each process has its own."""
        known = {record.version for record in self._records.values()}
        self._tokens.keep(known)
        self.parts.keep(known)

    def _write_chunks(self, rows: Sequence[ChunkRow]) -> None:
        for language, chunks in self._chunks.items():
            mine = [row for row in rows if self._language_of(row) == language]
            upsert_rows(chunks, mine)

    def _language_of(self, row: ChunkRow) -> str:
        language = str(row.metadata.get("language"))
        return language if language in self._chunks else OTHER

    def _write_text(self, record: DocumentRecord, text: str) -> None:
        registry.write_text(self._documents, record, text)

    def _switch(self, record: DocumentRecord) -> None:
        self._writers.check()
        registry.write_record(self._documents, record)
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
