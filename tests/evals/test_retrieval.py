from dataclasses import replace

import pytest

from evals.cases import Ask
from evals.retrieval import (
    RETRIEVAL_MEASURES,
    TOP,
    find_rank,
    find_ranks,
    score_rank,
    score_ranks,
    score_retrieval,
)
from tests.evals.fakes import build_case, build_negative, build_passage

OTHER = build_passage("Nothing of the kind is said in this part of the document.")
SECOND = "A second source puts the same amount at nine billion dollars"


def ask(**changes: object) -> Ask:
    return Ask(build_case(**changes), "en")


@pytest.mark.parametrize("rank", [1, 3, 10])
def test_rank_is_that_of_the_first_passage_with_the_quotation(rank: int) -> None:
    passages = [OTHER] * (rank - 1) + [build_passage(), build_passage()]
    assert find_rank(ask(), passages) == rank


def test_what_is_not_retrieved_has_no_rank() -> None:
    assert find_rank(ask(), [OTHER] * TOP) is None
    assert find_rank(ask(), []) is None


def test_the_original_text_counts_not_the_cleaned_one() -> None:
    cleaned = replace(build_passage(), text="words that the cleaning has changed altogether")
    assert find_rank(ask(), [OTHER, cleaned]) == 2
    assert find_rank(ask(), [replace(OTHER, text=build_case().quote)]) is None


def test_several_quotations_are_found_with_the_last_of_them() -> None:
    case = ask(kind="multi", quotes=(build_case().quote, SECOND))
    assert find_rank(case, [build_passage(), OTHER, build_passage(SECOND)]) == 3
    assert find_rank(case, [build_passage(), OTHER]) is None


@pytest.mark.parametrize(
    ("rank", "values"),
    [
        (1, [1.0, 1.0, 1.0, 1.0, 1.0]),
        (3, [0.0, 1.0, 1.0, 1 / 3, 0.5]),
        (10, [0.0, 0.0, 1.0, 0.1, pytest.approx(0.289, abs=1e-3)]),
        (11, [0.0, 0.0, 0.0, 0.0, 0.0]),
        (None, [0.0, 0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_recall_and_reciprocal_rank(rank: int | None, values: list[float]) -> None:
    assert [score.value for score in score_rank(rank).values()] == values


def test_measures_are_named_as_in_the_literature() -> None:
    assert RETRIEVAL_MEASURES == ("recall@1", "recall@5", "recall@10", "MRR", "nDCG@10")


def test_a_question_without_an_answer_has_nothing_to_retrieve() -> None:
    scores = score_retrieval(Ask(build_negative(), "zh"), ())
    assert {score.value for score in scores.values()} == {None}


def test_a_quotation_that_is_met_scores_everywhere() -> None:
    scores = score_retrieval(ask(), find_ranks(ask(), [build_passage()]))
    assert {score.value for score in scores.values()} == {1.0}


@pytest.mark.parametrize(
    ("ranks", "gain"),
    [
        ([1, 2], 1.0),
        ([2, 1], 1.0),
        ([1, 1], 1.0),  # one passage holds both
        ([1, None], 0.613),
        ([2, 3], 0.693),
        ([None, None], 0.0),
    ],
)
def test_gain_counts_each_of_several_quotations(ranks: list[int | None], gain: float) -> None:
    assert score_ranks(ranks)["nDCG@10"].value == pytest.approx(gain, abs=1e-3)


def test_one_of_two_quotations_is_a_gain_but_no_recall() -> None:
    scores = score_ranks([1, None])
    assert scores["recall@10"].value == 0.0
    assert scores["MRR"].value == 0.0
