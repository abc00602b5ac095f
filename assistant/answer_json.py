"""The parts of an answer as JSON. Fields are added, never renamed: programs read them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from assistant.prompts import explain

if TYPE_CHECKING:
    from assistant.answer import CheckedFigure, Citation, Claim, Conflict, Passage, Span
    from assistant.errors import DuociteError
    from assistant.figures.types import Figure
    from assistant.scope import Language

Json = dict[str, Any]


def failure_json(failure: DuociteError | None, language: Language) -> Json | None:
    """An error as it crosses processes, with its line in the answer's language."""
    if failure is None:
        return None
    return {**failure.to_json(), "message": explain(failure, language)}


def passage_json(passage: Passage) -> Json:
    """`number` is the passage's own, by which the search ranked it."""
    return {
        "number": passage.number,
        "document": passage.document,
        "title": passage.title,
        "organisation": passage.organisation,
        "author": passage.author,
        "year": passage.year,
        "language": passage.language,
        "section": passage.section,
        "passage": passage.original,
        "passage_shown": passage.text,
        "passage_span": _offsets(passage.span),
        "passage_lines": _lines(passage.span),
        "score": round(passage.score, 4),
    }


def citation_json(citation: Citation) -> Json:
    """`number` is that of the citation; `rank` that of its passage in the search."""
    return {
        **passage_json(citation.passage),
        "number": citation.number,
        "rank": citation.passage.number,
        "location": citation.location.to_json(),
        "span": _offsets(citation.span),
        "lines": _lines(citation.span),
        "quote": citation.quote,
        "quote_shown": citation.quote_shown,
    }


def figures_json(claims: Sequence[Claim]) -> list[Json]:
    """The figures of all claims, in order; `claim` is the index of the one that states it."""
    return [
        {**_checked_json(checked), "claim": index}
        for index, claim in enumerate(claims)
        for checked in claim.figures
    ]


def conflict_json(conflict: Conflict) -> Json:
    sides = [
        {
            "figure": _figure_json(side.figure),
            "who": side.who,
            "when": side.when,
            "citation": side.citation,
        }
        for side in conflict.sides
    ]
    return {"about": conflict.about, "sides": sides}


def _checked_json(checked: CheckedFigure) -> Json:
    return {
        **_figure_json(checked.figure),
        "verdict": checked.verdict,
        "citations": list(checked.citations),
        "source": checked.source_text,
        "operands": [_figure_json(operand) for operand in checked.operands],
    }


def _figure_json(figure: Figure) -> Json:
    """`step` is the size of the last digit that is shown, `span` where in its text it stands."""
    return {
        "text": figure.text,
        "value": _decimal(figure.value),
        "unit": figure.unit,
        "bound": figure.bound,
        "step": _decimal(figure.step),
        "span": list(figure.span),
    }


def _decimal(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _offsets(span: Span) -> list[int]:
    return [span.start, span.end]


def _lines(span: Span) -> list[int]:
    return [span.line_from, span.line_to]
