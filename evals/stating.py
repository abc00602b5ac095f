"""Scorers of figures: those that an answer states, against the known ones and its twin's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.figures import Figure, find_figures, same_figure
from evals.cases import Ask
from evals.known import (
    build_figure,
    find_strange_units,
    holds_figure,
    plain_figure,
    read_figure,
)
from evals.score import UNSCORED, AnswerJson, Score, Scorer, score_missing, score_share

_PERIODS = frozenset({"year", "date"})


def score_figures(ask: Ask, answer: AnswerJson) -> Score:
    """1 where every known figure stands in the answer, in whatever words and language; not judged
    where a unit is not known."""
    if not ask.case.figures:
        return UNSCORED
    if strange := find_strange_units(ask.case.figures):
        return Score(None, "", f"unit not known: {', '.join(strange)}")
    found = answer_figures(answer)
    missing = [known for known in ask.case.figures if not holds_figure(known, found)]
    said = "; ".join(figure.text for figure in found)
    return score_missing(said, [known.text or plain_figure(known) for known in missing])


def score_figure_precision(ask: Ask, answer: AnswerJson) -> Score:
    """The share of the figures an answer states that are known ones, where a wrong one is any
    other that could be taken for the answer.

    That is one in the unit of a known figure which neither the question nor the known quotation
    has: what else a right sentence says, in other units, misleads nobody.
    """
    if not ask.case.figures or not answer["answered"] or find_strange_units(ask.case.figures):
        return UNSCORED
    units = {build_figure(known).unit for known in ask.case.figures}
    stated = distinct_figures(one for one in answer_figures(answer) if one.unit in units)
    given = find_figures("\n".join([ask.question, *ask.case.quotations]))
    extra = [one for one in stated if not _is_known(ask, one, given)]
    faults = [f"not asked for: {one.text}" for one in extra]
    said = "; ".join(figure.text for figure in stated)
    return score_share(said, len(stated) - len(extra), faults)


def score_twins(english: AnswerJson, chinese: AnswerJson) -> Score:
    """The share of the figures of either answer that both give; 1 where both refuse."""
    if english["answered"] != chinese["answered"]:
        return Score(0.0, "", "only one of the two languages is answered")
    left, right = answer_figures(english), answer_figures(chinese)
    if not left and not right:
        return UNSCORED if english["answered"] else Score(1.0, "both refused")
    return _score_shared(distinct_figures(left), distinct_figures(right))


def answer_figures(answer: AnswerJson) -> list[Figure]:
    """The figures that an answer states: in its text, and those that its JSON lists.

    The year in which a source was published, as in "Ford (2021):", is no part of what is stated.
    """
    stated = find_figures(without_attributions(answer["answer"], answer["citations"]))
    listed = (read_figure(row) for row in answer["figures"] if row["unit"] not in _PERIODS)
    return [*stated, *listed]


def distinct_figures(figures: Iterable[Figure]) -> list[Figure]:
    kept: list[Figure] = []
    for figure in figures:
        if not any(same_figure(figure, other) for other in kept):
            kept.append(figure)
    return kept


def names_of(citation: Mapping[str, Any]) -> list[str]:
    """What an answer may call the source of a citation."""
    fields = ("organisation", "author", "title", "document")
    return [citation[name] for name in fields if citation.get(name)]


def without_attributions(text: str, citations: Iterable[Mapping[str, Any]]) -> str:
    """A text without "Ford (2021):" and its like, for the sources that are cited."""
    for citation in citations:
        for name in names_of(citation):
            year = rf"\s*[(（,，]\s*{citation['year']}\s*年?\s*[)）:：]"
            text = re.sub(re.escape(name) + year, " ", text)
    return text


STATING_SCORERS: dict[str, Scorer] = {
    "figures": score_figures,
    "figure_precision": score_figure_precision,
}


def _is_known(ask: Ask, figure: Figure, given: Iterable[Figure]) -> bool:
    known = any(holds_figure(one, [figure]) for one in ask.case.figures)
    return known or any(same_figure(figure, one) for one in given)


def _score_shared(left: list[Figure], right: list[Figure]) -> Score:
    alone = [*_only_in(left, right), *_only_in(right, left)]
    shared = len(left) + len(right) - len(alone)
    said = "; ".join(figure.text for figure in left) + " | " + "; ".join(f.text for f in right)
    named = "; ".join(figure.text for figure in alone)
    share = shared / (len(left) + len(right))
    return Score(share, said, f"in one language only: {named}" if alone else "")


def _only_in(figures: list[Figure], others: list[Figure]) -> list[Figure]:
    return [one for one in figures if not any(same_figure(one, other) for other in others)]
