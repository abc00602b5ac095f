"""Tables as Markdown pipe tables, each row with its cells in the file where it has any.

A row and its header must fit into one chunk, or its figures lose their units: what is wider is
written as several tables side by side, each with the column that names the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from store.formats.extract import Writer, fold_line
from store.places import Box, Place

_WIDEST = 420  # a row's width where a Latin letter counts one and a Chinese character three
_WIDEST_CELL = 3000  # characters: a cell that holds pages of text is cut by nothing here
_LABEL = 240  # the widest first column that is said again


class Corner(NamedTuple):
    """Where a table's first row begins in a sheet; rows and columns from 1."""

    sheet: str
    left: int
    rows: Sequence[int]


def write_table(
    writer: Writer, rows: Sequence[Sequence[str]], corner: Corner | None = None
) -> None:
    """Write rows, of which the first is the header; a header of two rows becomes one.

    Rows may differ in length; columns and rows that are empty throughout are left out.
    """
    width = max(map(len, rows), default=0)
    cells = [[_escape(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    used = [n for n in range(width) if any(row[n] for row in cells)]
    if not used:
        return
    numbers = [*corner.rows] if corner else []
    if _has_two_headers(cells):
        cells = [_merge(cells[0], cells[1]), *cells[2:]]
        numbers = [*numbers[:1], *numbers[2:]]
    for columns in _slice_columns(cells, used):
        writer.gap()
        for at, row in enumerate(cells):
            shown = [row[n] for n in columns]
            if at and not any(shown):
                continue
            if corner:
                writer.mark(_place(corner, numbers[at], columns, used[0]))
            writer.put(f"| {' | '.join(shown)} |\n")
            if at == 0:
                writer.put("|" + " --- |" * len(columns) + "\n")


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: most of its cells are words or years."""
    if len(rows) < 2:
        return False
    filled = [cell for cell in rows[0] if cell.strip()]
    numbers = [cell for cell in filled if _is_number(cell)]
    return len(filled) > 1 and 2 * len(numbers) < len(filled)


def _has_two_headers(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the second row parts what the first one names for several columns at once."""
    if len(rows) < 3 or any(map(_is_number, (*rows[0], *rows[1]))):
        return False
    under = [one for one, other in zip(rows[1], rows[0], strict=True) if one and not other]
    spanned = any(not cell for cell in rows[0][1:]) and any(rows[0][1:])
    return spanned and bool(under) and any(map(_is_number, rows[2]))


def _merge(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    names: list[str] = []
    above = ""
    for one, other in zip(upper, lower, strict=True):
        above = one or above
        names.append(" ".join(dict.fromkeys(part for part in (above, other) if part)))
    return names


def _is_number(cell: str) -> bool:
    plain = cell.strip().strip("%¥$€£()+-−").replace(",", "")
    year = len(plain) == 4 and plain.isdigit() and plain[:2] in ("19", "20")
    return bool(plain) and not year and plain.replace(".", "", 1).isdecimal()


def _escape(cell: str) -> str:
    """On one line, and without the sign that parts cells."""
    return fold_line(cell).replace("|", "¦")


def _slice_columns(cells: Sequence[Sequence[str]], used: Sequence[int]) -> Iterator[list[int]]:
    widths = {n: max(_width(row[n]) for row in cells) for n in used}
    label = used[0]
    again = [label] if widths[label] <= _LABEL else []
    columns, width = [label], widths[label]
    for column in used[1:]:
        if width + widths[column] > _WIDEST and len(columns) > len(again):
            yield columns
            columns, width = [*again], sum(widths[n] for n in again)
        columns.append(column)
        width += widths[column]
    yield columns


def _width(cell: str) -> int:
    shown = cell[:_WIDEST_CELL]
    return len(shown) + 2 * sum(character > "\u2e7f" for character in shown) + 3


def _place(corner: Corner, row: int, columns: Sequence[int], label: int) -> Place:
    """The cells of a row; of a slice, those beside the label that stands before them again."""
    own = columns if columns[0] != label or len(columns) == 1 or columns[1] == label + 1 else ()
    shown = own or columns[1:]
    box = Box(corner.left + shown[0], row, corner.left + shown[-1], row)
    return Place("cells", name=corner.sheet, box=box)
