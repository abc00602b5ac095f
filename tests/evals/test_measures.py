import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.measures import (
    Measure,
    Result,
    Tongue,
    find_broken_floors,
    measure_results,
    percentile,
)
from evals.score import Score


def result(value: float | None, language: Tongue = "en", measure: str = "right") -> Result:
    return Result("c", "figure", language, measure, Score(value))


def test_what_could_not_be_scored_is_left_out_of_the_mean() -> None:
    measures = measure_results([result(1), result(0), result(None)], ["en"])
    assert measures == [Measure("right", "en", 0.5, 2)]


def test_languages_are_measured_apart() -> None:
    measures = measure_results([result(1, "en"), result(0, "zh")], ["en", "zh"])
    assert [(measure.language, measure.value) for measure in measures] == [("en", 1.0), ("zh", 0.0)]


def test_a_measure_that_was_never_scored_is_not_there() -> None:
    assert measure_results([result(None)], ["en"]) == []


def test_a_floor_holds_for_each_language() -> None:
    good, bad = Measure("right", "en", 0.95, 20), Measure("right", "zh", 0.85, 20)
    assert find_broken_floors([good, bad], {"right": 0.9}) == [(bad, 0.9)]


def test_a_floor_that_is_just_reached_holds() -> None:
    assert find_broken_floors([Measure("right", "en", 0.9, 20)], {"right": 0.9}) == []


def test_a_floor_without_any_score_is_broken() -> None:
    (broken,) = find_broken_floors([Measure("right", "en", 1.0, 20)], {"refusals": 0.7})
    assert broken == (Measure("refusals", "both", None, 0), 0.7)


@pytest.mark.parametrize(("share", "value"), [(0.5, 10), (0.95, 19), (1.0, 20), (0.0, 1)])
def test_percentile_is_by_nearest_rank(share: float, value: float) -> None:
    assert percentile([float(n) for n in range(20, 0, -1)], share) == value


def test_percentile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(percentile([], 0.5))


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values(values: list[float], share: float) -> None:
    assert percentile(values, share) in values
