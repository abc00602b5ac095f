"""Disagreements named, and sources heard. Which ones are disputed: test_disagreements.py."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from evals.cases import Ask, Case, KnownFigure
from evals.disputes import score_conflict, score_coverage
from evals.score import Score
from tests.evals.fakes import build_case

DISPUTED = build_case(
    kind="multi",
    figures=(KnownFigure(Decimal(270), "km"), KnownFigure(Decimal(340), "km")),
    quotes=("Ningbo to Wuhan is 270 km.", "宁波至武汉340公里。"),
    sources=("a.md", "b.md"),
)


def side(value: str, unit: str = "km") -> dict[str, Any]:
    figure = {"value": value, "unit": unit, "text": f"{value} {unit}", "bound": "exact"}
    return {"figure": figure, "who": "Acme", "when": 2021, "citation": 1}


def conflict(case: Case, *sides: dict[str, Any]) -> Score:
    return score_conflict(Ask(case, "en"), {"conflicts": [{"about": "?", "sides": list(sides)}]})


def cited(document: str, organisation: str | None = None) -> dict[str, Any]:
    return {"document": document, "organisation": organisation}


def coverage(case: Case, *citations: dict[str, Any]) -> Score:
    return score_coverage(Ask(case, "en"), {"citations": list(citations)})


def test_a_disagreement_is_named_with_the_figures_of_both_sides() -> None:
    assert conflict(DISPUTED, side("340"), side("270")).value == 1.0
    assert conflict(DISPUTED, side("270"), side("290")).value == 0.0


def test_one_that_is_not_named_says_what_it_is() -> None:
    score = score_conflict(Ask(DISPUTED, "en"), {"conflicts": []})
    assert score == Score(0.0, "0 named", "not named: 270 km / 340 km")


def test_where_nothing_is_disputed_there_is_nothing_to_name() -> None:
    assert conflict(build_case(), side("270"), side("340")).value is None


@pytest.mark.parametrize(("documents", "value"), [(["r/a.md", "r/b.md"], 1.0), (["r/a.md"], 0.5)])
def test_coverage_is_the_share_of_the_known_documents(documents: list[str], value: float) -> None:
    assert coverage(DISPUTED, *map(cited, documents)).value == value


def test_a_document_is_known_by_its_whole_name() -> None:
    score = coverage(DISPUTED, cited("r/bb.md"), cited("a.md"))
    assert (score.value, score.explanation) == (0.5, "not heard: b.md")


def test_organisations_count_where_the_case_names_them() -> None:
    case = build_case(kind="list", organisations=("Acme|顶峰", "Borealis"), sources=("a", "b"))
    assert coverage(case, cited("x", "顶峰"), cited("y", "borealis")).value == 1.0
    assert coverage(case, cited("a", None), cited("y", "Borealis")).value == 0.5


def test_a_case_of_one_source_has_nothing_to_cover() -> None:
    assert coverage(build_case(), cited("report.txt")).value is None
    assert coverage(build_case(sources=("a", "a")), cited("a")).value is None
