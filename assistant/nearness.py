"""How near two sentences of a collection are in meaning, across its languages, token by token.

Each token of one sentence with the nearest of the other's, and the other way round; the side that
is answered worse counts. Digits are left out, for it is their sentences that are compared. Vectors
are the stored ones, less the mean token of their language as in `late.py`: nothing is encoded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from llama_index.core.schema import TextNode
from numpy.typing import NDArray

from assistant.conflicts import Place
from assistant.index import SearchIndex
from assistant.late import SAMPLE, CandidateTokens
from store.chunks import text_start
from store.vectors import Vectors, unit_rows

# Two-sided means as they come on reports and on short sample documents: of any two sentences of
# passages that one question retrieves, and of two that say the same.
_USUAL = {True: (0.30, 0.60), False: (0.15, 0.35)}


@dataclass(frozen=True)
class TokenNearness:
    """Compares sentences of the chunks of an index, whose token vectors `tokens` gives."""

    index: SearchIndex
    tokens: CandidateTokens
    _centres: dict[str, Vectors] = field(default_factory=dict)

    def __call__(self, one: Place, other: Place) -> float | None:
        """0 as any two sentences are, 1 as two that say the same, and beyond; None for an embedding
        that has no tokens."""
        first, second = self._read(one), self._read(other)
        if not len(first) or not len(second):
            return None
        table = first @ second.T
        near = min(float(table.max(axis=1).mean()), float(table.max(axis=0).mean()))
        low, high = _USUAL[_language(one.source.node) == _language(other.source.node)]
        return (near - low) / (high - low)

    def _read(self, place: Place) -> Vectors:
        """Unit rows [t, d]: the tokens of a sentence that are no digits, centred."""
        node = place.source.node
        (held,) = self.tokens([node])
        if not len(held.starts):
            return held.vectors
        starts = held.starts - text_start(node)
        begin, end = place.span
        inside = (starts >= begin) & (starts < end) & ~_is_digit(node.text, starts)
        return unit_rows(held.vectors[inside] - self._centre(_language(node)))

    def _centre(self, language: str) -> Vectors:
        """The mean token of chunks of a language, taken evenly from all over the collection."""
        if language not in self._centres:
            own = np.flatnonzero(self.index.languages == language)
            sample = own[np.linspace(0, len(own) - 1, min(SAMPLE, len(own))).astype(int)]
            held = self.tokens([self.index.nodes[row] for row in sample])
            self._centres[language] = np.concatenate([one.vectors for one in held]).mean(axis=0)
        return self._centres[language]


def _language(node: TextNode) -> str:
    return str(node.metadata["language"])


def _is_digit(text: str, starts: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Of each token whether a digit stands in it; it ends where the next one starts."""
    ends = [*starts[1:], len(text)]
    parts = (text[max(0, start) : end] for start, end in zip(starts, ends, strict=True))
    return np.array([any(map(str.isdigit, part)) for part in parts], dtype=np.bool_)
