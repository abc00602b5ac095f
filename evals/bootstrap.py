"""How sure a mean is, and a difference of means: bootstrap intervals of scores by case.

Questions are drawn again with replacement and the mean is taken each time; the interval holds the
middle 95 % of those means (the percentile method: Efron and Tibshirani, An Introduction to the
Bootstrap, 1993, chapter 13). Two systems that were asked the same questions are compared question
by question, so that how hard a question is drops out (paired bootstrap: Koehn, Statistical
Significance Tests for Machine Translation Evaluation, EMNLP 2004). What is drawn is a case with all
its repetitions and both its languages: those are no independent observations (clusters: Miller,
Adding Error Bars to Evals, 2024, arXiv 2411.00640).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
SEED = 20
LEVEL = 0.95

Scores = Mapping[str, Sequence[float]]
"""The scores of each case, 0 to 1: of its repetitions, in one language or both."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `cases` cases, and the bounds of its interval."""

    mean: float
    low: float
    high: float
    cases: int

    @property
    def excludes_zero(self) -> bool:
        """Of a difference: whether it is more than the choice of questions explains."""
        return self.low > 0 or self.high < 0


def bootstrap_mean(scores: Scores) -> Interval | None:
    """The mean over cases, each of which counts once however often it was asked; None without a
    case."""
    cases = sorted(case for case in scores if len(scores[case]))
    means = np.array([np.mean(scores[case]) for case in cases], dtype=np.float64)
    return _draw(means) if cases else None


def bootstrap_difference(scores: Scores, others: Scores) -> Interval | None:
    """The mean of `scores` less that of `others` over the cases that both have; None where they
    share none."""
    shared = sorted(case for case in scores if len(scores[case]) and len(others.get(case, ())))
    differences = [np.mean(scores[case]) - np.mean(others[case]) for case in shared]
    return _draw(np.array(differences, dtype=np.float64)) if shared else None


def _draw(values: NDArray[np.float64]) -> Interval:
    lot = np.random.default_rng(SEED)
    rows = lot.integers(0, len(values), size=(RESAMPLES, len(values)))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values[rows].mean(axis=1), [tail, 1 - tail])
    return Interval(float(values.mean()), float(low), float(high), len(values))
