"""XLSX: values as they are shown, each row with its cells."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from assistant.errors import IngestError
from store.formats.extract import Extract, Note
from store.formats.limits import Limits
from store.formats.workbook import read_workbook
from tests.support.files import make_xlsx, source_of

LINES = [["Line", "Length (km)"], ["Coastal", 182], ["Hill", 96]]


def read(data: bytes, limits: Limits | None = None) -> Extract:
    return read_workbook(source_of("rail.xlsx", data, limits or Limits()))


def places(found: Extract) -> dict[str, object]:
    """The location of each line of a table by the line."""
    shown: dict[str, object] = {}
    for mark in found.marks:
        line = found.text[mark.start :].lstrip("\n").split("\n")[0]
        shown[line] = mark.place.to_json()
    return shown


def test_each_row_knows_its_sheet_and_cells() -> None:
    found = read(make_xlsx({"Lines": LINES, "收入": [["年", "亿元"], ["2023", 36.8]]}))
    known = places(found)
    assert known["| Coastal | 182 |"] == {"kind": "cells", "sheet": "Lines", "range": "A2:B2"}
    assert known["| 2023 | 36.8 |"] == {"kind": "cells", "sheet": "收入", "range": "A2:B2"}


def test_captions_stand_above_the_table_and_blank_rows_part_tables() -> None:
    rows = [["收入表"], ["单位：亿元"], *LINES, [], ["Again", "Count"], ["x", 5]]
    found = read(make_xlsx({"S": rows}))
    assert (
        "收入表\n\n单位：亿元\n\n| Line | Length (km) |\n| --- | --- |\n| Coastal | 182 |"
        in found.text
    )
    assert "| Again | Count |\n| --- | --- |\n| x | 5 |" in found.text
    assert places(found)["| x | 5 |"] == {"kind": "cells", "sheet": "S", "range": "A8:B8"}


def test_a_table_that_goes_on_behind_a_blank_row_keeps_its_header() -> None:
    rows = [*LINES, [], ["Valley", 12], ["Lake", 7]]
    text = read(make_xlsx({"S": rows})).text
    assert text.count("| Line | Length (km) |") == 2
    assert text.endswith("| Line | Length (km) |\n| --- | --- |\n| Valley | 12 |\n| Lake | 7 |\n")


def test_numbers_without_a_header_get_none() -> None:
    text = read(make_xlsx({"S": [[1, 2], [3, 4]]})).text
    assert text.endswith("|  |  |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n")


def test_a_table_that_begins_further_in_is_found_there() -> None:
    rows = [[None, None, None], [None, "Line", "Length"], [None, "Coastal", 182], [None, "Hill", 9]]
    known = places(read(make_xlsx({"S": rows})))
    assert known["| Coastal | 182 |"] == {"kind": "cells", "sheet": "S", "range": "B3:C3"}


def test_formats_are_those_that_a_person_sees() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["When", "Share", "Cost"])
    sheet.append([dt.date(2024, 3, 31), 0.231, 1204.5])
    for cell, code in (("B2", "0.0%"), ("C2", '"¥"#,##0.00')):
        sheet[cell].number_format = code
    book.save(made := io.BytesIO())
    assert "| 2024-03-31 | 23.1% | ¥1,204.50 |" in read(made.getvalue()).text


def formulas(value: Any) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["Item", "Sum"])
        sheet.write(1, 0, "All")
        sheet.write_formula(1, 1, "=1+1", None, value)
    return made.getvalue()


def test_a_formula_counts_by_its_stored_value() -> None:
    found = read(formulas(41))
    assert "| All | 41 |" in found.text
    assert found.notes == ()


def test_a_formula_without_a_value_is_noted() -> None:
    found = read(make_xlsx({"S": [["Item", "Sum"], ["All", "=1+1"]]}))
    assert "1+1" not in found.text
    assert found.notes == (Note("formulas"),)


def test_hidden_sheets_are_left_out() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Shown", "here"])
    hidden = book.create_sheet("Secret")
    hidden.append(["salary", 5])
    hidden.sheet_state = "hidden"
    book.save(made := io.BytesIO())
    assert "salary" not in read(made.getvalue()).text


def test_a_wide_table_is_several_each_with_its_labels() -> None:
    names = [f"Measure number {n} (USD million)" for n in range(20)]
    found = read(make_xlsx({"S": [["Region", *names], ["North", *range(20)]]}))
    assert found.text.count("| North |") == 2
    assert max(map(len, found.text.split("\n"))) < 600
    ranges = [str(place) for line, place in places(found).items() if "North" in line]
    assert ["A2:M2" in ranges[0], "N2:U2" in ranges[1], len(ranges)] == [True, True, 2]


def test_more_cells_than_may_be_are_refused() -> None:
    with pytest.raises(IngestError) as caught:
        read(make_xlsx({"S": [[1, 2, 3]] * 5}), Limits(cells=10))
    assert (caught.value.code, caught.value.details["limit"]) == ("too_many_cells", 10)


def test_the_title_is_the_books_or_the_files() -> None:
    assert read(make_xlsx({"S": LINES}, title="Railways")).title == "Railways"
    assert read(make_xlsx({"S": LINES})).title == "rail"
