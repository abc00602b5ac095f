"""Markers: read in every form that models write, never lost, never given to a wrong sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.citations import (
    disarm_markers,
    drop_unfinished,
    find_numbers,
    may_continue,
    remove_markers,
    renumber,
    split_claims,
    split_pieces,
    unknown_markers,
)

GOLDEN: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "citations.json").read_text(encoding="utf-8")
)
PARTS = [
    "[1]",
    "[2, 3]",
    "【4】",
    "［５］",
    "[",
    "]",
    "1",
    "3.5",
    " ",
    "\n",
    ". ",
    ".",
    "。",
    "；",
    "”",
]
texts = st.lists(st.sampled_from([*PARTS, "One", "U.S.", "亿元", "Dr. No"]), max_size=25).map(
    "".join
)


@pytest.mark.parametrize("case", GOLDEN["claims"], ids=lambda case: case["text"])
def test_claims_are_split_as_written_down(case: dict[str, Any]) -> None:
    claims = [[claim.text, list(claim.numbers)] for claim in split_claims(case["text"])]
    assert claims == case["claims"]


@pytest.mark.parametrize("case", GOLDEN["renumbered"], ids=lambda case: case["text"])
def test_markers_are_renumbered_as_written_down(case: dict[str, Any]) -> None:
    assert renumber(case["text"], case["order"]) == case["to"]


@given(texts | st.text())
def test_split_then_join_loses_nothing(text: str) -> None:
    assert "".join(text[start:end] for start, end in split_pieces(text)) == text


@given(texts)
def test_every_number_stays_with_a_sentence(text: str) -> None:
    claims = split_claims(text)
    if claims:
        in_claims = {number for claim in claims for number in claim.numbers}
        assert in_claims == set(find_numbers(text))


@given(texts)
def test_claims_hold_no_markers_and_point_at_their_own_text(text: str) -> None:
    for claim in split_claims(text):
        assert find_numbers(text[slice(*claim.span)]) == claim.numbers
        assert claim.text == remove_markers(text[slice(*claim.span)]).strip() != ""


@given(texts, st.permutations([1, 2, 3, 4, 5]))
def test_renumbering_back_restores_the_numbers(text: str, order: list[int]) -> None:
    back = [order.index(number) + 1 for number in sorted(order)]
    assert find_numbers(renumber(renumber(text, order), back)) == find_numbers(text)


@given(texts)
def test_numbers_outside_the_order_are_gone(text: str) -> None:
    assert set(find_numbers(renumber(text, [2]))) <= {1}


def test_numbers_that_no_passage_has_are_reported_in_order() -> None:
    assert unknown_markers("A [9][1]. B [4, 9].", known=(1, 2)) == (9, 4)


def test_known_numbers_are_not_reported() -> None:
    assert unknown_markers("A [1]. B [2].", known={1, 2}) == ()


def test_removing_a_marker_leaves_no_gap() -> None:
    assert remove_markers("Corning [1] invests [2, 3].") == "Corning invests."


def test_a_line_break_before_a_marker_is_kept() -> None:
    assert remove_markers("A.\n[1] B.") == "A.\n B."


def test_a_footnote_in_braces_is_no_marker() -> None:
    assert disarm_markers("as shown [12], 国发[2015]28号") == "as shown {12}, 国发[2015]28号"
    assert find_numbers(disarm_markers("a [1] b 【2】 c ［3］")) == ()


@pytest.mark.parametrize(
    "text", ["A", "A [1", "A 【1，", "A [1]", "A [see", "A [[1", "A [^"], ids=lambda text: text
)
def test_a_marker_that_was_never_closed_is_dropped(text: str) -> None:
    kept = {"A [1]", "A [see"}
    assert drop_unfinished(text) == (text if text in kept else "A")


@pytest.mark.parametrize("text", ["，", " and", "与", "-", ", [", "[Pas", "（段", "[[2", "[^1"])
def test_what_may_join_another_marker_is_held(text: str) -> None:
    assert may_continue(text)


@pytest.mark.parametrize("text", ["[", " [1", "【1，", "[1] [2", "［１-"])
def test_the_beginning_of_a_marker_may_continue(text: str) -> None:
    assert may_continue(text) == (text != "[1] [2")


@pytest.mark.parametrize("text", ["", "[1]", "[see", "1]", "Two [1", "[1] [2"])
def test_anything_else_may_not(text: str) -> None:
    assert not may_continue(text)
