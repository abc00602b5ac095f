"""A figure is said as each language writes it, and read back as the same figure."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.figures import Figure, find_figures, same_figure, say_figure
from assistant.figures.units import load_currencies, load_speech

CASES = json.loads(Path(__file__).with_name("say.json").read_text(encoding="utf-8"))
LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")
AMOUNTS = sorted(set(load_speech()) - {"rank", "year", "date", "half", "quarter"})


def _figure(value: Decimal | int, unit: str, bound: str = "exact") -> Figure:
    return Figure(Decimal(value), unit, "x", (0, 1), bound)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "english", "chinese"), CASES)
def test_golden(text: str, english: str, chinese: str) -> None:
    figure = find_figures(text)[0]
    assert say_figure(figure, "en") == english
    assert say_figure(figure, "zh") == chinese


def _assert_read_back(figure: Figure) -> None:
    for language in LANGUAGES:
        said = say_figure(figure, language)
        found = find_figures(said)
        assert len(found) == 1, said
        assert same_figure(found[0], figure), said
        assert found[0].value == figure.value, said


@given(
    st.one_of(
        st.integers(1, 10**15).map(Decimal),
        st.decimals("0.01", "99999.99", places=2),
        st.decimals("-2100", "2100", places=2).filter(bool),
        st.builds(
            lambda digits, power: Decimal(digits).scaleb(power),
            st.integers(1, 9999),
            st.integers(0, 12),
        ),
    ),
    st.sampled_from(AMOUNTS),
    st.sampled_from(
        ["exact", "about", "nearly", "more_than", "at_least", "less_than", "at_most", "as_much_as"]
    ),
)
@settings(max_examples=1500, deadline=None)
def test_every_amount_is_read_back(value: Decimal, unit: str, bound: str) -> None:
    _assert_read_back(_figure(value, unit, bound))


@given(st.integers(1, 9999))
def test_every_rank_is_read_back(value: int) -> None:
    _assert_read_back(_figure(value, "rank"))


@given(st.integers(-500, 2099).filter(bool))
def test_every_year_is_read_back(value: int) -> None:
    _assert_read_back(_figure(value, "year"))


@given(st.dates())
def test_every_day_and_month_is_read_back(day: object) -> None:
    year, month, date = (int(part) for part in str(day).split("-"))
    year = 1900 + year % 200
    _assert_read_back(_figure(year * 10000 + month * 100 + date, "date"))
    _assert_read_back(_figure(year * 100 + month, "date"))
    _assert_read_back(_figure(month * 100 + date, "date"))


@pytest.mark.parametrize("year", [1999, 2024])
def test_every_half_and_quarter_is_read_back(year: int) -> None:
    for part in (1, 2):
        _assert_read_back(_figure(year * 10 + part, "half"))
    for part in (1, 2, 3, 4):
        _assert_read_back(_figure(year * 10 + part, "quarter"))


@pytest.mark.parametrize("code", sorted(load_currencies()))
def test_every_currency_is_read_back_when_negative(code: str) -> None:
    _assert_read_back(_figure(-1234, code))


def test_nearly_five_years_is_not_said_as_the_last_five_years() -> None:
    assert say_figure(_figure(5, "years", "nearly"), "zh") == "约5年"


def test_an_unknown_unit_is_said_as_a_number() -> None:
    assert say_figure(_figure(5, "parsec"), "en") == "5"
