"""The store: an embedded Chroma folder that one process owns, or a Chroma server that several
share. Beside either stands a folder of this process's own, with its lock and what can be made
again."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import chromadb
from chromadb.api.client import Client

from assistant.errors import StoreError
from store.backup import finish_restore
from store.client import CHROMA_FOLDER, close_client, open_folder, open_server
from store.collection import OTHER, Collection
from store.connection import ChromaServer
from store.embedding import StoreEmbedding
from store.lock import FolderLock, lock_folder
from store.pages import chroma_errors
from store.part_store import PartShelf, PartStore
from store.tokens import TokenShelf, TokenStore
from store.writers import SharedWriters, Writers

CHUNK_LANGUAGES = ("en", "zh", OTHER)
_DOCUMENTS = "documents"
_SLUG_LENGTH = 32
# Rows that may wait for Chroma's index: it reads them all again with every write. Of documents,
# whose texts have 50,000 characters a row, its usual thousand come to more than a second a write.
SYNC_ROWS = 50


class Store:
    """All collections there are; made by `open_store`, closed by `with` or `close`.

    `server` is where they lie, None for the folder.
    """

    def __init__(
        self,
        client: Client,
        lock: FolderLock,
        tokens: TokenStore,
        parts: PartStore,
        embedding: StoreEmbedding,
        server: ChromaServer | None = None,
    ) -> None:
        self.server = server
        self._client = client
        self._lock = lock
        self._tokens = tokens
        self._parts = parts
        self._embedding = embedding
        self._open: dict[str, Collection] = {}

    def collections(self) -> list[str]:
        """The names that users gave, sorted."""
        found = _read_metadata(self._client)
        return sorted(str(own["collection"]) for own in found if own.get("kind") == _DOCUMENTS)

    def collection(self, name: str, create: bool = False) -> Collection:
        """The collection of that name, the same object each time.

        Raises StoreError "no_collection", or "empty_name" for a name with nothing in it.
        """
        name = _normal_name(name)
        if name not in self._open:
            if not create and name not in self.collections():
                raise StoreError("no_collection", collection=name)
            with chroma_errors(name):
                self._open[name] = self._build_collection(name)
        return self._open[name]

    def foreign(self) -> list[str]:
        """The collections that another embedding made."""
        wanted = (self._embedding.identity, self._embedding.dimension)
        found = {
            str(own["collection"])
            for own in _read_metadata(self._client)
            if (own.get("embedding"), own.get("dimension")) != wanted
        }
        return sorted(found)

    def close(self) -> None:
        """Let go of Chroma, then of the folder; a second call does nothing."""
        if self._lock.held:
            self._open.clear()
            self._tokens.close()
            self._parts.close()
            close_client(self._client)
            self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _build_collection(self, name: str) -> Collection:
        # The documents last: a collection exists once they do, and then has all its parts.
        chunks = {language: self._build_chroma(name, language) for language in CHUNK_LANGUAGES}
        documents = self._build_chroma(name, _DOCUMENTS)
        tokens, parts = TokenShelf(self._tokens, name), PartShelf(self._parts, name)
        writers = SharedWriters(name, documents) if self.server else Writers(name)
        dimension = self._embedding.dimension
        return Collection(name, documents, chunks, tokens, parts, dimension, writers)

    def _build_chroma(self, name: str, kind: str) -> chromadb.Collection:
        chroma = self._client.get_or_create_collection(
            chroma_name(name, kind),
            # Chroma's default would try to download a model.
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
            metadata={
                "collection": name,
                "kind": kind,
                "embedding": self._embedding.identity,
                "dimension": self._embedding.dimension,
            },
        )
        if kind == _DOCUMENTS:
            _sync_often(chroma)
        return chroma


def open_store(
    folder: Path,
    embedding: StoreEmbedding,
    wait: float = 1.0,
    *,
    foreign: bool = False,
    server: ChromaServer | None = None,
) -> Store:
    """Open or make the store in `folder`, for this process alone, or the one on `server`.

    With `foreign`, one that another embedding made is opened too: its texts can be read.
    Raises StoreError: "locked" if another process still holds the folder after `wait` seconds,
    "other_embedding" if the store was made with another model, "unwritable", "damaged" if Chroma
    can't open what stands there, or "unreachable", "refused" and "no_chroma" of a server.
    """
    try:
        (folder if server else folder / CHROMA_FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError("unwritable", path=str(folder), reason=error.strerror) from error
    with ExitStack() as opened:
        lock = lock_folder(folder, wait)
        opened.callback(lock.release)
        finish_restore(folder)
        tokens = TokenStore(folder, embedding.dimension)
        opened.callback(tokens.close)
        parts = PartStore(folder, embedding.dimension)
        opened.callback(parts.close)
        client = open_server(server) if server else open_folder(folder)
        opened.callback(close_client, client)
        if not foreign:
            _check_embedding(client, embedding)
        opened.pop_all()
    return Store(client, lock, tokens, parts, embedding, server)


def _sync_often(chroma: chromadb.Collection) -> None:
    """Also where it was made before; an index of another kind has no such threshold."""
    index = chroma.configuration_json.get("hnsw")
    if index and index.get("sync_threshold") != SYNC_ROWS:
        often: Any = {"hnsw": {"sync_threshold": SYNC_ROWS, "batch_size": SYNC_ROWS // 2}}
        with warnings.catch_warnings():
            # Chroma's own, of how it writes down that there is no embedding function.
            warnings.simplefilter("ignore", DeprecationWarning)
            chroma.modify(configuration=often)


def _check_embedding(client: Client, embedding: StoreEmbedding) -> None:
    wanted = (embedding.identity, embedding.dimension)
    for own in _read_metadata(client):
        stored = (own.get("embedding"), own.get("dimension"))
        if stored != wanted:
            raise StoreError("other_embedding", stored=stored[0], wanted=wanted[0])


def _read_metadata(client: Client) -> list[dict[str, Any]]:
    """Of our own collections: on a server, others may have theirs."""
    with chroma_errors("*"):
        found = [dict(chroma.metadata or {}) for chroma in client.list_collections()]
    return [own for own in found if "collection" in own and "embedding" in own]


def chroma_name(name: str, kind: str) -> str:
    """A name that Chroma accepts for any collection name: what is legible of it, and a hash.

    Chroma allows 3 to 512 of [a-zA-Z0-9._-]; the name itself stands in the metadata.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_SLUG_LENGTH]
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{slug or 'c'}-{digest}-{kind}"


def _normal_name(name: str) -> str:
    normal = unicodedata.normalize("NFC", name).strip()
    if not normal:
        raise StoreError("empty_name")
    return normal
