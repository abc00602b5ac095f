"""The figures that a sentence of a chunk states; of a table's row, with what its header says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from llama_index.core.schema import TextNode

from assistant.figures import Figure, find_figures
from assistant.tables import read_rows

_LONGEST_TITLE = 160  # characters: a longer line above a table is prose
_LABEL = re.compile(
    r"(?:[表图圖]|(?:Table|Figure|Fig\.|Chart|Exhibit)\b)\s*[\d.一二三四五六七八九十-]*\s*[:：.]",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)
def figures_of(text: str) -> tuple[Figure, ...]:
    """`find_figures`, remembered: the same sentences come back question after question."""
    return tuple(find_figures(text))


def figures_at(node: TextNode, span: tuple[int, int]) -> Sequence[Figure]:
    """The figures of a sentence of a chunk; a row of a table with what its header says of it."""
    return find_row_figures(node, span) or figures_of(node.text[slice(*span)])


def find_row_figures(node: TextNode, span: tuple[int, int]) -> list[Figure]:
    """What the table rows within a span of a chunk's text state, header and caption read with them.

    Spans of the figures are offsets in `node.text`. Empty where no table row lies in the span.
    """
    start, end = span
    figures = (figure for row in read_rows(node.text, span) for figure in row.figures)
    return [one for one in figures if start <= one.span[0] and one.span[1] <= end]


def read_quotation(node: TextNode, quote: str) -> list[Figure]:
    """The figures of a quotation as they stand there, and those of a table row as its header makes
    them."""
    at = node.text.find(quote)
    rows = find_row_figures(node, (at, at + len(quote))) if at >= 0 else []
    return [*find_figures(quote), *rows]


def read_heading(node: TextNode, span: tuple[int, int]) -> str:
    """What stands above a table's row: its caption and the heads of its columns; "" elsewhere."""
    rows = read_rows(node.text, span)
    return " ".join(part for row in rows for part in (row.caption, *(c.column for c in row.cells)))


def find_headings(node: TextNode, span: tuple[int, int]) -> list[tuple[int, int]]:
    """Where in a chunk's text the head of a row's table stands, with the title above it."""
    headers = {row.header for row in read_rows(node.text, span) if row.header}
    return sorted({place for header in headers for place in (header, *_find_title(node, header))})


def _find_title(node: TextNode, header: tuple[int, int]) -> list[tuple[int, int]]:
    above = node.text[: header[0]].rstrip()
    start = above.rfind("\n") + 1
    return [(start, len(above))] if 0 < len(above) - start < _LONGEST_TITLE else []


def is_title(node: TextNode, span: tuple[int, int]) -> bool:
    """Whether a sentence is the title of the table below it, which states nothing of its own."""
    start, end = span
    below = node.text[end:].lstrip()
    return below.startswith("|") and _LABEL.match(node.text, start) is not None
