"""Where sources disagree: the same measure, place and period with different figures.

A false conflict misleads, so everything has to agree but the value: unit and kind of amount, place,
year, and what is measured, each statement read against the other's sentence. The same measure of
different years is a series, not a conflict, and figures that round to each other agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from assistant.answer import Citation
from assistant.comparison import (
    ENOUGH_PLACES,
    Stated,
    agree,
    differ,
    is_between,
    is_placed,
    may_oppose,
    places_told,
    years_told,
)
from assistant.evidence import read_statements
from assistant.figures import Figure, figure_type, find_figures, kind_of, same_quantity
from assistant.grounding import Source
from assistant.guard import Evidence
from assistant.index import sentence_spans
from assistant.likeness import Weigh, name_others, share_asked, share_measure
from assistant.passages import cite
from assistant.planted import blank_orders
from assistant.stated import figures_at
from assistant.subjects import (
    find_scopes,
    find_year_mentions,
    is_same_place,
    keys_between,
    keys_of,
)
from assistant.wholes import are_apart

NEAR, NEAR_LEAST = 0.5, 0.35
"""How near two sentences are that say the same but for a figure, and how near they have to be where
their words say so too."""
VERY_NEAR = 1.1
"""How near two are whose words needn't say so: of one place, period, unit and kind already."""
SHARED, SHARED_LEAST = 0.2, 0.1
"""What each has to speak of the other's measure: on average, and the one that does less."""
SHARED_ALONE = 0.45
"""The same where nearness isn't known or small, and of the lengths and dates of one place, which
has many of them."""

ASKED = 0.2
"""What share of the question's words a figure's sentence has to have."""

Nearness = Callable[["Place", "Place"], float | None]
"""How near two sentences are in meaning, in any two languages: 0 as any two are, 1 as two that say
the same; None where it can't be told."""


class Place(NamedTuple):
    """A sentence of a source, by its span in the passage's clean text."""

    source: Source
    span: tuple[int, int]


class Told(NamedTuple):
    """A figure of an answer with the quotation that states it, numbered as its passage is."""

    figure: Figure
    citation: Citation


class Side(NamedTuple):
    """What one source says, cited under the number of its passage."""

    figure: Figure
    who: str
    when: int | None
    citation: Citation


def find_conflicts(
    question: str,
    told: Sequence[Told],
    sources: Mapping[int, Source],
    nearness: Nearness = lambda one, other: None,
    weigh: Weigh = lambda term: 1.0,
) -> list[tuple[Side, ...]]:
    """The sides of every disagreement on a figure of the answer, its own side first.

    Only figures of the kind that the question asks for are looked at, and only against `sources`;
    one side a voice (an organisation, or else a document). `weigh` says how much a term tells.
    """
    found: list[tuple[Side, ...]] = []
    likeness = _Likeness(keys_between(question), nearness, weigh)
    for one in _choose(question, told):
        if any(agree(one.figure, side.figure) for sides in found for side in sides):
            continue
        own = _find_own(one, sources) if _is_opposed(one, sources) else None
        rivals = list(_find_rivals(own, sources, likeness)) if own else []
        if own and rivals and _is_asked(question, own, weigh):
            sides = (_build_side(stated, sources[stated.number], told) for stated in (own, *rivals))
            found.append(tuple(sides))
    return found


def is_told(sides: Sequence[Side], told: Sequence[Told]) -> bool:
    """Whether an answer states every side's figure already."""
    return all(any(side.citation == one.citation for one in told) for side in sides)


def _choose(question: str, told: Sequence[Told]) -> Iterator[Told]:
    """The figures that answer: of a kind that is asked for, and not the question's own."""
    asked, known = figure_type(question) - {"name", "list"}, find_figures(question)
    kinds = asked | ({"year", "date"} if asked & {"year", "date"} else set())
    for one in told:
        kind = kind_of(one.figure.unit)
        repeats = any(same_quantity(one.figure, figure) for figure in known)
        if not repeats and (kind in kinds or not (kinds or kind in ("year", "date"))):
            yield one


def _is_asked(question: str, own: Stated, weigh: Weigh) -> bool:
    """Whether a statement is about what is asked, as far as words, years and places tell."""
    if is_between(own):
        return True
    years, places = _years_of(question), _places_of(question)
    if years and years_told(own) and not years & years_told(own):
        return False
    told = places_told(own)
    if places and told and not any(is_same_place(one, two) for one in places for two in told):
        return False
    return share_asked(question, own.sentence, weigh) >= ASKED


def _years_of(question: str) -> frozenset[str]:
    return keys_of(find_year_mentions(question), "year")


def _is_opposed(told: Told, sources: Mapping[int, Source]) -> bool:
    """Whether another voice has a figure that could be another opinion; it is quick to tell."""
    voice = _voice(sources[told.citation.number])
    return any(
        may_oppose(told.figure, figure)
        for source in sources.values()
        if _voice(source) != voice
        for node in [blank_orders(source.node)]
        for span in sentence_spans(node)
        for figure in figures_at(node, span)
    )


def _find_own(told: Told, sources: Mapping[int, Source]) -> Stated | None:
    """The statement of the quotation that the answer's figure was proved by."""
    number = told.citation.number
    begin = sources[number].node.text.find(told.citation.quote_shown)
    end = begin + len(told.citation.quote_shown)
    stated = (
        one
        for one in _find_stated(number, sources, lambda figure: same_quantity(figure, told.figure))
        if begin <= one.figure.span[0] < end and same_quantity(one.figure, told.figure)
    )
    return next(stated, None)


def _find_stated(
    number: int, sources: Mapping[int, Source], wanted: Callable[[Figure], bool]
) -> list[Stated]:
    """What the sentences of a passage state that hold a figure that is wanted."""
    source, node = sources[number], blank_orders(sources[number].node)
    text = node.text
    spans = tuple(sentence_spans(node)) or ((0, len(text)),)
    evidence = Evidence(text, spans, source.passage.year)
    return [
        Stated(number, statement, evidence)
        for span in spans
        if any(map(wanted, figures_at(node, span)))
        for statement in read_statements(text, (span,))
    ]


def _find_rivals(
    own: Stated, sources: Mapping[int, Source], likeness: _Likeness
) -> Iterator[Stated]:
    """One figure a voice: the one that is likest."""
    voices = {_voice(sources[own.number])}
    for number, source in sources.items():
        if _voice(source) in voices:
            continue
        if rival := _find_rival(own, number, sources, likeness):
            voices.add(_voice(source))
            yield rival


def _find_rival(
    own: Stated, number: int, sources: Mapping[int, Source], likeness: _Likeness
) -> Stated | None:
    theirs = _find_stated(number, sources, lambda figure: may_oppose(own.figure, figure))
    alike = [
        (likeness(own, sources[own.number], one, sources[number]), one)
        for one in theirs
        if may_oppose(own.figure, one.figure)
        and not differ(own, one)
        and not _says_too(own, number, sources)
        and not _says_too(one, own.number, sources)
    ]
    best = max(alike, key=lambda found: found[0], default=(0.0, own))
    return best[1] if best[0] else None


def _says_too(stated: Stated, number: int, sources: Mapping[int, Source]) -> bool:
    """Whether another passage has the same figure too, or in one sentence two that could be meant:
    then it says something else with the one that differs."""
    mates = _find_stated(number, sources, lambda figure: figure.unit == stated.figure.unit)
    near = [mate for mate in mates if not differ(stated, mate)]
    if any(agree(stated.figure, mate.figure) for mate in near):
        return True
    sentences = [mate.statement.sentence for mate in near]
    return len(set(sentences)) < len(sentences)


class _Likeness(NamedTuple):
    """Whether what two statements measure is the same, by meaning and by words."""

    places: frozenset[frozenset[str]]
    nearness: Nearness
    weigh: Weigh

    def __call__(self, one: Stated, source: Source, other: Stated, another: Source) -> float:
        """0 where it isn't, else the more the surer."""
        near = self.nearness(
            Place(source, one.statement.sentence), Place(another, other.statement.sentence)
        )
        if near is not None and near < NEAR_LEAST:
            return 0.0
        if near is not None and is_between(one) and is_between(other):
            held = near >= NEAR and self._holds_places(one) and self._holds_places(other)
            return near if held else 0.0
        known = [*_names(source), *_names(another)]
        shares = [
            share_measure(mine.evidence.text, mine.statement, yours.sentence, self.weigh, known)
            for mine, yours in ((one, other), (other, one))
        ]
        told = 0.0 if near is None or is_placed(one.figure) else near
        mean, floor = sum(shares) / 2, SHARED if told >= NEAR else SHARED_ALONE
        if told < VERY_NEAR and (mean < floor or min(shares) < SHARED_LEAST):
            return 0.0
        apart = name_others(one.sentence, other.sentence, known) or are_apart(
            (one.evidence.text, one.statement), (other.evidence.text, other.statement), self.weigh
        )
        return 0.0 if apart else max(mean, SHARED_LEAST)

    def _holds_places(self, stated: Stated) -> bool:
        """Whether a sentence names the places that the question asks between."""
        named = keys_between(stated.sentence)
        shared = [one for one in self.places if any(is_same_place(one, other) for other in named)]
        return len(shared) >= min(len(self.places), ENOUGH_PLACES)


def _places_of(text: str) -> frozenset[frozenset[str]]:
    return frozenset(one.keys for one in find_scopes(text))


def _names(source: Source) -> list[str]:
    passage = source.passage
    return [name for name in (passage.organisation, passage.author) if name]


def _voice(source: Source) -> str:
    return source.passage.organisation or source.passage.document


def _build_side(stated: Stated, source: Source, told: Sequence[Told]) -> Side:
    """Cited as the answer cites it where it does."""
    passage = source.passage
    cited = (
        one.citation
        for one in told
        if one.citation.number == stated.number and same_quantity(one.figure, stated.figure)
    )
    citation = next(cited, None) or cite(
        stated.number, passage, source.node, *stated.statement.sentence
    )
    who = passage.organisation or passage.author or passage.title
    return Side(stated.figure, who, passage.year, citation)
