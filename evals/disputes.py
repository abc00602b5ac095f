"""Scorers of many voices: is a disagreement of sources named, is everybody heard who was asked?"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from assistant.comparison import may_oppose
from assistant.figures import Figure, find_figures
from assistant.reading import find_years
from assistant.subjects import find_places
from evals.cases import Ask, Case, KnownFigure
from evals.known import holds_figure, plain_figure, read_figure
from evals.score import UNSCORED, AnswerJson, Score, Scorer, score_share

Pair = tuple[KnownFigure, KnownFigure]


def find_disputed(case: Case) -> list[Pair]:
    """The pairs of known figures that sources of a case disagree on, as their quotations say it:
    of one unit, of one place where places are named, and of one year where years are."""
    stated = [
        (figure, found, quote)
        for quote in case.quotes
        for figure in case.figures
        for found in find_figures(quote)
        if holds_figure(figure, [found])
    ]
    return [
        (one, other)
        for (one, found, quote), (other, rival, another) in combinations(stated, 2)
        if quote != another and one.unit == other.unit and may_oppose(found, rival)
        if _share_place(quote, another) and _share_year(found, quote, rival, another)
    ]


def score_conflict(ask: Ask, answer: AnswerJson) -> Score:
    """1 where the answer names a disagreement that is known, with both sides' figures."""
    pairs = find_disputed(ask.case)
    if not pairs:
        return UNSCORED
    conflicts = answer["conflicts"]
    if any(_names(conflict, pair) for conflict in conflicts for pair in pairs):
        return Score(1.0, f"{len(conflicts)} named")
    missed = " / ".join(one.text or plain_figure(one) for one in pairs[0])
    return Score(0.0, f"{len(conflicts)} named", f"not named: {missed}")


def score_coverage(ask: Ask, answer: AnswerJson) -> Score:
    """The share of the known sources that the answer cites: of organisations where the case says
    which must be heard, else of its documents. Only for cases of several."""
    case = ask.case
    wanted = case.organisations or tuple(dict.fromkeys(case.sources))
    if len(wanted) < 2:
        return UNSCORED
    heard = [citation for citation in answer["citations"] if citation]
    missed = [one for one in wanted if not any(_is_from(one, citation) for citation in heard)]
    faults = [f"not heard: {one}" for one in missed]
    return score_share(f"{len(wanted)} known", len(wanted) - len(missed), faults)


DISPUTE_SCORERS: dict[str, Scorer] = {"conflict": score_conflict, "coverage": score_coverage}


def _names(conflict: Mapping[str, Any], pair: Pair) -> bool:
    sides = [read_figure(side["figure"]) for side in conflict["sides"]]
    return all(holds_figure(one, sides) for one in pair)


def _is_from(source: str, citation: Mapping[str, Any]) -> bool:
    """Documents are named by their end: a store puts the name of their folder before it."""
    document: str = citation["document"]
    organisation = str(citation["organisation"] or "").casefold()
    spellings = [one.strip().casefold() for one in source.split("|")]
    return organisation in spellings or document == source or document.endswith(f"/{source}")


def _share_year(found: Figure, quote: str, rival: Figure, another: str) -> bool:
    """Two years of a series are no dispute. Years that are the figures themselves don't count."""
    here, there = (
        find_years(_leave_out(f, text)) for f, text in ((found, quote), (rival, another))
    )
    return not (here and there) or not here.isdisjoint(there)


def _leave_out(figure: Figure, text: str) -> str:
    start, end = figure.span
    return f"{text[:start]} {text[end:]}"


def _share_place(one: str, other: str) -> bool:
    here, there = ({key for m in find_places(text) for key in m.keys} for text in (one, other))
    return not (here and there) or not here.isdisjoint(there)
