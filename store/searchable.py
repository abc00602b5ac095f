"""All chunks of a collection as search wants them: read from what was kept of each version, and
brought up to date with the ledger first.

A collection that has changed reads what is new and takes the rest over. Up to EXACT_CHUNKS the
vectors of all sentences are in memory; beyond, those of a few chunks are read for each question.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from typing import Any, overload

import numpy as np
from llama_index.core.schema import TextNode

from assistant.errors import RetryableStoreError, StoreError
from store.collection import Collection
from store.ledger import DocumentRecord
from store.pages import chroma_errors, read_ids, read_rows
from store.part_store import PartShelf
from store.parts import Part, Postings, build_part_rows
from store.rows import ChunkRow
from store.vectors import Vectors

EXACT_CHUNKS = 50_000
"""Chunks whose sentences are all held: eight each take some 600 MB."""

KEPT_NODES = 4096  # chunks with their texts that stay in memory: some 40 MB
_FEW = 100  # versions that Chroma is asked for one by one; of more, all rows are read
_ATTEMPTS = 3


@dataclass(frozen=True)
class Searchable:
    """`whole` holds the chunks of all documents, in the order of their ids; `parts` are its
    stretches by version. What is read later raises "changed" for chunks that are gone by then."""

    whole: Part
    parts: Mapping[str, Part]
    vocabulary: Mapping[str, int]
    shelf: PartShelf

    @cached_property
    def nodes(self) -> StoredNodes:
        """The chunks themselves, read when they are asked for."""
        return StoredNodes(len(self.whole.ids), lru_cache(maxsize=KEPT_NODES)(self._read_node))

    def read_sentences(self, rows: Sequence[int]) -> Vectors:
        """The sentences of some chunks, one chunk after the other."""
        found = self.shelf.read_sentences([self._place(row) for row in rows])
        if found is None:
            raise self._gone()
        return found

    @cached_property
    def _starts(self) -> list[int]:
        sizes = [len(part.ids) for part in self.parts.values()]
        return [0, *accumulate(sizes[:-1])]

    @cached_property
    def _versions(self) -> list[str]:
        return list(self.parts)

    def _place(self, row: int) -> tuple[str, int]:
        number = bisect_right(self._starts, row) - 1
        return self._versions[number], row - self._starts[number]

    def _read_node(self, row: int) -> TextNode:
        node = self.shelf.read_node(*self._place(row))
        if node is None:
            raise self._gone()
        return node

    def _gone(self) -> StoreError:
        return RetryableStoreError("changed", collection=self.shelf.collection)


class StoredNodes(Sequence[TextNode]):
    """Chunks by their row."""

    def __init__(self, size: int, read: Callable[[int], TextNode]) -> None:
        self._size = size
        self._read = read

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, row: int) -> TextNode: ...
    @overload
    def __getitem__(self, row: slice) -> list[TextNode]: ...
    def __getitem__(self, row: int | slice) -> TextNode | list[TextNode]:
        if isinstance(row, slice):
            return [self._read(one) for one in range(self._size)[row]]
        return self._read(range(self._size)[row])


def load_searchable(
    collection: Collection, before: Searchable | None = None, exact: int | None = None
) -> Searchable:
    """A collection as it now is; what has not changed since `before` is taken from there. Beyond
    `exact` chunks, EXACT_CHUNKS by default, sentences stay on the disk.

    Raises StoreError "incomplete" if a document lacks chunks that its record counts.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return _load(collection, before, EXACT_CHUNKS if exact is None else exact)
        except StoreError as error:
            if error.code != "incomplete":
                raise
            collection.refresh()  # it may have changed since the ledger was read
    return _load(collection, before, EXACT_CHUNKS if exact is None else exact)


def catch_up(collection: Collection, incomplete: Set[str]) -> None:
    """Make anew what is wrong of the current versions, and delete what belongs to no other;
    documents that are `incomplete` in the store are left as they are."""
    records = {record.version: record for record in collection.documents()}
    collection.parts.keep(records.keys())
    behind = find_behind(collection, incomplete)
    _write_missing(collection, {version: records[version] for version in behind})


def find_behind(collection: Collection, incomplete: Set[str]) -> set[str]:
    """Versions that the lexical index lacks or holds otherwise than the store, or that no document
    has; without those of documents that are `incomplete` there. Reads the ids of all chunks."""
    stored: defaultdict[str, set[str]] = defaultdict(set)
    for chroma in collection.chunk_sets():
        for row_id in read_ids(chroma, None):
            version, _, chunk = row_id.partition(":")
            stored[version].add(chunk)
    records = [record for record in collection.documents() if record.chunks]
    held = collection.parts.read_ids()
    wrong = {
        record.version
        for record in records
        if record.id not in incomplete and held.get(record.version) != stored[record.version]
    }
    return wrong | (held.keys() - {record.version for record in records})


def _load(collection: Collection, before: Searchable | None, exact: int) -> Searchable:
    records = {record.version: record for record in collection.documents() if record.chunks}
    held = sum(record.chunks for record in records.values()) <= exact
    known = before.parts if before and (before.whole.sentences is not None) == held else {}
    found = {version: known[version] for version in records if version in known}
    found |= collection.parts.read(records.keys() - found.keys(), sentences=held)
    missing = {
        version: record
        for version, record in records.items()
        if version not in found or len(found[version].ids) != record.chunks
    }
    if missing:
        _write_missing(collection, missing)
        found |= collection.parts.read(missing, sentences=held)
    parts = {version: found[version] for version in records}
    whole = _join(list(parts.values()), collection.dimension, held)
    vocabulary = collection.parts.store.vocabulary
    return Searchable(whole, _cut(whole, parts), vocabulary, collection.parts)


def _write_missing(collection: Collection, missing: Mapping[str, DocumentRecord]) -> None:
    """Make parts from the stored chunks, each as soon as it is read as a whole."""
    if not missing:
        return
    waiting: defaultdict[str, list[ChunkRow]] = defaultdict(list)
    done: set[str] = set()
    for row in _read_chunks(collection, list(missing)):
        version = str(row.metadata["version"])
        if version not in missing:
            continue
        waiting[version].append(row)
        if len(waiting[version]) == missing[version].chunks:
            rows = sorted(waiting.pop(version), key=lambda one: int(str(one.metadata["position"])))
            collection.parts.write(version, build_part_rows(rows))
            done.add(version)
    for version in missing.keys() - done:
        document = missing[version].id
        raise StoreError("incomplete", document=document, collection=collection.name)


def _read_chunks(collection: Collection, versions: Sequence[str]) -> Iterator[ChunkRow]:
    where: dict[str, Any] = {"version": {"$in": list(versions)}}
    with chroma_errors(collection.name):
        for chroma in collection.chunk_sets():
            yield from read_rows(chroma, where if len(versions) <= _FEW else None)


def _join(parts: Sequence[Part], dimension: int, held: bool) -> Part:
    none = np.zeros((0, dimension), dtype=np.float32)
    sentences = [part.sentences for part in parts if part.sentences is not None]
    return Part(
        ids=tuple(chain.from_iterable(part.ids for part in parts)),
        facts=tuple(chain.from_iterable(part.facts for part in parts)),
        pairs=frozenset().union(*(part.pairs for part in parts)),
        vectors=np.concatenate([none, *(part.vectors for part in parts)]),
        shares=_concatenate([part.shares for part in parts], np.int32),
        sentences=np.concatenate([none, *sentences]) if held else None,
        postings=Postings(
            sizes=_concatenate([part.postings.sizes for part in parts], np.int32),
            terms=_concatenate([part.postings.terms for part in parts], np.int32),
            counts=_concatenate([part.postings.counts for part in parts], np.uint16),
        ),
    )


def _cut(whole: Part, parts: Mapping[str, Part]) -> dict[str, Part]:
    """The parts as views of the whole, so that all of it is held once."""
    found: dict[str, Part] = {}
    chunk = sentence = term = 0
    for version, part in parts.items():
        rows = slice(chunk, chunk := chunk + len(part.ids))
        said = slice(sentence, sentence := sentence + int(part.shares.sum()))
        stood = slice(term, term := term + len(part.postings.terms))
        found[version] = Part(
            ids=part.ids,
            facts=part.facts,
            pairs=part.pairs,
            vectors=whole.vectors[rows],
            shares=whole.shares[rows],
            sentences=None if whole.sentences is None else whole.sentences[said],
            postings=Postings(
                whole.postings.sizes[rows],
                whole.postings.terms[stood],
                whole.postings.counts[stood],
            ),
        )
    return found


def _concatenate(arrays: Sequence[Any], kind: Any) -> Any:
    return np.concatenate([np.zeros(0, dtype=kind), *arrays])
