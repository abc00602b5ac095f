"""Rows of tables: what each cell states under its header.

A row's numbers are bare where the header or the caption names their unit once for all of them:
under "GDP per capita (RMB)" the cell 152,548 states CNY 152,548. Read are pipe tables, rows whose
cells are kept apart by tabs or wide gaps, and rows that cleaning or OCR has left as a label and a
run of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from assistant.figures import Figure, find_figures
from assistant.figures.units import EXACT
from assistant.headers import Unit, covers, find_unit
from assistant.subjects import find_places
from assistant.text.language import detect_language

_NUMBER = r"[-−+]?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|[-−+]?\d+(?:\.\d+)?"
_BARE = re.compile(rf"\s*[~≈约]?\s*({_NUMBER})\s*")
_RUN = re.compile(
    rf"(?<![\w.,，%-])(?:{_NUMBER})%?(?:[ \t]+(?:{_NUMBER})%?)+(?![\w.,，]*\d)(?=\s|$|\|)"
)
_TAB, _PIPE, _WIDE_GAP = re.compile(r"\t+"), re.compile(r"(?<!\\)\|"), re.compile(r" {2,}")
_CELL = re.compile(r"(?=.*\w)[^;；。•]{1,60}")
_RULE = re.compile(r"\|?[\s:|=_*-]+\|?")
_ASIDE = re.compile(r"[(（\[]([^()（）\[\]]{1,40})[)）\]]")
_MAGNITUDE = re.compile(r"(?:thousand|million|billion|trillion|bn|mn|[万亿千百萬億])", re.I)
_HIGHEST_RANK = 1000
_CAPTION_LINES = 3
_STOPPED = re.compile(r"[.。；;!?]\s*\Z")
_WIDEST_LINE = 200  # characters: a longer line with wide gaps is prose, badly set
_PERIODS = frozenset({"year", "date", "half", "quarter"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its place in the searched text, the header above it, what it states."""

    text: str
    span: tuple[int, int]
    column: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its first cell is what the others are about; `caption` stands above the table."""

    label: str
    cells: tuple[Cell, ...]
    header: tuple[int, int] | None
    caption: str

    @property
    def figures(self) -> list[Figure]:
        return [figure for cell in self.cells for figure in cell.figures]


class _Piece(NamedTuple):
    text: str
    start: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.start + len(self.text)


@lru_cache(maxsize=4096)
def read_rows(text: str, span: tuple[int, int]) -> tuple[Row, ...]:
    """The table rows within a span of a text, in order; the header row itself is none."""
    lines = _split_lines(text)
    inside = [
        n for n, line in enumerate(lines) if max(line.start, span[0]) < min(line.span[1], span[1])
    ]
    rows = [row for n in inside if (row := _read_row(lines, n))]
    if not rows and inside:
        rows = list(_read_runs(text, span))
    return tuple(rows)


def _split_lines(text: str) -> list[_Piece]:
    edges = [-1, *(match.start() for match in re.finditer("\n", text)), len(text)]
    return [_Piece(text[a + 1 : b], a + 1) for a, b in pairwise(edges)]


def _read_row(lines: Sequence[_Piece], at: int) -> Row | None:
    cells = _split_cells(lines[at])
    if len(cells) < 2 or _RULE.fullmatch(lines[at].text):
        return None
    top = _find_top(lines, at)
    header = _split_cells(lines[top])
    caption = _caption(lines, top)
    if not _is_header(header):
        columns = _name_columns(lines, top, len(cells) - 1)
        place = lines[top - 1].span if any(columns) else None
        return None if _stands_alone(lines, at) else _build_row(cells, columns, place, caption)
    names = [piece.text for piece in header]
    return (
        None
        if top == at
        else _build_row(cells, _align(names, len(cells)), lines[top].span, caption)
    )


def _find_top(lines: Sequence[_Piece], at: int) -> int:
    """The first line of the table that a row is in."""
    top = at
    while top and (len(_split_cells(lines[top - 1])) > 1 or _is_rule(lines[top - 1].text)):
        top -= 1
    return top


def _stands_alone(lines: Sequence[_Piece], at: int) -> bool:
    """Prose has wide gaps and numbers in a row too; rows of a table come in company."""
    around = [n for n in (at - 1, at + 1) if 0 <= n < len(lines)]
    if lines[at].text.lstrip().startswith("|") or "\t" in lines[at].text:
        return False
    return not any(len(_split_cells(lines[n])) > 1 for n in around)


def _name_columns(lines: Sequence[_Piece], top: int, width: int) -> list[str]:
    """Headers out of a line whose gaps were folded into blanks: as many places or years as there
    are cells. The first of the columns is the rows' own."""
    above = lines[top - 1].text if top else ""
    places = [above[slice(*place.span)] for place in find_places(above)]
    years = [figure.text for figure in find_figures(above) if figure.unit == "year"]
    names = next((found for found in (places, years) if len(found) == width), [""] * width)
    return ["", *names]


def _is_rule(line: str) -> bool:
    return bool(line.strip()) and _RULE.fullmatch(line) is not None


def _is_header(cells: Sequence[_Piece]) -> bool:
    """Names or years stand in a header, and never a number that counts something."""
    return not any(_is_amount(cell.text) for cell in cells[1:])


def _is_amount(cell: str) -> bool:
    figures = find_figures(cell)
    if len(figures) == 1 and figures[0].unit in _PERIODS:
        return False
    if _BARE.fullmatch(cell):
        return True
    whole = [figure for figure in figures if figure.bound != "exact" or covers(figure, cell)]
    return bool(whole) and not _ASIDE.search(cell)


def _caption(lines: Sequence[_Piece], top: int) -> str:
    return "\n".join(line.text for line in lines[max(0, top - _CAPTION_LINES) : top])


def _split_cells(line: _Piece) -> list[_Piece]:
    """The cells of a line, fewer than two where it is none of a table."""
    stripped = line.text.strip()
    if stripped.startswith("|") and stripped.count("|") > 1:
        pieces = _split_at(line, _PIPE)
        return pieces[1:-1] if stripped.endswith("|") else pieces[1:]
    if "\t" in stripped:
        return [piece for piece in _split_at(line, _TAB) if piece.text]
    if _WIDE_GAP.search(stripped) and len(stripped) < _WIDEST_LINE:
        pieces = [piece for piece in _split_at(line, _WIDE_GAP) if piece.text]
        return pieces if all(_CELL.fullmatch(piece.text) for piece in pieces) else []
    return _split_plain(line)


def _split_at(line: _Piece, gap: re.Pattern[str]) -> list[_Piece]:
    found, last = [], 0
    for match in [*gap.finditer(line.text), None]:
        end = match.start() if match else len(line.text)
        raw = line.text[last:end]
        left = len(raw) - len(raw.lstrip())
        found.append(_Piece(raw.strip(), line.start + last + left))
        last = match.end() if match else end
    return found


def _split_plain(line: _Piece) -> list[_Piece]:
    """A label and a run of at least two numbers, with or without words behind."""
    run = _RUN.search(line.text)
    label = line.text[: run.start()].strip() if run else ""
    if not run or not label or len(label) > 80 or _STOPPED.search(line.text):
        return []
    left = len(line.text) - len(line.text.lstrip())
    cells = [_Piece(label, line.start + left)]
    for match in re.finditer(r"\S+", run.group()):
        cells.append(_Piece(match.group(), line.start + run.start() + match.start()))
    return cells


def _build_row(
    cells: Sequence[_Piece], columns: Sequence[str], place: tuple[int, int] | None, caption: str
) -> Row:
    label, first = cells[0].text, columns[0]
    read = [
        Cell(cell.text, cell.span, column, _read_cell(cell, (column, label, first, caption)))
        for cell, column in zip(cells[1:], columns[1:], strict=True)
    ]
    return Row(label, tuple(read), place, caption)


def _align(names: Sequence[str], width: int) -> list[str]:
    """The header over each cell; none where the two are not equally wide."""
    if len(names) == width:
        return list(names)
    return [*names, *[""] * width][:width] if len(names) > width else [""] * width


def _read_runs(text: str, span: tuple[int, int]) -> Iterator[Row]:
    """Rows that a broken page has left within a paragraph: a label with its unit in brackets, which
    may close only behind the numbers, and a run of numbers."""
    part = text[slice(*span)]
    for run in _RUN.finditer(part):
        before = part[max(0, run.start() - 80) : run.start()]
        aside = re.search(r"[(（]([^()（）]{1,40})[)）][\s|]*\Z", before)
        opened = re.search(r"[(（]([^()（）|]{0,40})[\s|]*\Z", before)
        closed = re.match(r"\s*([^()（）|]{0,24})[)）]", part[run.end() :])
        if aside:
            unit = aside.group(1)
        elif opened and closed:
            unit = f"{opened.group(1)} {closed.group(1)}"
        else:
            continue
        label = re.sub(r"[\s|]+\Z", "", before[: (aside or opened).start()])  # type: ignore[union-attr]
        label = re.split(r"[.。;；]\s|\d\s", label)[-1].strip()
        yield _build_run(run, span[0], label, unit)


def _build_run(run: re.Match[str], offset: int, label: str, unit: str) -> Row:
    cells = []
    for match in re.finditer(r"\S+", run.group()):
        piece = _Piece(match.group(), offset + run.start() + match.start())
        cells.append(Cell(piece.text, piece.span, "", _read_cell(piece, (f"({unit})", "", "", ""))))
    return Row(f"{label} ({unit})", tuple(cells), None, "")


def _read_cell(cell: _Piece, above: tuple[str, str, str, str]) -> tuple[Figure, ...]:
    """The figures of a cell; a bare one takes its unit from the column, else the row's label, else
    the first column's header, else the caption."""
    found = [_moved(figure, cell.start) for figure in find_figures(cell.text)]
    bare = _BARE.match(cell.text)
    if not bare or not _is_bare(cell.text, bare, found):
        return tuple(found)
    number = found[0] if found else _plain(cell, bare)
    unit = find_unit(*above)
    if unit and not (unit.unit == "years" and number.unit == "year"):
        return (_scale(number, unit, cell, bare),)
    if not found and detect_language(cell.text) != "zh":
        return (number,)
    return tuple(found)


def is_bare(cell: str) -> bool:
    """Whether a cell holds a number and nothing else."""
    return _BARE.fullmatch(cell) is not None


def _is_bare(text: str, bare: re.Match[str], found: Sequence[Figure]) -> bool:
    rest = text[bare.end() :].strip()
    if not rest:
        return True
    return len(found) == 1 and found[0].unit == "count" and bool(_MAGNITUDE.fullmatch(rest))


def _plain(cell: _Piece, bare: re.Match[str]) -> Figure:
    digits = bare.group(1)
    value = Decimal(re.sub("[,，]", "", digits).replace("−", "-"))
    step = Decimal(1).scaleb(int(value.as_tuple().exponent))
    start = cell.start + bare.start(1)
    return Figure(value, "count", digits, (start, start + len(digits)), "exact", step)


def _moved(figure: Figure, by: int) -> Figure:
    return replace(figure, span=(figure.span[0] + by, figure.span[1] + by))


def _scale(figure: Figure, unit: Unit, cell: _Piece, bare: re.Match[str]) -> Figure:
    """In the column's unit. "2015" in a column of money is an amount, and no year; "1.2 billion"
    below "RMB million" has its magnitude already."""
    if figure.unit != "count":
        figure = _plain(cell, bare)
    rank = unit.unit == "rank"
    if rank and not (figure.value == int(figure.value) and 0 < figure.value <= _HIGHEST_RANK):
        return figure
    factor = Decimal(1) if _MAGNITUDE.search(cell.text) else unit.factor
    value, step = (EXACT.multiply(one, factor) for one in (figure.value, figure.step))
    return replace(figure, value=value, step=step, unit=unit.unit)
