"""Which sentences of the retrieved passages answer a question.

Each sentence is described by a few features (nearness in meaning and words, the kind of figure that
was asked for, names and years that agree or don't) and scored by a linear model. The weights were
fitted by `python -m evals.fit` (conditional logit: the answering sentence against all others of
its question) and checked by cross-validation over questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from llama_index.core.schema import NodeWithScore, TextNode
from numpy.typing import NDArray

from assistant.evidence import Statement
from assistant.figures import AMOUNTS, Figure, kind_of, same_figure
from assistant.guard import Evidence, Subject, is_other_place, is_other_year, read_asked
from assistant.index import sentence_spans
from assistant.late import lowest_mean
from assistant.reading import Reading, find_place_names, find_years
from assistant.retrieval import Search, Searcher
from assistant.stated import figures_at, read_heading
from assistant.text.terms import Alternatives, find_terms
from assistant.weights import SENTENCE_WEIGHTS

Features = NDArray[np.float64]

PLAIN_FEATURES = (
    "meaning",  # cosine to the question, above the mean of all sentences of its language
    "meaning_spread",  # the same, in standard deviations of all sentences of its language
    "centred",  # meaning, with the question less its language
    "centred_spread",
    "words",  # share of the question's words in the sentence and its neighbours
    "words_here",  # in the sentence alone
    "words_headed",  # in the sentence and its chunk's head line; in a row and its table's heads
    "tokens",  # its tokens against the question's, each with the best one (late interaction)
    "tokens_spread",  # above the mean of the best of its language, in their standard deviations
    "tokens_near",  # tokens up to here in the chunk, with its head line
    "tokens_lowest",  # of these the third of the question's tokens that are answered worst
    "tokens_chunk",  # the same for the whole chunk
    "passage",  # retrieval score of the chunk
    "place",  # log of the chunk's place in the ranking
    "foreign",  # in the other language than the question
    "asked",  # share of the kinds of figure asked for that the sentence brings
    "asked_missing",  # none of them
    "asked_count",  # how many figures of those kinds, at most three
    "numbers",  # any figure that isn't in the question
    "names_here",  # share of the question's names in the sentence
    "names_near",  # up to here in the chunk, or in its head line
    "names_missing",  # share that the chunk and its head line lack
    "names_unknown",  # share that stands nowhere in the collection
    "place_other",  # another place, and the question's neither here nor in the sentence before
    "years_other",  # other years and none of the question's
    "years_near_other",  # no year of the question's up to here in the chunk, but others
    "years_nearest_other",  # the last years named up to here, if none is the question's
    "years_missing",  # the question's years stand nowhere before in the chunk, nor as its year
    "figures_year_other",  # share of the figures of those kinds that are of another year
    "figures_place_other",  # of another place
    "organisation",  # the organisation that the question names
    "organisation_other",  # another one
    "length",  # up to 400 characters
    "short",  # under 30 characters: a heading, a cell
)
# Of these, nearness in the other language is worth another weight: each comes a second time, 0 for
# sentences of the question's own language.
NEARNESS = (
    "meaning",
    "meaning_spread",
    "centred",
    "centred_spread",
    "words",
    "words_here",
    "words_headed",
    "tokens",
    "tokens_spread",
    "tokens_near",
    "tokens_lowest",
    "tokens_chunk",
    "passage",
    "place",
)
FEATURES = (*PLAIN_FEATURES, *(f"{name}_foreign" for name in NEARNESS))
_PERIODS = frozenset({"year", "half", "quarter"})
LONGEST = 400
SENTENCE_VECTOR: Features = np.array([SENTENCE_WEIGHTS.get(name, 0.0) for name in FEATURES])


class Candidate(NamedTuple):
    """A sentence of a retrieved chunk; `number` counts chunks from 1, `span` is in its text."""

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
    lexical, reading = searcher.index.lexical, search.reading
    shares = {True: lexical.weigh(reading.own), False: lexical.weigh(reading.cross)}
    found: list[Candidate] = []
    for number, hit in enumerate(nodes, 1):
        found += _describe(searcher, search, shares, number, hit)
    return sorted(found, key=lambda candidate: -candidate.score)


def _describe(
    searcher: Searcher,
    search: Search,
    shares: Mapping[bool, Callable[[frozenset[str]], float]],
    number: int,
    hit: NodeWithScore,
) -> list[Candidate]:
    index, node = searcher.index, hit.node
    assert isinstance(node, TextNode)
    row = index.rows[node.node_id]
    rows = slice(index.starts[row], index.starts[row + 1])
    spans = sentence_spans(node)
    if not spans:
        return []
    same = bool(search.same[row])
    chunk = _ChunkView(node, spans, search.reading, shares[same], searcher)
    usual = search.usual(same)
    meaning = index.sentences[rows] @ search.vector - usual.mean
    centred = index.sentences[rows] @ search.centred - usual.mean_centred
    shared = {
        "meaning": meaning,
        "meaning_spread": meaning / usual.spread,
        "centred": centred,
        "centred_spread": centred / usual.spread_centred,
        **chunk.word_shares(),
        **_token_shares(searcher, search, row, len(spans)),
        "passage": np.full(len(spans), hit.score),
        "place": np.full(len(spans), math.log(number)),
        "foreign": np.full(len(spans), float(not same)),
    }
    found = []
    for place, span in enumerate(spans):
        values = {name: float(column[place]) for name, column in shared.items()}
        values |= chunk.describe(place)
        values |= {f"{name}_foreign": values["foreign"] * values[name] for name in NEARNESS}
        features = np.array([values[name] for name in FEATURES])
        found.append(Candidate(number, node, span, features, float(features @ SENTENCE_VECTOR)))
    return found


def _token_shares(searcher: Searcher, search: Search, row: int, many: int) -> dict[str, Features]:
    """The features of late interaction, a value a sentence; 0 where the model gives no tokens."""
    names = tuple(name for name in NEARNESS if name.startswith("tokens"))
    if not len(search.tokens):
        return dict.fromkeys(names, np.zeros(many))
    (match,) = searcher.match(search, [row])
    near = [match.up_to(place) for place in range(many)]
    own = np.array([match.sentence(place) for place in range(many)])
    mean, spread = search.usual_tokens(bool(search.same[row]))
    columns = (
        own,
        (own - mean) / spread,
        [up.mean() for up in near],
        [lowest_mean(up) for up in near],
        [match.whole] * many,
    )
    return {name: np.array(column) for name, column in zip(names, columns, strict=True)}


@dataclass(frozen=True)
class _ChunkView:
    """A chunk as one question sees it."""

    node: TextNode
    spans: Sequence[tuple[int, int]]
    reading: Reading
    share: Callable[[frozenset[str]], float]  # of the question's words, that a text holds
    searcher: Searcher

    @property
    def head(self) -> str:
        return str(self.node.metadata.get("head", ""))

    def word_shares(self) -> dict[str, Features]:
        """The idf-weighted shares of the question's words, a value a sentence."""
        here = [_terms(self.node.text[slice(*span)]) for span in self.spans]
        empty: frozenset[str] = frozenset()
        around = [empty, *here, empty]
        wide = [a | b | c for a, b, c in zip(around, around[1:], around[2:], strict=False)]
        head = _terms(self.head)
        headed = [
            head | own | _terms(read_heading(self.node, span))
            for own, span in zip(here, self.spans, strict=True)
        ]
        share = self.share
        return {
            name: np.array(list(map(share, column)))
            for name, column in (("words", wide), ("words_here", here), ("words_headed", headed))
        }

    def describe(self, place: int) -> dict[str, float]:
        start, end = self.spans[place]
        text = self.node.text[start:end]
        return {
            **self._figures(figures_at(self.node, (start, end))),
            **self._misplaced((start, end)),
            **self._names(text, end),
            **self._years(text, end),
            **self._organisation(),
            "length": min(len(text), LONGEST) / LONGEST,
            "short": float(len(text) < 30),
        }

    def _figures(self, figures: Sequence[Figure]) -> dict[str, float]:
        asked = self.reading.asked
        new = [f for f in figures if not _stands_in(f, self.reading.figures)]
        kinds = [_kind_asked(figure, asked) for figure in new]
        hits = sum(kind in asked for kind in kinds)
        return {
            "asked": _share_of(asked, kinds),
            "asked_missing": float(bool(asked) and not hits),
            "asked_count": float(min(hits, 3)),
            "numbers": float(bool(new)),
        }

    def _misplaced(self, span: tuple[int, int]) -> dict[str, float]:
        asked = self.reading.asked
        stated = [
            one
            for one in self._statements
            if one.sentence == span
            and _kind_asked(one.figure, asked) in asked
            and not _stands_in(one.figure, self.reading.figures)
        ]
        faults = {"figures_year_other": is_other_year, "figures_place_other": is_other_place}
        many = max(1, len(stated))
        return {
            name: sum(fault(self._asked, one, self._evidence) for one in stated) / many
            for name, fault in faults.items()
        }

    @cached_property
    def _evidence(self) -> Evidence:
        return Evidence(self.node.text, tuple(self.spans), self.node.metadata.get("year"))

    @cached_property
    def _asked(self) -> Subject:
        return read_asked(self.reading.text, self.node.metadata.get("year"))

    @cached_property
    def _statements(self) -> Sequence[Statement]:
        return self._evidence.statements if self.reading.asked else ()

    def _names(self, text: str, end: int) -> dict[str, float]:
        names = self.reading.names
        many = max(1, len(names))
        here = _terms(text)
        near = _terms(self.node.text[:end]) | _terms(self.head)
        chunk = near | _terms(self.node.text)
        known = self.searcher.index.lexical.knows
        return {
            "names_here": sum(holds_name(forms, here) for forms in names) / many,
            "names_near": sum(holds_name(forms, near) for forms in names) / many,
            "names_missing": sum(not holds_name(forms, chunk) for forms in names) / many,
            "names_unknown": sum(not any(map(known, forms)) for forms in names) / many,
            "place_other": float(self._speaks_of_another(text, end)),
        }

    def _speaks_of_another(self, text: str, end: int) -> bool:
        before = [span for span in self.spans if span[1] < end][-1:]
        near = _terms(text) | _terms(self.head)
        for span in before:
            near |= _terms(self.node.text[slice(*span)])
        missing = [forms for forms in self.reading.places if not holds_name(forms, near)]
        asked = {term for forms in self.reading.names for form in forms for term in form}
        return bool(missing) and bool(find_place_names(text) - asked)

    def _years(self, text: str, end: int) -> dict[str, float]:
        asked = self.reading.years
        here, before = find_years(text), find_years(self.node.text[:end])
        near = before | {str(self.node.metadata.get("year"))}
        return {
            "years_other": float(bool(asked and here) and not asked & here),
            "years_near_other": float(bool(asked and before) and not asked & before),
            "years_nearest_other": float(bool(asked) and not asked & self._nearest_years(end)),
            "years_missing": float(bool(asked) and not asked & near),
        }

    def _nearest_years(self, end: int) -> frozenset[str]:
        """The years of the last sentence up to here that names any; the document's own is always
        near, since "this year" means it."""
        own = frozenset([str(self.node.metadata.get("year"))])
        spans = [span for span in self.spans if span[1] <= end]
        for span in reversed(spans):
            if years := find_years(self.node.text[slice(*span)]):
                return years | own
        return own | self.reading.years  # none named: nothing speaks against it

    def _organisation(self) -> dict[str, float]:
        asked = self.reading.organisations
        agrees = self.node.metadata.get("organisation") in asked
        return {
            "organisation": float(agrees),
            "organisation_other": float(bool(asked) and not agrees),
        }


@lru_cache(maxsize=20_000)
def _terms(text: str) -> frozenset[str]:
    return frozenset(find_terms(text))


def _kind_asked(figure: Figure, asked: frozenset[str]) -> str:
    """The kind of a figure; a year, a half or a quarter answers "when" as a date does."""
    kind = kind_of(figure.unit)
    return "date" if "date" in asked and kind in _PERIODS else kind


def _share_of(asked: frozenset[str], kinds: Sequence[str]) -> float:
    """Of the kinds asked for, those that are brought; any will do where any amount is asked for."""
    brought = asked.intersection(kinds)
    if asked >= AMOUNTS:
        return float(bool(brought))
    return len(brought) / len(asked) if asked else 0.0


def holds_name(forms: Alternatives, terms: frozenset[str]) -> bool:
    """Whether terms hold one of a name's forms whole."""
    return any(all(term in terms for term in form) for form in forms)


def _stands_in(figure: Figure, others: Sequence[Figure]) -> bool:
    return any(same_figure(figure, other) for other in others)
