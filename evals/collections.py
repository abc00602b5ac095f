"""The documents of an eval in a store of their own, apart from what the user has ingested."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

from assistant.cli_output import ingest_bar
from assistant.embeddings import build_embedding
from assistant.errors import IngestError, SuiteError
from assistant.prompts import load_messages
from assistant.settings import Settings
from store.cache import cache_embedding
from store.catalog import Catalog, load_catalog
from store.chroma import open_store
from store.collection import Collection
from store.embedding import StoreEmbedding
from store.ingest import ingest
from store.read import find_documents
from store.report import IngestReport

COLLECTION = "eval"


@dataclass(frozen=True, slots=True)
class ChunkSizes:
    """How many chunks a collection has in a language, and their mean length in characters."""

    language: str
    chunks: int
    mean_characters: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """Documents ready to be asked: `settings` point at the store that holds `collection`, whose
    `version` changes with its content."""

    settings: Settings
    collection: str
    documents: int
    chunk_sizes: tuple[ChunkSizes, ...]
    report: IngestReport
    version: str = ""

    @property
    def failed(self) -> tuple[tuple[Path, IngestError], ...]:
        return self.report.failed


def prepare_collection(settings: Settings, docs: Path, catalog: Path | None) -> Prepared:
    """Ingest a folder (or file) into the store of its evals; unchanged documents cost nothing.

    Without `catalog` a catalog.yaml beside the documents is not read. A document whose file is
    gone is removed. Raises SuiteError "no_documents", and what ingesting raises.
    """
    if not find_documents([docs]).files:
        raise SuiteError("no_documents", path=docs)
    remote = settings.embedding if settings.embedding_choice else ""
    folder = build_folder(settings.data, docs, catalog, remote)
    moved = settings.model_copy(update={"data": folder, "chroma_url": None})
    plain = build_embedding(settings)
    with (
        open_store(moved.data, plain) as store,
        # One cache for the stores of all evals, and for the user's own.
        cache_embedding(plain, settings.data, settings.cache_mb) as embedding,
    ):
        collection = store.collection(COLLECTION, create=True)
        report = _bring_in(settings, collection, embedding, docs, catalog)
        sizes = measure_chunks(collection)
        known = len(collection.documents())
        return Prepared(moved, COLLECTION, known, sizes, report, collection.version)


def build_folder(data: Path, docs: Path, catalog: Path | None, remote: str = "") -> Path:
    """Where the store of these documents with this catalog lies: one folder a pair, and for each
    embedding that is asked over a network one more."""
    pair = f"{docs.resolve()}\x1f{catalog.resolve() if catalog else ''}"
    pair += f"\x1f{remote}" if remote else ""
    return data / "evals" / hashlib.sha256(pair.encode()).hexdigest()[:16]


def read_catalog(catalog: Path | None) -> Catalog:
    """The catalog, or an empty one; None would make `ingest` look for a sidecar."""
    return load_catalog(catalog) if catalog else Catalog()


def measure_chunks(collection: Collection) -> tuple[ChunkSizes, ...]:
    lengths: dict[str, list[int]] = {}
    for node in collection.load().nodes:
        lengths.setdefault(str(node.metadata["language"]), []).append(len(node.text))
    return tuple(
        ChunkSizes(language, len(sizes), math.fsum(sizes) / len(sizes))
        for language, sizes in sorted(lengths.items())
    )


def _bring_in(
    settings: Settings,
    collection: Collection,
    embedding: StoreEmbedding,
    docs: Path,
    catalog: Path | None,
) -> IngestReport:
    with ingest_bar(load_messages(settings.interface_language)) as progress:
        return ingest(collection, embedding, [docs], read_catalog(catalog), progress, prune=True)
