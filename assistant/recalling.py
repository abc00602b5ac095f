"""An answer made again of its JSON: what was kept is shown, opened and followed up as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from assistant.answer import (
    Answer,
    CheckedFigure,
    Citation,
    Claim,
    Conflict,
    ConflictSide,
    Passage,
    Span,
)
from assistant.errors import read_error
from assistant.figures.types import Figure
from store.places import Place

Json = Mapping[str, Any]


def read_answer(known: Json) -> Answer:
    """The answer that `Answer.to_json` described, its `source_nodes` included.

    Scores come back with the four digits that JSON has, the details of a failure as plain values.
    Fields that aren't known are passed over; KeyError, TypeError or ValueError where one is missing
    or is not what it should be.
    """
    return Answer(
        response=known["answer"],
        question=known["question"],
        language=known["language"],
        collection=known["collection"],
        status=known["status"],
        reason=known["reason"],
        incomplete=known["incomplete"],
        fallback=known["fallback"],
        model=known["model"],
        claims=_read_claims(known["claims"], known["figures"]),
        citations=tuple(map(_read_citation, known["citations"])),
        conflicts=tuple(map(_read_conflict, known["conflicts"])),
        problems=tuple(known["problems"]),
        nearest=tuple(_read_passage(one, one["number"]) for one in known["nearest"]),
        timings_ms=dict(known["timings_ms"]),
        usage=dict(known["usage"]),
        failure=read_error(known["failure"]) if known["failure"] else None,
        fingerprint=known["fingerprint"],
    )


def _read_claims(claims: Sequence[Json], figures: Sequence[Json]) -> tuple[Claim, ...]:
    return tuple(
        Claim(
            text=claim["text"],
            citations=tuple(claim["citations"]),
            verdict=claim["verdict"],
            reason=claim["reason"],
            figures=tuple(_read_checked(one) for one in figures if one["claim"] == index),
            repaired=claim["repaired"],
        )
        for index, claim in enumerate(claims)
    )


def _read_checked(known: Json) -> CheckedFigure:
    return CheckedFigure(
        figure=_read_figure(known),
        verdict=known["verdict"],
        citations=tuple(known["citations"]),
        source_text=known["source"],
        operands=tuple(map(_read_figure, known["operands"])),
    )


def _read_figure(known: Json) -> Figure:
    start, end = known["span"]
    return Figure(
        value=Decimal(known["value"]),
        unit=known["unit"],
        text=known["text"],
        span=(start, end),
        bound=known["bound"],
        step=Decimal(known["step"]),
    )


def _read_citation(known: Json) -> Citation:
    span = _read_span(known["span"], known["lines"])
    place = Place.from_json(known["location"])
    return Citation(
        number=known["number"],
        passage=_read_passage(known, known["rank"]),
        quote=known["quote"],
        quote_shown=known["quote_shown"],
        span=span,
        # The lines of the span are where a quotation stands if no place is known.
        place=None if place.kind == "lines" else place,
    )


def _read_passage(known: Json, number: int) -> Passage:
    names = ("document", "title", "organisation", "author", "year", "section", "language", "score")
    return Passage(
        number=number,
        text=known["passage_shown"],
        original=known["passage"],
        span=_read_span(known["passage_span"], known["passage_lines"]),
        **{name: known[name] for name in names},
    )


def _read_conflict(known: Json) -> Conflict:
    sides = (
        ConflictSide(_read_figure(side["figure"]), side["who"], side["when"], side["citation"])
        for side in known["sides"]
    )
    return Conflict(known["about"], tuple(sides))


def _read_span(offsets: Sequence[int], lines: Sequence[int]) -> Span:
    (start, end), (first, last) = offsets, lines
    return Span(start, end, first, last)
