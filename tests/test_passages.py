"""Chunks as passages, and quotations that point into the document's own text."""

from __future__ import annotations

import json

import pytest
from llama_index.core.schema import NodeWithScore, TextNode

from assistant.passages import build_passage, cite

# The document has furniture and a broken line; the chunk's text has neither.
DOCUMENT = "Head\nThe mill <b>made</b>\n40 tonnes. It rested.\n"
CLEAN = "The mill made 40 tonnes. It rested."
# [clean, original - start]: from each pair on, both run in step.
OFFSETS = [[0, 0], [9, 12], [13, 20]]
META = {
    "document": "mill.md",
    "title": "Paper",
    "organisation": "Northern Mill",
    "year": 2024,
    "section": "Output",
    "language": "en",
    "start": 5,
    "end": len(DOCUMENT) - 1,
    "line_from": 2,
    "line_to": 3,
    "offsets": json.dumps(OFFSETS),
}
NODE = TextNode(text=CLEAN, metadata=META)
PASSAGE = build_passage(3, NodeWithScore(node=NODE, score=0.25), lambda document: DOCUMENT)


def test_a_passage_is_the_chunk_with_its_stored_text() -> None:
    assert (PASSAGE.number, PASSAGE.text, PASSAGE.score) == (3, CLEAN, 0.25)
    assert PASSAGE.original == DOCUMENT[5:-1]
    assert (PASSAGE.organisation, PASSAGE.year, PASSAGE.section) == (
        "Northern Mill",
        2024,
        "Output",
    )
    assert PASSAGE.author is None


def test_a_passage_asks_for_the_text_of_its_own_document() -> None:
    asked: list[str] = []
    build_passage(1, NodeWithScore(node=NODE), lambda document: asked.append(document) or DOCUMENT)  # type: ignore[func-returns-value]
    assert asked == ["mill.md"]


def test_a_document_without_a_title_goes_by_its_name() -> None:
    node = TextNode(text=CLEAN, metadata={**META, "title": ""})
    hit = NodeWithScore(node=node)
    assert build_passage(1, hit, lambda document: DOCUMENT).title == "mill.md"


@pytest.mark.parametrize(
    ("shown", "quote", "lines"),
    [
        ("The mill", "The mill", (2, 2)),
        ("made", "made", (2, 2)),
        ("The mill made 40 tonnes.", "The mill <b>made</b>\n40 tonnes.", (2, 3)),
        ("40 tonnes.", "40 tonnes.", (3, 3)),
        ("It rested.", "It rested.", (3, 3)),
    ],
)
def test_a_quotation_is_shown_clean_and_points_at_what_is_stored(
    shown: str, quote: str, lines: tuple[int, int]
) -> None:
    start = CLEAN.index(shown)
    citation = cite(7, PASSAGE, NODE, start, start + len(shown))
    assert (citation.number, citation.quote_shown, citation.quote) == (7, shown, quote)
    span = citation.span
    assert DOCUMENT[span.start : span.end] == quote
    assert (span.line_from, span.line_to) == lines


TABLE = "| Port | Trade (t) |\n| --- | --- |\n| North | 5 |\n| South | 7 |\n"
ROW = TABLE.index("| South")
HEADER = "| Port | Trade (t) |"
AGAIN = f"{HEADER}\n| South | 7 |"
AGAIN_META = META | {
    "start": ROW,
    "end": ROW + 13,
    "line_from": 4,
    "line_to": 4,
    # The header comes from before the chunk, whose own text goes on behind it.
    "offsets": json.dumps([[0, -ROW], [len(HEADER) + 1, 0]]),
    "sentences": json.dumps([[len(HEADER) + 1, len(AGAIN), ROW, ROW + 13]]),
    "places": json.dumps([[0, "cells", "S", 1, 3, 2, 3]]),
}
LATER = TextNode(text=AGAIN, metadata=AGAIN_META)
LATER_PASSAGE = build_passage(1, NodeWithScore(node=LATER), lambda document: TABLE)


def test_a_row_below_a_header_that_is_said_again_is_cited_where_it_stands() -> None:
    citation = cite(1, LATER_PASSAGE, LATER, len(HEADER) + 1, len(AGAIN))
    assert (citation.quote, citation.span.line_from) == ("| South | 7 |", 4)
    assert TABLE[citation.span.start : citation.span.end] == citation.quote


@pytest.mark.parametrize(("start", "end"), [(0, len(HEADER)), (0, len(AGAIN)), (3, 8)])
def test_a_header_that_is_said_again_is_never_cited_itself(start: int, end: int) -> None:
    citation = cite(1, LATER_PASSAGE, LATER, start, end)
    assert citation.quote == citation.quote_shown == "| South | 7 |"


def test_a_citation_says_the_place_of_its_quotation() -> None:
    citation = cite(1, LATER_PASSAGE, LATER, len(HEADER) + 1, len(AGAIN))
    expected = {"kind": "cells", "sheet": "S", "range": "A3:B3"}
    assert citation.location.to_json() == expected
    plain = cite(7, PASSAGE, NODE, 0, 8)
    assert plain.location.to_json() == {"kind": "lines", "from": 2, "to": 2}
