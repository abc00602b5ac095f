"""What search needs of every chunk, in an SQLite file beside Chroma that can be made again.

Rows belong to one version of one document of one collection, as the chunks do, so that a document
that changes costs its own rows and no others. All of them are read at the start, but for sentences,
where there are many, and texts: these are read for the few chunks that a question comes down to.
"""

from __future__ import annotations

import importlib.metadata
import json
import sqlite3
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.schema import TextNode

from assistant.errors import StoreError
from assistant.text.terms import VERSION as TERMS
from store.database import open_database
from store.parts import Facts, Part, PartRow, Postings
from store.rows import build_node
from store.vectors import Vectors, grow, unit_rows

SEARCH_FILE = "search.db"
FORMAT = 1  # of the rows; another one makes all of them anew
_AT_ONCE = 500  # versions in one statement; SQLite takes 999 or more
# What isn't read at the start stands last, on pages of its own.
_SCHEMA = """
create table if not exists terms (number integer primary key, term text not null unique);
create table if not exists chunks (
    collection text not null, version text not null, position integer not null,
    id text not null, facts text not null, pairs text not null,
    vector blob not null, terms blob not null, counts blob not null,
    sentences blob not null, text text not null, metadata text not null,
    primary key (collection, version, position)
);
"""
_EMPTY = "drop table if exists terms; drop table if exists chunks;"
_PLACE = "from chunks where collection = ? and version = ? and position = ?"
_COLUMNS = "version, id, facts, pairs, vector, terms, counts, length(sentences)"


class PartStore:
    """The file of one store; threads may share it. Errors of SQLite come as StoreError "failed"."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._dimension = dimension
        self._lock = threading.Lock()
        self._vocabulary: dict[str, int] = {}
        with _sqlite_errors():
            self._database = open_database(folder / SEARCH_FILE, _SCHEMA)
            _check_format(self._database)

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """The number of each term; it only grows while the store is open."""
        with self._transaction() as database:
            self._vocabulary.update(database.execute("select term, number from terms"))
        return self._vocabulary

    def write(self, collection: str, version: str, rows: Sequence[PartRow]) -> None:
        """Keep the chunks of a version, in place of what there was of it."""
        words = {term for row in rows for term in row.terms}
        known = self.vocabulary
        with self._transaction() as database:
            new = _number(database, words - known.keys())
            numbers = {term: known.get(term) or new[term] for term in words}
            _delete(database, collection, version)
            database.executemany(
                f"insert into chunks values ({', '.join('?' * 12)})",
                [
                    (collection, version, place, *_pack(row, numbers))
                    for place, row in enumerate(rows)
                ],
            )
        self._vocabulary.update(new)

    def read(self, collection: str, versions: Iterable[str], *, sentences: bool) -> dict[str, Part]:
        """The parts that are there of some versions, with or without their sentences."""
        columns = f"{_COLUMNS}, sentences" if sentences else _COLUMNS
        found: defaultdict[str, list[Any]] = defaultdict(list)
        for batch in _split(list(versions)):
            query = (
                f"select {columns} from chunks where collection = ? and version in "
                f"({', '.join('?' * len(batch))}) order by version, position"
            )
            with self._transaction() as database:
                for version, *row in database.execute(query, (collection, *batch)):
                    found[version].append(row)
        return {version: self._unpack(rows, sentences) for version, rows in found.items()}

    def read_node(self, collection: str, version: str, position: int) -> TextNode | None:
        """One chunk as `Collection.load` gives it, if it is there."""
        query = f"select id, text, metadata {_PLACE}"
        with self._transaction() as database:
            found = database.execute(query, (collection, version, position)).fetchone()
        if found is None:
            return None
        chunk, text, metadata = found
        return build_node(f"{version}:{chunk}", text, json.loads(metadata))

    def read_sentences(self, collection: str, places: Sequence[tuple[str, int]]) -> Vectors | None:
        """Unit rows [m, d] of the sentences of chunks, by version and position, one chunk after
        the other; None where one of them isn't there."""
        with self._transaction() as database:
            found = [
                database.execute(f"select sentences {_PLACE}", (collection, *place)).fetchone()
                for place in places
            ]
        whole = all(row is not None for row in found)
        return grow(b"".join(row[0] for row in found), self._dimension) if whole else None

    def read_ids(self, collection: str) -> dict[str, set[str]]:
        """The ids of the chunks of each version; without those whose vectors can't be read."""
        whole = "length(vector) = ? and length(sentences) % ? = 0"
        query = f"select version, id, {whole} from chunks where collection = ?"
        found: defaultdict[str, set[str]] = defaultdict(set)
        with self._transaction() as database:
            sizes = (4 * self._dimension, self._dimension)
            for version, chunk, is_whole in database.execute(query, (*sizes, collection)):
                found[version].update([chunk] if is_whole else [])
        return found

    def drop(self, collection: str, versions: Iterable[str]) -> None:
        """Delete what belongs to some versions."""
        with self._transaction() as database:
            for version in versions:
                _delete(database, collection, version)

    def keep(self, collection: str, versions: Set[str]) -> None:
        """Delete what belongs to any other version of the collection's documents."""
        query = "select distinct version from chunks where collection = ?"
        with self._transaction() as database:
            held = {version for (version,) in database.execute(query, (collection,))}
        self.drop(collection, held - versions)

    def close(self) -> None:
        self._database.close()

    def _unpack(self, rows: Sequence[Sequence[Any]], sentences: bool) -> Part:
        ids, facts, pairs, vectors, terms, counts, lengths, *rest = zip(*rows, strict=True)
        flat = np.frombuffer(b"".join(vectors), dtype="<f4").reshape(-1, self._dimension)
        return Part(
            ids=ids,
            facts=tuple(Facts(*json.loads(one)) for one in facts),
            pairs=frozenset(tuple(pair) for one in set(pairs) for pair in json.loads(one)),
            vectors=unit_rows(flat),
            shares=np.array(lengths, dtype=np.int32) // self._dimension,
            sentences=grow(b"".join(rest[0]), self._dimension) if sentences else None,
            postings=Postings(
                sizes=np.array([len(one) // 2 for one in counts], dtype=np.int32),
                terms=np.frombuffer(b"".join(terms), dtype="<i4"),
                counts=np.frombuffer(b"".join(counts), dtype="<u2"),
            ),
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _sqlite_errors(), self._database:
            yield self._database


@dataclass(frozen=True)
class PartShelf:
    """The parts of one collection."""

    store: PartStore
    collection: str

    def write(self, version: str, rows: Sequence[PartRow]) -> None:
        self.store.write(self.collection, version, rows)

    def read(self, versions: Iterable[str], *, sentences: bool) -> dict[str, Part]:
        return self.store.read(self.collection, versions, sentences=sentences)

    def read_node(self, version: str, position: int) -> TextNode | None:
        return self.store.read_node(self.collection, version, position)

    def read_sentences(self, places: Sequence[tuple[str, int]]) -> Vectors | None:
        return self.store.read_sentences(self.collection, places)

    def read_ids(self) -> dict[str, set[str]]:
        return self.store.read_ids(self.collection)

    def drop(self, version: str) -> None:
        self.store.drop(self.collection, [version])

    def keep(self, versions: Set[str]) -> None:
        self.store.keep(self.collection, versions)


def _pack(row: PartRow, numbers: Mapping[str, int]) -> tuple[str | bytes, ...]:
    terms = np.array([numbers[term] for term in row.terms], dtype="<i4")
    counts = np.array(list(row.terms.values()), dtype="<u2")
    return (
        row.id,
        json.dumps(row.facts, ensure_ascii=False),
        json.dumps(sorted(row.pairs), ensure_ascii=False),
        row.vector,
        terms.tobytes(),
        counts.tobytes(),
        row.sentences,
        row.text,
        row.metadata,
    )


def _number(database: sqlite3.Connection, words: Set[str]) -> dict[str, int]:
    """Numbers for terms that have none yet, as far as this process knows."""
    ordered = sorted(words)
    database.executemany(
        "insert or ignore into terms (term) values (?)", [(word,) for word in ordered]
    )
    found: dict[str, int] = {}
    for batch in _split(ordered):
        marks = ", ".join("?" * len(batch))
        found.update(
            database.execute(f"select term, number from terms where term in ({marks})", batch)
        )
    return found


def _delete(database: sqlite3.Connection, collection: str, version: str) -> None:
    query = "delete from chunks where collection = ? and version = ?"
    database.execute(query, (collection, version))


def _check_format(database: sqlite3.Connection) -> None:
    """Empty a file whose rows are of another form, or whose terms another program counted."""
    libraries = [importlib.metadata.version(name) for name in ("jieba", "opencc")]
    wanted = zlib.crc32(repr((FORMAT, TERMS, libraries)).encode()) & 0x7FFFFFFF
    if database.execute("pragma user_version").fetchone() != (wanted,):
        database.executescript(f"begin; {_EMPTY} {_SCHEMA} pragma user_version = {wanted}; commit;")


def _split(words: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(words), _AT_ONCE):
        yield list(words[start : start + _AT_ONCE])


@contextmanager
def _sqlite_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError("failed", collection=SEARCH_FILE, reason=str(error)) from error
