"""The share of questions that passed, from a report, against a floor."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.passing import Passing, describe, main, read_passing
from evals.report import build_report
from evals.suite import Suite
from evals.task import build_task, run_task
from evals.writing import write_results
from tests.evals.fakes import (
    FakeAssistant,
    build_answer,
    build_case,
    build_cases,
    build_right_assistant,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A report in which 3 of 4 questions passed."""
    answers = dict(build_right_assistant().answers)
    answers[build_case().question_zh] = build_answer("70亿美元 [1]", "zh")
    results = run_task(build_task(build_cases(), FakeAssistant(answers)))
    suite = Suite("own", tmp_path / "q.jsonl", tmp_path / "docs")
    write_results([build_report(suite, results, ())], tmp_path)
    return tmp_path


def test_each_language_of_a_case_counts_by_itself(folder: Path) -> None:
    assert read_passing(folder) == [Passing("own", 3, 4)]


@pytest.mark.parametrize(("floor", "code"), [("0", 0), ("0.75", 0), ("0.76", 1)])
def test_under_the_floor_the_exit_code_is_1(folder: Path, floor: str, code: int) -> None:
    assert main([str(folder), "--floor", floor]) == code


def test_the_line_says_how_many_and_what_was_wanted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(folder), "--floor", "0.9"])
    assert capsys.readouterr().out == "own: 3 of 4 questions passed (75.0%), under 90%\n"
    assert describe(Passing("own", 4, 4), 0.9) == "own: 4 of 4 questions passed (100.0%)"


def test_a_suite_of_which_nothing_was_asked_has_passed_nothing() -> None:
    assert Passing("own", 0, 0).share == 0


@pytest.mark.parametrize("text", [None, "{", '{"suites": [{"suite": "a"}]}'])
def test_without_a_report_it_cannot_be_said(
    tmp_path: Path, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "report.json").write_text(text, encoding="utf-8")
    assert main([str(tmp_path)]) == 2
    assert str(tmp_path / "report.json") in capsys.readouterr().err
