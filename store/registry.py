"""The rows of a collection's documents: the ledger's records, roots, and texts, as Chroma holds
them. What they mean, and in which order they change, is the collection's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromadb

from store.ledger import DocumentRecord
from store.pages import read_pages, upsert_metadata, upsert_plain
from store.roots import Root
from store.texts import part_ids, split_text

_ROOT_ID = "root//{}"  # no path within a folder has two slashes in a row


def read_records(documents: chromadb.Collection) -> dict[str, DocumentRecord]:
    """The ledger, by document id."""
    pages = read_pages(documents, ["metadatas"], {"kind": "record"})
    found = (DocumentRecord.from_metadata(one) for page in pages for one in page["metadatas"])
    return {record.id: record for record in found}


def write_record(documents: chromadb.Collection, record: DocumentRecord) -> None:
    """One row, one transaction: from here on readers see the document so."""
    upsert_metadata(documents, record.id, {**record.to_metadata(), "kind": "record"})


def read_roots(documents: chromadb.Collection) -> dict[str, Root]:
    """The folders, by name."""
    pages = read_pages(documents, ["metadatas"], {"kind": "root"})
    found = (Root(one["name"], Path(one["path"])) for page in pages for one in page["metadatas"])
    return {root.name: root for root in found}


def write_root(documents: chromadb.Collection, root: Root) -> None:
    metadata = {"kind": "root", "name": root.name, "path": str(root.path)}
    upsert_metadata(documents, _ROOT_ID.format(root.name), metadata)


def delete_root(documents: chromadb.Collection, name: str) -> None:
    documents.delete(ids=[_ROOT_ID.format(name)])


def read_text(documents: chromadb.Collection, record: DocumentRecord) -> str:
    """What stands there of a text, which may be less than was written."""
    ids = part_ids(record.version, record.characters)
    rows: Any = documents.get(ids=ids, include=["documents"])
    parts = dict(zip(rows["ids"], rows["documents"] or [], strict=True))
    return "".join(parts.get(part_id) or "" for part_id in ids)


def write_text(documents: chromadb.Collection, record: DocumentRecord, text: str) -> None:
    metadata = {"kind": "text", "document": record.id, "version": record.version}
    upsert_plain(documents, split_text(record.version, text), metadata)
