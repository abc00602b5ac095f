from __future__ import annotations

import pytest

from evals.measures import Result, Tongue
from evals.score import Score
from evals.scorers import ANSWER_SCORERS
from evals.verdicts import DECISIVE, build_verdicts


def score(measure: str, value: float | None, language: Tongue = "en", case: str = "a") -> Result:
    return Result(case, "figure", language, measure, Score(value))


def test_a_case_passes_where_all_that_decides_is_one() -> None:
    results = [score(measure, 1.0) for measure in DECISIVE]
    assert build_verdicts(results)["a", "en"].passed


@pytest.mark.parametrize("measure", DECISIVE)
def test_any_one_of_them_under_one_is_a_failure_with_its_reason(measure: str) -> None:
    results = [score(one, 0.0 if one == measure else 1.0) for one in DECISIVE]
    verdict = build_verdicts(results)["a", "en"]
    assert not verdict.passed
    assert [fault.measure for fault in verdict.faults] == [measure]


def test_what_could_not_be_scored_decides_nothing() -> None:
    verdicts = build_verdicts([score("right", None), score("answered", 1.0)])
    assert verdicts["a", "en"].passed


def test_a_case_of_which_nothing_was_scored_has_no_verdict() -> None:
    assert build_verdicts([score("right", None)]) == {}


def test_shares_of_retrieval_and_of_twins_do_not_decide() -> None:
    results = [score("answered", 1.0), score("recall@1", 0.0), score("twins", 0.2, "both")]
    assert {key: one.passed for key, one in build_verdicts(results).items()} == {("a", "en"): True}


def test_languages_and_cases_are_judged_apart() -> None:
    results = [score("right", 1.0), score("right", 0.0, "zh"), score("right", 0.0, case="b")]
    verdicts = build_verdicts(results)
    passed = {key: verdict.passed for key, verdict in verdicts.items()}
    assert passed == {("a", "en"): True, ("a", "zh"): False, ("b", "en"): False}


def test_faults_stand_in_one_order_whatever_was_scored_first() -> None:
    results = [score("language", 0.0), score("right", 0.0), score("answered", 0.0)]
    faults = build_verdicts(results)["a", "en"].faults
    assert [fault.measure for fault in faults] == ["answered", "right", "language"]


def test_the_scorers_that_decide_exist() -> None:
    assert set(DECISIVE) <= {*ANSWER_SCORERS, "quotation_found"}
