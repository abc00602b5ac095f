"""Sentences in order of how well they answer; the order is pinned, never a score."""

from __future__ import annotations

import pytest
from llama_index.core.schema import TextNode

from assistant.ranking import Candidate, rank_sentences
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


def test_a_figure_that_the_question_holds_itself_is_no_answer() -> None:
    node = build_node("The harbour has 41,000 containers. The harbour lost 12 containers.")
    ranked = rank("How many of the 41,000 containers of the harbour were lost?", node)
    assert ranked[0].text == "The harbour lost 12 containers."


def test_a_chunk_without_sentences_has_no_candidates() -> None:
    empty = build_node("| | |", sentences="[]")
    assert {c.node.node_id for c in rank("How many?", empty, PAPER)} == {PAPER.node_id}
