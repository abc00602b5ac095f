"""Tables as pipe tables that fit into a chunk with their header."""

from __future__ import annotations

import pytest

from store.formats.extract import Writer
from store.formats.tables import Corner, has_header, write_table

Rows = list[list[str]]


def write(rows: Rows, corner: Corner | None = None) -> Writer:
    writer = Writer()
    write_table(writer, rows, corner)
    return writer


def test_a_table_has_a_rule_under_its_header() -> None:
    assert write([["a", "b"], ["1", "2"]]).text == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_short_rows_are_filled_and_empty_rows_and_columns_left_out() -> None:
    text = write([["a", "", "b"], ["1"], ["", "", ""], ["2", "", "3"]]).text
    assert text == "| a | b |\n| --- | --- |\n| 1 |  |\n| 2 | 3 |\n"


def test_a_cell_cannot_break_its_row() -> None:
    assert "| x ¦ y z |" in write([["a", "b"], ["x | y\nz", "1"]]).text


def test_nothing_makes_no_table() -> None:
    assert write([]).text == write([[], []]).text == write([["", ""], [""]]).text == ""


def test_a_header_of_two_rows_becomes_one() -> None:
    rows = [["R", "GDP", "", "Pop"], ["", "2022", "2023", ""], ["N", "1", "2", "3"]]
    assert write(rows).text.startswith("| R | GDP 2022 | GDP 2023 | Pop |\n| --- |")


@pytest.mark.parametrize(
    "rows",
    [
        [["R", "GDP", ""], ["N", "1", "2"], ["S", "3", "4"]],
        [["R", "Who"], ["North", "Li"], ["South", "Wu"]],
        [["R", "GDP", ""], ["", "a", "b"]],
    ],
)
def test_a_first_row_of_data_is_not_taken_into_the_header(rows: Rows) -> None:
    assert len(write(rows).text.splitlines()) == len(rows) + 1


def test_rows_are_marked_with_their_cells() -> None:
    writer = write([["a", "b"], ["1", "2"], ["3", "4"]], Corner("S", 3, [5, 6, 9]))
    assert [m.place.to_json()["range"] for m in writer.marks] == ["C5:D5", "C6:D6", "C9:D9"]
    for mark in writer.marks:
        assert writer.text[mark.start] == "|"


def test_a_wide_table_is_cut_by_columns_and_says_its_labels_again() -> None:
    header = ["地区", *(f"第{n}项指标的名称（亿元）" for n in range(12))]
    writer = write([header, ["重庆", *map(str, range(12))]], Corner("S", 1, [1, 2]))
    tables = writer.text.strip().split("\n\n")
    assert len(tables) > 1
    assert all(table.startswith("| 地区 |") for table in tables)
    assert all(table.count("| 重庆 |") == 1 for table in tables)
    cells = [cell for table in tables for cell in table.splitlines()[2].split(" | ")[1:]]
    assert [cell.strip(" |") for cell in cells] == list(map(str, range(12)))
    places = [str(m.place.to_json()["range"]) for m in writer.marks][1::2]
    assert places[0].startswith("A2:")
    assert places[-1].endswith("M2")
    assert not places[1].startswith("A2")


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["a", "b"], ["1", "2"]], True),
        ([["Line", "2022", "2023"], ["x", "5", "6"]], True),
        ([["1", "2"], ["3", "4"]], False),
        ([["x", "41.5", "62%"], ["y", "2", "3"]], False),
        ([["Only one"], ["1"]], False),
        ([["a", "b"]], False),
        ([["Name", "¥1,204"], ["x", "y"]], False),
    ],
)
def test_a_header_is_a_row_of_names_or_years(rows: Rows, header: bool) -> None:
    assert has_header(rows) is header
