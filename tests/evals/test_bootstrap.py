"""Intervals that can be checked by other means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.bootstrap import bootstrap_difference, bootstrap_mean

scores = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.lists(st.floats(0, 1), min_size=1, max_size=4),
    min_size=1,
    max_size=12,
)


def flip(right: int, of: int) -> dict[str, list[float]]:
    return {f"c{n:03}": [1.0 if n < right else 0.0] for n in range(of)}


def test_the_interval_of_a_share_is_the_known_one_of_a_binomial() -> None:
    found = bootstrap_mean(flip(60, 100))
    assert found is not None
    error = 1.96 * math.sqrt(0.6 * 0.4 / 100)
    assert found.mean == pytest.approx(0.6)
    assert found.low == pytest.approx(0.6 - error, abs=0.015)
    assert found.high == pytest.approx(0.6 + error, abs=0.015)


def test_the_same_scores_give_the_same_interval() -> None:
    assert bootstrap_mean(flip(3, 9)) == bootstrap_mean(dict(reversed(flip(3, 9).items())))


def test_four_times_the_cases_halve_the_interval() -> None:
    few, many = bootstrap_mean(flip(30, 60)), bootstrap_mean(flip(120, 240))
    assert few is not None
    assert many is not None
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(2, rel=0.15)


def test_asking_a_case_again_makes_no_new_case() -> None:
    once = bootstrap_mean(flip(5, 10))
    thrice = bootstrap_mean({case: values * 3 for case, values in flip(5, 10).items()})
    assert once == thrice


def test_a_case_asked_often_counts_no_more_than_one_asked_once() -> None:
    found = bootstrap_mean({"a": [1.0] * 9, "b": [0.0]})
    assert found is not None
    assert found.mean == 0.5


def test_pairing_finds_a_small_gain_that_two_means_would_hide() -> None:
    lot = np.random.default_rng(1)
    before = {f"c{n}": [float(value)] for n, value in enumerate(lot.uniform(0, 0.9, 50))}
    after = {case: [value + 0.02] for case, (value,) in before.items()}
    found = bootstrap_difference(after, before)
    alone = bootstrap_mean(after)
    assert found is not None
    assert alone is not None
    assert found.excludes_zero
    assert alone.high - alone.low > 0.04  # by itself the mean is not so sure as that gain is small


def test_a_difference_is_over_the_cases_that_both_have() -> None:
    found = bootstrap_difference({"a": [1.0], "b": [1.0]}, {"b": [0.5], "c": [0.0]})
    assert found is not None
    assert (found.cases, found.mean) == (1, 0.5)


def test_nothing_shared_gives_no_interval() -> None:
    assert bootstrap_difference({"a": [1.0]}, {"b": [1.0]}) is None
    assert bootstrap_mean({}) is None
    assert bootstrap_mean({"a": []}) is None


@given(scores)
def test_a_mean_lies_in_its_interval_and_that_among_the_scores(
    values: dict[str, list[float]],
) -> None:
    found = bootstrap_mean(values)
    assert found is not None
    means = [sum(one) / len(one) for one in values.values()]
    near = 1e-9
    assert min(means) - near <= found.low <= found.high <= max(means) + near
    assert min(means) - near <= found.mean <= max(means) + near


@given(scores)
def test_against_itself_nothing_differs(values: dict[str, list[float]]) -> None:
    found = bootstrap_difference(values, values)
    assert found is not None
    assert (found.low, found.mean, found.high) == (0, 0, 0)
    assert not found.excludes_zero
