"""Tables as comma-separated values that a spreadsheet may open without running anything.

A cell that begins like a formula is led by an apostrophe, as OWASP's page on CSV injection advises;
a number is left as it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"[\s\ufeff]*[=+\-@＝＋－＠\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")


def write_rows(rows: Iterable[Sequence[str]]) -> list[str]:
    """A line a row, quoted where needed, without line ends: those within cells become blanks."""
    return [_write(row) for row in rows]


def _write(row: Sequence[str]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="").writerow([guard(cell) for cell in row])
    return made.getvalue()


def guard(cell: str) -> str:
    """The cell in one line, as text that no spreadsheet takes for a formula."""
    if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        cell = f"'{cell}"
    return " ".join(cell.split())
