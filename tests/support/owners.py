"""An owner whose store is a table, for what speaks to owners; and a server of it on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.errors import IngestError, StoreError
from assistant.owner import tell
from assistant.running import Running
from assistant.scope import Language
from assistant.server import build_app
from assistant.serving import Serving
from assistant.shelf import Shelved
from assistant.site import Site
from assistant.wire import (
    Asked,
    ChunkRow,
    CollectionRow,
    DocumentRow,
    IngestOrder,
    Said,
    Told,
)
from store.formats.extract import Note
from store.places import Place
from store.report import IngestProgress, IngestReport, Progress, Spared
from tests.support.answers import build_answer

TOKEN = "the token of this start"
TEXT = "A line.\r\n\u2028Another\x85 one.\n"
CHUNK = ChunkRow("c1", "Output", "en", Place("page", 2, 3), (0, 7), "A line.")
REPORT = IngestReport(
    1, 0, 2, ("gone.md",), (Spared(Path("/a"), ("b.md",)),),
    ((Path("/a/bad.md"), IngestError("encoding", path="/a/bad.md")),), (Path("/a/x.png"),),
    ("o.txt",), (("n.pdf", Note("slips", "3")),), 5, 6, 7, 8.5,
)  # fmt: skip


class TableOwner:
    """Holds one document; notes what it was told. A question names the error that it raises."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.orders: list[IngestOrder] = []
        self.uploaded: dict[str, bytes] = {}
        self.rows = [DocumentRow("a/b c?.md", "题目", None, 2024, "zh", 1)]
        self.error: BaseException | None = None
        self.steps = 3
        self.ended = threading.Event()
        self.answer: Callable[[str, Language | None], Answer] = build_answer

    def ask(self, asked: Asked) -> Iterator[Said | Told]:
        self.asked.append(asked)
        answer = self.answer(asked.question, asked.language)
        for event in tell([*answer.claims, answer], asked.form):
            if self.error and isinstance(event, Told):
                raise self.error
            yield event

    def collections(self) -> list[CollectionRow]:
        self._fail()
        return [CollectionRow("default", 1, 1)]

    def documents(self, collection: str) -> list[DocumentRow]:
        if collection != "default":
            raise StoreError("no_collection", collection=collection)
        return self.rows

    def text(self, document: str, collection: str) -> str:
        if document not in {row.id for row in self.documents(collection)}:
            raise StoreError("no_document", document=document, collection=collection)
        return TEXT

    def chunks(self, document: str, collection: str) -> list[ChunkRow]:
        self.text(document, collection)
        return [CHUNK]

    def remove(self, documents: Sequence[str], collection: str) -> int:
        for document in documents:
            self.text(document, collection)
        self.rows = []
        return len(documents)

    def ingest(self, order: IngestOrder, progress: Progress) -> IngestReport:
        self.orders.append(order)
        try:
            for done in range(self.steps):
                progress(IngestProgress("文.md", done, self.steps, 0, 0, done / self.steps))
        finally:
            self.ended.set()
        self._fail()
        return REPORT

    def shelf(self, collection: str) -> list[Shelved]:
        """Nothing was uploaded."""
        self.documents(collection)
        return []

    def upload(
        self, files: Mapping[str, Path], collection: str, progress: Progress
    ) -> IngestReport:
        """Notes what the files hold, and stores none of them."""
        self.uploaded |= {name: path.read_bytes() for name, path in files.items()}
        return self.ingest(IngestOrder(tuple(files.values()), collection), progress)

    def close(self) -> None:
        """It holds nothing."""

    def _fail(self) -> None:
        if self.error:
            raise self.error


@contextmanager
def serve(owner: Any, site: Site | None = None) -> Iterator[Running]:
    """The server of an owner, and where it is."""
    app = build_app(owner, TOKEN, site)
    with closing(app.state.workers), Serving(app, "127.0.0.1", 0) as serving:
        yield Running(serving.address, 1, TOKEN)
