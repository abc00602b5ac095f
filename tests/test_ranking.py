"""Sentences in order of how well they answer; the order is pinned, never a score."""

from __future__ import annotations

import numpy as np
import pytest
from llama_index.core.schema import TextNode

from assistant.ranking import FEATURES, Candidate, rank_sentences
from assistant.stated import figures_of
from tests.support.nodes import build_hits, build_node, build_searcher

HARBOUR = build_node(
    "The harbour is old. In 2022 the harbour handled 41,000 containers. "
    "In 2023 the harbour handled 46,000 containers. The harbour is near the sea.",
    document="harbour.md",
)
PAPER = build_node("造纸厂有工人8600名。造纸厂在河边。", document="paper.md")


def rank(question: str, *nodes: TextNode) -> list[Candidate]:
    searcher = build_searcher(*nodes)
    return rank_sentences(searcher, searcher.search(question), build_hits(*nodes))


@pytest.mark.parametrize(
    ("question", "best"),
    [
        (
            "How many containers did the harbour handle in 2022?",
            "In 2022 the harbour handled 41,000 containers.",
        ),
        (
            "How many containers did the harbour handle in 2023?",
            "In 2023 the harbour handled 46,000 containers.",
        ),
        ("造纸厂有多少工人？", "造纸厂有工人8600名。"),
    ],
)
def test_the_sentence_with_the_right_year_and_kind_of_figure_is_best(
    question: str, best: str
) -> None:
    assert rank(question, HARBOUR, PAPER)[0].text == best


def test_every_sentence_is_ranked_once_under_its_passages_number() -> None:
    ranked = rank("How many containers?", PAPER, HARBOUR)
    found = sorted((candidate.number, candidate.text) for candidate in ranked)
    assert len(found) == 6
    assert {
        candidate.node.metadata["document"] for candidate in ranked if candidate.number == 1
    } == {"paper.md"}
    scores = [candidate.score for candidate in ranked]
    assert scores == sorted(scores, reverse=True)


def test_a_sentence_is_described_by_finite_numbers_in_their_order() -> None:
    for candidate in rank("Where is the harbour of 1998?", HARBOUR, PAPER):
        assert candidate.features.shape == (len(FEATURES),)
        assert np.isfinite(candidate.features).all()


def test_a_figure_that_the_question_holds_itself_is_no_answer() -> None:
    node = build_node("The harbour has 41,000 containers. The harbour lost 12 containers.")
    ranked = rank("How many of the 41,000 containers of the harbour were lost?", node)
    assert ranked[0].text == "The harbour lost 12 containers."


def test_a_chunk_without_sentences_has_no_candidates() -> None:
    empty = build_node("| | |", sentences="[]")
    assert {c.node.node_id for c in rank("How many?", empty, PAPER)} == {PAPER.node_id}


def test_figures_are_found_as_ever() -> None:
    assert [figure.text for figure in figures_of("It cost CNY 500 billion.")] == ["CNY 500 billion"]


def test_any_kind_of_figure_answers_a_question_for_any_amount() -> None:
    asked = FEATURES.index("asked")
    best = rank("How much was handled by the harbour in 2023?", HARBOUR)
    shares = {candidate.text: candidate.features[asked] for candidate in best}
    assert shares["In 2023 the harbour handled 46,000 containers."] == 1
    assert shares["The harbour is old."] == 0


def feature(name: str, candidate: Candidate) -> float:
    return float(candidate.features[FEATURES.index(name)])


def test_a_figure_of_another_year_speaks_against_its_sentence() -> None:
    ranked = rank("How many containers did the harbour handle in 2022?", HARBOUR)
    found = {c.text[:7]: feature("figures_year_other", c) for c in ranked}
    assert found == {"In 2022": 0.0, "In 2023": 1.0, "The har": 0.0}


def test_a_figure_of_another_place_speaks_against_its_sentence() -> None:
    ports = build_node(
        "In Shanghai the port handled 41,000 containers. In Wuhan the port handled 7,000 "
        "containers. In Shanghai the port handled 3,000 ships."
    )
    ranked = rank("How many containers did the port handle in Shanghai?", ports)
    assert sorted(feature("figures_place_other", c) for c in ranked) == [0.0, 0.0, 1.0]
    assert (
        rank("Is the port of Shanghai large?", ports)[0].features[
            FEATURES.index("figures_place_other")
        ]
        == 0.0
    )


def test_nearness_is_told_in_the_spread_of_its_language_too() -> None:
    ranked = rank("How many containers did the harbour handle in 2022?", HARBOUR, PAPER)
    for name in ("meaning", "centred"):
        for candidate in ranked:
            near = feature(name, candidate)
            assert np.sign(feature(f"{name}_spread", candidate)) == np.sign(near)
            assert abs(feature(f"{name}_spread", candidate)) >= abs(near)
