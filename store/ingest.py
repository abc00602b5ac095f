"""From files to stored chunks: plan, read, compare, chunk, embed, write, remove what is gone."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from llama_index.core.schema import TextNode

from assistant.errors import IngestError
from store.batches import Embedded, embed_documents, fills_batch
from store.catalog import Catalog, load_catalog
from store.collection import Collection
from store.embedding import StoreEmbedding
from store.formats.extract import Note
from store.formats.limits import DEFAULT_LIMITS, Limits
from store.ledger import DocumentRecord
from store.plan import Plan, PlannedFile, build_plan
from store.prepare import Outcome, Prepared, Preparer, prepare_all
from store.report import IngestProgress, IngestReport, Progress, Spared
from store.vectors import TokenRows


def ingest(
    collection: Collection,
    embedding: StoreEmbedding,
    paths: Sequence[Path],
    catalog: Catalog | None = None,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
    *,
    prune: bool = False,
) -> IngestReport:
    """Bring `paths` (files, folders, patterns) into a collection, each folder as a root of it.

    Without `catalog`, the catalog.yaml of each root is read. A file that can't be read is in the
    report and the rest goes on; a failing embedding or store stops the run, with all documents of
    the batches before it stored and those at hand as they were. Documents of a folder in `paths`
    whose file is gone are removed at the end, but all of a folder's only if `prune`. Raises
    CatalogError, StoreError, and what the embedding raises.
    """
    started = time.perf_counter()
    plan = build_plan(paths, collection.roots(), collection.documents(), prune)
    catalogs = {
        folder: catalog or load_catalog(folder)
        for folder in sorted({file.folder for file in plan.files})
    }
    # A run that was cut off may have left rows behind, or documents without all of theirs.
    incomplete = collection.sweep()
    whole = {one.id: one for one in collection.documents() if one.id not in incomplete}
    for root in plan.roots:
        collection.write_root(root)
    run = _Run(collection, embedding, plan.files, progress)
    preparer = Preparer(whole, catalogs, embedding.identity, limits)
    with closing(prepare_all(plan.files, preparer)) as outcomes:
        for file, outcome in outcomes:
            run.take(file, outcome)
    run.flush()
    run.remove_gone(plan)
    return run.build_report(plan, time.perf_counter() - started)


class _Run:
    """One run over some files, and its counts."""

    def __init__(
        self,
        collection: Collection,
        embedding: StoreEmbedding,
        files: Sequence[PlannedFile],
        progress: Progress | None,
    ) -> None:
        self._collection = collection
        self._embedding = embedding
        self._progress = progress
        self._replaces = {file.id: file.replaces for file in files}
        self._sizes = {file.id: _size_of(file.path) for file in files}
        self._waiting: list[Prepared] = []
        self._failed: list[tuple[Path, IngestError]] = []
        self._stored: list[DocumentRecord] = []
        self._removed: list[str] = []
        self._notes: list[tuple[str, Note]] = []
        self._spared: list[Spared] = []
        self._new = self._unchanged = self._tokens = self._done = self._done_size = 0
        self._share = 0.0

    def take(self, file: PlannedFile, outcome: Outcome) -> None:
        """Bring one file in, now or with the next ones, or note why not."""
        self._report(file.id, 0, 0)
        if isinstance(outcome, Prepared):
            self._waiting.append(outcome)
            if fills_batch(self._waiting):
                self.flush()
            return
        if isinstance(outcome, IngestError):
            self._failed.append((file.path, outcome))
            self._finish(file.id, outcome)
            return
        self._keep(outcome)
        self._replace(file.id)
        self._finish(file.id)

    def flush(self) -> None:
        """Embed and write the documents that wait for it."""
        waiting, self._waiting = self._waiting, []
        found = embed_documents(waiting, self._embedding, self._take_tokens, self._report_chunks)
        for embedded in found:
            self._write(embedded)

    def remove_gone(self, plan: Plan) -> None:
        """Take out what the plan calls gone, and what lives on under another name."""
        texts = {record.sha256 for record in self._stored}
        for spared in plan.spared:
            left = [known for known in spared.documents if not self._lives_on(known, texts)]
            self._remove(set(spared.documents) - set(left))
            if left:
                self._spared.append(Spared(spared.folder, tuple(left)))
        self._remove(plan.gone)

    def build_report(self, plan: Plan, seconds: float) -> IngestReport:
        return IngestReport(
            new=self._new,
            changed=len(self._stored) - self._new,
            unchanged=self._unchanged,
            removed=tuple(self._removed),
            spared=tuple(self._spared),
            failed=(*plan.failed, *self._failed),
            skipped=tuple(plan.skipped),
            other=tuple(record.id for record in self._stored if record.language == "other"),
            notes=tuple(self._notes),
            chunks=sum(record.chunks for record in self._stored),
            sentences=sum(record.sentences for record in self._stored),
            tokens=self._tokens,
            seconds=seconds,
        )

    def _write(self, embedded: Embedded) -> None:
        document = embedded.document
        known = self._collection.record(document.record.id)
        vectors = np.array(embedded.vectors, np.float32).reshape(-1, self._embedding.dimension)
        self._collection.write(
            document.record, document.text, document.nodes, vectors, embedded.sentences
        )
        self._new += not (known or self._replace(document.record.id))
        self._stored.append(document.record)
        self._tokens += document.tokens
        self._notes += [(document.record.id, note) for note in document.notes]
        self._finish(document.record.id)

    def _keep(self, record: DocumentRecord) -> None:
        self._unchanged += 1
        if self._collection.record(record.id) != record:
            self._collection.restate(record)

    def _replace(self, document: str) -> bool:
        """Take out what the document was before under other names; whether it was anything."""
        before = [known for known in self._replaces[document] if self._collection.record(known)]
        for known in before:
            self._collection.remove(known)
        return bool(before)

    def _lives_on(self, document: str, texts: set[str]) -> bool:
        record = self._collection.record(document)
        return record is not None and record.sha256 in texts

    def _remove(self, documents: Iterable[str]) -> None:
        for document in sorted(documents):
            if self._collection.record(document):
                self._collection.remove(document)
                self._removed.append(document)

    def _take_tokens(
        self, document: Prepared, nodes: Sequence[TextNode], tokens: Sequence[TokenRows]
    ) -> None:
        self._collection.write_tokens(document.record.version, nodes, tokens)

    def _finish(self, document: str, refused: IngestError | None = None) -> None:
        self._done += 1
        self._done_size += self._sizes[document]
        self._report(document, 0, 0, refused)

    def _report_chunks(self, document: Prepared, done: int) -> None:
        self._report(document.record.id, done, len(document.nodes))

    def _report(
        self,
        document: str,
        chunks_done: int,
        chunks_total: int,
        refused: IngestError | None = None,
    ) -> None:
        if self._progress is None:
            return
        part = chunks_done / chunks_total if chunks_total else 0.0
        size = self._done_size + part * self._sizes[document]
        # Of documents that share a batch, the last one is embedded before the first is written.
        self._share = max(self._share, min(1.0, size / max(1, sum(self._sizes.values()))))
        self._progress(
            IngestProgress(
                document=document,
                documents_done=self._done,
                documents_total=len(self._sizes),
                chunks_done=chunks_done,
                chunks_total=chunks_total,
                share=self._share,
                refused=refused,
            )
        )


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # reading it says what is wrong
