"""A store of documents that are drawn by lot, each in a state that can be changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assistant.index import SearchIndex, open_index
from assistant.text.terms import find_terms
from evals.synthetic import Drawn, GivenVectors, draw_document, draw_question
from store.collection import Collection
from store.searchable import Searchable, load_searchable
from store.vectors import Vectors

_SEED = 11


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its words, its terms, its vector."""

    text: str
    words: list[list[list[str]]]
    vector: Vectors


class DrawnStore:
    """One store of drawn documents, and the state that each of them is in."""

    def __init__(
        self,
        collection: Collection,
        embedding: GivenVectors,
        documents: int,
        chunks: int,
        exact: int,
    ) -> None:
        self._collection = collection
        self._chunks, self._exact = chunks, exact
        self._embedding = embedding
        held = dict(enumerate(int(one.stamp or 0) for one in collection.documents()))
        self._states = dict.fromkeys(range(documents), 0) | held
        self._drawn = np.random.default_rng(_SEED)
        self._stored: Searchable | None = None

    @property
    def size(self) -> int:
        return len(self._states)

    def fill(self) -> int:
        """Write the documents that aren't there yet; how many."""
        held = len(self._collection.documents())
        for number in range(held, len(self._states)):
            self._write(number)
        return len(self._states) - held

    def rewrite(self, many: int) -> None:
        """Another state of some documents, drawn by lot."""
        for number in self._drawn.choice(len(self._states), many, replace=False).tolist():
            self._states[number] += 1
            self._write(number)

    def open(self) -> SearchIndex:
        """The index as an assistant opens it, or brings it up to date."""
        self._stored = load_searchable(self._collection, self._stored, self._exact)
        return open_index(self._stored)

    def forget(self) -> None:
        """As a new process, which has nothing in memory."""
        self._stored = None

    def ask(self, many: int) -> list[Asked]:
        found = []
        for number in self._drawn.choice(len(self._states), many).tolist():
            text, vector = draw_question(self._draw(number), self._drawn)
            self._embedding.learn(text, vector)
            found.append(Asked(text, [[[term]] for term in find_terms(text)], vector))
        return found

    def documents(self) -> Iterator[Drawn]:
        """As they are now, in the order of the index."""
        return map(self._draw, sorted(self._states))

    def _draw(self, number: int) -> Drawn:
        return draw_document(number, self._states[number], self._chunks)

    def _write(self, number: int) -> None:
        one = self._draw(number)
        self._collection.write(one.record, one.text, one.nodes, one.vectors, one.sentences)
