"""Which sentences of the retrieved passages answer a question.

Each sentence is described by a few features (nearness in meaning and words, the kind of figure that
was asked for, names and years that agree or don't) and scored by a linear model. The weights were
fitted by `python -m evals.fit` (conditional logit: the answering sentence against all others of
its question) and checked by cross-validation over questions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from llama_index.core.schema import NodeWithScore, TextNode
from numpy.typing import NDArray

from assistant.figures import Figure, find_figures, kind_of, same_figure
from assistant.index import sentence_spans
from assistant.reading import Reading, find_place_names, find_years
from assistant.retrieval import Search, Searcher
from assistant.text.terms import Alternatives, find_terms
from assistant.weights import SENTENCE_WEIGHTS

Features = NDArray[np.float64]

FEATURES = (
    "meaning",  # cosine to the question
    "centred",  # cosine to the question less its language
    "words",  # share of the question's words in the sentence and its neighbours
    "words_headed",  # the same in the sentence and its chunk's head line
    "passage",  # retrieval score of the chunk
    "place",  # log of the chunk's place in the ranking
    "asked",  # share of the kinds of figure asked for that the sentence brings
    "asked_missing",  # none of them
    "asked_count",  # how many figures of those kinds, at most three
    "numbers",  # any figure that isn't in the question
    "names_near",  # share of the question's names up to here in the chunk
    "names_missing",  # names of the question that the chunk lacks
    "names_other",  # other names of places and firms where the question's are missing
    "years_other",  # other years and none of the question's
    "years_missing",  # the question's years stand nowhere before in the chunk, nor as its year
    "organisation",  # the organisation that the question names
    "organisation_other",  # another one
    "length",  # up to 400 characters
    "short",  # under 30 characters: a heading, a cell
)
LONGEST = 400


class Candidate(NamedTuple):
    """A sentence of a retrieved chunk: `number` counts chunks from 1, `span` is in its clean text."""

    number: int
    node: TextNode
    span: tuple[int, int]
    features: Features
    score: float

    @property
    def text(self) -> str:
        return self.node.text[slice(*self.span)]


def rank_sentences(
    searcher: Searcher, search: Search, nodes: Sequence[NodeWithScore]
) -> list[Candidate]:
    """All sentences of the passages, best first."""
    found: list[Candidate] = []
    for number, hit in enumerate(nodes, 1):
        assert isinstance(hit.node, TextNode)
        found += _describe(searcher, search, number, hit.node)
    return sorted(found, key=lambda candidate: -candidate.score)


def _describe(
    searcher: Searcher, search: Search, number: int, node: TextNode
) -> list[Candidate]:
    index = searcher.index
    row = index.rows[node.node_id]
    rows = slice(index.starts[row], index.starts[row + 1])
    spans = sentence_spans(node)
    if not spans:
        return []
    chunk = _ChunkView(node, spans, search.reading, bool(search.same[row]))
    shared = {
        "meaning": index.sentences[rows] @ search.vector,
        "centred": index.sentences[rows] @ search.centred,
        "words": chunk.word_shares(searcher, headed=False),
        "words_headed": chunk.word_shares(searcher, headed=True),
        "passage": np.full(len(spans), search.scores[row]),
        "place": np.full(len(spans), math.log(number)),
    }
    found = []
    for place, span in enumerate(spans):
        values = {name: float(column[place]) for name, column in shared.items()}
        values |= chunk.describe(place)
        features = np.array([values[name] for name in FEATURES])
        found.append(Candidate(number, node, span, features, float(features @ SENTENCE_WEIGHTS)))
    return found


@dataclass(frozen=True)
class _ChunkView:
    """A chunk as one question sees it."""

    node: TextNode
    spans: Sequence[tuple[int, int]]
    reading: Reading
    same: bool

    @property
    def head(self) -> str:
        return str(self.node.metadata.get("head", ""))

    def word_shares(self, searcher: Searcher, *, headed: bool) -> Features:
        """The idf-weighted share of the question's words, a value a sentence."""
        words = self.reading.own if self.same else self.reading.cross
        terms = [_terms(self.node.text[slice(*span)]) for span in self.spans]
        empty: frozenset[str] = frozenset()
        if headed:
            held = [_terms(self.head) | own for own in terms]
        else:
            around = [empty, *terms, empty]
            held = [a | b | c for a, b, c in zip(around, around[1:], around[2:], strict=False)]
        return np.array([searcher.index.lexical.coverage(words, one) for one in held])

    def describe(self, place: int) -> dict[str, float]:
        start, end = self.spans[place]
        text = self.node.text[start:end]
        return {
            **self._figures(text),
            **self._names(text, end),
            **self._years(text, end),
            **self._organisation(),
            "length": min(len(text), LONGEST) / LONGEST,
            "short": float(len(text) < 30),
        }

    def _figures(self, text: str) -> dict[str, float]:
        asked = self.reading.asked
        new = [f for f in figures_of(text) if not _stands_in(f, self.reading.figures)]
        kinds = [kind_of(figure.unit) for figure in new]
        hits = sum(kind in asked for kind in kinds)
        return {
            "asked": len(asked.intersection(kinds)) / len(asked) if asked else 0.0,
            "asked_missing": float(bool(asked) and not hits),
            "asked_count": float(min(hits, 3)),
            "numbers": float(bool(new)),
        }

    def _names(self, text: str, end: int) -> dict[str, float]:
        names = self.reading.names
        here = _terms(text)
        near = _terms(self.node.text[:end]) | _terms(self.head)
        chunk = near | _terms(self.node.text)
        asked = {term for forms in names for form in forms for term in form}
        missing = any(not _held(forms, here) for forms in names)
        return {
            "names_near": sum(_held(forms, near) for forms in names) / max(1, len(names)),
            "names_missing": float(sum(not _held(forms, chunk) for forms in names)),
            "names_other": float(missing and bool(find_place_names(text) - asked)),
        }

    def _years(self, text: str, end: int) -> dict[str, float]:
        asked = self.reading.years
        here = find_years(text)
        near = find_years(self.node.text[:end]) | {str(self.node.metadata.get("year"))}
        return {
            "years_other": float(bool(asked and here) and not asked & here),
            "years_missing": float(bool(asked) and not asked & near),
        }

    def _organisation(self) -> dict[str, float]:
        asked = self.reading.organisations
        agrees = self.node.metadata.get("organisation") in asked
        return {
            "organisation": float(agrees),
            "organisation_other": float(bool(asked) and not agrees),
        }


@lru_cache(maxsize=20_000)
def figures_of(text: str) -> tuple[Figure, ...]:
    """`find_figures`, remembered: the same sentences come back question after question."""
    return tuple(find_figures(text))


@lru_cache(maxsize=20_000)
def _terms(text: str) -> frozenset[str]:
    return frozenset(find_terms(text))


def _held(forms: Alternatives, terms: frozenset[str]) -> bool:
    return any(all(term in terms for term in form) for form in forms)


def _stands_in(figure: Figure, others: Sequence[Figure]) -> bool:
    return any(same_figure(figure, other) for other in others)
