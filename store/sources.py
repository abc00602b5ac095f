"""The file that a document was read from, as long as it is still that file.

What is handed out has the bytes that were read, to the last: another file under the same name, a
link that was put in its place, a file of another folder can't have them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from assistant.errors import StoreError
from store.formats.extract import Source
from store.formats.limits import DEFAULT_LIMITS, Limits
from store.formats.pictures import Picture, draw_page
from store.ledger import DocumentRecord
from store.roots import ALONE, Root, file_of

PDF = ".pdf"


def open_source(
    record: DocumentRecord, roots: Iterable[Root], limits: Limits = DEFAULT_LIMITS
) -> Source:
    """The file with its bytes. Raises StoreError "source_unknown" (read before its bytes were
    noted, or its folder is no longer registered), "source_gone", "source_changed",
    "source_unreadable"."""
    named = {root.name: root for root in roots}
    path = file_of(record, named)
    if path is None or record.content is None:
        raise StoreError("source_unknown", document=record.id)
    if not _is_within(path, named.get(record.root or ALONE)):
        raise StoreError("source_changed", document=record.id)
    data = _read(path, record, limits)
    if hash_bytes(data) != record.content:
        raise StoreError("source_changed", document=record.id)
    return Source(path, data, limits)


def draw_source(source: Source, page: int, quote: str) -> Picture | None:
    """A page of a PDF with a quotation boxed; None for a file that has no pages to draw.

    Raises IngestError as `draw_page` does.
    """
    return draw_page(source, page, quote) if source.path.suffix.lower() == PDF else None


def hash_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _is_within(path: Path, root: Root | None) -> bool:
    """Whether a file of a folder still lies in it, links followed; one given alone is its own."""
    return root is None or path.resolve().is_relative_to(root.path.resolve())


def _read(path: Path, record: DocumentRecord, limits: Limits) -> bytes:
    try:
        with path.open("rb") as opened:
            data = opened.read(limits.file_bytes + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise StoreError("source_gone", document=record.id) from error
    except OSError as error:
        raise StoreError(
            "source_unreadable", document=record.id, reason=error.strerror or str(error)
        ) from error
    return data
