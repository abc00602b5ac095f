"""Documents of a folder as text and chunks, without a store and without a model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llama_index.core.schema import TextNode

from assistant.errors import IngestError, SuiteError
from evals.collections import read_catalog
from store.chunks import build_chunks
from store.prepare import describe
from store.read import find_documents, read_document

Texts = Callable[[str], str | None]
"""The text of a source by its name in a case; None where there is no such document."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document: `id` is its path within the folder, `nodes` are its chunks in order."""

    id: str
    text: str
    nodes: tuple[TextNode, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """What could be read, and what couldn't."""

    sources: tuple[Source, ...]
    failed: tuple[tuple[Path, IngestError], ...] = ()

    @property
    def nodes(self) -> Iterator[TextNode]:
        return (node for source in self.sources for node in source.nodes)

    def text(self, source: str) -> str | None:
        return find_text({one.id: one.text for one in self.sources}, source)


def read_folder(docs: Path, catalog: Path | None = None) -> Folder:
    """Read and chunk a folder (or file) as an ingest would; nothing is written.

    Without `catalog` none is read. Raises SuiteError "no_documents", CatalogError.
    """
    found = find_documents([docs])
    if not found.files:
        raise SuiteError("no_documents", path=docs)
    known = read_catalog(catalog)
    sources: list[Source] = []
    failed = list(found.failed)
    for file in found.files:
        try:
            document = read_document(file.path, file.root)
            entry = known.find(document.id_)
            describe(document, entry)
            sources.append(
                Source(document.id_, document.text, tuple(build_chunks(document, entry)))
            )
        except IngestError as error:
            failed.append((file.path, error))
    return Folder(tuple(sources), tuple(failed))


def find_text(texts: Mapping[str, str], source: str) -> str | None:
    known = find_id(list(texts), source)
    return texts[known] if known else None


def find_id(ids: Sequence[str], source: str) -> str | None:
    """The document that a case names: by its whole id, else by its end, for a collection puts its
    folder's name before it."""
    if source in ids:
        return source
    ending = [one for one in ids if one.endswith(f"/{source}")]
    return ending[0] if source and len(ending) == 1 else None


def list_spans(node: TextNode) -> tuple[tuple[int, int], ...]:
    """The quotable sentences of a chunk, as offsets in its text."""
    return tuple((span[0], span[1]) for span in json.loads(node.metadata["sentences"]))
