"""Answers are made of sentences whose figures are all checked, as the checks would leave them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, CheckedFigure, Citation, Claim, FigureVerdict, Span, Verdict
from assistant.figures import find_figures
from assistant.series import Series, find_series
from tests.web.fake import QUOTE_EN, make_citation

RISE = (
    "The gross output of Norvale reached 412 billion yuan in 2019.",
    "In 2020 the gross output of Norvale was 431 billion yuan.",
    "The gross output of Norvale stood at 455 billion yuan in 2021.",
)
LIST = (
    "Cargo of the port was 12 million tonnes in 2019, 14 million tonnes in 2020 and "
    "17 million tonnes in 2021."
)
CHINESE = "2019年港口货物吞吐量为1200万吨，2020年为1400万吨，2021年为1700万吨。"


def claim(
    text: str, number: int = 1, verdict: Verdict = "proved", figures: FigureVerdict = "checked"
) -> Claim:
    checked = tuple(CheckedFigure(one, figures, (number,), one.text) for one in find_figures(text))
    return Claim(text, (number,), verdict, figures=checked)


def cite(number: int, organisation: str | None) -> Citation:
    citation = make_citation(number, "reports/harbour.md", QUOTE_EN)
    return replace(citation, passage=replace(citation.passage, organisation=organisation))


def answer(*claims: Claim, who: tuple[str | None, ...] = ("Port",) * 4) -> Answer:
    citations = tuple(cite(number, name) for number, name in enumerate(who, 1))
    return Answer("", status="verified", claims=claims, citations=citations)


def found(*texts: str, who: tuple[str | None, ...] = ("Port",) * 4) -> list[Series]:
    claims = [claim(text, number) for number, text in enumerate(texts, 1)]
    return list(find_series(answer(*claims, who=who)))


def points(series: Series) -> list[tuple[str, Decimal, tuple[int, ...]]]:
    return [(point.label, point.figure.value, point.citations) for point in series.points]


def test_three_sentences_of_one_measure_are_a_series() -> None:
    [series] = found(*RISE)
    assert (series.kind, series.unit) == ("years", "CNY")
    assert points(series) == [
        ("2019", Decimal(412 * 10**9), (1,)),
        ("2020", Decimal(431 * 10**9), (2,)),
        ("2021", Decimal(455 * 10**9), (3,)),
    ]


@pytest.mark.parametrize("text", [LIST, CHINESE])
def test_a_list_in_one_sentence_is_a_series(text: str) -> None:
    [series] = found(text)
    assert [point.label for point in series.points] == ["2019", "2020", "2021"]
    assert [int(point.figure.value) for point in series.points] == [12000000, 14000000, 17000000]


def test_points_stand_in_the_order_of_years() -> None:
    [series] = found(*reversed(RISE))
    assert [(point.label, point.citations) for point in series.points] == [
        ("2019", (3,)),
        ("2020", (2,)),
        ("2021", (1,)),
    ]


def test_two_years_are_no_series() -> None:
    assert found(*RISE[:2]) == []


def test_a_quotation_is_read_without_what_names_its_source_and_restates_it() -> None:
    quoted = [f"Norvale Bureau (2024): “{text[:-1]}” (i.e. 4120亿元)" for text in RISE]
    [series] = found(*quoted)
    assert [point.label for point in series.points] == ["2019", "2020", "2021"]


@pytest.mark.parametrize(
    "other",
    [
        "The net debt of Norvale stood at 455 billion yuan in 2021.",
        "The gross output of Norvale stood at US$455 billion in 2021.",
        "The gross output of Norvale rose by 24 billion yuan in 2021.",
        "The gross output of Norvale stood at more than 455 billion yuan in 2021.",
        "The gross output of Norvale is planned to reach 455 billion yuan in 2021.",
        "The gross output of Norvale stood at 455 billion yuan.",
        "The gross output of Norvale stood at 455 billion yuan in 2020.",
        "The gross output of Chongqing stood at 455 billion yuan in 2021.",
        "The average gross output of Norvale stood at 455 billion yuan in 2021.",
    ],
    ids=["measure", "currency", "growth", "bound", "plan", "no year", "conflict", "place", "mean"],
)
def test_what_measures_something_else_is_no_point(other: str) -> None:
    assert found(*RISE[:2], other) == []


@pytest.mark.parametrize("others", [("exports", "imports"), ("debt", "profit")])
def test_different_measures_of_one_sentence_are_no_series(others: tuple[str, str]) -> None:
    text = (
        f"Output was 41 billion yuan in 2019, {others[0]} 30 billion yuan in 2020 and {others[1]} "
        "20 billion yuan in 2021."
    )
    assert found(text) == []


def test_the_year_of_who_says_so_is_no_year_of_a_figure() -> None:
    assert found(*RISE[:2], "The gross output of Norvale (2021) stood at 455 billion yuan.") == []


@pytest.mark.parametrize("way", ["unproved", "not_found", "computed"])
def test_what_is_not_checked_is_no_point(way: str) -> None:
    third = {
        "unproved": claim(RISE[2], 3, "unproved"),
        "not_found": claim(RISE[2], 3, figures="not_found"),
        "computed": claim(RISE[2], 3, "computed", "computed"),
    }[way]
    assert find_series(answer(claim(RISE[0], 1), claim(RISE[1], 2), third)) == ()


def test_a_figure_said_twice_is_one_point_with_both_citations() -> None:
    [series] = found(*RISE, RISE[0])
    assert series.points[0].citations == (1, 4)
    assert len(series.points) == 3


def test_places_in_one_year_are_compared() -> None:
    [series] = found(
        "The gross output of Chongqing was 2.8 trillion yuan in 2021.",
        "The gross output of Chengdu was 2.0 trillion yuan in 2021.",
    )
    assert (series.kind, series.year) == ("places", "2021")
    assert [(one.label, one.citations) for one in series.points] == [
        ("Chongqing", (1,)),
        ("Chengdu", (2,)),
    ]


def test_places_in_different_years_are_not_compared() -> None:
    texts = (
        "The gross output of Chongqing was 2.8 trillion yuan in 2021.",
        "The gross output of Chengdu was 2.0 trillion yuan in 2020.",
    )
    assert found(*texts) == []


def test_organisations_are_compared() -> None:
    texts = ("Our plants used 12 % less water in 2021.", "Our plants used 19 % less water in 2021.")
    [series] = found(*texts, who=("Alder", "Birch"))
    assert series.kind == "organisations"
    assert [one.label for one in series.points] == ["Alder", "Birch"]


@pytest.mark.parametrize("who", [("Alder", "Alder"), ("Alder", None)])
def test_one_organisation_alone_or_one_unknown_is_no_comparison(
    who: tuple[str | None, ...],
) -> None:
    texts = ("Our plants used 12 % less water in 2021.", "Our plants used 19 % less water in 2021.")
    assert found(*texts, who=who) == []


def test_an_answer_without_figures_has_nothing_to_draw() -> None:
    assert find_series(answer(Claim("The port is old.", (1,), "proved"))) == ()
    assert find_series(Answer("")) == ()


@given(st.permutations([*RISE, LIST]))
def test_the_order_of_sentences_changes_no_series(texts: list[str]) -> None:
    kinds = {(one.unit, tuple(point.label for point in one.points)) for one in found(*texts)}
    years = ("2019", "2020", "2021")
    assert kinds == {("CNY", years), ("t", years)}


def test_a_span_of_a_citation_is_not_looked_at() -> None:
    moved = replace(cite(1, "Port"), span=Span(0, 1, 1, 1))
    claims = tuple(claim(text, 1) for text in RISE)
    assert len(find_series(Answer("", claims=claims, citations=(moved,)))) == 1
