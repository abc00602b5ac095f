"""Token vectors of chunks, on disk beside Chroma: read for a question's few candidates only.

A chunk of 300 tokens takes 115 KB, a hundred times its own vector: too much for Chroma's rows, all
of which are read at the start. SQLite gives the rows of one chunk in a tenth of a millisecond.
Rows belong to one version of one document of one collection, as the chunks do; a row that is
missing can be made again from the chunk's text.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from assistant.errors import StoreError
from store.database import open_database
from store.vectors import TokenRows, grow, shrink

TOKENS_FILE = "tokens.db"
_TABLE = """
create table if not exists tokens (
    collection text not null, version text not null, chunk text not null,
    vectors blob not null, starts blob not null,
    primary key (collection, version, chunk)
)
"""


class TokenStore:
    """The file of one store; threads may share it. Errors of SQLite come as StoreError "failed"."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._dimension = dimension
        self._lock = threading.Lock()
        with _sqlite_errors():
            self._database = open_database(folder / TOKENS_FILE, _TABLE)

    def write(self, collection: str, version: str, rows: Mapping[str, TokenRows]) -> None:
        """Keep the rows of some chunks, by chunk id; those that were there are replaced."""
        values = [
            (collection, version, chunk, shrink(row.vectors), row.starts.astype("<i4").tobytes())
            for chunk, row in rows.items()
        ]
        with self._transaction() as database:
            database.executemany("insert or replace into tokens values (?, ?, ?, ?, ?)", values)

    def read(self, collection: str, version: str, chunk: str) -> TokenRows | None:
        """The rows of one chunk, if they are there."""
        query = "select vectors, starts from tokens where collection=? and version=? and chunk=?"
        with self._transaction() as database:
            found = database.execute(query, (collection, version, chunk)).fetchone()
        if found is None:
            return None
        vectors, starts = found
        return TokenRows(grow(vectors, self._dimension), np.frombuffer(starts, dtype="<i4"))

    def keep(self, collection: str, versions: Iterable[str]) -> None:
        """Delete what belongs to any other version of the collection's documents."""
        query = "select distinct version from tokens where collection=?"
        with self._transaction() as database:
            held = {version for (version,) in database.execute(query, (collection,))}
            gone = [(collection, version) for version in held - set(versions)]
            database.executemany("delete from tokens where collection=? and version=?", gone)

    def find_stale(self, collection: str, versions: Set[str]) -> set[str]:
        """Versions that aren't among these, or with rows that don't fit their tokens."""
        held = "select distinct version from tokens where collection=?"
        broken = f"{held} and length(vectors) * 4 != length(starts) * ?"
        with self._transaction() as database:
            found = {version for (version,) in database.execute(held, (collection,))}
            wrong = database.execute(broken, (collection, self._dimension)).fetchall()
        return (found - versions) | {version for (version,) in wrong}

    def drop(self, collection: str, version: str) -> None:
        """Delete what belongs to one version."""
        query = "delete from tokens where collection=? and version=?"
        with self._transaction() as database:
            database.execute(query, (collection, version))

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _sqlite_errors(), self._database:
            yield self._database


class TokenShelf:
    """The token rows of one collection."""

    def __init__(self, store: TokenStore, collection: str) -> None:
        self._store = store
        self._collection = collection

    def write(self, version: str, chunks: Sequence[str], rows: Sequence[TokenRows]) -> None:
        """Rows in the order of the chunks' ids; chunks without tokens are left out."""
        found = {chunk: row for chunk, row in zip(chunks, rows, strict=True) if len(row.starts)}
        self._store.write(self._collection, version, found)

    def read(self, version: str, chunk: str) -> TokenRows | None:
        return self._store.read(self._collection, version, chunk)

    def find_stale(self, versions: Set[str]) -> set[str]:
        return self._store.find_stale(self._collection, versions)

    def drop(self, version: str) -> None:
        self._store.drop(self._collection, version)

    def keep(self, versions: Iterable[str]) -> None:
        self._store.keep(self._collection, versions)


@contextmanager
def _sqlite_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError("failed", collection=TOKENS_FILE, reason=str(error)) from error
