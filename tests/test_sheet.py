from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sheet import guard, write_rows


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+A1",
        "-A1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "-1+cmd|'/c calc'!A0",
        "＝1",
        "+",
        "-",
    ],
)
def test_what_begins_like_a_formula_is_text(cell: str) -> None:
    assert guard(cell).startswith("'")


@pytest.mark.parametrize("cell", ["-5", "+3.2", "1,234", "-12%", "2019", "8.3 billion", "吨", ""])
def test_numbers_and_words_stay_as_they_are(cell: str) -> None:
    assert guard(cell) == cell


def test_a_row_is_quoted_where_it_has_to_be() -> None:
    assert write_rows([["a,b", 'say "x"', "c"], ["多", "1"]]) == ['"a,b","say ""x""",c', "多,1"]


def test_a_cell_of_two_lines_is_one() -> None:
    assert write_rows([["nearly\n5 billion\r\nyuan"]]) == ["nearly 5 billion yuan"]


@given(st.lists(st.text(max_size=12), min_size=2, max_size=4))
def test_what_is_written_is_read_back_and_runs_nothing(cells: list[str]) -> None:
    [line] = write_rows([cells])
    assert len(line.splitlines()) <= 1
    [read] = list(csv.reader([line]))
    assert read == [guard(cell) for cell in cells]
    assert not any(cell.startswith(("=", "@")) for cell in read)
