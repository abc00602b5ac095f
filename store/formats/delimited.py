"""CSV and its kin: a table whose cells a spreadsheet would number in the same way."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from statistics import mode

from store.formats.damage import reading
from store.formats.extract import Extract, Source, Writer
from store.formats.plain import decode_source
from store.formats.sheets import SheetRow, write_sheet

_DELIMITERS = ",;\t|，"
_SAMPLE = 64_000
_STATED = re.compile(r"sep=([^\r\n])\r?\n", re.I)  # as spreadsheets write above the first row
_LONGEST_CELL = 1_000_000


def read_delimited(source: Source) -> Extract:
    """The file as one sheet without a name. Raises IngestError "encoding", "damaged",
    "too_many_cells"."""
    text, notes = decode_source(source)
    writer = Writer()
    with reading(source):
        csv.field_size_limit(_LONGEST_CELL)
        write_sheet(writer, "", _read_rows(source, text))
    return Extract(writer.text, tuple(writer.marks), title=source.path.stem, notes=notes)


def _read_rows(source: Source, text: str) -> Iterator[SheetRow]:
    delimiter = find_delimiter(text)
    text = _STATED.sub("", text, count=1) if _STATED.match(text) else text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    left = source.limits.cells
    for number, row in enumerate(reader, 1):
        left -= len(row)
        if left < 0:
            raise source.refuse("too_many_cells", limit=source.limits.cells)
        yield SheetRow(number, row)


def find_delimiter(text: str) -> str:
    """The sign by which most lines fall into equally many cells, and into the most of them.

    csv.Sniffer guesses letters and blanks on short files, and gives up on one column.
    """
    sample = text[:_SAMPLE]
    if stated := _STATED.match(sample):
        return stated.group(1)
    return max(_DELIMITERS, key=lambda sign: _agreement(sample, sign))


def _agreement(sample: str, sign: str) -> tuple[float, int]:
    try:
        rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=sign) if row]
    except csv.Error:
        return (0.0, 0)
    widths = [len(row) for row in rows if len(row) > 1]
    if not widths:
        return (0.0, 0)
    usual = mode(widths)
    return (widths.count(usual) / len(rows), usual)
