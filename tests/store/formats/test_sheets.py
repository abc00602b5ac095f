"""Rows of a sheet as captions and tables, each with its cells."""

from __future__ import annotations

from store.formats.extract import Writer
from store.formats.sheets import SheetRow, write_sheet


def write(*rows: list[str]) -> Writer:
    writer = Writer()
    write_sheet(writer, "S", [SheetRow(n, row) for n, row in enumerate(rows, 1)])
    return writer


def ranges(writer: Writer) -> list[object]:
    return [mark.place.to_json()["range"] for mark in writer.marks]


def test_one_filled_cell_above_a_table_is_its_caption() -> None:
    writer = write(["", "收入", ""], ["Name", "A", "B"], ["x", "1", "2"])
    assert writer.text == "收入\n\n| Name | A | B |\n| --- | --- | --- |\n| x | 1 | 2 |\n"
    assert ranges(writer) == ["B1", "A2:C2", "A3:C3"]


def test_a_note_between_tables_is_a_paragraph() -> None:
    writer = write(["N", "A"], ["x", "1"], [], ["Source: the port."], [], ["M", "B"], ["y", "2"])
    assert "\n\nSource: the port.\n\n| M | B |" in writer.text
    assert ranges(writer)[2] == "A4"


def test_a_column_alone_is_a_list() -> None:
    writer = write(["Ports"], ["North"], ["South"])
    assert writer.text == "- Ports\n- North\n- South\n"
    assert ranges(writer) == ["A1", "A2", "A3"]


def test_rows_without_names_go_under_the_header_above_or_under_none() -> None:
    goes_on = write(["N", "A"], ["x", "1"], [], ["y", "2"])
    assert goes_on.text.endswith("| N | A |\n| --- | --- |\n| y | 2 |\n")
    alone = write(["y", "2"], ["z", "3"])
    assert alone.text == "|  |  |\n| --- | --- |\n| y | 2 |\n| z | 3 |\n"
    wider = write(["N", "A"], ["x", "1"], [], ["y", "2", "3"], ["z", "4", "5"])
    assert wider.text.endswith("|  |  |  |\n| --- | --- | --- |\n| y | 2 | 3 |\n| z | 4 | 5 |\n")


def test_an_empty_sheet_is_no_text() -> None:
    assert write([], [""], ["", " "]).text == ""
