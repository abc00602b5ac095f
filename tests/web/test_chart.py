from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from assistant.answer import Answer, Language
from assistant.figures.types import Figure
from assistant.series import Kind, Point, Series, find_series
from assistant.web.chart import FIGURE, LABEL, VALUE, draw, name_value, show_offers, show_points
from tests.web.fake import answer_in_english, answer_with_series

ANSWER = answer_with_series()
[CARGO] = find_series(ANSWER)


def series(values: dict[str, int], unit: str = "CNY", kind: Kind = "years") -> Series:
    points = [
        Point(label, Figure(Decimal(value), unit, str(value), (0, 1)), (1,))
        for label, value in values.items()
    ]
    return Series(kind, unit, tuple(points), "2021" if kind != "years" else None)


def read_rows(data: dict[str, Any]) -> list[tuple[str, float | None]]:
    assert data["columns"] == [LABEL, VALUE, FIGURE]
    return [(row[0], row[1]) for row in data["data"]]


def test_a_series_is_offered_under_its_answer() -> None:
    html = show_offers(ANSWER, "en")
    assert '<button class="chart0">Chart: 2021 to 2023, 3 years</button>' in html
    assert f"answer-{ANSWER.id}" in html
    assert "图表：2021至2023年" in show_offers(ANSWER, "zh")


def test_where_nothing_can_be_drawn_nothing_is_offered() -> None:
    assert show_offers(answer_in_english(), "en") == ""


def test_each_point_opens_its_source() -> None:
    html = show_points(ANSWER, 0, CARGO, "en")
    rows = re.findall(r'<tr><td>(\d+)</td><td>([^<]+)</td><td>.*?class="cite cite-(\d)"', html)
    assert rows == [
        ("2021", "35 million tonnes", "1"),
        ("2022", "38 million tonnes", "2"),
        ("2023", "41 million tonnes", "3"),
    ]
    assert f'class="panel chart0 answer-{ANSWER.id}"' in html


def test_points_are_copied_as_whole_numbers_with_their_sources() -> None:
    html = show_points(ANSWER, 0, CARGO, "en")
    lines = [unescape(one) for one in re.findall(r"<span>([^<]*)</span>", html)]
    assert lines[:2] == [
        "Year,Figure,Unit,Source",
        "2021,35000000,t,Harbour works in the northern bay",
    ]


def test_the_question_stays_text() -> None:
    asked = answer_with_series("<b>cargo</b>")
    assert "<b>cargo" not in show_points(asked, 0, CARGO, "en")


@pytest.mark.parametrize(
    ("language", "name", "first"), [("en", "million tonnes", 35.0), ("zh", "万吨", 3500.0)]
)
def test_values_are_shown_in_words_of_the_language(
    language: Language, name: str, first: float
) -> None:
    assert name_value(CARGO, language) == name
    assert read_rows(draw(CARGO, language))[0] == ("2021", first)


@pytest.mark.parametrize(
    ("unit", "value", "english", "chinese"),
    [
        ("CNY", 412 * 10**9, "billion CNY", "亿元"),
        ("CNY", 3 * 10**12, "trillion CNY", "万亿元"),
        ("%", 12, "%", "%"),
        ("count", 40_000, "", "万"),
    ],
)
def test_the_axis_names_size_and_unit(unit: str, value: int, english: str, chinese: str) -> None:
    drawn = series({"2019": value, "2020": value, "2021": value}, unit)
    assert name_value(drawn, "zh") == chinese
    assert name_value(drawn, "en") == english


def test_years_in_a_row_are_joined_by_a_line() -> None:
    assert draw(CARGO, "en")["mark"] == "line"


def test_over_years_that_nobody_spoke_of_no_line_is_drawn() -> None:
    drawn = draw(series({"2015": 5, "2016": 6, "2019": 7}), "en")
    assert drawn["mark"] == "bar"
    assert read_rows(drawn) == [
        ("2015", 5),
        ("2016", 6),
        ("2017", None),
        ("2018", None),
        ("2019", 7),
    ]


def test_far_years_are_not_filled_in() -> None:
    drawn = draw(series({"1900": 5, "1950": 6, "2019": 7}), "en")
    assert [label for label, _ in read_rows(drawn)] == ["1900", "1950", "2019"]
    assert drawn["mark"] == "bar"


def test_names_are_bars_and_are_offered_with_their_year() -> None:
    names = series({"Alder": 5, "Birch": 6}, kind="organisations")
    assert draw(names, "en")["mark"] == "bar"
    html = show_points(Answer("", question="Who?"), 0, names, "en")
    assert "Chart: Alder, Birch, 2021" in html


def test_a_point_says_its_figure() -> None:
    assert [row[2] for row in draw(CARGO, "zh")["data"]] == ["3500万吨", "3800万吨", "4100万吨"]
