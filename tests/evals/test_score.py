from __future__ import annotations

from evals.score import UNSCORED, Score, as_json, score_missing, score_share
from tests.evals.fakes import ENGLISH, build_answer


def test_what_is_missing_is_named() -> None:
    assert score_missing("said", ["a", "b"]) == Score(0.0, "said", "missing: a; b")
    assert score_missing("said", []) == Score(1.0, "said")


def test_a_share_is_that_of_the_good_ones_and_names_the_others() -> None:
    assert score_share("said", 3, ["a"]) == Score(0.75, "said", "a")
    assert score_share("said", 2, []).value == 1.0


def test_of_nothing_there_is_no_share() -> None:
    assert score_share("said", 0, []) == UNSCORED


def test_could_not_be_scored_is_not_zero() -> None:
    assert UNSCORED.value is None
    assert Score(0.0) != UNSCORED


def test_an_answer_and_its_json_are_judged_alike() -> None:
    answer = build_answer(ENGLISH)
    assert as_json(answer) == as_json(as_json(answer))
