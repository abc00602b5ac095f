"""Runs that ask each question several times."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from assistant.errors import SuiteError
from evals.baseline import Baseline
from evals.repeats import (
    PASSES,
    Rate,
    build_repeat_table,
    find_unsteady,
    find_worse,
    measure_repeats,
    read_scores,
    repeats_json,
    score_baseline,
)
from evals.report import build_report
from evals.suite import Suite
from evals.task import Results, build_task, run_task
from evals.writing import REPORT, write_results
from tests.evals.fakes import (
    CHINESE,
    Moody,
    build_cases,
    build_right_assistant,
)


def run(repeat: int) -> Results:
    assistant = Moody(build_right_assistant().answers)
    return run_task(build_task(build_cases(), assistant, repeat=repeat))


def test_the_pass_rate_of_a_case_is_that_of_its_attempts() -> None:
    repeats = measure_repeats(run(3))
    assert repeats.times == 3
    assert Rate("c1", "zh", 2, 3) in repeats.rates
    assert Rate("c1", "en", 3, 3) in repeats.rates
    assert find_unsteady(repeats) == [Rate("c1", "zh", 2, 3)]


def test_a_mean_counts_each_case_once_and_what_was_not_scored_not_at_all() -> None:
    found = {(one.measure, one.language): one.mean for one in measure_repeats(run(3)).sure}
    assert found["right", "zh"].mean == pytest.approx(2 / 3)
    assert found["right", "zh"].cases == 1  # the other one has no answer
    assert found[PASSES, "zh"].mean == pytest.approx((2 / 3 + 1) / 2)


def test_against_a_baseline_only_what_passes_can_be_compared() -> None:
    known = Baseline().put(("c1", "zh"), "right").put(("n1", "zh"), "wrong")
    repeats = measure_repeats(run(3), score_baseline(known))
    compared = {(one.measure, one.language): one.difference for one in repeats.sure}
    found = compared[PASSES, "zh"]
    assert found is not None
    assert found.mean == pytest.approx((-1 / 3 + 1) / 2)
    assert compared["right", "zh"] is None
    assert compared[PASSES, "en"] is None


def test_against_another_report_each_measure_is_compared(tmp_path: Path) -> None:
    suite = Suite("own", tmp_path / "q.jsonl", tmp_path / "docs")
    write_results([build_report(suite, run(1), ())], tmp_path)
    repeats = measure_repeats(run(3), read_scores(tmp_path / REPORT, "own"))
    compared = {(one.measure, one.language): one.difference for one in repeats.sure}
    for measure in ("right", PASSES):
        found = compared[measure, "zh"]
        assert found is not None
        assert found.mean < 0
    nothing = compared["right", "en"]
    assert nothing is not None
    assert (nothing.mean, nothing.excludes_zero) == (0, False)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"suites": [{"suite": "other", "results": [], "verdicts": []}]}']
)
def test_a_file_that_is_no_report_of_the_suite_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match="bad_suite"):
        read_scores(path, "own")


def test_a_report_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="missing"):
        read_scores(tmp_path / "report.json", "own")


def test_the_table_shows_mean_interval_and_difference() -> None:
    known = Baseline().put(("c1", "zh"), "right")
    console = Console(width=200, file=StringIO(), record=True)
    console.print(build_repeat_table(measure_repeats(run(3), score_baseline(known))))
    lines = console.export_text().split("\n")
    (row,) = (line for line in lines if "passes" in line and "zh" in line)
    assert "0.833" in row
    assert "-0.333" in row
    assert "*" in row  # of one case, each draw is the same


def test_a_baseline_decides_nothing_about_a_model() -> None:
    known = Baseline().put(("c1", "zh"), "right")
    assert find_worse(measure_repeats(run(3), score_baseline(known), "baseline")) == []
    assert find_worse(measure_repeats(run(3), score_baseline(known), "report")) != []


def test_as_json_all_of_it_can_be_read_by_a_program() -> None:
    shown = json.loads(json.dumps(repeats_json(measure_repeats(run(2)))))
    assert shown["times"] == 2
    assert {"case": "c1", "language": "zh", "passed": 2, "times": 2} in shown["cases"]
    assert {one["measure"] for one in shown["measures"]} >= {PASSES, "right", "twins"}
    assert CHINESE not in json.dumps(shown, ensure_ascii=False)
