"""BM25 over the chunks of a collection, exact at any size.

Scores are divided by the most that the question could get, so that they lie in 0..1 and can be
weighed against cosines. Each word of a question may have alternatives (its translations): the best
alternative counts, so that a word with many translations is worth no more than one with few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from store.parts import Postings, build_postings

Scores = NDArray[np.float32]
_NONE: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
K1, B = 0.9, 0.4  # Pyserini's defaults; other values changed recall by less than a point
# A posting is sorted as one number: its term, its chunk, how often it stands there.
_TERM, _ROW = np.uint64(40), np.uint64(16)
_ROWS, _COUNTS = np.uint64((1 << 24) - 1), np.uint64((1 << 16) - 1)


class LexicalIndex:
    """Where each term stands and how often; weights are made for the terms that are asked for.

    Room for 16 million chunks and as many terms.
    """

    def __init__(self, postings: Postings, vocabulary: Mapping[str, int]) -> None:
        self.size = len(postings.sizes)
        self._vocabulary = vocabulary
        owners = np.repeat(np.arange(self.size, dtype=np.uint64), postings.sizes)
        self._norms = _find_norms(owners, postings.counts, self.size)
        packed = (postings.terms.astype(np.uint64) << _TERM) | (owners << _ROW) | postings.counts
        packed.sort()
        self._rows = ((packed >> _ROW) & _ROWS).astype(np.int32)
        self._counts = (packed & _COUNTS).astype(np.uint16)
        many = np.bincount(postings.terms) if len(postings.terms) else _NONE
        self._starts = np.concatenate([[0], np.cumsum(many)])

    def idf(self, term: str) -> float:
        """Robertson's idf, never negative; the highest of all for a term that stands nowhere."""
        found = len(self._rows[self._where(term)])
        return float(np.log1p((self.size - found + 0.5) / (found + 0.5)))

    def knows(self, terms: Sequence[str]) -> bool:
        """Whether all of these terms stand somewhere."""
        return all(map(self._knows, terms))

    def find(self, terms: Sequence[str]) -> NDArray[np.int32]:
        """The passages that hold all of these terms."""
        found = [self._rows[self._where(term)] for term in terms]
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

    def _where(self, term: str) -> slice:
        """The postings of a term; none for one that stands nowhere."""
        number = self._vocabulary.get(term, -1)
        # The vocabulary is the whole store's, and grows: a term may be none of this collection's.
        if not 0 <= number < len(self._starts) - 1:
            return slice(0, 0)
        return slice(int(self._starts[number]), int(self._starts[number + 1]))

    def _knows(self, term: str) -> bool:
        where = self._where(term)
        return bool(where.stop > where.start)

    def _best(self, alternatives: Sequence[Sequence[str]]) -> tuple[Scores, float]:
        """The best alternative's score a passage, and the most that any passage could get."""
        best = np.zeros(self.size, dtype=np.float32)
        bound = 0.0
        for terms in alternatives:
            known = [term for term in terms if self._knows(term)]
            if not known:
                continue
            bound = max(bound, sum(self.idf(term) for term in known) / len(terms))
            if len(terms) == 1:
                rows, weights = self._weigh(terms[0])
                best[rows] = np.maximum(best[rows], weights)
                continue
            scores = np.zeros(self.size, dtype=np.float32)
            for term in known:
                rows, weights = self._weigh(term)
                scores[rows] += weights
            scores /= len(terms)
            np.maximum(best, scores, out=best)
        return best, bound or self.idf("")

    def _weigh(self, term: str) -> tuple[NDArray[np.int32], Scores]:
        """The passages that hold a term, and what it brings to each: a share of its idf."""
        where = self._where(term)
        rows = self._rows[where]
        counts = self._counts[where].astype(np.float32)
        shares = counts / (counts + self._norms[rows])
        return rows, (self.idf(term) * shares).astype(np.float32)


def build_lexical(passages: Sequence[Sequence[str]]) -> LexicalIndex:
    """The index of passages that are given by their terms."""
    counted = [Counter(terms) for terms in passages]
    vocabulary = {term: number for number, term in enumerate(dict.fromkeys(_flatten(passages)))}
    return LexicalIndex(build_postings(counted, vocabulary), vocabulary)


def _flatten(passages: Sequence[Sequence[str]]) -> list[str]:
    return [term for terms in passages for term in terms]


def _find_norms(
    owners: NDArray[np.uint64], counts: NDArray[np.uint16], size: int
) -> NDArray[np.float32]:
    """What a passage's length, in terms, takes from each of them."""
    weights = counts.astype(np.float64)
    lengths = np.bincount(owners.astype(np.int64), weights, minlength=size).astype(np.float32)
    mean = float(lengths.mean()) if size and lengths.any() else 1.0
    return np.asarray(K1 * (1 - B + B * lengths / mean), dtype=np.float32)


def _part(weight: float, terms: Sequence[str], held: frozenset[str]) -> float:
    return weight * sum(term in held for term in terms) / len(terms)
