"""What can be wrong with a store, each fault found by looking; nothing is changed here."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.errors import StoreError
from store.collection import Collection
from store.ledger import DocumentRecord
from store.pages import chroma_errors, read_ids, read_rows
from store.prepare import TRANSFORM
from store.roots import file_of
from store.rows import ChunkRow
from store.searchable import find_behind
from store.texts import count_rows, version_of
from store.vectors import unpack_vectors


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `code` is a key of [doctor] in the messages; `subject` is a document's id, a
    number of rows, or a reason."""

    code: str
    collection: str
    subject: str


def find_faults(collection: Collection, dimension: int) -> Iterator[Fault]:
    """All faults of one collection; `dimension` is what its vectors should have."""
    with chroma_errors(collection.name):
        yield from _find_faults(collection, dimension)


def _find_faults(collection: Collection, dimension: int) -> Iterator[Fault]:
    records = collection.documents()
    rows = _count_rows(collection)
    incomplete = {record.id for record in records if _lacks_rows(collection, record, rows)}
    found: dict[str, Sequence[str]] = {
        "incomplete": sorted(incomplete),
        "wrong_vectors": sorted(_find_wrong_vectors(collection, dimension) - incomplete),
        "duplicate": sorted(_find_duplicates(collection)),
        "old_transform": [record.id for record in records if record.transform != TRANSFORM],
    }
    for code, subjects in found.items():
        yield from (Fault(code, collection.name, subject) for subject in subjects)
    strays = _count_strays(rows, records)
    if strays:
        yield Fault("orphans", collection.name, str(strays))
    if stale := collection.find_stale_tokens():
        yield Fault("stale_tokens", collection.name, str(len(stale)))
    if behind := find_behind(collection, incomplete):
        yield Fault("behind", collection.name, str(len(behind)))


def _count_rows(collection: Collection) -> Counter[str]:
    return Counter(
        version_of(row_id)
        for chroma, where in collection.row_sets()
        for row_id in read_ids(chroma, where)
    )


def _lacks_rows(collection: Collection, record: DocumentRecord, rows: Counter[str]) -> bool:
    """Or has too many, or not those that were written."""
    if rows[record.version] != count_rows(record):
        return True
    try:
        collection.text(record.id)
    except StoreError:
        return True
    return False


def _count_strays(rows: Counter[str], records: Sequence[DocumentRecord]) -> int:
    """Rows that no record claims."""
    claimed = {record.version for record in records}
    return sum(many for version, many in rows.items() if version not in claimed)


def _find_wrong_vectors(collection: Collection, dimension: int) -> set[str]:
    """Documents with a chunk whose vectors aren't unit rows of the right length, one a sentence."""
    current = {record.version for record in collection.documents()}
    return {
        str(row.metadata["document"])
        for chroma in collection.chunk_sets()
        for row in read_rows(chroma)
        if row.metadata["version"] in current and not _has_vectors(row, dimension)
    }


def _has_vectors(row: ChunkRow, dimension: int) -> bool:
    sentences = len(json.loads(str(row.metadata["sentences"])))
    try:
        stored = unpack_vectors(str(row.metadata["sentence_vectors"]), dimension)
    except ValueError:  # bytes that make no whole rows, or no base64
        return False
    length = float(np.linalg.norm(row.vector))
    return len(row.vector) == dimension and len(stored) == sentences and 0.5 < length < 2


def _find_duplicates(collection: Collection) -> set[str]:
    """Documents that another one stands for: of the same file, or of the same text and from before
    there were roots."""
    roots = {root.name: root for root in collection.roots()}
    by_file: defaultdict[str, list[DocumentRecord]] = defaultdict(list)
    for record in collection.documents():
        if path := file_of(record, roots):
            by_file[str(path)].append(record)
    texts = {record.sha256 for record in collection.documents() if record.root is not None}
    twice = {
        record.id
        for records in by_file.values()
        for record in sorted(records, key=lambda one: not one.root)[1:]
    }
    older = [record for record in collection.documents() if record.root is None]
    return twice | {record.id for record in older if record.sha256 in texts}
