"""The bare numbers of a table's row take the unit that its label has in brackets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.figures import find_figures
from assistant.figures.labels import read_unit


def _shown(text: str) -> list[tuple[int, str]]:
    return [(int(figure.value), figure.unit) for figure in find_figures(text)]


@pytest.mark.parametrize(
    ("row", "unit", "values"),
    [
        ("Turnover (RMB million)\t123\t456", "CNY", [123000000, 456000000]),
        ("Turnover (2019, RMB billion) | 6,506 735", "CNY", [6506000000000, 735000000000]),
        ("| 营业收入（亿元） | 12 | 14 |", "CNY", [1200000000, 1400000000]),
        ("产量（万吨）：5", "t", [50000]),
        ("占比（单位：%） 12 13 14", "%", [12, 13, 14]),
        ("Track (km) | 120 | -3", "km", [120, -3]),
        ("Installed (in GW) 12 13", "W", [12000000000, 13000000000]),
        ("面积（平方公里）\t120\t3000", "km2", [120, 3000]),
    ],
)
def test_a_row_is_in_the_unit_of_its_label(row: str, unit: str, values: list[int]) -> None:
    assert [pair for pair in _shown(row) if pair[1] != "year"] == [(v, unit) for v in values]


@pytest.mark.parametrize(
    "text",
    [
        "a firm (RMB) 5 plants",
        "a list (see page) 6 7",
        "(RMB billion) in 6 towns",
        "Output (unit: 10,000 tonnes) 12 13",
        "visitors (million) | 5 | 6",
    ],
)
def test_other_brackets_and_other_numbers_stay_as_they_are(text: str) -> None:
    assert {unit for value, unit in _shown(text) if value < 100} == {"count"}


def test_years_in_the_head_of_a_table_stay_years() -> None:
    assert {unit for _, unit in _shown("Turnover (RMB billion) | 2019 | 2020 | 2021")} == {"year"}


def test_a_row_ends_where_words_begin() -> None:
    assert _shown("Sales (USD) 5 6 of 7") == [(5, "USD"), (6, "USD"), (7, "count")]


@pytest.mark.parametrize(
    ("words", "unit", "size"),
    [
        ("RMB billion", "CNY", 10**9),
        ("亿元", "CNY", 10**8),
        ("million tonnes", "t", 10**6),
        ("km2", "km2", None),
        ("%", "%", None),
    ],
)
def test_units_with_their_magnitudes(words: str, unit: str, size: int | None) -> None:
    read = read_unit(words)
    assert read is not None
    assert (read[0].base, read[1]) == (unit, None if size is None else Decimal(size))


@pytest.mark.parametrize("words", ["", "see page", "million", "2019", "A", "万"])
def test_words_that_are_no_unit(words: str) -> None:
    assert read_unit(words) is None
