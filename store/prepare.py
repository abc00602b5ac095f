"""Files made ready to be embedded, one ahead of the other, while the last ones are embedded."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

from llama_index.core.schema import Document, TextNode

from assistant.errors import IngestError
from assistant.text.script import simplify
from store import chunks, read
from store.catalog import Catalog, CatalogEntry
from store.formats.extract import Note
from store.formats.limits import DEFAULT_LIMITS, Limits
from store.ledger import DocumentRecord
from store.plan import PlannedFile
from store.read import read_document

# Of all that makes chunks of a text: another value makes every document be ingested again.
TRANSFORM = f"{read.VERSION}.{chunks.VERSION}"
# Documents that wait for being embedded: enough to bridge a long one, few enough for the memory.
AHEAD = 4
_DESCRIBED = ("title", "organisation", "author", "publisher", "year", "language")


@dataclass(frozen=True)
class Prepared:
    """A document that is to be stored: its record, text and chunks, the sentences of each chunk.
    `tokens` counts those of its text, as chunks are cut; `notes` are for the user."""

    record: DocumentRecord
    text: str
    nodes: list[TextNode]
    sentences: list[list[str]] = field(default_factory=list)
    tokens: int = 0
    notes: tuple[Note, ...] = ()


# A record stands for a document whose rows are as they should be.
Outcome = Prepared | DocumentRecord | IngestError


@dataclass(frozen=True)
class Preparer:
    """Reads and chunks a file, unless what is stored was made of the very same.

    `whole` holds the records of documents that lack no rows.
    """

    whole: Mapping[str, DocumentRecord]
    catalogs: Mapping[Path, Catalog]
    identity: str
    limits: Limits = DEFAULT_LIMITS

    def __call__(self, file: PlannedFile) -> Outcome:
        try:
            return self._prepare(file)
        except IngestError as error:
            return error

    def _prepare(self, file: PlannedFile) -> Prepared | DocumentRecord:
        known = self.whole.get(file.id)
        entry = self.catalogs[file.folder].find(file.place)
        content = hash_file(file.path)
        stamp = build_stamp(content, file, entry, self.identity)
        if known and known.stamp == stamp:
            return state_origin(known, file, stamp, content)
        document = read_planned(file, entry, self.limits)
        fingerprint = build_fingerprint(document, entry, self.identity)
        if known and known.fingerprint == fingerprint:
            return state_origin(known, file, stamp, content)
        nodes = chunks.build_chunks(document, entry)
        sentences = [read_sentences(node) for node in nodes]
        record = build_record(document, nodes, sum(map(len, sentences)), fingerprint)
        tokens = sum(chunks.count_tokens(node.text) for node in nodes)
        stated = state_origin(record, file, stamp, content)
        notes = tuple(document.metadata["notes"])
        return Prepared(stated, document.text, nodes, sentences, tokens, notes)


def prepare_all(
    files: Iterable[PlannedFile], prepare: Preparer
) -> Generator[tuple[PlannedFile, Outcome], None, None]:
    """The outcome of each file, in their order.

    One thread reads, up to AHEAD files before the one that was asked for: some of the libraries
    that read documents must not run twice at a time, and embedding leaves the processor room.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="reader") as reader:
        waiting: deque[tuple[PlannedFile, Future[Outcome]]] = deque()
        try:
            for file in files:
                waiting.append((file, reader.submit(prepare, file)))
                if len(waiting) > AHEAD:
                    yield _next_of(waiting)
            while waiting:
                yield _next_of(waiting)
        finally:
            for _, future in waiting:
                future.cancel()


def _next_of(
    waiting: deque[tuple[PlannedFile, Future[Outcome]]],
) -> tuple[PlannedFile, Outcome]:
    file, future = waiting.popleft()
    return file, future.result()


def read_planned(
    file: PlannedFile, entry: CatalogEntry | None, limits: Limits = DEFAULT_LIMITS
) -> Document:
    """The document of a file under its id, described by its catalog. Raises IngestError."""
    document = read_document(file.path, file.folder, limits)
    document.id_ = file.id
    describe(document, entry)
    return document


def describe(document: Document, entry: CatalogEntry | None) -> None:
    """Let the catalog's word stand over what was read out of the file. Changes `document`.

    Raises IngestError "catalog_lines" if the catalog names lines that the document doesn't have.
    """
    if entry is None:
        return
    lines = document.text.count("\n") + 1
    if entry.last_line > lines:
        raise IngestError(
            "catalog_lines", path=document.metadata["source"], line=entry.last_line, lines=lines
        )
    stated = {name: getattr(entry, name) for name in _DESCRIBED}
    document.metadata.update({name: value for name, value in stated.items() if value is not None})


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes; raises IngestError "unreadable"."""
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise IngestError("unreadable", path=str(path), reason=error.strerror) from error


def build_stamp(content: str, file: PlannedFile, entry: CatalogEntry | None, identity: str) -> str:
    """Changes with whatever could make another document of a file with the bytes `content`."""
    # Pages that are pictures were left out if nothing was there to read them.
    sight = "ocr" if find_spec("rapidocr") else ""
    return _hash(content, file.id, entry.hash if entry else "", TRANSFORM, identity, sight)


def state_origin(
    record: DocumentRecord, file: PlannedFile, stamp: str, content: str
) -> DocumentRecord:
    """The record with the file that the document was last read from."""
    source = str(file.path)
    return replace(record, root=file.root, source=source, stamp=stamp, content=content)


def build_fingerprint(document: Document, entry: CatalogEntry | None, identity: str) -> str:
    """Changes with whatever would make other rows: text, catalog, transforms, embedding."""
    described = json.dumps([document.metadata[name] for name in _DESCRIBED], ensure_ascii=False)
    text, layout = document.metadata["sha256"], document.metadata.get("layout", "")
    return _hash(text, layout, entry.hash if entry else "", TRANSFORM, identity, described)


def build_record(
    document: Document, nodes: list[TextNode], sentences: int, fingerprint: str
) -> DocumentRecord:
    """The ledger's line for a document that is about to be written."""
    stated = {name: document.metadata[name] for name in (*_DESCRIBED, "sha256", "source")}
    speakers = [stated["organisation"], *(node.metadata.get("organisation") for node in nodes)]
    organisations = tuple(dict.fromkeys(name for name in speakers if name))
    if len(organisations) == 1:
        stated["organisation"] = organisations[0]
    return DocumentRecord(
        id=document.id_,
        **stated,
        fingerprint=fingerprint,
        transform=TRANSFORM,
        chunks=len(nodes),
        sentences=sentences,
        characters=len(document.text),
        organisations=organisations,
    )


def read_sentences(node: TextNode) -> list[str]:
    """What is embedded of a chunk's sentences, in the order of its metadata: as `embedded_text`,
    in simplified characters; a row without a word stands below the heads of its columns."""
    text = simplify(node.text)
    spans = [(span[0], span[1]) for span in json.loads(node.metadata["sentences"])]
    return [chunks.find_heads(text, start) + text[start:end] for start, end in spans]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
