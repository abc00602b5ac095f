"""What a sentence of an answer states: its own words, what it quotes, its figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from llama_index.core.schema import TextNode

from assistant.figures import Figure, find_figures

Span = tuple[int, int]

_QUOTED = re.compile(r"“([^”]{6,})”|「([^」]{6,})」|«([^»]{6,})»|\"([^\"\n]{12,})\"")
_EDGES = "… "
_NAMED = ("organisation", "author", "publisher", "title", "document_title", "document")
_LETTER = re.compile(r"[^\W\d_]")
_BLANK = "_"
_MINUS = re.compile(r"(?:^|[^\w\s%）)-])[-−－]\Z|[\u4e00-\u9fff][-−－]\Z")


class ClaimReading(NamedTuple):
    """What a sentence states: its text with the names of its sources blanked out, its quotations,
    its figures; `bare` is the text without the quotations too."""

    text: str
    bare: str
    quoted: tuple[str, ...]
    figures: tuple[Figure, ...]


def read_claim(text: str, nodes: Sequence[TextNode]) -> ClaimReading:
    quotes = [_inner_span(match) for match in _QUOTED.finditer(text)]
    # Figures and quotation marks of a name ("Vision 2030") state nothing.
    names = _find_names(text, nodes)
    quotes = [span for span in quotes if not _lies_in(span, names)]
    plain = blank_out(text, names)
    return ClaimReading(
        text=plain,
        bare=blank_out(plain, quotes),
        quoted=tuple(filter(None, (text[slice(*span)].strip(_EDGES) for span in quotes))),
        figures=_find_figures(plain, quotes),
    )


def blank_out(text: str, spans: Sequence[Span]) -> str:
    """The text with these stretches covered, as long as before."""
    for start, end in spans:
        text = text[:start] + _BLANK * (end - start) + text[end:]
    return text


def is_negative(text: str, figure: Figure) -> bool:
    """Whether a minus stands before a figure that was read without it."""
    return figure.value > 0 and bool(_MINUS.search(text[: figure.span[0]]))


def _find_figures(text: str, quotes: Sequence[Span]) -> tuple[Figure, ...]:
    """The figures beside the quotations and those within, each read as in a text of its own: the
    number of a list's item is no figure at the start of a line, nor is it one when quoted."""
    found = find_figures(blank_out(text, quotes))
    for start, end in quotes:
        found += [_moved(figure, start) for figure in find_figures(text[start:end])]
    return tuple(sorted(found, key=lambda figure: figure.span))


def _moved(figure: Figure, by: int) -> Figure:
    return replace(figure, span=(figure.span[0] + by, figure.span[1] + by))


def _find_names(text: str, nodes: Sequence[TextNode]) -> list[Span]:
    """Where the sources' names stand. A name has letters: a title that is a bare number would
    hide that number everywhere."""
    names = {str(node.metadata.get(key, "")) for node in nodes for key in _NAMED}
    kept = [name for name in names if len(_LETTER.findall(name)) > 1]
    return [match.span() for name in kept for match in re.finditer(re.escape(name), text)]


def _lies_in(span: Span, others: Sequence[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _inner_span(match: re.Match[str]) -> Span:
    return match.span(match.lastindex or 0)
