"""The table of units: names that data files use, kinds, and its own consistency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.figures import base_unit, find_figures, kind_of
from assistant.figures.units import (
    load_alike,
    load_currencies,
    load_prefixes,
    load_speech,
    load_suffixes,
)


@pytest.mark.parametrize(
    ("name", "unit", "size"),
    [
        ("GW", "W", "1e9"),
        ("MW", "W", "1e6"),
        ("EFLOPS", "FLOPS", "1e18"),
        ("tonne", "t", "1"),
        ("kg", "t", "0.001"),
        ("km", "km", "1"),
        ("m", "km", "0.001"),
        ("km2", "km2", "1"),
        ("hectares", "km2", "0.01"),
        ("kWh", "Wh", "1000"),
        ("TEU", "TEU", "1"),
        ("EB", "B", "1e18"),
        ("%", "%", "1"),
        ("pp", "pp", "1"),
        ("count", "count", "1"),
        ("year", "year", "1"),
        ("years", "years", "1"),
        ("date", "date", "1"),
        ("rank", "rank", "1"),
        ("months", "months", "1"),
        ("hours", "hours", "1"),
        ("CNY", "CNY", "1"),
        ("SEK", "SEK", "1"),
        ("亿度", "Wh", "1e11"),
        ("千瓦", "W", "1000"),
        ("°C", "°C", "1"),
    ],
)
def test_names_of_units_have_a_base(name: str, unit: str, size: str) -> None:
    assert base_unit(name) == (unit, Decimal(size))


@pytest.mark.parametrize("name", ["parsec", "", "Yuan Dynasty"])
def test_an_unknown_name_is_an_error(name: str) -> None:
    with pytest.raises(KeyError):
        base_unit(name)


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("CNY", "money"),
        ("USD", "money"),
        ("%", "percent"),
        ("pp", "percent"),
        ("count", "count"),
        ("times", "count"),
        ("TEU", "count"),
        ("year", "year"),
        ("date", "date"),
        ("half", "date"),
        ("months", "duration"),
        ("rank", "rank"),
        ("km", "length"),
        ("km2", "area"),
        ("m2", "area"),
        ("t", "mass"),
        ("W", "power"),
        ("Wh", "energy"),
        ("FLOPS", "compute"),
        ("B", "data"),
        ("°C", "temperature"),
        ("parsec", "other"),
    ],
)
def test_every_unit_is_of_a_kind(unit: str, kind: str) -> None:
    assert kind_of(unit) == kind


def test_every_found_unit_can_be_said_and_has_a_kind() -> None:
    bases = {form.base for form in load_suffixes().values()} | set(load_prefixes().values())
    assert bases <= set(load_speech())
    for alike in load_alike().values():
        assert alike.base in load_speech()


@pytest.mark.parametrize("spelling", sorted(load_suffixes()))
def test_every_spelling_is_found_after_a_number(spelling: str) -> None:
    gap = "" if not spelling[0].isascii() else " "
    found = find_figures(f"共 7{gap}{spelling}。")
    assert [figure.unit for figure in found] == [load_suffixes()[spelling].base]


@pytest.mark.parametrize("spelling", sorted(load_prefixes()))
def test_every_currency_is_found_before_a_number(spelling: str) -> None:
    (figure,) = find_figures(f"共 {spelling} 7 billion。")
    assert (figure.value, figure.unit) == (Decimal(7 * 10**9), load_prefixes()[spelling])


def test_currencies_are_iso_codes() -> None:
    assert {"CNY", "USD", "EUR", "JPY", "HKD", "SGD", "GBP", "KRW", "SEK"} <= load_currencies()
    assert all(len(code) == 3 and code.isupper() for code in load_currencies())
