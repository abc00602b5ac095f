"""BM25 that lies in 0..1, where the best alternative counts and unknown words cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.lexical import LexicalIndex, build_lexical

PASSAGES = [
    ["steel", "steel", "mill"],
    ["steel", "glass", "city", "river", "harbour", "bridge"],
    ["glass", "mill"],
    ["钢铁", "工厂"],
    [],
]
words = st.sampled_from(["steel", "glass", "mill", "city", "钢铁", "nowhere", "never"])
questions = st.lists(st.lists(st.lists(words, min_size=1, max_size=3), max_size=4), max_size=5)


def ask(*words: str) -> list[list[list[str]]]:
    return [[[word]] for word in words]


@pytest.fixture
def index() -> LexicalIndex:
    return build_lexical(PASSAGES)


def test_the_passage_that_holds_a_word_oftener_comes_first(index: LexicalIndex) -> None:
    scores = index.score(ask("steel"))
    assert scores[0] > scores[1] > 0
    assert scores[2] == scores[3] == scores[4] == 0


def test_a_short_passage_beats_a_long_one_with_as_many(index: LexicalIndex) -> None:
    scores = index.score(ask("glass"))
    assert scores[2] > scores[1] > 0


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    index = build_lexical([["steel", "city"], ["steel", "mill"], ["steel", "mill"], ["mill"]])
    assert index.idf("city") > index.idf("steel")
    scores = index.score(ask("city", "mill"))
    assert scores[0] > scores[1]


def test_idf_is_never_negative_and_highest_for_what_stands_nowhere(index: LexicalIndex) -> None:
    everywhere = build_lexical([["steel"]] * 5)
    assert 0 < everywhere.idf("steel") < everywhere.idf("nowhere")
    assert index.idf("nowhere") > index.idf("city") > index.idf("steel")


@given(st.lists(st.lists(words)), questions)
def test_scores_and_coverage_lie_in_0_to_1(
    passages: list[list[str]], question: list[list[list[str]]]
) -> None:
    index = build_lexical(passages)
    scores = index.score(question)
    assert scores.shape == (len(passages),)
    assert scores.dtype == np.float32
    assert np.all((scores >= 0) & (scores <= 1 + 1e-6))
    assert 0 <= index.coverage(question, frozenset(["steel", "city"])) <= 1 + 1e-6


def test_alternatives_count_once(index: LexicalIndex) -> None:
    one = index.score([[["steel"]]])
    assert index.score([[["steel"], ["steel"]]]) == pytest.approx(one)
    both = index.score([[["steel"], ["glass"]]])
    assert both[1] == pytest.approx(max(index.score(ask("steel"))[1], index.score(ask("glass"))[1]))


def test_a_word_is_found_by_its_translation(index: LexicalIndex) -> None:
    scores = index.score([[["steel"], ["钢铁"]]])
    assert scores[3] > 0
    assert scores[0] > 0


def test_an_unknown_word_lowers_the_score(index: LexicalIndex) -> None:
    known = index.score(ask("steel"))
    assert np.all(index.score(ask("steel", "nowhere"))[:2] < known[:2])
    assert np.all(index.score([*ask("steel"), []])[:2] < known[:2])


def test_half_of_a_phrase_counts_less_than_the_whole(index: LexicalIndex) -> None:
    scores = index.score([[["steel", "mill"]]])
    assert scores[0] > scores[1] > 0


def test_a_question_without_words_scores_nothing(index: LexicalIndex) -> None:
    assert not index.score([]).any()
    assert index.coverage([], frozenset(["steel"])) == 0


def test_an_empty_index_is_searched() -> None:
    assert build_lexical([]).score(ask("steel")).shape == (0,)
    assert build_lexical([[], []]).score(ask("steel")).tolist() == [0, 0]


def test_coverage_is_the_share_of_the_words_by_weight(index: LexicalIndex) -> None:
    held = frozenset(["steel"])
    assert index.coverage(ask("steel"), held) == pytest.approx(1)
    assert index.coverage(ask("city"), held) == 0
    share = index.idf("steel") / (index.idf("steel") + index.idf("city"))
    assert index.coverage(ask("steel", "city"), held) == pytest.approx(share)
    assert index.coverage([[["steel"], ["never"]]], held) < 1
    half = index.coverage([[["steel", "steel"]], [["glass"]]], held)
    assert 0 < half < 1


def test_known_is_what_stands_somewhere(index: LexicalIndex) -> None:
    assert index.knows(["steel", "钢铁"])
    assert not index.knows(["steel", "nowhere"])


def test_passages_are_found_that_hold_all_of_some_terms(index: LexicalIndex) -> None:
    assert index.find(["glass"]).tolist() == [1, 2]
    assert index.find(["glass", "steel"]).tolist() == [1]
    assert index.find(["glass", "nowhere"]).tolist() == []
    assert index.find([]).tolist() == []
