"""What the tab of documents does on each event: it asks the owner and says what is shown next."""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol

from assistant.answer import Language
from assistant.errors import DuociteError, RequestError, StoreError
from assistant.prompts import explain, load_messages
from assistant.shelf import Shelved
from assistant.stopping import check_wanted
from assistant.web.listing import View, show_list
from assistant.web.reader import Reading, show_document, show_no_document
from assistant.web.uploading import (
    Items,
    begin,
    fail_open,
    find_waiting,
    hold,
    sort_in,
    take_progress,
    take_report,
)
from assistant.wire import CollectionRow
from store.report import IngestProgress, IngestReport, Progress

_PAUSE = 0.5
"""Seconds between two tries at a collection that others write to."""


class Library(Protocol):
    """What the tab needs of an owner; all raise StoreError."""

    def collections(self) -> list[CollectionRow]: ...

    def shelf(self, collection: str) -> list[Shelved]: ...

    def text(self, document: str, collection: str) -> str: ...

    def remove(self, documents: Sequence[str], collection: str) -> int: ...

    def upload(
        self, files: Mapping[str, Path], collection: str, progress: Progress
    ) -> IngestReport: ...

    def reread(self, document: str, collection: str, progress: Progress) -> IngestReport: ...


class Visit(NamedTuple):
    """Which collection somebody looks at, in which language, and whether they may change it."""

    collection: str
    language: Language
    editor: bool = False


class Shown(NamedTuple):
    """The list and the open document, as HTML, with what of them is on view."""

    view: View
    reading: Reading
    rows: str
    document: str


class Holdings:
    """The documents of all collections. Files that were sent wait in a folder that only this
    program's user can read; it goes with the program."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._waiting = Path(tempfile.mkdtemp(prefix="duocite-"))
        weakref.finalize(self, shutil.rmtree, self._waiting, ignore_errors=True)

    def collections(self) -> list[CollectionRow]:
        return self._library.collections()

    def show(self, visit: Visit, view: View, reading: Reading) -> Shown:
        try:
            shelved = self._library.shelf(visit.collection)
        except DuociteError as error:
            told = explain(error, visit.language)
            return Shown(view, reading, "", show_no_document(visit.language, told))
        opened = next((one for one in shelved if one.record.id == view.opened), None)
        if opened is None:
            view = replace(view, opened="")
            document = show_no_document(visit.language, reading.told)
        else:
            document = self._show_document(opened, visit, reading)
        return Shown(view, reading, show_list(shelved, view, visit.language), document)

    def look(self, act: str, visit: Visit, view: View, reading: Reading) -> Shown:
        """After a click that changes no document; `act` is `verb:argument`."""
        verb, _, argument = act.partition(":")
        if verb == "sort":
            view = view.sort(argument)
        elif verb == "page":
            view = view.turn(argument)
        elif verb == "open":
            view, reading = replace(view, opened=argument), Reading()
        elif verb == "more":
            reading = Reading(reading.reach + 1)
        elif verb in ("remove", "unsure"):
            reading = Reading(reading.reach, asks=verb == "remove")
        return self.show(visit, view, replace(reading, told=""))

    def change(self, act: str, visit: Visit, view: View, reading: Reading) -> Shown:
        """After a click that removes a document or reads it again; editors may."""
        verb, _, document = act.partition(":")
        try:
            check_editor(visit.editor)
            told = self._change(verb, document, visit)
        except DuociteError as error:
            told = explain(error, visit.language)
        return self.show(visit, view, Reading(reading.reach, told=told))

    def receive(self, sent: Iterable[tuple[str, Path]], collection: str) -> Items:
        """Files that were sent, by the names that browsers gave them, taken to where they wait.

        Raises StoreError as `Library` does; the files are gone from where they lay either way.
        """
        taken = [(name, self._take(path)) for name, path in sent]
        try:
            return sort_in(taken, self._library.shelf(collection))
        except DuociteError:
            self.discard(path for _, path in taken)
            raise

    def bring_in(self, items: Items, collection: str, emit: Callable[[Items], None]) -> None:
        """Have what waits read and stored; `emit` is given all items after each step."""
        files = find_waiting(items)
        items = begin(items)
        emit(items)

        def note(progress: IngestProgress) -> None:
            nonlocal items
            items = take_progress(items, progress)
            emit(items)

        try:
            report = self._upload(files, collection, note, lambda: emit(hold(items)))
            items = take_report(items, report, self._library.shelf(collection))
        except DuociteError as error:
            items = fail_open(items, error)
        self.discard(one.path for one in items if one.stage != "asks")
        emit(items)

    def discard(self, paths: Iterable[Path]) -> None:
        """Delete files that waited, if they still do."""
        for path in paths:
            if path.is_relative_to(self._waiting):
                shutil.rmtree(path.parent, ignore_errors=True)

    def _change(self, verb: str, document: str, visit: Visit) -> str:
        labels = load_messages(visit.language)
        if verb == "sure":
            self._library.remove([document], visit.collection)
            return labels.text("ui.documents.removed", document=document)
        if verb != "again":
            raise RequestError("field", name=verb)
        report = self._library.reread(document, visit.collection, lambda progress: None)
        for _, error in report.failed:
            raise error
        key = "unchanged" if report.unchanged else "read_again"
        return labels.text(f"ui.documents.{key}")

    def _show_document(self, one: Shelved, visit: Visit, reading: Reading) -> str:
        try:
            text = self._library.text(one.record.id, visit.collection)
        except DuociteError as error:
            reading, text = replace(reading, told=explain(error, visit.language)), ""
        return show_document(one, text, reading, visit.language, editor=visit.editor)

    def _upload(
        self,
        files: Mapping[str, Path],
        collection: str,
        note: Progress,
        wait: Callable[[], None],
    ) -> IngestReport:
        """In turn with others who write."""
        while True:
            try:
                return self._library.upload(files, collection, note)
            except StoreError as error:
                if error.code != "busy":
                    raise
            wait()
            check_wanted()
            time.sleep(_PAUSE)

    def _take(self, path: Path) -> Path:
        """To a folder of its own, so that files of one name don't meet."""
        own = Path(tempfile.mkdtemp(dir=self._waiting))
        shutil.move(path, own / "file")
        with suppress(OSError):
            path.parent.rmdir()  # the upload's own folder, unless another one shares it
        return own / "file"


def check_editor(editor: bool) -> None:
    if not editor:
        raise RequestError("no_editor")
