"""A document's text in rows that Chroma holds well, and what the ids of rows say."""

from __future__ import annotations

from store.ledger import DocumentRecord

PART_CHARACTERS = 50_000


def split_text(version: str, text: str) -> dict[str, str]:
    """The parts of a text by the ids of their rows, in order."""
    ids = part_ids(version, len(text))
    starts = range(0, len(text), PART_CHARACTERS)
    parts = (text[start : start + PART_CHARACTERS] for start in starts)
    return dict(zip(ids, parts, strict=True))


def part_ids(version: str, characters: int) -> list[str]:
    """The ids of the rows that hold a text of that length."""
    return [f"{version}:{n}" for n in range(-(-characters // PART_CHARACTERS))]


def count_rows(record: DocumentRecord) -> int:
    """How many rows of chunks and text a document has when it is whole."""
    return record.chunks + len(part_ids(record.version, record.characters))


def version_of(row_id: str) -> str:
    """The version of the document that a row of chunks or text belongs to."""
    return row_id.partition(":")[0]
