"""Files that a program sends, on the owner's road of uploads: what becomes of each of them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from assistant.api.service import Library
from assistant.errors import DuociteError, IngestError
from assistant.prompts import load_messages
from assistant.scope import Language
from assistant.uploads import check_new, clean_name, name_as_sent
from assistant.wire import Json
from store.formats.extract import Note
from store.ledger import DocumentRecord
from store.report import IngestProgress, IngestReport

Emit = Callable[[tuple[str, Json]], None]
Describe = Callable[[DuociteError], Json]
Status = Literal["new", "changed", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it came: what its sender calls it, and its bytes."""

    given: str
    data: BinaryIO


@dataclass(slots=True)
class Item:
    """A file under the name that it gets."""

    given: str
    name: str
    data: BinaryIO
    error: DuociteError | None = None
    notes: list[Note] = field(default_factory=list)


class Upload:
    """One upload into a collection that exists. A document of the same name is replaced, unless
    its new file is refused."""

    def __init__(
        self,
        owner: Library,
        collection: str,
        sent: Sequence[Sent],
        describe: Describe,
        language: Language,
    ) -> None:
        self._owner = owner
        self._collection = collection
        self._items = sort_in(sent)
        self._describe = describe
        self._language = language

    def run(self, emit: Emit) -> None:
        """Events `progress`, and at last `report`; the files are closed. Raises as
        `Owner.upload`."""
        try:
            self._run(emit)
        finally:
            for item in self._items:
                item.data.close()

    def _run(self, emit: Emit) -> None:
        before = self._read_shelf()
        with tempfile.TemporaryDirectory(prefix="duocite-", ignore_cleanup_errors=True) as folder:
            waiting = [item for item in self._items if item.error is None]
            files = {item.name: _write(item, Path(folder)) for item in waiting}
            if files:
                report = self._owner.upload(
                    files, self._collection, lambda progress: emit(self._note(progress))
                )
                self._take(report)
        after = self._read_shelf()
        files_json = [self._show(item, before, after) for item in self._items]
        emit(("report", {"collection": self._collection, "files": files_json}))

    def _read_shelf(self) -> dict[str, DocumentRecord]:
        """The records of uploaded documents by the names of their files."""
        shelved = self._owner.shelf(self._collection)
        return {Path(one.record.id).name: one.record for one in shelved if one.uploaded}

    def _note(self, progress: IngestProgress) -> tuple[str, Json]:
        name = Path(progress.document).name
        refused = progress.refused
        return "progress", {
            "file": next((one.given for one in self._items if one.name == name), name),
            "files_done": progress.documents_done,
            "files_total": progress.documents_total,
            "chunks_done": progress.chunks_done,
            "chunks_total": progress.chunks_total,
            "share": progress.share,
            "error": self._describe(name_as_sent(refused, name)) if refused else None,
        }

    def _take(self, report: IngestReport) -> None:
        failed = {path.name: error for path, error in report.failed}
        for item in self._items:
            if item.error is None and (error := failed.get(item.name)):
                item.error = name_as_sent(error, item.name)
            item.notes += [note for one, note in report.notes if Path(one).name == item.name]

    def _show(
        self,
        item: Item,
        before: dict[str, DocumentRecord],
        after: dict[str, DocumentRecord],
    ) -> Json:
        stored = None if item.error else after.get(item.name)
        return {
            "file": item.given,
            "name": item.name,
            "status": find_status(item, before.get(item.name), stored),
            "document": stored.id if stored else None,
            "chunks": stored.chunks if stored else 0,
            "error": self._describe(item.error) if item.error else None,
            "notes": [self._show_note(item, note) for note in item.notes],
        }

    def _show_note(self, item: Item, note: Note) -> Json:
        labels, key = load_messages(self._language), f"notes.{note.code}"
        known = {"document": item.name, "detail": note.detail}
        said = labels.text(key, **{name: known[name] for name in labels.variables(key)})
        return {"code": note.code, "detail": note.detail, "message": said}


def sort_in(sent: Sequence[Sent]) -> list[Item]:
    """Each file under a name that can be kept; what can't be taken is refused at once."""
    items: list[Item] = []
    for one in sent:
        item = Item(one.given, clean_name(one.given), one.data)
        try:
            check_new(item.name, {other.name for other in items if other.error is None})
        except IngestError as error:
            item.error = error
        items.append(item)
    return items


def find_status(item: Item, before: DocumentRecord | None, after: DocumentRecord | None) -> Status:
    if item.error is not None:
        return "refused"
    if before is None or after is None:
        return "new"
    return "unchanged" if before.version == after.version else "changed"


def _write(item: Item, folder: Path) -> Path:
    """A file of its own; nobody else can read the folder."""
    path = Path(tempfile.mkdtemp(dir=folder)) / "file"
    item.data.seek(0)
    with path.open("wb") as target:
        shutil.copyfileobj(item.data, target)
    return path
