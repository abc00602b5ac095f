"""What comes of documents that are brought in, described for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, RootModel

from assistant.api.schemas import Error


class Refused(BaseModel):
    """Why a document is none, for programs."""

    code: str
    values: dict[str, Any]
    retryable: bool


class Progress(BaseModel):
    """Where an ingest stands; `share` is 0 to 1."""

    document: str
    documents_done: int
    documents_total: int
    chunks_done: int
    chunks_total: int
    share: float
    refused: Refused | None


class Failed(BaseModel):
    path: str
    error: Refused


class Spared(BaseModel):
    """Documents of a folder that are kept although all their files are gone."""

    folder: str
    documents: list[str]


class Note(BaseModel):
    """What should be known of a document that was read."""

    document: str
    code: str
    detail: str


class Report(BaseModel):
    """What came of an ingest by path: numbers of documents, and what was stored."""

    new: int
    changed: int
    unchanged: int
    chunks: int
    sentences: int
    tokens: int
    seconds: float
    removed: list[str]
    spared: list[Spared]
    failed: list[Failed]
    skipped: list[str]
    other: list[str] = Field(description="In another language than English and Chinese.")
    notes: list[Note]


class FileNote(BaseModel):
    code: str
    detail: str
    message: str


class File(BaseModel):
    """What became of one file; `name` is under which it is kept."""

    file: str = Field(description="As it was sent.")
    name: str
    status: Literal["new", "changed", "unchanged", "refused"]
    document: str | None = Field(description="Its id, where it is stored.")
    chunks: int
    error: Error | None = Field(description="Why it was refused.")
    notes: list[FileNote]


class Upload(BaseModel):
    """What became of the files of an upload, in the order in which they were sent."""

    collection: str
    files: list[File]


class FileProgress(BaseModel):
    """Where an upload stands; `file` is the one that has just been worked on."""

    file: str
    files_done: int
    files_total: int
    chunks_done: int
    chunks_total: int
    share: float
    error: Error | None


class Brought(RootModel[Upload | Report]):
    """Of an upload what became of each file, of an ingest by path its report."""
