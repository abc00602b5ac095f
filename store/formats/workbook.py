"""XLSX: each visible sheet as tables, with the values that were last worked out."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import openpyxl

from store.formats.about import clean_author, clean_title
from store.formats.damage import reading
from store.formats.extract import Extract, Note, Source, Writer
from store.formats.packed import open_packed
from store.formats.sheets import SheetRow, write_sheet
from store.formats.values import show_value

if TYPE_CHECKING:
    from openpyxl import Workbook


def read_workbook(source: Source) -> Extract:
    """Formulas count by the value that the program stored with them; without one they are empty,
    which a note says. Raises IngestError "damaged", "encrypted", "bomb", "too_many_cells"."""
    with reading(source), warnings.catch_warnings():
        # Of parts that it leaves out (drawings, validation): none of them is text.
        warnings.simplefilter("ignore")
        open_packed(source).close()
        book = openpyxl.load_workbook(io.BytesIO(source.data), read_only=True, data_only=True)
        try:
            return _read_sheets(source, book)
        finally:
            book.close()


def _read_sheets(source: Source, book: Workbook) -> Extract:
    writer = Writer()
    left = source.limits.cells
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        # The size that a sheet states may be that of the whole grid.
        sheet.reset_dimensions()
        counted = _Counter(source, left)
        writer.heading(2, sheet.title)
        write_sheet(writer, sheet.title, counted.take(sheet.iter_rows()))
        left = counted.left
    known = book.properties
    return Extract(
        writer.text,
        tuple(writer.marks),
        title=clean_title(known.title, source.path.name) or source.path.stem,
        author=clean_author(known.creator),
        notes=_find_notes(source),
    )


class _Counter:
    """Reads rows, and stops where a workbook has more cells than it may."""

    def __init__(self, source: Source, left: int) -> None:
        self.left = left
        self._source = source

    def take(self, rows: Any) -> Iterator[SheetRow]:
        for number, row in enumerate(rows, 1):
            self.left -= len(row)
            if self.left < 0:
                raise self._source.refuse("too_many_cells", limit=self._source.limits.cells)
            yield SheetRow(number, [_show(cell) for cell in row])


def _show(cell: Any) -> str:
    return show_value(cell.value, getattr(cell, "number_format", None) or "General")


def _find_notes(source: Source) -> tuple[Note, ...]:
    """Whether there are formulas without their values, as programs write that don't calculate."""
    with open_packed(source) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        for name in names:
            content = archive.read(name)
            if b"<f>" in content and (
                b"</f><v></v>" in content
                or b"</f><v/>" in content
                or b"</f></c>" in content
                or b"</f><v />" in content
            ):
                return (Note("formulas"),)
    return ()
