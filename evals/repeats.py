"""The same questions asked several times, as a model that varies has to be: how often each passes,
how sure the means are, and what they are beside those of another report."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from rich.table import Table

from assistant.errors import SuiteError
from evals.baseline import Baseline
from evals.bootstrap import Interval, bootstrap_difference, bootstrap_mean
from evals.cases import LANGUAGES
from evals.measures import MEASURES, Result, Tongue
from evals.task import Results
from evals.verdicts import build_verdicts

HEADINGS = ("measure", "language", "mean", "interval", "difference", "interval")

PASSES = "passes"
"""The measure of a case that is 1 where it passes: the one that a baseline has, too."""

Place = tuple[str, Tongue]  # a measure in a language
ScoresByPlace = dict[Place, dict[str, list[float]]]
"""The scores of each measure and language by case, one of each repetition."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a case passed in a language, of how many times."""

    case: str
    language: Tongue
    passed: int
    times: int


@dataclass(frozen=True, slots=True)
class Sure:
    """A measure in a language, with its difference to what it is compared with, if that has it."""

    measure: str
    language: Tongue
    mean: Interval
    difference: Interval | None


Other = Literal["", "baseline", "report"]
"""What a run is compared with, "" being nothing."""


@dataclass(frozen=True, slots=True)
class Repeats:
    times: int
    rates: tuple[Rate, ...]
    sure: tuple[Sure, ...]
    other: Other = ""


def measure_repeats(
    results: Results, others: ScoresByPlace | None = None, other: Other = ""
) -> Repeats:
    """Of a run that asked each question several times; `others` is what `read_scores` or
    `score_baseline` gives, and `other` says which."""
    scores = collect_scores(results)
    times = max((reply.ask.attempt for reply in results.replies), default=0)
    found = [
        Sure(*place, mean, bootstrap_difference(by_case, (others or {}).get(place, {})))
        for place, by_case in _in_order(scores)
        if (mean := bootstrap_mean(by_case))
    ]
    return Repeats(times, tuple(_rate(scores)), tuple(found), other)


def collect_scores(results: Results) -> ScoresByPlace:
    """What was scored; what could not be has no score rather than 0."""
    scores: ScoresByPlace = {}
    attempts: dict[int, list[Result]] = {}
    for one in results.results:
        attempts.setdefault(one.attempt, []).append(one)
        if one.score.value is not None:
            _add(scores, (one.measure, one.language), one.case, one.score.value)
    for mine in attempts.values():
        for (case, language), verdict in build_verdicts(mine).items():
            _add(scores, (PASSES, language), case, float(verdict.passed))
    return scores


def score_baseline(known: Baseline) -> ScoresByPlace:
    """A baseline as scores: it says of each case whether it passes, and nothing else."""
    scores: ScoresByPlace = {}
    for case, entry in known.cases.items():
        for language in LANGUAGES:
            if entry.outcome(language) in ("right", "wrong"):
                right = float(entry.outcome(language) == "right")
                _add(scores, (PASSES, language), case, right)
    return scores


def read_scores(path: Path, suite: str) -> ScoresByPlace:
    """The scores of a suite in a report.json. Raises SuiteError "missing", and "bad_suite" for a
    file that is no report or has no such suite."""
    try:
        text = path.read_text(encoding="utf-8")
        named = {one["suite"]: one for one in json.loads(text)["suites"]}
        return _read_suite(named[suite])
    except OSError as error:
        raise SuiteError("missing", path=path, reason=str(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        reason = f"it is no report of an eval of {suite}"
        raise SuiteError("bad_suite", path=path, reason=reason) from error


def repeats_json(repeats: Repeats) -> dict[str, Any]:
    return {
        "times": repeats.times,
        "other": repeats.other,
        "cases": [asdict(rate) for rate in repeats.rates],
        "measures": [asdict(one) for one in repeats.sure],
    }


def build_repeat_table(repeats: Repeats) -> Table:
    table = Table(title=say_title(repeats))
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "measure" else "right")
    for row in list_rows(repeats):
        table.add_row(*row)
    return table


def list_rows(repeats: Repeats) -> list[tuple[str, ...]]:
    """Measure, language, mean and its interval, difference and its interval; a star stands where
    the difference is more than chance."""
    return [
        (one.measure, one.language, *_cells(one.mean), *_cells(one.difference, signed=True))
        for one in repeats.sure
    ]


def say_title(repeats: Repeats) -> str:
    beside = {"": "", "baseline": ", beside the baseline", "report": ", beside the other report"}
    many = "once" if repeats.times == 1 else f"{repeats.times} times"
    return f"Asked {many}, 95 % intervals{beside[repeats.other]}"


def find_worse(repeats: Repeats) -> list[Sure]:
    """Where fewer questions pass than in the other report, by more than chance explains.

    The share that passes alone decides: of dozens of measures one is always outside its interval.
    A baseline is of answers without a model and decides nothing about one.
    """
    return [
        one
        for one in repeats.sure
        if repeats.other == "report"
        and one.measure == PASSES
        and one.difference is not None
        and one.difference.high < 0
    ]


def say_worse(one: Sure) -> str:
    if one.difference is None:
        return ""
    mean, bounds = _cells(one.difference, signed=True)
    return f"Fewer pass than in the other report: {one.language} {mean} ({bounds})"


def find_unsteady(repeats: Repeats) -> list[Rate]:
    """The cases that passed some of the times: what a single run says of them is chance."""
    return [rate for rate in repeats.rates if 0 < rate.passed < rate.times]


def _read_suite(report: Mapping[str, Any]) -> ScoresByPlace:
    scores: ScoresByPlace = {}
    for row in report["results"]:
        if row["value"] is not None:
            _add(scores, (row["measure"], row["language"]), row["case"], float(row["value"]))
    for row in report["verdicts"]:
        _add(scores, (PASSES, row["language"]), row["case"], float(row["passed"]))
    return scores


def _add(scores: ScoresByPlace, place: Place, case: str, value: float) -> None:
    scores.setdefault(place, {}).setdefault(case, []).append(value)


def _rate(scores: ScoresByPlace) -> Iterator[Rate]:
    for (measure, language), by_case in scores.items():
        if measure == PASSES:
            for case, values in by_case.items():
                yield Rate(case, language, int(sum(values)), len(values))


def _in_order(scores: ScoresByPlace) -> list[tuple[Place, Mapping[str, list[float]]]]:
    order = (PASSES, *MEASURES)
    known = [place for place in scores if place[0] in order]
    return [(place, scores[place]) for place in sorted(known, key=lambda p: order.index(p[0]))]


def _cells(interval: Interval | None, *, signed: bool = False) -> tuple[str, str]:
    if interval is None:
        return "", ""
    shape = "+.3f" if signed else ".3f"
    star = " *" if signed and interval.excludes_zero else ""
    bounds = f"{interval.low:{shape}} to {interval.high:{shape}}{star}"
    return f"{interval.mean:{shape}}", bounds
