"""Vectors of several documents at a time: short ones share their batches.

Of a document in the making only the vectors of its chunks and sentences are held. Those of its
tokens, forty times as many, are handed on batch by batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from llama_index.core.schema import TextNode

from store.chunks import embedded_text
from store.embedding import BATCH_SIZE, StoreEmbedding
from store.prepare import Prepared
from store.vectors import TokenRows, Vectors

# What takes the token vectors of some chunks of one document.
TakeTokens = Callable[[Prepared, Sequence[TextNode], Sequence[TokenRows]], None]
# What hears of a document how many of its chunks are done.
Report = Callable[[Prepared, int], None]


@dataclass
class Embedded:
    """A document with a vector a chunk, float32 [d], and the vectors of each chunk's sentences."""

    document: Prepared
    vectors: list[Vectors] = field(default_factory=list)
    sentences: list[Vectors] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """Chunk `number` of a document."""

    embedded: Embedded
    number: int

    @property
    def node(self) -> TextNode:
        return self.embedded.document.nodes[self.number]

    @property
    def sentences(self) -> list[str]:
        return self.embedded.document.sentences[self.number]


def fills_batch(documents: Sequence[Prepared]) -> bool:
    """Whether it is time to embed them."""
    return sum(len(document.nodes) for document in documents) >= BATCH_SIZE


def embed_documents(
    documents: Sequence[Prepared],
    embedding: StoreEmbedding,
    take_tokens: TakeTokens,
    report: Report,
) -> list[Embedded]:
    """Each chunk under its head line, and each of its sentences alone."""
    found = [Embedded(document) for document in documents]
    places = [_Place(one, n) for one in found for n in range(len(one.document.nodes))]
    for start in range(0, len(places), BATCH_SIZE):
        batch = places[start : start + BATCH_SIZE]
        _embed_chunks(batch, embedding, take_tokens)
        _embed_sentences(batch, embedding)
        last = batch[-1].embedded
        report(last.document, len(last.vectors))
    return found


def _embed_chunks(
    batch: Sequence[_Place], embedding: StoreEmbedding, take_tokens: TakeTokens
) -> None:
    vectors, tokens = embedding.read_passages([embedded_text(place.node) for place in batch])
    for own in _by_document(range(len(batch)), batch):
        embedded = batch[own[0]].embedded
        embedded.vectors += [vectors[n] for n in own]
        take_tokens(embedded.document, [batch[n].node for n in own], [tokens[n] for n in own])


def _embed_sentences(batch: Sequence[_Place], embedding: StoreEmbedding) -> None:
    rows = embedding.passage_vectors([one for place in batch for one in place.sentences])
    ends = np.cumsum([len(place.sentences) for place in batch])
    for place, own in zip(batch, np.split(rows, ends[:-1]), strict=True):
        place.embedded.sentences.append(own)


def _by_document(numbers: Sequence[int], batch: Sequence[_Place]) -> Iterator[list[int]]:
    for _, own in groupby(numbers, key=lambda number: id(batch[number].embedded)):
        yield list(own)
