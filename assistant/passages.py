"""Retrieved chunks as numbered passages, and exact quotations out of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from llama_index.core.schema import NodeWithScore, TextNode

from assistant.answer import Citation, Passage, Span
from store.places import find_place
from store.spans import find_original

TextOf = Callable[[str], str]
"""The stored text of a document, by its id."""


def build_passage(number: int, hit: NodeWithScore, text_of: TextOf) -> Passage:
    """What a reader needs of a retrieved chunk; `original` is the stored text of its span."""
    meta: dict[str, Any] = hit.node.metadata
    span = Span(meta["start"], meta["end"], meta["line_from"], meta["line_to"])
    return Passage(
        number=number,
        text=hit.text,
        original=text_of(meta["document"])[span.start : span.end],
        document=meta["document"],
        title=meta.get("title") or meta["document"],
        organisation=meta.get("organisation"),
        author=meta.get("author"),
        year=meta.get("year"),
        section=meta.get("section"),
        span=span,
        language=meta["language"],
        score=float(hit.score or 0.0),
    )


def cite(number: int, passage: Passage, node: TextNode, start: int, end: int) -> Citation:
    """A citation of the characters [start, end) of the passage's clean text.

    A chunk that begins within a table says its header again; that isn't its own text, and the first
    row is cited in its place.
    """
    first, last = find_original(node.metadata, start, end)
    if first < passage.span.start:
        start, end = _first_sentence(node)
        first, last = find_original(node.metadata, start, end)
    quote = passage.original[first - passage.span.start : last - passage.span.start]
    above = passage.original.count("\n", 0, first - passage.span.start)
    line = passage.span.line_from + above
    return Citation(
        number=number,
        passage=passage,
        quote=quote,
        quote_shown=passage.text[start:end],
        span=Span(first, last, line, line + quote.count("\n")),
        place=find_place(node.metadata, first, last),
    )


def _first_sentence(node: TextNode) -> tuple[int, int]:
    start, end, *_ = json.loads(node.metadata["sentences"])[0]
    return start, end
