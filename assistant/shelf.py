"""What a collection holds, as a list for people shows it: each document, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.errors import IngestError, StoreError
from store.ledger import DocumentRecord
from store.prepare import TRANSFORM
from store.roots import ALONE, Root, file_of, is_gone

State = Literal["current", "outdated", "file_gone", "file_unknown"]
"""`outdated`: read or cut by another version of Duocite; `file_gone`: not where it was read from;
`file_unknown`: stored before it was noted where it lay, or its folder was taken out."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A document; `uploaded` says that its file is Duocite's own copy."""

    record: DocumentRecord
    state: State
    uploaded: bool = False


def list_documents(
    records: Sequence[DocumentRecord], roots: Sequence[Root], uploads: Path
) -> list[Shelved]:
    """All documents of a collection; `uploads` is its folder of uploaded files."""
    named = {root.name: root for root in roots}
    return [
        Shelved(record, find_state(record, named), _is_uploaded(record, named, uploads))
        for record in records
    ]


def find_state(record: DocumentRecord, roots: Mapping[str, Root]) -> State:
    """By the ledger and a look at the file's name; the file isn't read."""
    path = file_of(record, roots)
    if path is None:
        return "file_unknown"
    if is_gone(path):
        return "file_gone"
    return "current" if record.transform == TRANSFORM else "outdated"


def find_file(record: DocumentRecord, roots: Sequence[Root]) -> Path:
    """The file to read a document from again. Raises StoreError "source_unknown", "source_gone",
    and IngestError "outside" where a link now leads out of its folder."""
    named = {root.name: root for root in roots}
    path = file_of(record, named)
    if path is None:
        raise StoreError("source_unknown", document=record.id)
    if is_gone(path):
        raise StoreError("source_gone", document=record.id)
    root = named.get(record.root or ALONE)
    if root and not path.resolve().is_relative_to(root.path.resolve()):
        raise IngestError("outside", path=str(path))
    return path


def _is_uploaded(record: DocumentRecord, roots: Mapping[str, Root], uploads: Path) -> bool:
    path = file_of(record, roots)
    return path is not None and path.parent == uploads
