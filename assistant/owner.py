"""The one process that owns a store, and what it does for every front end.

The command line calls it where no server runs, the server calls it for others: one road.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answer import Answer, Claim
from assistant.app import Assistant
from assistant.embeddings import build_embedding
from assistant.errors import RequestError, StoreError
from assistant.hypertext import to_html
from assistant.render import to_markdown, to_plain
from assistant.scope import Turn
from assistant.settings import Settings
from assistant.shelf import Shelved, find_file, list_documents
from assistant.uploads import FOLDER, delete_file, find_folder, put_in_place
from assistant.wire import (
    LONGEST_QUESTION,
    Asked,
    ChunkRow,
    CollectionRow,
    DocumentRow,
    Form,
    IngestOrder,
    Said,
    Told,
)
from store.cache import cache_embedding
from store.catalog import load_catalog
from store.chroma import Store, open_store
from store.collection import Collection
from store.embedding import StoreEmbedding
from store.formats.limits import Limits
from store.ingest import ingest
from store.places import Place, find_place
from store.prepare import hash_file
from store.report import IngestReport, Progress
from store.roots import Root, build_own_root, file_of

if TYPE_CHECKING:
    from llama_index.core.schema import TextNode

MOST_TURNS = 50
"""Of a conversation, that are read again: a client may send all of it with each question."""

_FORMS = {"plain": to_plain, "markdown": to_markdown, "html": to_html}
_log = logging.getLogger(__name__)


class Owner:
    """Holds a store until `close`; threads may share it.

    `store` is None where there is nothing yet and nothing is to be made.
    """

    def __init__(self, settings: Settings, embedding: StoreEmbedding, store: Store | None) -> None:
        self._settings = settings
        self._embedding = embedding
        self._store = store
        self._assistants: dict[str, Assistant] = {}
        self._lock = threading.Lock()

    def assistant(self, collection: str) -> Assistant:
        """What answers questions to a collection, the same object each time."""
        opened = self._collection(collection)
        with self._lock:
            if opened.name not in self._assistants:
                self._assistants[opened.name] = Assistant(
                    self._settings, self._open(), self._embedding, opened
                )
            return self._assistants[opened.name]

    def ask(self, asked: Asked) -> Iterator[Said | Told]:
        """Raises RequestError "too_long" as well. Of a long history, the end is read."""
        if len(asked.question) > LONGEST_QUESTION:
            raise RequestError("too_long", limit=LONGEST_QUESTION)
        events = self.assistant(asked.collection).stream(
            asked.question,
            history=_bound(asked.history),
            filters=asked.filters,
            language=asked.language,
        )
        yield from tell(events, asked.form)

    def collections(self) -> list[CollectionRow]:
        if self._store is None:
            return []
        found = {name: self.documents(name) for name in self._store.collections()}
        return [
            CollectionRow(name, len(rows), sum(row.chunks for row in rows))
            for name, rows in found.items()
        ]

    def documents(self, collection: str) -> list[DocumentRow]:
        records = self._collection(collection).documents()
        return [
            DocumentRow(one.id, one.title, one.organisation, one.year, one.language, one.chunks)
            for one in records
        ]

    def shelf(self, collection: str) -> list[Shelved]:
        """The documents, each with what the ledger knows of it and how it stands."""
        opened = self._collection(collection)
        return list_documents(opened.documents(), opened.roots(), self._uploads(opened))

    def text(self, document: str, collection: str) -> str:
        return self._collection(collection).text(document)

    def chunks(self, document: str, collection: str) -> list[ChunkRow]:
        return [_build_row(node) for node in self._collection(collection).chunks(document)]

    def remove(self, documents: Sequence[str], collection: str) -> int:
        """As `Owns` has it; an uploaded file, which is a copy, is deleted with its document."""
        opened = self._collection(collection)
        uploads = self._uploads(opened)
        with opened.turn():
            chosen = {known for one in documents for known in _choose(opened, one)}
            for document in sorted(chosen):
                path = _file_of(opened, document)
                opened.remove(document)
                if path:
                    delete_file(path, uploads)
            for root in opened.roots():
                if f"{root.name}/" in documents:
                    opened.remove_root(root.name)
        return len(chosen)

    def ingest(self, order: IngestOrder, progress: Progress) -> IngestReport:
        catalog = load_catalog(order.catalog) if order.catalog else None
        limits = Limits(self._settings.max_file_mb, self._settings.max_pages)
        kept = (self._settings.data, self._settings.cache_mb)
        target = self._open().collection(order.collection, create=True)
        with target.turn(), cache_embedding(self._embedding, *kept) as embedding:
            report = ingest(
                target, embedding, order.paths, catalog, progress, limits, prune=order.prune
            )
        for path, error in report.failed:
            _log.warning("not read: %s", path, exc_info=error)
        return report

    def upload(
        self, files: Mapping[str, Path], collection: str, progress: Progress
    ) -> IngestReport:
        """Bring files that visitors sent into a collection that exists, under the names given,
        which `uploads.clean_name` has made. The files are moved.

        A document of the same name is replaced, unless its new file is refused: then it stays as
        it was, and so does its file. Raises what `ingest` raises, and StoreError "unwritable".
        """
        target = self._collection(collection)
        folder = self._uploads(target)
        with target.turn():
            root = build_own_root(FOLDER, folder, _named(target), target.documents())
            if root not in target.roots():
                target.write_root(root)

            def is_stored(name: str) -> bool:
                return _is_stored(target, root.document_id(folder / name), folder / name)

            with put_in_place(folder, files, is_stored) as paths:
                return self.ingest(IngestOrder(tuple(paths), collection), progress)

    def reread(self, document: str, collection: str, progress: Progress) -> IngestReport:
        """Read one document's file again; one that hasn't changed is counted as unchanged.

        Raises StoreError "no_document", "source_gone", "source_unknown", and as `ingest`.
        """
        opened = self._collection(collection)
        record = opened.record(document)
        if record is None:
            raise StoreError("no_document", document=document, collection=collection)
        path = find_file(record, opened.roots())
        return self.ingest(IngestOrder((path,), collection), progress)

    def close(self) -> None:
        for assistant in self._assistants.values():
            assistant.writer.close()
        self._embedding.close()
        if self._store is not None:
            self._store.close()

    def _uploads(self, collection: Collection) -> Path:
        return find_folder(self._settings.data, collection.name)

    def _open(self) -> Store:
        if self._store is None:
            raise StoreError("no_store", path=str(self._settings.data))
        return self._store

    def _collection(self, name: str) -> Collection:
        """As it is now, also where other processes write to it."""
        if self._store is None:
            raise StoreError("no_collection", collection=name)
        opened = self._store.collection(name)
        opened.refresh()
        return opened


def open_owner(settings: Settings, *, create: bool, wait: float = 1.0) -> Owner:
    """Own the store of some settings; looking (not `create`) makes no folder.

    Raises StoreError: "locked" if another process still has it after `wait` seconds, and what
    `open_store` raises.
    """
    embedding = build_embedding(settings)
    server = settings.chroma_server
    if not (create or server or settings.data.exists()):
        return Owner(settings, embedding, None)
    return Owner(settings, embedding, open_store(settings.data, embedding, wait, server=server))


def tell(events: Iterable[Claim | Answer], form: Form | None = None) -> Iterator[Said | Told]:
    """An answer's events as they travel."""
    for event in events:
        if isinstance(event, Answer):
            yield Told(event.to_json(), _FORMS[form](event) if form else "")
        else:
            yield Said(event.text, event.citations, event.verdict, event.reason)


def _bound(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """Without questions that were refused for their length, which a client may have kept."""
    return tuple(turn for turn in history if len(turn.question) <= LONGEST_QUESTION)[-MOST_TURNS:]


def _choose(collection: Collection, given: str) -> list[str]:
    whole = given.endswith("/")
    found = [
        one.id
        for one in collection.documents()
        if one.id == given or (whole and one.id.startswith(given))
    ]
    if not found:
        raise StoreError("no_document", document=given, collection=collection.name)
    return found


def _named(collection: Collection) -> dict[str, Root]:
    return {root.name: root for root in collection.roots()}


def _file_of(collection: Collection, document: str) -> Path | None:
    record = collection.record(document)
    return file_of(record, _named(collection)) if record else None


def _is_stored(collection: Collection, document: str, path: Path) -> bool:
    """Whether a document was read from the very bytes that lie at `path`."""
    record = collection.record(document)
    return record is not None and path.is_file() and record.content == hash_file(path)


def _build_row(node: TextNode) -> ChunkRow:
    known = node.metadata
    start, end = known["start"], known["end"]
    # Page, slide, cells or heading, where the file has any, else lines.
    location = find_place(known, start, end)
    return ChunkRow(
        id=node.node_id,
        section=known.get("section"),
        language=known["language"],
        location=location or Place("lines", known["line_from"], known["line_to"]),
        span=(start, end),
        text=node.text,
    )
