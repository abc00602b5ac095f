"""A library of two documents in memory, for the tab of documents; it notes what it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.errors import IngestError, RetryableStoreError, StoreError
from assistant.shelf import Shelved
from assistant.wire import CollectionRow
from store.formats.extract import Note
from store.report import IngestProgress, IngestReport, Progress
from tests.web.fake import RECORDS, TEXTS

NOTHING = IngestReport(0, 0, 0, (), (), (), (), (), (), 0, 0, 0, 0.0)


def shelve(document: str, title: str = "A title") -> Shelved:
    record = replace(RECORDS[0], id=document, title=title)
    return Shelved(record, "current", uploaded=document.startswith("uploads/"))


class FakeLibrary:
    """Files whose text is "bad" are refused; while `busy` is above zero, others write."""

    def __init__(self) -> None:
        self.shelved = [Shelved(record, "current") for record in RECORDS]
        self.texts = dict(TEXTS)
        self.uploaded: list[Mapping[str, str]] = []
        self.reread_ids: list[str] = []
        self.busy = 0
        self.error: Exception | None = None

    def collections(self) -> list[CollectionRow]:
        return [CollectionRow("harbour", len(self.shelved), 5), CollectionRow("other", 0, 0)]

    def shelf(self, collection: str) -> list[Shelved]:
        if collection == "other":
            return []
        if collection != "harbour":
            raise StoreError("no_collection", collection=collection)
        return list(self.shelved)

    def text(self, document: str, collection: str) -> str:
        if document not in self.texts:
            raise StoreError("no_document", document=document, collection=collection)
        return self.texts[document]

    def remove(self, documents: Sequence[str], collection: str) -> int:
        for document in documents:
            self.text(document, collection)
            self.shelved = [one for one in self.shelved if one.record.id != document]
        return len(documents)

    def upload(
        self, files: Mapping[str, Path], collection: str, progress: Progress
    ) -> IngestReport:
        if self.busy:
            self.busy -= 1
            raise RetryableStoreError("busy", collection=collection, holder="x/1")
        if self.error:
            raise self.error
        texts = {name: path.read_text("utf-8") for name, path in files.items()}
        self.uploaded.append(texts)
        failed = [self._take(name, text, progress) for name, text in texts.items()]
        notes = tuple((f"uploads/{name}", Note("slips", "3")) for name in texts if "slip" in name)
        return replace(NOTHING, failed=tuple(one for one in failed if one), notes=notes)

    def _take(self, name: str, text: str, progress: Progress) -> tuple[Path, IngestError] | None:
        def tell(done: int, chunks: int, refused: IngestError | None = None) -> None:
            progress(IngestProgress(f"uploads/{name}", 0, 1, done, chunks, 0.0, refused))

        tell(0, 0)
        if text == "bad":
            error = IngestError("empty", path=f"/secret/place/{name}")
            tell(0, 0, error)
            return Path(f"/secret/place/{name}"), error
        tell(1, 3)
        tell(3, 3)
        tell(0, 0)
        self.shelved.append(shelve(f"uploads/{name}"))
        self.texts[f"uploads/{name}"] = text
        return None

    def reread(self, document: str, collection: str, progress: Progress) -> IngestReport:
        self.reread_ids.append(document)
        if self.error:
            raise self.error
        if document == "reports/harbour.md":
            return replace(NOTHING, unchanged=1)
        failed = ((Path("/x"), IngestError("empty", path="/x")),)
        return replace(NOTHING, failed=failed)
