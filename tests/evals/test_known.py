from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.figures import Figure, find_figures
from evals.cases import KnownFigure
from evals.known import build_figure, find_strange_units, holds_figure, plain_figure, read_figure


def known(value: str, unit: str) -> KnownFigure:
    return KnownFigure(Decimal(value), unit)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("500000000000", "CNY", "5000亿元"),
        ("500000000000", "CNY", "RMB 500 billion"),
        ("6.72", "%", "6.72 %"),
        ("938000000", "tonne", "938 million tons"),
        ("20", "MW", "20 MW"),
        ("270", "km", "about 270 km"),
        ("3200000000", "SGD", "S$3.2 billion"),
        ("57", "count", "57 new products"),
        ("11.3", "count", "11.3"),
        ("2050", "year", "2050年"),
        ("20210312", "date", "March 12, 2021"),
        ("202106", "date", "2021年6月"),
        ("20231107", "date", "until November 7"),
        ("2022", "year", "in the first half of 2022"),
    ],
)
def test_a_known_figure_is_met_by_a_text_that_states_it(value: str, unit: str, text: str) -> None:
    assert holds_figure(known(value, unit), find_figures(text))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("500000000000", "CNY", "500亿元"),
        ("5", "%", "5 percentage points"),
        ("5", "%", "5.3 %"),
        ("6.72", "%", "7 %"),
        ("20", "MW", "20 kW"),
        ("57", "count", "58 new products"),
        ("20210312", "date", "March 2021"),
        ("202106", "date", "2021"),
        ("20231107", "date", "until November 8"),
        ("2050", "count", "2050年"),
    ],
)
def test_a_known_figure_is_not_met_by_its_neighbour(value: str, unit: str, text: str) -> None:
    assert not holds_figure(known(value, unit), find_figures(text))


def test_a_known_figure_is_taken_to_its_base_unit() -> None:
    figure = build_figure(known("1.5", "GW"))
    assert (figure.value, figure.unit) == (Decimal(1_500_000_000), "W")


def test_units_that_nobody_knows_are_named() -> None:
    assert find_strange_units([known("1", "CNY"), known("1", "cubits")]) == ["cubits"]


def test_a_figure_comes_back_from_json() -> None:
    row = {"text": "近7000亿元", "value": "700000000000", "unit": "CNY", "bound": "nearly"}
    expected = Figure(Decimal(700_000_000_000), "CNY", "近7000亿元", (0, 0), "nearly")
    assert read_figure(row) == expected


def test_a_figure_without_text_can_be_named() -> None:
    assert plain_figure(known("8000000000.0", "USD")) == "8000000000.0 USD"
