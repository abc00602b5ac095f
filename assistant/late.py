"""Late interaction: each token of a question with the token of a passage that comes nearest to it.

A vector of a whole passage blurs what one of its words says; comparing token by token keeps it
(ColBERT, Khattab and Zaharia 2020; here without training, on the encoder's last layer). Token
vectors carry their language as whole vectors do, so both sides are taken from their language's
mean: the question's from generic questions, the passage's from the collection itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from llama_index.core.schema import TextNode
from numpy.typing import NDArray

from assistant.centring import GENERIC_QUESTIONS
from assistant.index import Scores, SearchIndex, sentence_spans
from assistant.stated import find_headings
from store.chunks import text_start
from store.embedding import StoreEmbedding
from store.vectors import TokenRows, Vectors, unit_rows

CandidateTokens = Callable[[Sequence[TextNode]], list[TokenRows]]

SAMPLE = 64  # chunks that a language's mean token is taken of
LOWEST = 3  # one in so many of a question's tokens: those that a passage answers worst
_HEAD = -1


@dataclass(frozen=True)
class TokenMatch:
    """A question against one chunk: `nearness` [q, t], centred cosines of its tokens to the
    chunk's; `places` [t], the sentence that each of these stands in, or -1 for the head line;
    `headings` [t], for rows of tables, which of these stand in what heads the row."""

    nearness: Scores
    places: NDArray[np.int64]
    headings: Mapping[int, NDArray[np.bool_]] = field(default_factory=dict)

    @cached_property
    def whole(self) -> float:
        """The mean over the question's tokens of their best in the chunk."""
        return float(self.nearness.max(axis=1).mean())

    @cached_property
    def best_sentence(self) -> float:
        """The same within the best one of its sentences; as `whole` where there is none."""
        own = [self.sentence(place) for place in set(self.places.tolist()) - {_HEAD}]
        return max(own, default=self.whole)

    def sentence(self, place: int) -> float:
        """The mean of the best within one sentence, and a row's table head; the chunk's worst
        token for an empty one."""
        own = self.nearness[:, (self.places == place) | self.headings.get(place, False)]
        return float(own.max(axis=1).mean()) if own.size else float(self.nearness.min())

    def up_to(self, place: int) -> Scores:
        """[q] The best of each of the question's tokens up to and with a sentence."""
        own = self.nearness[:, self.places <= place]
        best: Scores = own.max(axis=1) if own.size else self.nearness.min(axis=1)
        return best


def lowest_mean(values: Scores) -> float:
    """The mean of the lowest third: what of a question is answered worst."""
    return float(np.sort(values)[: max(1, len(values) // LOWEST)].mean())


@dataclass(frozen=True)
class LateInteraction:
    """Token by token over the chunks of an index, whose token vectors `tokens` gives."""

    index: SearchIndex
    embedding: StoreEmbedding
    tokens: CandidateTokens
    _question_centres: dict[str, Vectors] = field(default_factory=dict)
    _passage_centres: dict[str, Vectors] = field(default_factory=dict)

    def read_question(self, text: str, language: str) -> Vectors:
        """Unit rows [q, d]: a question's tokens, less the mean token of questions."""
        rows = self.embedding.query_tokens(text).vectors
        return unit_rows(rows - self._question_centre(language)) if len(rows) else rows

    def match(self, question: Vectors, rows: Sequence[int]) -> list[TokenMatch]:
        """A question, as `read_question` gives it, against some chunks."""
        nodes = [self.index.nodes[row] for row in rows]
        return [
            self._match(question, node, held)
            for node, held in zip(nodes, self.tokens(nodes), strict=True)
        ]

    def _match(self, question: Vectors, node: TextNode, held: TokenRows) -> TokenMatch:
        if not len(held.starts):
            return TokenMatch(np.zeros((len(question), 1), np.float32), np.array([_HEAD]))
        centre = self._passage_centre(str(node.metadata["language"]))
        # Rows are unit rows, so that |row - centre|² needs only their products with the centre.
        lengths = 1 - 2 * held.vectors @ centre + centre @ centre
        nearness = question @ held.vectors.T - (question @ centre)[:, None]
        nearness /= np.sqrt(np.maximum(lengths, 1e-6))
        starts = held.starts - text_start(node)
        places, headings = _find_places(node, starts), _find_headings(node, starts)
        return TokenMatch(nearness.astype(np.float32), places, headings)

    def _question_centre(self, language: str) -> Vectors:
        if language not in self._question_centres:
            texts = GENERIC_QUESTIONS[language]
            rows = [self.embedding.query_tokens(text).vectors for text in texts]
            self._question_centres[language] = np.concatenate(rows).mean(axis=0)
        return self._question_centres[language]

    def _passage_centre(self, language: str) -> Vectors:
        """The mean token of chunks of a language, taken evenly from all over the collection."""
        if language not in self._passage_centres:
            own = np.flatnonzero(self.index.languages == language)
            sample = own[np.linspace(0, len(own) - 1, min(SAMPLE, len(own))).astype(int)]
            held = self.tokens([self.index.nodes[row] for row in sample])
            stacked = np.concatenate([rows.vectors for rows in held])
            none = np.zeros(self.embedding.dimension, dtype=np.float32)
            self._passage_centres[language] = stacked.mean(axis=0) if len(stacked) else none
        return self._passage_centres[language]


def _find_places(node: TextNode, starts: NDArray[np.int32]) -> NDArray[np.int64]:
    """The sentence of each token: the last one that begins at or before it."""
    begins = [start for start, _ in sentence_spans(node)]
    return np.searchsorted(begins, starts, side="right") - 1


def _find_headings(node: TextNode, starts: NDArray[np.int32]) -> dict[int, NDArray[np.bool_]]:
    """Of each row of a table, the tokens that stand in its table's head."""
    found = {}
    for place, span in enumerate(sentence_spans(node)):
        if spans := find_headings(node, span):
            inside = [(starts >= start) & (starts < end) for start, end in spans]
            found[place] = np.logical_or.reduce(inside)
    return found
