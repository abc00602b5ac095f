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
_PART_END = re.compile(r"[;；。\n]|[,，](?!\d{3}(?!\d))|\b(?:and|while|whereas|but)\b|而")
_BLANK = "_"
_MINUS = re.compile(r"(?:^|[^\w\s%）)-])[-−－]\Z|[\u4e00-\u9fff][-−－]\Z")


class ClaimReading(NamedTuple):
    """What a sentence states: its text with the names of its sources blanked out, its quotations,
    its figures; `bare` is the text without the quotations too, `names` the words of its part in
    which each figure stands."""

    text: str
    bare: str
    quoted: tuple[str, ...]
    figures: tuple[Figure, ...]
    names: tuple[str, ...]


def read_claim(text: str, nodes: Sequence[TextNode]) -> ClaimReading:
    quotes = [_inner_span(match) for match in _QUOTED.finditer(text)]
    # Figures and quotation marks of a name ("Vision 2030") state nothing.
    names = _find_names(text, nodes)
    quotes = [span for span in quotes if not _lies_in(span, names)]
    plain = blank_out(text, names)
    figures = _find_figures(plain, quotes)
    return ClaimReading(
        text=plain,
        bare=blank_out(plain, quotes),
        quoted=tuple(filter(None, (text[slice(*span)].strip(_EDGES) for span in quotes))),
        figures=figures,
        names=tuple(_part_of(text, figure) for figure in figures),
    )


def _part_of(text: str, figure: Figure) -> str:
    """The part of a sentence in which a figure stands: what a list of speakers says one by one."""
    edges = [0, *(match.end() for match in _PART_END.finditer(text)), len(text)]
    start = max(edge for edge in edges if edge <= figure.span[0])
    return text[start : min(edge for edge in edges if edge >= figure.span[1])]


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


def find_quote(text: str, quoted: str) -> tuple[int, int] | None:
    """Where a quotation stands, white space aside; one that cuts a figure in two stands nowhere."""
    pattern = r"\s*".join(map(re.escape, re.sub(r"\s+", "", quoted)))
    places = [match.span() for match in re.finditer(pattern, text)]
    return next((place for place in places if not _cuts_figure(text, *place)), None)


def _cuts_figure(text: str, start: int, end: int) -> bool:
    figures = [figure.span for figure in find_figures(text)]
    rests = [text[a:start] for a, b in figures if a < start < b]
    rests += [text[end:b] for a, b in figures if a < end < b]
    return any(char.isalnum() for rest in rests for char in rest)
