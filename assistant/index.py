"""One collection ready to be searched: vectors, sentences, terms.

Chunks are compared with a question one and all, by a matrix in memory: exact, quick (9 ms for
50,000), and not touched by what rewrites do to an approximate index. So are their sentences, as
long as there is room for them (`EXACT_CHUNKS`); beyond, those of the chunks that come first by
their own vector and by words are read for each question.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from llama_index.core.schema import TextNode
from numpy.typing import NDArray

from assistant.answer import Filters
from store.lexical import LexicalIndex
from store.loaded import Loaded
from store.parts import Part, build_postings, count_terms, read_facts
from store.searchable import Searchable

Scores = NDArray[np.float32]

READ_CHUNKS = 1000
"""Chunks of a language whose sentences are read for a question, where they aren't in memory."""

SAMPLED_CHUNKS = 2000
"""Chunks of a language whose sentences stand for all, where they aren't in memory."""


@dataclass(frozen=True)
class SearchIndex:
    """`nodes` and the rows of `part` are the chunks; `read` gives the sentences of some chunks, one
    chunk after the other, as unit rows."""

    nodes: Sequence[TextNode]
    part: Part
    lexical: LexicalIndex
    read: Callable[[Sequence[int]], Scores]

    @property
    def vectors(self) -> Scores:
        """[n, d] Unit rows, one a chunk."""
        return self.part.vectors

    @cached_property
    def sentences(self) -> Sentences:
        return Sentences(self.part.sentences, self.starts, self.read)

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """`owners[j]` is the chunk of sentence j."""
        return np.repeat(np.arange(len(self.part.ids)), self.part.shares)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """`starts[i]` to `starts[i + 1]` are the sentences of chunk i."""
        return np.concatenate([[0], np.cumsum(self.part.shares, dtype=np.int64)])

    @cached_property
    def sample(self) -> tuple[NDArray[np.int64], Scores]:
        """The owners and vectors of all sentences; beyond EXACT_CHUNKS, of those of some chunks of
        each language, taken evenly from all over the collection."""
        if self.part.sentences is not None:
            return self.owners, self.part.sentences
        rows = [self._take_evenly(language) for language in np.unique(self.languages)]
        taken = np.concatenate(rows)
        return np.repeat(taken, self.part.shares[taken]), self.read(taken.tolist())

    @cached_property
    def languages(self) -> NDArray[np.str_]:
        return np.array([facts.language for facts in self.part.facts], dtype=np.str_)

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each node id."""
        return {chunk: row for row, chunk in enumerate(self.part.ids)}

    @cached_property
    def organisations(self) -> tuple[str, ...]:
        found = {facts.organisation for facts in self.part.facts}
        return tuple(sorted(name for name in found if name))

    @cached_property
    def voices(self) -> list[str]:
        """Who speaks in each chunk: its organisation, or else its document."""
        return [facts.organisation or facts.document for facts in self.part.facts]

    def best_sentences(
        self, vector: Scores, chunks: Scores, lexical: Scores | None = None
    ) -> Scores:
        """Each chunk's best sentence against `vector`; a chunk without sentences keeps its own of
        `chunks`.

        Beyond EXACT_CHUNKS exact for the first by `chunks` and `lexical` (-inf: not wanted) alone;
        the others are as much better than their chunk as these are on average.
        """
        if self.part.sentences is not None:
            best = np.full(len(chunks), -np.inf, dtype=np.float32)
            np.maximum.at(best, self.owners, self.part.sentences @ vector)
            return np.where(np.isinf(best), chunks, best)
        hopes = chunks if lexical is None else chunks + lexical
        rows = _find_first(hopes, READ_CHUNKS)
        best = self._best_of(rows, vector)
        best = np.where(np.isinf(best), chunks[rows], best)
        estimated: Scores = chunks + (float(np.mean(best - chunks[rows])) if len(rows) else 0.0)
        estimated[rows] = best
        return estimated

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Which chunks a question may be answered from."""
        mask = np.ones(len(self.part.ids), dtype=np.bool_)
        wanted: tuple[tuple[str, Sequence[object]], ...] = (
            ("document", filters.documents),
            ("year", filters.years),
            ("language", filters.languages),
        )
        for key, values in wanted:
            if values:
                found = [getattr(facts, key) in values for facts in self.part.facts]
                mask &= np.array(found, dtype=np.bool_)
        if filters.organisations:
            names = {name.casefold() for name in filters.organisations}
            speakers = [facts.organisation or "" for facts in self.part.facts]
            mask &= np.array([name.casefold() in names for name in speakers], dtype=np.bool_)
        return mask

    def _best_of(self, rows: NDArray[np.int64], vector: Scores) -> Scores:
        """The best sentence of some chunks; -inf for those without."""
        best = np.full(len(rows), -np.inf, dtype=np.float32)
        owners = np.repeat(np.arange(len(rows)), self.part.shares[rows])
        np.maximum.at(best, owners, self.read(rows.tolist()) @ vector)
        return best

    def _take_evenly(self, language: str) -> NDArray[np.int64]:
        own = np.flatnonzero(self.languages == language)
        many = min(SAMPLED_CHUNKS, len(own))
        places = np.linspace(0, len(own) - 1, many).astype(np.int64)
        return np.asarray(own[places], dtype=np.int64)


@dataclass(frozen=True)
class Sentences:
    """The sentence vectors of an index, a slice at a time: those of one chunk after the other."""

    held: Scores | None
    starts: NDArray[np.int64]
    read: Callable[[Sequence[int]], Scores]

    def __getitem__(self, which: slice) -> Scores:
        """Those of one chunk or of several, from `starts` of the first to `starts` of the next."""
        if self.held is not None:
            return self.held[which]
        first, end = np.searchsorted(self.starts[1:], [which.start, which.stop - 1], side="right")
        return self.read(range(first, end + 1)) if which.stop > which.start else self.read(())


def open_index(stored: Searchable) -> SearchIndex:
    """The index of everything that a collection holds."""
    lexical = LexicalIndex(stored.whole.postings, stored.vocabulary)
    return SearchIndex(stored.nodes, stored.whole, lexical, stored.read_sentences)


def build_index(loaded: Loaded) -> SearchIndex:
    """The index of chunks that are all in memory."""
    nodes, said = loaded.nodes, loaded.sentence_vectors
    empty = np.zeros((0, loaded.vectors.shape[1]), dtype=np.float32)
    counted = [count_terms(node.text, node.metadata) for node in nodes]
    vocabulary = {term: number for number, term in enumerate(dict.fromkeys(_terms(counted)))}
    part = Part(
        ids=tuple(node.node_id for node in nodes),
        facts=tuple(read_facts(node.metadata) for node in nodes),
        pairs=frozenset(),
        vectors=loaded.vectors,
        shares=np.array([len(rows) for rows in said], dtype=np.int32),
        sentences=np.concatenate([empty, *said]),
        postings=build_postings(counted, vocabulary),
    )
    return SearchIndex(
        nodes,
        part,
        LexicalIndex(part.postings, vocabulary),
        lambda rows: np.concatenate([empty, *(said[row] for row in rows)]),
    )


def sentence_spans(node: TextNode) -> list[tuple[int, int]]:
    """Where the sentences of a chunk stand in its clean text."""
    return [(start, end) for start, end, *_ in json.loads(node.metadata["sentences"])]


def _find_first(scores: Scores, many: int) -> NDArray[np.int64]:
    """The rows of the highest scores above -inf, in their order."""
    wanted = np.flatnonzero(scores > -np.inf)
    if len(wanted) <= many:
        return wanted
    return np.sort(wanted[np.argpartition(-scores[wanted], many)[:many]])


def _terms(counted: Iterable[Iterable[str]]) -> Iterator[str]:
    return (term for one in counted for term in one)
