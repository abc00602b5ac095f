"""Tables of a PDF that are drawn with lines: found by pdfplumber, where a page has such lines.

Columns that only white space keeps apart are left to the text: guessed columns lose more figures
than they order.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from typing import Any

import pdfplumber
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from assistant.errors import IngestError
from store.formats.damage import reading
from store.formats.extract import Source, fold_line

# pdfminer remarks on every oddity of a font.
logging.getLogger("pdfminer").setLevel(logging.ERROR)

Blocks = list["str | list[list[str]]"]
_FEWEST_LINES = 4  # drawn objects: a table of two cells has as many
_MOST_LINES = 3000  # more make a drawing or a map, and hours of work
_UNKNOWN = "(cid:"  # pdfminer's sign for a letter that it can't tell


class TablePages:
    """The pages of one PDF that have ruled tables; opened when the first is met."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._opened: Any = None
        self._failed = False

    def read(self, number: int, page: Any) -> Blocks:
        """The texts and tables of a page in their order; [] where there is no table, or none that
        can be read: its text layer is then all there is to it."""
        if self._failed or not _has_lines(page):
            return []
        try:
            with reading(self._source):
                return self._read(number)
        except IngestError:
            self._failed = True  # pdfium reads more damaged files than pdfminer does
            return []

    def _read(self, number: int) -> Blocks:
        if self._opened is None:
            self._opened = pdfplumber.open(io.BytesIO(self._source.data))
        page = self._opened.pages[number - 1]
        try:
            found = [one for one in page.find_tables() if _is_table(_rows_of(one))]
            return _order(page, found)
        finally:
            page.close()


def _has_lines(page: pdfium.PdfPage) -> bool:
    count = 0
    for _ in page.get_objects(filter=(pdfium_c.FPDF_PAGEOBJ_PATH,), max_depth=4):
        count += 1
        if count > _MOST_LINES:
            return False
    return count >= _FEWEST_LINES


def _rows_of(table: Any) -> list[list[str]]:
    rows = [[fold_line(cell or "") for cell in row] for row in table.extract()]
    return [row for row in rows if any(row)]


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Frames are drawn with lines too: a table has rows, columns, and most of its cells filled."""
    filled = sum(1 for row in rows for cell in row if cell)
    wide = max(map(len, rows), default=0)
    if len(rows) < 2 or wide < 2 or filled * 2 < len(rows) * wide:
        return False
    return not any(_UNKNOWN in cell for row in rows for cell in row)


def _order(page: Any, tables: Sequence[Any]) -> Blocks:
    """Each table between the lines of text above and below it."""
    if not tables:
        return []
    boxes = [table.bbox for table in tables]
    outside = page.filter(lambda one: not _is_inside(one, boxes))
    lines = [(line["top"], line["text"]) for line in outside.extract_text_lines()]
    if any(_UNKNOWN in text for _, text in lines):
        return []
    pieces = [*lines, *((table.bbox[1], _rows_of(table)) for table in tables)]
    blocks: Blocks = []
    for _, piece in sorted(pieces, key=lambda pair: pair[0]):
        if isinstance(piece, str) and blocks and isinstance(blocks[-1], str):
            blocks[-1] += f"\n{piece}"
        else:
            blocks.append(piece)
    return blocks


def _is_inside(one: dict[str, Any], boxes: Sequence[tuple[float, float, float, float]]) -> bool:
    x, y = (one["x0"] + one["x1"]) / 2, (one["top"] + one["bottom"]) / 2
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)
