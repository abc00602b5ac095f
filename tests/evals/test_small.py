"""A short document by itself is a collection of its own."""

from __future__ import annotations

import numpy as np

from evals.small import LONGEST, find_short, take_out
from tests.support.nodes import build_node, build_searcher

PORT = build_node(
    "The port of Selby handled 41,000 containers. It has 12 cranes.",
    document="reports/port.md",
    organisation="Selby Port",
)
CANAL = build_node(
    "The canal carries 9 million tonnes.", document="reports/canal.md", organisation="Canal Trust"
)
LONG = build_node("The mill stands. " * (LONGEST + 1), document="reports/mill.md")
WHOLE = build_searcher(PORT, LONG, CANAL)


def test_a_document_of_many_sentences_is_not_short() -> None:
    assert find_short(WHOLE) == ["reports/canal.md", "reports/port.md"]


def test_what_is_taken_out_knows_nothing_else() -> None:
    small = take_out(WHOLE, "reports/canal.md")
    assert [node.node_id for node in small.index.nodes] == [CANAL.node_id]
    assert small.index.organisations == ("Canal Trust",)
    assert small.search("What did Selby Port handle?").reading.organisations == frozenset()
    assert not small.index.lexical.knows(["crane"])


def test_its_vectors_are_those_that_it_had() -> None:
    small = take_out(WHOLE, "reports/port.md")
    row = WHOLE.index.rows[PORT.node_id]
    assert np.array_equal(small.index.vectors[0], WHOLE.index.vectors[row])
    assert np.array_equal(small.index.sentences, WHOLE.index.sentences[WHOLE.index.owners == row])
