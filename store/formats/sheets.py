"""Rows of a sheet, of whatever file, as captions and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from store.formats.extract import Writer
from store.formats.tables import Corner, has_header, write_table
from store.places import Box, Place

_LIST = 3  # rows of one cell each: fewer are a caption or a note


class SheetRow(NamedTuple):
    """The cells of row `number` (from 1), from column A on, as a person sees them."""

    number: int
    cells: Sequence[str]


def write_sheet(writer: Writer, sheet: str, rows: Iterable[SheetRow]) -> None:
    """Blocks between empty rows: lines of one cell above a table are its caption."""
    header: Sequence[str] = ()
    for block in _split_blocks(rows):
        captions, table = _split_captions(block)
        is_list = len(captions) >= _LIST and not table
        for row in captions:
            _write_line(writer, sheet, row, is_list)
        if table:
            header = _write_block(writer, sheet, table, header)


def _split_blocks(rows: Iterable[SheetRow]) -> Iterator[list[SheetRow]]:
    block: list[SheetRow] = []
    for row in rows:
        if any(cell.strip() for cell in row.cells):
            block.append(row)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _split_captions(block: list[SheetRow]) -> tuple[list[SheetRow], list[SheetRow]]:
    """The rows of one cell that a block begins with, and the rest."""
    wide = next((n for n, row in enumerate(block) if _count(row) > 1), len(block))
    return block[:wide], block[wide:]


def _count(row: SheetRow) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def _write_line(writer: Writer, sheet: str, row: SheetRow, is_item: bool) -> None:
    column = next(n for n, cell in enumerate(row.cells, 1) if cell.strip())
    writer.mark(Place("cells", name=sheet, box=Box(column, row.number, column, row.number)))
    if is_item:
        writer.items([row.cells[column - 1]])
    else:
        writer.paragraph(row.cells[column - 1])


def _write_block(
    writer: Writer, sheet: str, rows: list[SheetRow], known: Sequence[str]
) -> Sequence[str]:
    """The header from here on: a table that goes on behind an empty row keeps its own."""
    cells = [row.cells for row in rows]
    numbers = [row.number for row in rows]
    if has_header(cells) or (len(cells) == 1 and not known):
        header = cells[0]
    else:
        header = known if _fits(known, cells) else [""] * max(map(len, cells))
        cells, numbers = [header, *cells], [numbers[0], *numbers]
    write_table(writer, cells, Corner(sheet, 1, numbers))
    return header


def _fits(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    return bool(header) and all(
        n < len(header) and header[n].strip()
        for row in rows
        for n, cell in enumerate(row)
        if cell.strip()
    )
