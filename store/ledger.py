"""The ledger: one record a document, the only word on what the store holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the store knows about one document.

    `sha256` is over the stored text as UTF-8. `fingerprint` is over everything that its chunks
    were made from: text, catalog entry, transform version, embedding. `stamp` is the same with the
    file's bytes in place of its text: while it stands, the file need not be read. `organisations`
    are all who speak in it; `organisation` is set where the document has one or only one speaks.
    `root` names the root that it came with: "" for a file given alone, None for one stored before
    there were roots. `source` is where its file lay, `content` the sha256 of the bytes it had.
    """

    id: str
    title: str
    language: str
    sha256: str
    fingerprint: str
    transform: str
    chunks: int
    sentences: int
    characters: int
    organisation: str | None = None
    author: str | None = None
    publisher: str | None = None
    year: int | None = None
    source: str | None = None
    root: str | None = None
    stamp: str | None = None
    organisations: tuple[str, ...] = ()
    content: str | None = None

    @property
    def version(self) -> str:
        """Names the rows of this document in this state; no two documents ever share one."""
        return hashlib.sha256(f"{self.id}\x1f{self.fingerprint}".encode()).hexdigest()[:32]

    def to_metadata(self) -> dict[str, Scalar]:
        """The flat form for Chroma; None stands for "delete this key" in an upsert."""
        names = json.dumps(self.organisations, ensure_ascii=False)
        return {**asdict(self), "organisations": names}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, object]) -> DocumentRecord:
        known = {field.name: metadata.get(field.name) for field in fields(cls)}
        known["organisations"] = tuple(json.loads(str(known["organisations"])))
        return cls(**known)  # type: ignore[arg-type]


def hash_text(text: str) -> str:
    """SHA-256 of a text as UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_records(records: Mapping[str, DocumentRecord]) -> str:
    """One value for the state of a collection; the same documents give the same value."""
    versions = sorted(record.version for record in records.values())
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:32]
