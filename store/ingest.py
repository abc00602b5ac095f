"""From files to stored chunks: read, compare, chunk, embed, write; one document at a time."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from llama_index.core.schema import Document, TextNode

from assistant.errors import IngestError
from store import chunks, read
from store.catalog import Catalog, CatalogEntry, load_catalog
from store.collection import Collection
from store.embedding import BATCH_SIZE, StoreEmbedding
from store.formats.extract import Note
from store.formats.limits import DEFAULT_LIMITS, Limits
from store.ledger import DocumentRecord
from store.read import DocumentFile, find_documents, read_document
from store.vectors import TokenRows, Vectors

# Of all that makes chunks of a text: another value makes every document be ingested again.
TRANSFORM = f"{read.VERSION}.{chunks.VERSION}"
_DESCRIBED = ("title", "organisation", "author", "publisher", "year", "language")


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """Where an ingest stands. `share` of all work, by file size, is in 0 to 1."""

    document: str
    documents_done: int
    documents_total: int
    chunks_done: int
    chunks_total: int
    share: float


Progress = Callable[[IngestProgress], None]


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What came of it: numbers of documents; `chunks` and `sentences` that were embedded.

    `notes` are what a user should know of documents that were read: the id and what it is.
    """

    new: int
    changed: int
    unchanged: int
    failed: tuple[tuple[Path, IngestError], ...]
    skipped: tuple[Path, ...]
    notes: tuple[tuple[str, Note], ...]
    chunks: int
    sentences: int
    seconds: float


def ingest(
    collection: Collection,
    embedding: StoreEmbedding,
    paths: Sequence[Path],
    catalog: Catalog | None = None,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> IngestReport:
    """Bring `paths` (files and folders) into a collection.

    Without `catalog`, the catalog.yaml of each folder is read. A file that can't be read is in
    the report and the rest goes on; a failing embedding or store stops the run, with all
    documents before it stored and the one at hand as it was. Nothing is removed because its file
    is gone. Raises CatalogError, StoreError, and what the embedding raises.
    """
    started = time.perf_counter()
    found = find_documents(paths)
    run = _Run(collection, embedding, found.files, catalog, progress, limits)
    run.failed += found.failed
    for file in found.files:
        run.take(file)
    return IngestReport(
        new=run.new,
        changed=run.changed,
        unchanged=run.unchanged,
        failed=tuple(run.failed),
        skipped=found.skipped,
        notes=tuple(run.notes),
        chunks=run.chunks,
        sentences=run.sentences,
        seconds=time.perf_counter() - started,
    )


@dataclass
class _Embedded:
    """Vectors of a document's chunks, of the sentences of each, and of the tokens of each."""

    vectors: list[Vectors] = field(default_factory=list)
    sentences: list[Vectors] = field(default_factory=list)
    tokens: list[TokenRows] = field(default_factory=list)


class _Run:
    """One run over some files, and its counts."""

    def __init__(
        self,
        collection: Collection,
        embedding: StoreEmbedding,
        files: Sequence[DocumentFile],
        catalog: Catalog | None,
        progress: Progress | None,
        limits: Limits,
    ) -> None:
        self.notes: list[tuple[str, Note]] = []
        self.failed: list[tuple[Path, IngestError]] = []
        self.new = self.changed = self.unchanged = self.chunks = self.sentences = 0
        self._collection = collection
        self._embedding = embedding
        self._progress = progress
        self._limits = limits
        roots = {file.root for file in files}
        self._catalogs = {root: catalog or load_catalog(root) for root in sorted(roots)}
        # A run that was cut off may have left rows behind, or documents without all of theirs.
        self._incomplete = collection.sweep()
        self._sizes = {file.id: _size_of(file.path) for file in files}
        self._seen = 0
        self._done_size = 0

    def take(self, file: DocumentFile) -> None:
        """Bring one file in, or note why not."""
        self._report(file.id, 0, 0)
        try:
            self._ingest_file(file)
        except IngestError as error:
            self.failed.append((file.path, error))
        self._seen += 1
        self._done_size += self._sizes[file.id]
        self._report(file.id, 0, 0)

    def _ingest_file(self, file: DocumentFile) -> None:
        document = read_document(file.path, file.root, self._limits)
        self.notes += [(file.id, note) for note in document.metadata["notes"]]
        entry = self._catalogs[file.root].find(file.id)
        describe(document, entry)
        fingerprint = build_fingerprint(document, entry, self._embedding.identity)
        known = self._collection.record(file.id)
        if known and known.fingerprint == fingerprint and known.id not in self._incomplete:
            self.unchanged += 1
            return
        self._store(document, chunks.build_chunks(document, entry), fingerprint)
        self.changed += known is not None
        self.new += known is None

    def _store(self, document: Document, nodes: list[TextNode], fingerprint: str) -> None:
        sentences = [read_sentences(node) for node in nodes]
        embedded = self._embed(document.id_, nodes, sentences)
        record = build_record(document, nodes, sum(map(len, sentences)), fingerprint)
        vectors = np.array(embedded.vectors, np.float32).reshape(-1, self._embedding.dimension)
        self._collection.write(
            record, document.text, nodes, vectors, embedded.sentences, embedded.tokens
        )
        self.chunks += record.chunks
        self.sentences += record.sentences

    def _embed(
        self, document: str, nodes: Sequence[TextNode], sentences: Sequence[Sequence[str]]
    ) -> _Embedded:
        """Each chunk under its head line, and each of its sentences alone."""
        found = _Embedded()
        for start in range(0, len(nodes), BATCH_SIZE):
            batch = slice(start, start + BATCH_SIZE)
            vectors, tokens = self._embedding.read_passages(
                [chunks.embedded_text(node) for node in nodes[batch]]
            )
            found.vectors += list(vectors)
            found.tokens += tokens
            rows = self._embedding.passage_vectors([one for own in sentences[batch] for one in own])
            ends = np.cumsum([len(own) for own in sentences[batch]])
            found.sentences += np.split(rows, ends[:-1])
            self._report(document, len(found.vectors), len(nodes))
        return found

    def _report(self, document: str, chunks_done: int, chunks_total: int) -> None:
        if self._progress is None:
            return
        part = chunks_done / chunks_total if chunks_total else 0.0
        size = self._done_size + part * self._sizes[document] if part else self._done_size
        self._progress(
            IngestProgress(
                document=document,
                documents_done=self._seen,
                documents_total=len(self._sizes),
                chunks_done=chunks_done,
                chunks_total=chunks_total,
                share=min(1.0, size / max(1, sum(self._sizes.values()))),
            )
        )


def describe(document: Document, entry: CatalogEntry | None) -> None:
    """Let the catalog's word stand over what was read out of the file. Changes `document`.

    Raises IngestError "catalog_lines" if the catalog names lines that the document doesn't have.
    """
    if entry is None:
        return
    lines = document.text.count("\n") + 1
    if entry.last_line > lines:
        raise IngestError(
            "catalog_lines", path=document.metadata["source"], line=entry.last_line, lines=lines
        )
    stated = {name: getattr(entry, name) for name in _DESCRIBED}
    document.metadata.update({name: value for name, value in stated.items() if value is not None})


def build_fingerprint(document: Document, entry: CatalogEntry | None, identity: str) -> str:
    """Changes with whatever would make other rows: text, catalog, transforms, embedding."""
    described = [document.metadata[name] for name in _DESCRIBED]
    parts = [
        document.metadata["sha256"],
        document.metadata.get("layout", ""),
        entry.hash if entry else "",
        TRANSFORM,
        identity,
        json.dumps(described, ensure_ascii=False),
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def build_record(
    document: Document, nodes: Sequence[TextNode], sentences: int, fingerprint: str
) -> DocumentRecord:
    """The ledger's line for a document that is about to be written."""
    stated = {name: document.metadata[name] for name in (*_DESCRIBED, "sha256", "source")}
    speakers = [stated["organisation"], *(node.metadata.get("organisation") for node in nodes)]
    organisations = tuple(dict.fromkeys(name for name in speakers if name))
    if len(organisations) == 1:
        stated["organisation"] = organisations[0]
    return DocumentRecord(
        id=document.id_,
        **stated,
        fingerprint=fingerprint,
        transform=TRANSFORM,
        chunks=len(nodes),
        sentences=sentences,
        characters=len(document.text),
        organisations=organisations,
    )


def read_sentences(node: TextNode) -> list[str]:
    """The texts of a chunk's sentences, in the order of its metadata."""
    return [node.text[span[0] : span[1]] for span in json.loads(node.metadata["sentences"])]


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # reading it says what is wrong
