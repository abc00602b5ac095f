"""Which drawn lines are a table."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest

from store.formats.ruled import TablePages
from tests.support.files import make_pdf, source_of

TABLE = [["Port", "Trade"], ["North", "5"], ["South", "7"]]


def read(data: bytes, number: int = 1) -> list[Any]:
    document = pypdfium2.PdfDocument(data)
    try:
        return TablePages(source_of("a.pdf", data)).read(number, document[number - 1])
    finally:
        document.close()


def test_a_page_is_its_texts_and_tables_in_order() -> None:
    above, table, below = read(make_pdf([["Above.", TABLE, "下文。"]]))
    assert (above, table, below) == ("Above.", TABLE, "下文。")


@pytest.mark.parametrize(
    "page",
    [
        ["Only text."],
        [[["A frame around one text"]]],
        [[["", "", ""], ["", "x", ""], ["", "", ""]]],
    ],
)
def test_a_page_without_a_table_has_no_blocks_of_its_own(page: Any) -> None:
    assert read(make_pdf([page])) == []


def test_pages_are_counted_from_one() -> None:
    data = make_pdf([["Text."], [TABLE]])
    assert read(data, 1) == []
    assert read(data, 2) == [TABLE]
