"""BM25 over the chunks of a collection, as a matrix of terms by passages.

Scores are divided by the most that the question could get, so that they lie in 0..1 and can be
weighed against cosines. Each word of a question may have alternatives (its translations): the best
alternative counts, so that a word with many translations is worth no more than one with few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
_NONE: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
K1, B = 0.9, 0.4  # Pyserini's defaults; other values changed recall by less than a point


class LexicalIndex:
    """The weights of every term in every passage, a column a term."""

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        self.size = len(passages)
        self._rows: dict[str, NDArray[np.int32]] = {}
        self._weights: dict[str, Scores] = {}
        lengths = np.array([len(terms) for terms in passages], dtype=np.float32)
        mean = float(lengths.mean()) if self.size and lengths.any() else 1.0
        norms = K1 * (1 - B + B * lengths / mean)
        for term, postings in _invert(passages).items():
            rows = np.array([row for row, _ in postings], dtype=np.int32)
            counts = np.array([count for _, count in postings], dtype=np.float32)
            self._rows[term] = rows
            shares = counts / (counts + norms[rows])  # of the most that a term can bring: its idf
            self._weights[term] = (self.idf(term) * shares).astype(np.float32)

    def idf(self, term: str) -> float:
        """Robertson's idf, never negative; the highest of all for a term that stands nowhere."""
        found = len(self._rows.get(term, ()))
        return float(np.log1p((self.size - found + 0.5) / (found + 0.5)))

    def knows(self, terms: Sequence[str]) -> bool:
        """Whether all of these terms stand somewhere."""
        return all(term in self._rows for term in terms)

    def find(self, terms: Sequence[str]) -> NDArray[np.int32]:
        """The passages that hold all of these terms."""
        found = [self._rows.get(term, _NONE) for term in terms]
        return reduce(np.intersect1d, found) if found else _NONE

    def score(self, words: Sequence[Sequence[Sequence[str]]]) -> Scores:
        """Scores in 0..1 of all passages for words, each with alternatives of one or more terms.

        A word that stands nowhere still counts among what could have been found.
        """
        total = np.zeros(self.size, dtype=np.float32)
        most = 0.0
        for alternatives in words:
            best, bound = self._best(alternatives)
            total += best
            most += bound
        return total / most if most else total

    def coverage(self, words: Sequence[Sequence[Sequence[str]]], held: frozenset[str]) -> float:
        """The share of the words, weighted by idf, that a set of terms holds; 0..1."""
        return self.weigh(words)(held)

    def weigh(self, words: Sequence[Sequence[Sequence[str]]]) -> Callable[[frozenset[str]], float]:
        """`coverage` of these words, for many sets of terms."""
        weighed = [
            [(sum(map(self.idf, terms)) / len(terms), terms) for terms in alternatives]
            for alternatives in words
        ]
        most = sum(max((weight for weight, _ in one), default=0.0) for one in weighed)

        def share(held: frozenset[str]) -> float:
            total = sum(
                max((_part(w, terms, held) for w, terms in one), default=0.0) for one in weighed
            )
            return total / most if most else 0.0

        return share

    def _best(self, alternatives: Sequence[Sequence[str]]) -> tuple[Scores, float]:
        """The best alternative's score a passage, and the most that any passage could get."""
        best = np.zeros(self.size, dtype=np.float32)
        bound = 0.0
        for terms in alternatives:
            known = [term for term in terms if term in self._rows]
            if not known:
                continue
            scores = np.zeros(self.size, dtype=np.float32)
            for term in known:
                scores[self._rows[term]] += self._weights[term]
            scores /= len(terms)
            bound = max(bound, sum(self.idf(term) for term in known) / len(terms))
            np.maximum(best, scores, out=best)
        return best, bound or self.idf("")


def _part(weight: float, terms: Sequence[str], held: frozenset[str]) -> float:
    return weight * sum(term in held for term in terms) / len(terms)


def _invert(passages: Sequence[Sequence[str]]) -> dict[str, list[tuple[int, int]]]:
    postings: dict[str, list[tuple[int, int]]] = {}
    for row, terms in enumerate(passages):
        for term, count in Counter(terms).items():
            postings.setdefault(term, []).append((row, count))
    return postings
