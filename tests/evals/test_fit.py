"""Fitting finds what tells right from wrong, on samples whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from assistant.features import FEATURES
from assistant.refusing import REFUSAL_FEATURES
from assistant.weights import REFUSAL_BIAS, REFUSAL_WEIGHTS, SENTENCE_WEIGHTS
from evals.fit import ANSWERED, find_biases, fit_refusals, fit_sentences
from evals.samples import Sample

RANDOM = np.random.default_rng(7)
Matrix = NDArray[np.float64]


class _Row:
    """What fitting reads of a candidate."""

    def __init__(self, features: Matrix) -> None:
        self.features = features


def _sample(number: int) -> Sample:
    """Five sentences of three features; the one with most of the first feature answers."""
    table = RANDOM.normal(size=(5, 3))
    answers = np.arange(5) == table[:, 0].argmax()
    ranked: list[Any] = [_Row(row) for row in table]
    return Sample(str(number), "en", cast("Any", None), ranked, answers, negative=False)


def _asked(number: int, language: str) -> Sample:
    nothing = np.zeros(0, np.bool_)
    return Sample(str(number), language, cast("Any", None), [], nothing, negative=False)


def test_sentences_are_weighed_by_the_feature_that_answers() -> None:
    weights = fit_sentences([_sample(number) for number in range(60)])
    assert weights[0] > 1
    assert abs(weights[1]) < weights[0] / 4
    assert abs(weights[2]) < weights[0] / 4


def test_refusals_are_weighed_by_the_feature_that_is_missing() -> None:
    rows = RANDOM.normal(size=(200, 2))
    weights = fit_refusals(rows, rows[:, 1] > 0, np.ones(200))
    assert weights[1] > 1
    assert abs(weights[0]) < weights[1] / 4


def test_the_threshold_of_a_language_passes_the_share_of_its_answerable_questions() -> None:
    samples = [_asked(number, ("en", "zh")[number % 2]) for number in range(2000)]
    scores = RANDOM.normal(size=2000)
    biases = find_biases(samples, scores)
    for start, language in enumerate(("en", "zh")):
        passed = (scores[start::2] + biases[language] >= 0).mean()
        assert abs(passed - ANSWERED[language]) < 0.005


def test_a_question_that_counts_for_nothing_changes_no_weight() -> None:
    samples = [_sample(number) for number in range(20)]
    misleading = replace(_sample(99), answers=np.arange(5) == 0, weight=0.0)
    assert np.allclose(fit_sentences(samples), fit_sentences([*samples, misleading]), rtol=0.1)


def test_every_feature_has_a_weight_and_every_weight_a_feature() -> None:
    assert set(SENTENCE_WEIGHTS) == set(FEATURES)
    assert set(REFUSAL_WEIGHTS) == set(REFUSAL_FEATURES)
    assert set(REFUSAL_BIAS) == {"en", "zh"}
