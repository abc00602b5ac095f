from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import SuiteError
from evals.report import Report, build_report
from evals.suite import Suite
from evals.task import build_task, run_task
from evals.writing import REPORT, write_results
from tests.evals.fakes import build_cases, build_right_assistant


@pytest.fixture
def report() -> Report:
    results = run_task(build_task(build_cases(), build_right_assistant()))
    return build_report(Suite("own", Path("q"), Path("d")), results, ())


def test_results_are_there_in_every_form(tmp_path: Path, report: Report) -> None:
    write_results([report], tmp_path / "out" / "deep")
    found = {
        path.relative_to(tmp_path / "out" / "deep").as_posix()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    top = {REPORT, "times.json", "junit.xml", "report.md", "index.html"}
    assert found == {*top, "own/c1.html", "own/n1.html"}


def test_two_runs_write_the_same_report_to_the_byte(tmp_path: Path) -> None:
    for name in ("one", "two"):
        results = run_task(build_task(build_cases(), build_right_assistant()))
        report = build_report(Suite("own", Path("q"), Path("d")), results, ())
        write_results([report], tmp_path / name)
    for file in (REPORT, "report.md"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_report_has_every_suite(tmp_path: Path, report: Report) -> None:
    write_results([report, report], tmp_path)
    read = json.loads((tmp_path / REPORT).read_text(encoding="utf-8"))
    assert [one["suite"] for one in read["suites"]] == ["own", "own"]


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path, report: Report) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(SuiteError, match="unwritable"):
        write_results([report], tmp_path / "out")
