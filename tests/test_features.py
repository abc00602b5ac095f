"""What is told of a sentence; each feature is a claim of its own."""

from __future__ import annotations

import numpy as np
import pytest
from llama_index.core.schema import TextNode

from assistant.features import FEATURES, holds_name
from assistant.ranking import Candidate, rank_sentences
from tests.support.nodes import build_hits, build_node, build_searcher

HARBOUR = build_node(
    "The harbour is old. In 2022 the harbour handled 41,000 containers. "
    "In 2023 the harbour handled 46,000 containers. The harbour is near the sea.",
    document="harbour.md",
)
PAPER = build_node("造纸厂有工人8600名。造纸厂在河边。", document="paper.md")
PORTS = build_node(
    "In Shanghai the port handled 41,000 containers. In Wuhan the port handled 7,000 "
    "containers. In Shanghai the port handled 3,000 ships."
)


def describe(question: str, *nodes: TextNode) -> list[Candidate]:
    searcher = build_searcher(*nodes)
    return rank_sentences(searcher, searcher.search(question), build_hits(*nodes))


def feature(name: str, candidate: Candidate) -> float:
    return float(candidate.features[FEATURES.index(name)])


def test_a_sentence_is_described_by_finite_numbers_in_their_order() -> None:
    for candidate in describe("Where is the harbour of 1998?", HARBOUR, PAPER):
        assert candidate.features.shape == (len(FEATURES),)
        assert np.isfinite(candidate.features).all()


def test_any_kind_of_figure_answers_a_question_for_any_amount() -> None:
    asked = FEATURES.index("asked")
    best = describe("How much was handled by the harbour in 2023?", HARBOUR)
    shares = {candidate.text: candidate.features[asked] for candidate in best}
    assert shares["In 2023 the harbour handled 46,000 containers."] == 1
    assert shares["The harbour is old."] == 0


def test_a_figure_of_another_year_speaks_against_its_sentence() -> None:
    ranked = describe("How many containers did the harbour handle in 2022?", HARBOUR)
    found = {c.text[:7]: feature("figures_year_other", c) for c in ranked}
    assert found == {"In 2022": 0.0, "In 2023": 1.0, "The har": 0.0}


def test_a_figure_of_another_place_speaks_against_its_sentence() -> None:
    ranked = describe("How many containers did the port handle in Shanghai?", PORTS)
    assert sorted(feature("figures_place_other", c) for c in ranked) == [0.0, 0.0, 1.0]
    best = describe("Is the port of Shanghai large?", PORTS)[0]
    assert feature("figures_place_other", best) == 0.0


def test_nearness_is_told_in_the_spread_of_its_language_too() -> None:
    ranked = describe("How many containers did the harbour handle in 2022?", HARBOUR, PAPER)
    for name in ("meaning", "centred"):
        for candidate in ranked:
            near = feature(name, candidate)
            assert np.sign(feature(f"{name}_spread", candidate)) == np.sign(near)
            assert abs(feature(f"{name}_spread", candidate)) >= abs(near)


def test_a_row_has_the_words_of_its_table_s_head() -> None:
    table = build_node("| Port | Ships in 2022 |\n| Shanghai | 41,000 |\n| Wuhan | 7,000 |")
    ranked = describe("How many ships did Wuhan have?", table)
    headed = {c.text: feature("words_headed", c) for c in ranked}
    here = {c.text: feature("words_here", c) for c in ranked}
    assert headed["| Wuhan | 7,000 |"] > here["| Wuhan | 7,000 |"]


@pytest.mark.parametrize(
    ("terms", "holds"), [({"jardin", "matheson"}, True), ({"jardin"}, False), ({"怡和"}, True)]
)
def test_a_name_is_held_where_one_of_its_forms_stands_whole(terms: set[str], holds: bool) -> None:
    assert holds_name((("jardin", "matheson"), ("怡和",)), frozenset(terms)) is holds
