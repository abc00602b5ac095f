"""The chunks of one version of a document in columns, as search wants them.

Segmenting Chinese and stemming English take longer than all else at the start, so the terms of a
chunk are counted once, when it is written.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.text.names import find_pairs
from assistant.text.terms import find_terms
from store.rows import ChunkRow, strip_own
from store.vectors import Vectors

Pairs = frozenset[tuple[str, str]]


class Facts(NamedTuple):
    """What filters and lists ask of a chunk."""

    document: str
    language: str
    organisation: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class Postings:
    """The terms of n chunks: `sizes` int32 [n] says how many each has; `terms` int32 [p] are their
    numbers in a vocabulary, chunk after chunk, `counts` uint16 [p] how often they stand there."""

    sizes: NDArray[np.int32]
    terms: NDArray[np.int32]
    counts: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Part:
    """The chunks of one version, in their order. `vectors` float32 [n, d], unit rows; `shares`
    int32 [n], how many sentences each chunk has; `sentences` float32 [m, d], unit rows, or None
    where they stay on the disk; `pairs` are names that stand beside each other in two languages."""

    ids: tuple[str, ...]
    facts: tuple[Facts, ...]
    pairs: Pairs
    vectors: Vectors
    shares: NDArray[np.int32]
    sentences: Vectors | None
    postings: Postings


@dataclass(frozen=True, slots=True)
class PartRow:
    """One chunk of a part as it is stored; `terms` by their words."""

    id: str
    facts: Facts
    pairs: Pairs
    vector: bytes
    sentences: bytes
    terms: Mapping[str, int]
    text: str
    metadata: str


def build_part_rows(rows: Sequence[ChunkRow]) -> list[PartRow]:
    """What search wants of the chunks of one version, which are in their order."""
    return [_build_row(row) for row in rows]


def count_terms(text: str, metadata: Mapping[str, object]) -> Counter[str]:
    """The terms of a chunk: of its head line, its text and its figures."""
    figures = str(metadata.get("figures", "")).split()
    return Counter(find_terms(f"{metadata.get('head', '')}\n{text}") + figures)


def read_facts(metadata: Mapping[str, object]) -> Facts:
    year, organisation = metadata.get("year"), metadata.get("organisation")
    return Facts(
        document=str(metadata["document"]),
        language=str(metadata["language"]),
        organisation=str(organisation) if organisation else None,
        year=year if isinstance(year, int) else None,
    )


def build_postings(counted: Sequence[Mapping[str, int]], vocabulary: Mapping[str, int]) -> Postings:
    """The postings of some chunks by the numbers of their terms."""
    terms = [vocabulary[term] for one in counted for term in one]
    counts = [count for one in counted for count in one.values()]
    return Postings(
        sizes=np.array([len(one) for one in counted], dtype=np.int32),
        terms=np.array(terms, dtype=np.int32),
        counts=np.array(counts, dtype=np.uint16),
    )


def _build_row(row: ChunkRow) -> PartRow:
    return PartRow(
        id=row.id.partition(":")[2],
        facts=read_facts(row.metadata),
        pairs=frozenset(find_pairs(row.text)),
        vector=np.ascontiguousarray(row.vector, dtype="<f4").tobytes(),
        sentences=base64.b64decode(str(row.metadata["sentence_vectors"])),
        terms=count_terms(row.text, row.metadata),
        text=row.text,
        metadata=json.dumps(strip_own(row.metadata), ensure_ascii=False),
    )
