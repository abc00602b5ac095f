"""What an ingest says of itself, on its way and at its end, also across processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from assistant.errors import IngestError, read_error
from store.formats.extract import Note


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """Where an ingest stands. `share` of all work, by file size, is in 0 to 1; `refused` is why the
    document that has just been done with is none."""

    document: str
    documents_done: int
    documents_total: int
    chunks_done: int
    chunks_total: int
    share: float
    refused: IngestError | None = None

    def to_json(self) -> dict[str, Any]:
        counts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**counts, "refused": self.refused.to_json() if self.refused else None}

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> IngestProgress:
        """What a server of before says has no word on refusals."""
        refused = known.get("refused")
        return cls(**{**known, "refused": _read_failure(refused) if refused else None})


Progress = Callable[[IngestProgress], None]


@dataclass(frozen=True, slots=True)
class Spared:
    """Documents of a folder that are kept although all their files are gone."""

    folder: Path
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What came of it: numbers of documents; `chunks`, `sentences` and `tokens` that were stored.

    `removed` are the ids of documents whose file is gone; `spared` are those that would be removed
    too, were they not all of a folder's; `other` were stored, but are in a language that answers
    aren't checked in. `notes` are what a user should know of documents that were read: the id and
    what it is.
    """

    new: int
    changed: int
    unchanged: int
    removed: tuple[str, ...]
    spared: tuple[Spared, ...]
    failed: tuple[tuple[Path, IngestError], ...]
    skipped: tuple[Path, ...]
    other: tuple[str, ...]
    notes: tuple[tuple[str, Note], ...]
    chunks: int
    sentences: int
    tokens: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The same in JSON's own types; `from_json` reads it."""
        counts = ("new", "changed", "unchanged", "chunks", "sentences", "tokens", "seconds")
        return {
            **{name: getattr(self, name) for name in counts},
            "removed": list(self.removed),
            "spared": [
                {"folder": str(one.folder), "documents": list(one.documents)} for one in self.spared
            ],
            "failed": [
                {"path": str(path), "error": error.to_json()} for path, error in self.failed
            ],
            "skipped": [str(path) for path in self.skipped],
            "other": list(self.other),
            "notes": [
                {"document": document, "code": note.code, "detail": note.detail}
                for document, note in self.notes
            ],
        }

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> IngestReport:
        """Raises KeyError or TypeError for what `to_json` can't have written."""
        spared = ((Path(one["folder"]), tuple(one["documents"])) for one in known["spared"])
        notes = ((one["document"], Note(one["code"], one["detail"])) for one in known["notes"])
        read: dict[str, Any] = {
            "removed": tuple(known["removed"]),
            "spared": tuple(Spared(*one) for one in spared),
            "failed": tuple(
                (Path(one["path"]), _read_failure(one["error"])) for one in known["failed"]
            ),
            "skipped": tuple(Path(path) for path in known["skipped"]),
            "other": tuple(known["other"]),
            "notes": tuple(notes),
        }
        return cls(**{**known, **read})


def _read_failure(known: Mapping[str, Any]) -> IngestError:
    error = read_error(known)
    if not isinstance(error, IngestError):
        raise TypeError(f"{error} is no failure of a document")
    return error
