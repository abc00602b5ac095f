"""One collection in memory, ready to be searched: vectors, sentences, terms.

Below some 50,000 chunks a matrix in memory is exact and quick (77 MB and 9 ms), where an
approximate index loses neighbours after rewrites; Chroma keeps the data, this searches them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from llama_index.core.schema import TextNode
from numpy.typing import NDArray

from assistant.answer import Filters
from assistant.text.terms import find_terms
from store.lexical import LexicalIndex
from store.loaded import Loaded

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class SearchIndex:
    """`vectors` float32 [n, d] of chunks; `sentences` float32 [m, d]; `owners[j]` is the chunk of
    sentence j; all unit rows."""

    nodes: list[TextNode]
    vectors: Scores
    sentences: Scores
    owners: NDArray[np.int64]
    lexical: LexicalIndex

    @cached_property
    def languages(self) -> NDArray[np.str_]:
        return np.array([node.metadata["language"] for node in self.nodes], dtype=np.str_)

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each node id."""
        return {node.node_id: row for row, node in enumerate(self.nodes)}

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """`starts[i]` to `starts[i + 1]` are the sentences of chunk i."""
        return np.searchsorted(self.owners, np.arange(len(self.nodes) + 1))

    @cached_property
    def organisations(self) -> tuple[str, ...]:
        found = {node.metadata.get("organisation") for node in self.nodes}
        return tuple(sorted(name for name in found if name))

    @cached_property
    def voices(self) -> list[str]:
        """Who speaks in each chunk: its organisation, or else its document."""
        return [
            str(node.metadata.get("organisation") or node.metadata["document"])
            for node in self.nodes
        ]

    def best_sentences(self, vector: Scores, chunks: Scores) -> Scores:
        """Each chunk's best sentence against `vector`; a chunk without sentences keeps its own."""
        best = np.full(len(self.nodes), -np.inf, dtype=np.float32)
        np.maximum.at(best, self.owners, self.sentences @ vector)
        return np.where(np.isinf(best), chunks, best)

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Which chunks a question may be answered from."""
        mask = np.ones(len(self.nodes), dtype=np.bool_)
        wanted: tuple[tuple[str, Sequence[object]], ...] = (
            ("document", filters.documents),
            ("year", filters.years),
            ("language", filters.languages),
        )
        for key, values in wanted:
            if values:
                found = [node.metadata.get(key) in values for node in self.nodes]
                mask &= np.array(found, dtype=np.bool_)
        if filters.organisations:
            names = {name.casefold() for name in filters.organisations}
            speakers = [node.metadata.get("organisation", "") for node in self.nodes]
            mask &= np.array([name.casefold() in names for name in speakers], dtype=np.bool_)
        return mask


def build_index(loaded: Loaded) -> SearchIndex:
    """The index of everything that a collection holds."""
    nodes = loaded.nodes
    counts = [len(rows) for rows in loaded.sentence_vectors]
    empty = np.zeros((0, loaded.vectors.shape[1]), dtype=np.float32)
    return SearchIndex(
        nodes=nodes,
        vectors=loaded.vectors,
        sentences=np.concatenate([empty, *loaded.sentence_vectors]),
        owners=np.repeat(np.arange(len(nodes)), counts),
        lexical=LexicalIndex([_terms_of(node) for node in nodes]),
    )


def sentence_spans(node: TextNode) -> list[tuple[int, int]]:
    """Where the sentences of a chunk stand in its clean text."""
    return [(start, end) for start, end, *_ in json.loads(node.metadata["sentences"])]


def _terms_of(node: TextNode) -> list[str]:
    figures = str(node.metadata.get("figures", "")).split()
    return find_terms(f"{node.metadata.get('head', '')}\n{node.text}") + figures
