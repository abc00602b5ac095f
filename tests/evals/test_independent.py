"""The second opinion: it finds a number in any writing, and no other number."""

from __future__ import annotations

import ast
import json
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import independent, numerals
from evals.independent import Number, find_numbers, is_found

ROWS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("independent.json").read_text(encoding="utf-8")
)
PACKAGES = ("assistant", "store", "evals", "prompts", "tests")
AMOUNTS = st.integers(min_value=1, max_value=9999)
SCALES = st.sampled_from([("million", "百万"), ("billion", "十亿"), ("trillion", "万亿")])


def name_of(row: dict[str, Any]) -> str:
    return f"{row['said']} | {row['passage']}"


@pytest.mark.parametrize("row", [row for row in ROWS if row["found"]], ids=name_of)
def test_a_figure_that_a_passage_states_is_found(row: dict[str, Any]) -> None:
    assert is_found(row["said"], [row["passage"]])


@pytest.mark.parametrize("row", [row for row in ROWS if not row["found"]], ids=name_of)
def test_a_figure_that_a_passage_does_not_state_is_not_found(row: dict[str, Any]) -> None:
    assert not is_found(row["said"], [row["passage"]])


def test_there_are_twice_as_many_ways_to_fail() -> None:
    found = sum(row["found"] for row in ROWS)
    assert len(ROWS) - found >= 2 * found > 0


def find_imported(module: ModuleType) -> set[str]:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    froms = {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    plain = [node.names for node in ast.walk(tree) if isinstance(node, ast.Import)]
    return froms | {alias.name for names in plain for alias in names}


@pytest.mark.parametrize("module", [independent, numerals])
def test_it_shares_no_code_with_what_it_checks(module: ModuleType) -> None:
    ours = {name for name in find_imported(module) if name.split(".")[0] in PACKAGES}
    assert ours <= {"evals.numerals"}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (
            "2020年增长3.9%，达到25002.79亿元",
            [("2020", ""), ("3.9", "%"), ("2500279000000", "CNY")],
        ),
        ("US$5m and £3bn", [("5000000", "USD"), ("3000000000", "GBP")]),
        ("a 50-billion-yuan plan", [("50000000000", "CNY")]),
        ("不到三成", [("30", "%")]),
        ("the 1990s, the 3rd time", [("1990", ""), ("3", "")]),
        ("mid-2023", [("2023", "")]),
        ("5月，5个月", [("5", "month"), ("5", "")]),
        ("two hundred million", [("200000000", "")]),
        ("It may rise.", []),
        ("", []),
    ],
)
def test_numbers_are_read_with_what_they_count(text: str, numbers: list[tuple[str, str]]) -> None:
    assert [(one.value, one.mark) for one in find_numbers(text)] == [
        (Decimal(value), mark) for value, mark in numbers
    ]


def test_the_first_of_a_range_is_read_with_the_scale_of_the_second() -> None:
    first, second = find_numbers("3 to 5 billion yuan")
    assert first == Number(Decimal(3), "CNY", Decimal(3_000_000_000))
    assert second == Number(Decimal(5_000_000_000), "CNY")


def test_two_numbers_apart_are_no_range() -> None:
    first, _ = find_numbers("3 ports with 5 billion yuan")
    assert first == Number(Decimal(3))


def test_every_number_of_a_figure_stands_in_one_and_the_same_passage() -> None:
    assert is_found("March 2021", ["in 1999", "in March 2021"])
    assert not is_found("March 2021", ["in March 2020", "in April 2021"])


def test_without_a_passage_nothing_is_found() -> None:
    assert not is_found("12", [])


@given(AMOUNTS, SCALES)
def test_a_number_is_found_in_the_other_languages_writing(n: int, scales: tuple[str, str]) -> None:
    english, chinese = scales
    assert is_found(f"{n} {english} yuan", [f"投资{n}{chinese}元，"])
    assert is_found(f"{n}{chinese}元", [f"it cost RMB {n:,} {english}."])


@given(AMOUNTS, AMOUNTS, SCALES)
def test_another_number_is_never_taken_for_it(n: int, m: int, scales: tuple[str, str]) -> None:
    english, chinese = scales
    assert is_found(f"{n} {english}", [f"共{m}{chinese}"]) == (n == m)


@given(AMOUNTS)
def test_a_thousandfold_is_another_number(n: int) -> None:
    assert not is_found(f"{n} million", [f"{n} billion, {n} thousand, {n}, {n}亿"])


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert all(one.value >= 0 for one in find_numbers(text))
