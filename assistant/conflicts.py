"""Where sources disagree: the same measure, place and period with different figures.

The same measure of different years is a series, not a conflict; figures that round to each other
agree. Only what fits the question about as well as the answer does is set against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from llama_index.core.schema import TextNode

from assistant.answer import Citation, Conflict, ConflictSide, Passage
from assistant.evidence import Statement
from assistant.figures import Figure, kind_of, supports_figure
from assistant.fit import read_words
from assistant.guard import Evidence, Subject, find_contradiction, fit_of
from assistant.index import sentence_spans
from assistant.passages import cite
from assistant.subjects import find_scopes, find_year_mentions, keys_of

FLOOR, BEHIND = 0.5, 0.12
"""How well another source's figure must fit the question, and how far behind the answer's."""
SAID_FLOOR = 0.1
"""The same for a figure that the answer itself states of another source."""

# What a year doesn't change.
_LASTING = frozenset({"length", "area", "year", "date"})


class Known(NamedTuple):
    """A passage with the chunk that it was made from."""

    passage: Passage
    node: TextNode


class Side(NamedTuple):
    """What one source says, cited."""

    figure: Figure
    who: str
    when: int | None
    citation: Citation


class _Stated(NamedTuple):
    number: int
    statement: Statement
    evidence: Evidence
    fit: float


def find_conflicts(
    question: str, answered: Sequence[tuple[Figure, int]], sources: Mapping[int, Known]
) -> list[tuple[Side, ...]]:
    """The sides of every disagreement on a figure of the answer, its own side first.

    `answered` are figures with the number of the passage that states them; the citations of the
    sides carry the numbers of their passages.
    """
    found: list[tuple[Side, ...]] = []
    said = [figure for figure, _ in answered]
    for figure, number in answered:
        if any(_agrees(figure, side.figure) for sides in found for side in sides):
            continue
        own = _find_own(question, figure, number, sources)
        others = list(_find_others(question, own, sources, said)) if own else []
        if own and others:
            found.append(tuple(_build_side(one, sources) for one in (own, *others)))
    return found


def build_conflict(about: str, sides: Sequence[Side]) -> Conflict:
    """A conflict as an answer carries it; the numbers of the citations are the answer's."""
    return Conflict(
        about,
        tuple(ConflictSide(one.figure, one.who, one.when, one.citation.number) for one in sides),
    )


def _find_own(
    question: str, figure: Figure, number: int, sources: Mapping[int, Known]
) -> _Stated | None:
    evidence = _read(sources[number])
    subject = _build_subject(question, figure, None, evidence)
    stated = [
        _Stated(number, one, evidence, fit_of(subject, one, evidence))
        for one in evidence.statements
        if supports_figure(one.figure, figure)
    ]
    return max(stated, key=lambda one: one.fit, default=None)


def _find_others(
    question: str, own: _Stated, sources: Mapping[int, Known], said: Sequence[Figure]
) -> Iterator[_Stated]:
    """One figure a voice: the one that fits the question best."""
    voices = {_voice(sources[own.number])}
    for number, source in sources.items():
        if _voice(source) in voices:
            continue
        rival = _find_rival(question, own, number, source, said)
        if rival is not None:
            voices.add(_voice(source))
            yield rival


def _find_rival(
    question: str, own: _Stated, number: int, source: Known, said: Sequence[Figure]
) -> _Stated | None:
    evidence = _read(source)
    subject = _build_subject(question, own.statement.figure, own, evidence)
    stated = [
        _Stated(number, one, evidence, fit_of(subject, one, evidence))
        for one in evidence.statements
        if one.figure.unit == own.statement.figure.unit and not one.per
    ]
    best = max(stated, key=lambda one: one.fit, default=None)
    if best is None:
        return None
    spoken = any(supports_figure(best.statement.figure, one) for one in said)
    if best.fit < (SAID_FLOOR if spoken else max(FLOOR, own.fit - BEHIND)):
        return None
    # A passage that has the other figure too says something else with it.
    if any(_agrees(best.statement.figure, one.figure) for one in own.evidence.statements):
        return None
    if not _same_period(own, best):
        return None
    figures = (best.statement.figure, own.statement.figure)
    return None if find_contradiction(subject, best.statement, evidence, figures) else best


def _build_subject(
    question: str, figure: Figure, own: _Stated | None, evidence: Evidence
) -> Subject:
    """The question's subject; what it leaves open, the answer's own statement says."""
    asked = find_scopes(question)
    years = keys_of(find_year_mentions(question), "year")
    places = keys_of(asked, "place")
    if own is not None:
        years = years or own.statement.years()
        places = places or own.statement.places()
    words = read_words(question)
    return Subject(figure, years, places, asked, words, words)


def _agrees(one: Figure, other: Figure) -> bool:
    return supports_figure(one, other) or supports_figure(other, one)


def _same_period(one: _Stated, other: _Stated) -> bool:
    if kind_of(one.statement.figure.unit) in _LASTING:
        return True
    return not _period(one).isdisjoint(_period(other))


def _period(stated: _Stated) -> frozenset[str]:
    """The years that a figure stands for; the year of its source where it says none."""
    years = stated.statement.years() or keys_of(stated.statement.loose, "year")
    return years or frozenset([str(stated.evidence.year)])


def _voice(source: Known) -> str:
    return source.passage.organisation or source.passage.document


def _read(source: Known) -> Evidence:
    spans = tuple(sentence_spans(source.node)) or ((0, len(source.node.text)),)
    return Evidence(source.node.text, spans, source.passage.year)


def _build_side(stated: _Stated, sources: Mapping[int, Known]) -> Side:
    source = sources[stated.number]
    passage = source.passage
    citation = cite(stated.number, passage, source.node, *stated.statement.sentence)
    who = passage.organisation or passage.author or passage.title
    return Side(stated.statement.figure, who, passage.year, citation)
