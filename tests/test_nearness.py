"""Sentences compared token by token, on vectors of three numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from llama_index.core.schema import TextNode

from assistant.conflicts import Place
from assistant.nearness import TokenNearness
from store.chunks import text_start
from store.vectors import TokenRows, unit_rows
from tests.support.nodes import build_node, build_searcher, build_sources

A = build_node("Mill one. Ferry 22.", "a.md")
B = build_node("Mill two.", "b.md")
ZH = build_node("工厂甲。", "c.md", language="zh")
ROWS = {
    # a token a word; the last of A is made of digits
    A.node_id: ([[1, 0, 0], [0, 1, 0], [0, 0, 1], [9, 9, 9]], [0, 5, 10, 16]),
    B.node_id: ([[1, 0, 0], [0, 1, 0]], [0, 5]),
    ZH.node_id: ([[1, 0, 0], [0, 0, 1]], [0, 2]),
}


def read_tokens(nodes: Sequence[TextNode]) -> list[TokenRows]:
    found = []
    for node in nodes:
        rows, starts = ROWS[node.node_id]
        places = np.array(starts, dtype=np.int32) + text_start(node)
        found.append(TokenRows(unit_rows(np.array(rows, dtype=np.float32)), places))
    return found


def read_none(nodes: Sequence[TextNode]) -> list[TokenRows]:
    none = TokenRows(np.zeros((0, 3), np.float32), np.zeros(0, np.int32))
    return [none for _ in nodes]


def build_nearness(tokens: object = read_tokens) -> TokenNearness:
    nearness = TokenNearness(build_searcher(A, B, ZH).index, tokens)  # type: ignore[arg-type]
    # Without centres the cosines are those of the rows as they stand.
    none = np.zeros(3, np.float32)
    nearness._centres.update({"en": none, "zh": none})
    return nearness


def place(node: TextNode, start: int, end: int) -> Place:
    return Place(build_sources(node)[1], (start, end))


def test_the_same_sentence_is_nearer_than_one_that_says_the_same() -> None:
    near = build_nearness()(place(A, 0, 9), place(B, 0, 9))
    assert near == pytest.approx((1.0 - 0.30) / 0.30)


def test_the_side_that_is_answered_worse_counts() -> None:
    nearness = build_nearness()
    both = place(A, 0, 19)
    assert nearness(place(B, 0, 9), both) == pytest.approx((2 / 3 - 0.30) / 0.30)
    assert nearness(both, place(B, 0, 9)) == pytest.approx((2 / 3 - 0.30) / 0.30)


def test_digits_dont_count() -> None:
    ferry = place(A, 10, 19)
    assert build_nearness()(ferry, ferry) == pytest.approx((1.0 - 0.30) / 0.30)


def test_sentences_of_two_languages_have_a_measure_of_their_own() -> None:
    assert build_nearness()(place(B, 0, 9), place(ZH, 0, 4)) == pytest.approx((0.5 - 0.15) / 0.20)


def test_without_tokens_it_isnt_known() -> None:
    assert build_nearness(read_none)(place(A, 0, 9), place(B, 0, 9)) is None


def test_vectors_are_taken_from_the_mean_token_of_their_language() -> None:
    nearness = TokenNearness(build_searcher(A, B, ZH).index, read_tokens)
    nearness(place(A, 0, 9), place(B, 0, 9))
    rows = np.concatenate([one.vectors for one in read_tokens([A, B])])
    assert np.allclose(nearness._centres["en"], rows.mean(axis=0))
