"""Vectors of texts that were embedded before: no text is embedded twice by the same model.

A chunk that another chunk size, a moved file or another collection makes again, and each of its
sentences, is looked up by what made it: the embedding's identity and the text. The file may be
deleted at any time, and holds no more than it is told to.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.bridge.pydantic import PrivateAttr

from store.database import open_database
from store.embedding import StoreEmbedding
from store.vectors import TokenRows, Vectors, grow, shrink

CACHE_FILE = "embeddings.db"
_MEGABYTE = 1 << 20
_AT_ONCE = 500  # keys in one statement; SQLite takes 999 or more
# `used` counts the times that the cache was opened: what was used longest ago goes first.
_SCHEMA = """
create table if not exists embeddings (
    key blob primary key, used integer not null, vector blob not null, starts blob, tokens blob
);
create index if not exists used on embeddings (used);
"""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """The vector of a text, float32 [d], and those of its tokens where they were read."""

    vector: Vectors
    tokens: TokenRows | None = None


class EmbeddingCache:
    """The file of one data folder; threads and processes may share it.

    A fault of the file is no fault of the work: it is logged, and the text is embedded.
    """

    def __init__(self, database: sqlite3.Connection, megabytes: int) -> None:
        self._database = database
        self._limit = megabytes * _MEGABYTE
        self._lock = threading.Lock()
        self._now = 1 + (self._ask("select max(used) from embeddings") or 0)

    def read(self, keys: Sequence[bytes], dimension: int) -> dict[bytes, Kept]:
        """What is known of some keys."""
        found: dict[bytes, Kept] = {}
        with self._transaction() as database:
            for batch in _split(keys):
                marks = ", ".join("?" * len(batch))
                rows = database.execute(
                    f"select key, vector, starts, tokens from embeddings where key in ({marks})",
                    batch,
                )
                found |= {key: _unpack(dimension, *columns) for key, *columns in rows}
                database.execute(
                    f"update embeddings set used = ? where used < ? and key in ({marks})",
                    (self._now, self._now, *batch),
                )
        return found

    def write(self, rows: Mapping[bytes, Kept]) -> None:
        """Keep some rows, and let the oldest go where there are too many."""
        values = [(key, self._now, *_pack(kept)) for key, kept in rows.items()]
        with self._transaction() as database:
            database.executemany("replace into embeddings values (?, ?, ?, ?, ?)", values)
        with self._transaction() as database:
            self._evict(database)

    def size(self) -> int:
        """Bytes in use."""
        pages = self._ask("pragma page_count") - self._ask("pragma freelist_count")
        return int(pages * self._ask("pragma page_size"))

    def close(self) -> None:
        self._database.close()

    def _evict(self, database: sqlite3.Connection) -> None:
        oldest = f"select key from embeddings order by used, rowid limit {_AT_ONCE}"
        while self.size() > self._limit:
            if not database.execute(f"delete from embeddings where key in ({oldest})").rowcount:
                break
            # Each page that is freed takes a step of its own.
            database.execute("pragma incremental_vacuum").fetchall()

    def _ask(self, query: str) -> Any:
        return self._database.execute(query).fetchone()[0]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock, self._database:
                yield self._database
        except sqlite3.Error as error:
            _log.warning("The cache of embeddings can't be used: %s", error)


class CachedEmbedding(StoreEmbedding):
    """An embedding that asks the cache first; its identity and its vectors are the inner one's."""

    _inner: StoreEmbedding = PrivateAttr()
    _cache: EmbeddingCache = PrivateAttr()

    def __init__(self, inner: StoreEmbedding, cache: EmbeddingCache) -> None:
        super().__init__(model_name=inner.model_name, embed_batch_size=inner.embed_batch_size)
        self._inner = inner
        self._cache = cache

    @property
    def identity(self) -> str:
        return self._inner.identity

    @property
    def dimension(self) -> int:
        return self._inner.dimension

    @property
    def gives_tokens(self) -> bool:
        return self._inner.gives_tokens

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        return self._inner.query_vectors(texts)

    def query_tokens(self, text: str) -> TokenRows:
        return self._inner.query_tokens(text)

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        def embed(missing: list[str]) -> list[Kept]:
            return [Kept(vector) for vector in self._inner.passage_vectors(missing)]

        return self._stack(self._find(texts, embed, lambda kept: True))

    def read_passages(self, texts: Sequence[str]) -> tuple[Vectors, list[TokenRows]]:
        def embed(missing: list[str]) -> list[Kept]:
            vectors, tokens = self._inner.read_passages(missing)
            return [Kept(*both) for both in zip(vectors, tokens, strict=True)]

        found = self._find(texts, embed, lambda kept: kept.tokens is not None)
        return self._stack(found), [kept.tokens or self._no_tokens() for kept in found]

    def _find(
        self,
        texts: Sequence[str],
        embed: Callable[[list[str]], list[Kept]],
        suffices: Callable[[Kept], bool],
    ) -> list[Kept]:
        keys = {text: build_key(self.identity, text) for text in dict.fromkeys(texts)}
        known = self._cache.read(list(keys.values()), self.dimension)
        known = {key: kept for key, kept in known.items() if suffices(kept)}
        missing = [text for text, key in keys.items() if key not in known]
        if missing:
            made = zip([keys[text] for text in missing], embed(missing), strict=True)
            new = dict(made)
            self._cache.write(new)
            known |= new
        return [known[keys[text]] for text in texts]

    def _stack(self, found: Sequence[Kept]) -> Vectors:
        rows = [kept.vector for kept in found]
        return np.array(rows, dtype=np.float32).reshape(-1, self.dimension)


@contextmanager
def cache_embedding(
    embedding: StoreEmbedding, folder: Path, megabytes: int
) -> Iterator[StoreEmbedding]:
    """The embedding behind the cache of a data folder, or as it is where that can't be had."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        database = open_database(folder / CACHE_FILE, _SCHEMA) if megabytes else None
    except (OSError, sqlite3.Error) as error:
        _log.warning("There is no cache of embeddings: %s", error)
        database = None
    if database is None:
        yield embedding
        return
    cache = EmbeddingCache(database, megabytes)
    try:
        yield CachedEmbedding(embedding, cache)
    finally:
        cache.close()


def build_key(identity: str, text: str) -> bytes:
    """16 bytes that stand for a text as one model embeds it."""
    content = f"{identity}\x1f{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=16).digest()


def _pack(kept: Kept) -> tuple[bytes, bytes | None, bytes | None]:
    vector = np.ascontiguousarray(kept.vector, dtype="<f4").tobytes()
    if kept.tokens is None:
        return vector, None, None
    return vector, kept.tokens.starts.astype("<i4").tobytes(), shrink(kept.tokens.vectors)


def _unpack(dimension: int, vector: bytes, starts: bytes | None, tokens: bytes | None) -> Kept:
    row = np.frombuffer(vector, dtype="<f4")
    if starts is None or tokens is None:
        return Kept(row)
    return Kept(row, TokenRows(grow(tokens, dimension), np.frombuffer(starts, dtype="<i4")))


def _split(keys: Sequence[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield list(keys[start : start + _AT_ONCE])
