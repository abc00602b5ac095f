"""Where a stretch of text stands in its file, through the metadata of a chunk and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.places import Box, Mark, Place, find_place, name_column, pack_marks

PAGES = [
    Mark(0, Place("page", 1, 1)),
    Mark(100, Place("page", 2, 2)),
    Mark(200, Place("page", 3, 3)),
]
ROWS = [
    Mark(n * 10, Place("cells", name="A" if n < 3 else "B", box=Box(1, n + 1, 4, n + 1)))
    for n in range(6)
]
HEADS = [Mark(0, Place("heading", name="A")), Mark(50, Place("heading", name="A › B"))]


def locate(marks: list[Mark], chunk: tuple[int, int], span: tuple[int, int]) -> object:
    metadata = {"start": chunk[0], "places": pack_marks(marks, *chunk)}
    place = find_place(metadata, *span)
    return place.to_json() if place else None


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [((0, 5), 1, 1), ((90, 100), 1, 1), ((90, 101), 1, 2), ((100, 101), 2, 2), ((99, 250), 1, 3)],
)
def test_a_quotation_is_on_the_pages_that_it_touches(
    span: tuple[int, int], first: int, last: int
) -> None:
    assert locate(PAGES, (0, 300), span) == {"kind": "page", "from": first, "to": last}


def test_the_place_is_that_of_the_quotation_not_of_the_chunk() -> None:
    assert locate(PAGES, (50, 300), (210, 220)) == {"kind": "page", "from": 3, "to": 3}


def test_a_chunk_keeps_the_mark_that_holds_where_it_begins() -> None:
    assert locate(PAGES, (150, 180), (160, 170)) == {"kind": "page", "from": 2, "to": 2}
    assert json.loads(str(pack_marks(PAGES, 150, 180))) == [[0, "page", 2]]


def test_rows_of_one_sheet_are_one_range() -> None:
    assert locate(ROWS, (0, 60), (5, 25)) == {"kind": "cells", "sheet": "A", "range": "A1:D3"}


def test_a_range_never_spans_two_sheets() -> None:
    assert locate(ROWS, (0, 60), (25, 45)) == {"kind": "cells", "sheet": "A", "range": "A3:D3"}


def test_a_file_with_one_sheet_and_no_name_has_cells_all_the_same() -> None:
    marks = [Mark(0, Place("cells", box=Box(2, 7, 2, 7)))]
    assert locate(marks, (0, 9), (0, 9)) == {"kind": "cells", "sheet": None, "range": "B7"}


def test_a_heading_is_the_one_that_the_quotation_begins_under() -> None:
    assert locate(HEADS, (0, 99), (60, 70)) == {"kind": "heading", "path": "A › B"}
    assert locate(HEADS, (0, 99), (40, 70)) == {"kind": "heading", "path": "A"}


def test_text_without_marks_has_no_place_of_its_own() -> None:
    assert pack_marks([], 0, 10) is None
    assert find_place({"start": 0}, 0, 5) is None


def test_text_before_the_first_heading_is_under_none() -> None:
    assert locate([Mark(5, Place("heading", name="A"))], (0, 9), (0, 2)) is None


@pytest.mark.parametrize(
    ("number", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (703, "AAA"), (16384, "XFD")]
)
def test_columns_are_named_as_a_spreadsheet_names_them(number: int, name: str) -> None:
    assert name_column(number) == name


@given(st.lists(st.integers(0, 400), min_size=1, unique=True), st.integers(0, 399), st.data())
def test_packing_loses_nothing_of_a_chunk(
    starts: list[int], start: int, data: st.DataObject
) -> None:
    """Whatever chunk a quotation stands in, its place is that of the whole document."""
    marks = [Mark(at, Place("page", n, n)) for n, at in enumerate(sorted(starts), 1)]
    end = data.draw(st.integers(start + 1, 400))
    first = data.draw(st.integers(start, end - 1))
    last = data.draw(st.integers(first + 1, end))
    assert locate(marks, (start, end), (first, last)) == locate(marks, (0, 400), (first, last))


@pytest.mark.parametrize(
    "place",
    [
        Place("lines", 3, 3),
        Place("heading", name="Plan › A1"),
        Place("cells", name="B2:C3", box=Box(1, 1, 26, 9)),
        Place("cells", box=Box(27, 1, 703, 1048576)),
    ],
)
def test_a_location_says_all_of_its_place(place: Place) -> None:
    assert Place.from_json(place.to_json()) == place


@given(st.tuples(*[st.integers(1, 20_000)] * 4))
def test_a_range_of_cells_is_read_as_it_is_named(cells: tuple[int, int, int, int]) -> None:
    assert Box.parse(Box(*cells).range) == Box(*cells)


@pytest.mark.parametrize("named", ["", "A", "1", "a1", "A1:B", "A1:B2:C3", "Ä1"])
def test_what_names_no_cells_is_an_error(named: str) -> None:
    with pytest.raises(ValueError, match="no cell"):
        Box.parse(named)
