"""Measures: the mean score of many answers, by language and kind, held against floors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evals.citing import CITING_SCORERS
from evals.disputes import DISPUTE_SCORERS
from evals.retrieval import RETRIEVAL_MEASURES
from evals.score import Score, Scorer
from evals.scorers import ANSWER_SCORERS
from evals.stating import STATING_SCORERS

Tongue = Literal["en", "zh", "both"]
JUDGED_MEASURES = ("judged_faithful", "judged_relevant", "judged_correct")
SCORERS: dict[str, Scorer] = {
    **STATING_SCORERS,
    **ANSWER_SCORERS,
    **CITING_SCORERS,
    **DISPUTE_SCORERS,
}
"""What judges an answer by itself; the order is that of tables."""

MEASURES = (
    *SCORERS,
    "quotation_found",
    *RETRIEVAL_MEASURES,
    "twins",
    *JUDGED_MEASURES,  # by a language model, where one was asked to
)


@dataclass(frozen=True, slots=True)
class Result:
    """One score of one answer; `language` is the question's, "both" where twins are compared.
    `attempt` counts from 1, where a question is asked several times."""

    case: str
    kind: str
    language: Tongue
    measure: str
    score: Score
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Measure:
    """The mean of the scored answers; `value` is None where none could be scored."""

    name: str
    language: Tongue
    value: float | None
    scored: int


def measure_results(results: Sequence[Result], languages: Sequence[Tongue]) -> list[Measure]:
    """Every measure in each language, in the order of MEASURES; those never scored left out."""
    pairs = [(name, language) for name in MEASURES for language in languages]
    measures = [_mean(results, name, language) for name, language in pairs]
    return [measure for measure in measures if measure.scored]


def find_broken_floors(
    measures: Sequence[Measure], floors: Mapping[str, float]
) -> list[tuple[Measure, float]]:
    """The measures under their floor, each with it.

    A floor holds for each language of the questions by itself; one whose measure was never scored
    is broken, for nothing shows that it holds.
    """
    broken: list[tuple[Measure, float]] = []
    for name, floor in floors.items():
        named = [measure for measure in measures if measure.name == name]
        for measure in named or [Measure(name, "both", None, 0)]:
            if measure.value is None or measure.value < floor:
                broken.append((measure, floor))
    return broken


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values don't exceed (nearest rank)."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _mean(results: Iterable[Result], name: str, language: Tongue) -> Measure:
    scores = [r.score.value for r in results if r.measure == name and r.language == language]
    values = [value for value in scores if value is not None]
    mean = math.fsum(values) / len(values) if values else None
    return Measure(name, language, mean, len(values))
