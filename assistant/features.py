"""What a linear model is told of a sentence that may answer a question.

Nearness in meaning and words, the kind of figure that was asked for, names, years and places that
agree or don't. Whoever changes what one of them means fits the weights again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from llama_index.core.schema import TextNode
from numpy.typing import NDArray

from assistant.evidence import Statement
from assistant.figures import AMOUNTS, Figure, kind_of, same_figure
from assistant.guard import Evidence, Subject, is_other_place, is_other_year, read_asked
from assistant.proper import find_place_names
from assistant.reading import Reading, find_years
from assistant.retrieval import Searcher
from assistant.stated import figures_at, read_heading
from assistant.text.terms import Alternatives, find_terms

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
LONGEST = 400  # characters: a longer sentence isn't told from this


@dataclass(frozen=True)
class ChunkView:
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
