"""A store looked over and put right, without the files that its documents came from.

What lies about is deleted. What is missing or wrong is made again: vectors from the stored chunks,
chunks from the stored text.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from llama_index.core.schema import Document, TextNode

from assistant.errors import CatalogError, StoreError
from store import chunks
from store.backup import make_ready
from store.batches import embed_documents
from store.catalog import Catalog, CatalogEntry, load_catalog
from store.chroma import Store, open_store
from store.collection import Collection
from store.connection import ChromaServer
from store.embedding import StoreEmbedding
from store.faults import Fault, find_faults
from store.ledger import DocumentRecord, hash_text
from store.lock import find_dead_holder
from store.prepare import Prepared, build_record, read_sentences
from store.roots import Root, file_of
from store.searchable import catch_up

# Where a store is made again beside the one that is there.
_WORK = ".repairing"
# Of other files, the text alone doesn't say on which page or in which cell it stands.
_PLAIN = (".txt", ".md", ".markdown")


@dataclass(frozen=True, slots=True)
class Examination:
    """Faults that were found, and those of them that are mended."""

    faults: tuple[Fault, ...]
    mended: tuple[Fault, ...] = ()

    @property
    def left(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault not in self.mended)


def examine(
    folder: Path,
    embedding: StoreEmbedding,
    *,
    repair: bool = False,
    server: ChromaServer | None = None,
) -> Examination:
    """Look over the store in `folder`, or on `server`, and with `repair` mend what can be mended.

    A second look says what is mended. On a server collections of another embedding are left as
    they are, for others may be using them. Raises StoreError "locked", "unwritable", "failed",
    and "busy" where somebody writes to what is to be mended.
    """
    if not (server or folder.is_dir()):
        return Examination(())
    faults = tuple(_find_all(folder, embedding, server))
    if not repair or not faults or any(fault.code == "damaged" for fault in faults):
        return Examination(faults)
    _repair_all(folder, embedding, server, faults)
    left = set(_find_all(folder, embedding, server))
    return Examination(faults, tuple(fault for fault in faults if fault not in left))


def _find_all(folder: Path, embedding: StoreEmbedding, server: ChromaServer | None) -> list[Fault]:
    dead = find_dead_holder(folder)
    try:
        store = open_store(folder, embedding, foreign=True, server=server)
    except StoreError as error:
        if error.code != "damaged":
            raise
        return [Fault("damaged", "", str(error.details["reason"]))]
    with store:
        found = [Fault("dead_holder", "", dead)] if dead else []
        foreign = store.foreign()
        for name in store.collections():
            if name in foreign:
                found.append(Fault("other_embedding", name, embedding.identity))
            else:
                found += find_faults(store.collection(name), embedding.dimension)
    return found


def _repair_all(
    folder: Path, embedding: StoreEmbedding, server: ChromaServer | None, faults: Sequence[Fault]
) -> None:
    with open_store(folder, embedding, foreign=True, server=server) as store:
        foreign = store.foreign()
        if foreign and server is None:
            _make_again(folder, store, embedding)
            return  # what else there was is found by the next examination
        for name in {fault.collection for fault in faults if fault.collection} - {*foreign}:
            collection = store.collection(name)
            with collection.turn():
                _repair(collection, embedding, [one for one in faults if one.collection == name])


def _repair(collection: Collection, embedding: StoreEmbedding, faults: Sequence[Fault]) -> None:
    for fault in faults:
        record = collection.record(fault.subject)
        if record is None:
            continue
        if fault.code == "duplicate":
            collection.remove(record.id)
        elif fault.code == "wrong_vectors":
            nodes = collection.chunks(record.id)
            _write(collection, embedding, record, collection.text(record.id), nodes)
        elif fault.code == "incomplete":
            _rebuild(collection, embedding, record)
    catch_up(collection, collection.sweep())


def _rebuild(collection: Collection, embedding: StoreEmbedding, record: DocumentRecord) -> None:
    """The chunks of a document from its stored text, if that says it all."""
    entry = _find_entry(record, {root.name: root for root in collection.roots()})
    if not record.id.lower().endswith(_PLAIN) or (len(record.organisations) > 1 and not entry):
        return
    try:
        text = collection.text(record.id)
    except StoreError:
        return
    document = Document(id_=record.id, text=text, metadata=_describe(record))
    nodes = chunks.build_chunks(document, entry)
    sentences = sum(len(read_sentences(node)) for node in nodes)
    made = build_record(document, nodes, sentences, record.fingerprint)
    whole = replace(made, root=record.root, source=record.source)
    _write(collection, embedding, whole, text, nodes)


def _find_entry(record: DocumentRecord, roots: dict[str, Root]) -> CatalogEntry | None:
    """What the catalog says of a document, where it can still be read."""
    root = roots.get(record.root or "")
    file = file_of(record, roots)
    try:
        catalog = load_catalog(root.path) if root and root.path.is_dir() else Catalog()
    except CatalogError:
        return None
    return catalog.find(root.place(file)) if root and file else None


def _describe(record: DocumentRecord) -> dict[str, object]:
    names = ("title", "author", "publisher", "year", "language", "sha256", "source")
    only = record.organisation if len(record.organisations) <= 1 else None
    return {"organisation": only} | {name: getattr(record, name) for name in names}


def _make_again(folder: Path, store: Store, embedding: StoreEmbedding) -> None:
    """All of a store with vectors of this embedding, beside it first, then in its place."""
    work = folder / _WORK
    shutil.rmtree(work, ignore_errors=True)
    with open_store(work, embedding) as target:
        for name in store.collections():
            _copy(store.collection(name), target.collection(name, create=True), embedding)
    make_ready(folder, work)


def _copy(source: Collection, target: Collection, embedding: StoreEmbedding) -> None:
    for root in source.roots():
        target.write_root(root)
    for record in source.documents():
        nodes = source.chunks(record.id)
        _write(target, embedding, record, source.text(record.id), nodes)


def _write(
    collection: Collection,
    embedding: StoreEmbedding,
    record: DocumentRecord,
    text: str,
    nodes: list[TextNode],
) -> None:
    """A document with new vectors, as a version of its own: the next ingest looks at it again."""
    fingerprint = hash_text(f"{record.fingerprint}\x1frepaired\x1f{embedding.identity}")
    stated = replace(record, fingerprint=fingerprint, stamp=None)
    prepared = Prepared(stated, text, nodes, [read_sentences(node) for node in nodes])
    [made] = embed_documents(
        [prepared],
        embedding,
        lambda own, some, tokens: collection.write_tokens(own.record.version, some, tokens),
        lambda own, done: None,
    )
    vectors = np.array(made.vectors, np.float32).reshape(-1, embedding.dimension)
    collection.write(stated, text, nodes, vectors, made.sentences)
