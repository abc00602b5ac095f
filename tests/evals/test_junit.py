from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from evals.junit import build_junit
from evals.measures import Measure
from evals.report import Report, build_report
from evals.suite import Suite
from evals.task import build_task, run_task
from tests.evals.fakes import (
    FakeAssistant,
    build_answer,
    build_case,
    build_cases,
    build_right_assistant,
)
from tests.evals.held import compare, hold


def report_on(text: str, *, limited: bool = False, **floors: float) -> Report:
    answers = dict(build_right_assistant().answers)
    if text:
        answers[build_case().question_zh] = build_answer(text, "zh")
    results = run_task(build_task(build_cases(), FakeAssistant(answers)))
    suite = Suite("own", Path("q"), Path("d"), None, floors)
    return build_report(suite, results, (), limited=limited)


def read(*reports: Report) -> ElementTree.Element:
    """What a reader of the file gets."""
    file = io.BytesIO()
    build_junit(reports).write(file, encoding="utf-8", xml_declaration=True)
    return ElementTree.fromstring(file.getvalue())


def test_each_question_in_each_language_is_a_test() -> None:
    root = read(report_on(""))
    names = [one.get("name") for one in root.iter("testcase")]
    assert names == ["c1 en", "c1 zh", "n1 en", "n1 zh"]
    assert [one.get("classname") for one in root.iter("testcase")][2] == "own.near_miss"
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures")) == ("4", "0")


def test_a_wrong_answer_is_a_failure_with_all_that_shows_why() -> None:
    root = read(report_on("70亿美元 [1]"))
    (failure,) = root.iter("failure")
    assert failure.get("message") == "right"
    text = str(failure.text)
    assert all(part in text for part in ("question: 该公司", "expected: 超过80亿", "got: 70亿"))
    assert all(part in text for part in ("why: right: missing", "cited: [1]"))


def test_a_floor_is_a_test_too() -> None:
    root = read(report_on("70亿美元 [1]", figures=0.9, language=0.5))
    floors = [one for one in root.iter("testcase") if one.get("classname") == "own.floors"]
    assert [(one.get("name"), len(one)) for one in floors] == [("figures", 1), ("language", 0)]
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures")) == ("6", "2")


def test_floors_that_do_not_hold_are_no_tests() -> None:
    root = read(report_on("", limited=True, figures=0.9))
    assert all(one.get("classname") != "own.floors" for one in root.iter("testcase"))


def test_suites_stand_beside_each_other() -> None:
    assert len(read(report_on(""), report_on(""))) == 2


@given(st.text(st.characters(categories=None), min_size=1, max_size=30))
def test_whatever_an_answer_says_the_file_can_be_read(said: str) -> None:
    root = read(report_on(f"{said} 70亿美元 [1]".encode("utf-8", "replace").decode()))
    assert len(list(root.iter("testcase"))) == 4


def test_the_baseline_is_three_tests() -> None:
    def checks(report: Report) -> dict[str, list[str]]:
        found = [
            one for one in read(report).iter("testcase") if one.get("classname") == "own.baseline"
        ]
        return {str(one.get("name")): [str(f.get("message")) for f in one] for one in found}

    assert checks(hold(report_on("70亿美元 [1]"))) == {
        "no question turned wrong": ["c1 zh"],
        "every question is in the baseline": ["n1 (zh)"],
        "every question of the baseline is asked": ["old (zh)"],
    }
    assert checks(report_on("70亿美元 [1]")) == {}


def test_a_baseline_that_failed_says_all_that_the_gate_says() -> None:
    root = read(hold(report_on("70亿美元 [1]")))
    (failure,) = [one for one in root.iter("failure") if one.get("message") == "c1 zh"]
    assert "own c1 zh: was right, is wrong" in str(failure.text)
    assert "duocite eval accept own c1 --language zh" in str(failure.text)


def test_a_floor_of_a_tag_is_a_test_too() -> None:
    report = report_on("")
    suite = replace(report.suite, tags={"table": {"figures": 0.5}})
    broken = ((Measure("figures of table", "zh", 0.0, 1), 0.5),)
    root = read(replace(report, suite=suite, broken=broken))
    (floor,) = [one for one in root.iter("testcase") if one.get("classname") == "own.floors"]
    assert (floor.get("name"), len(floor)) == ("figures of table", 1)


def test_the_report_that_it_is_compared_with_is_a_test() -> None:
    report = report_on("")
    root = read(compare(report, report.results))
    (check,) = [one for one in root.iter("testcase") if one.get("classname") == "own.repeats"]
    assert (check.get("name"), len(check)) == ("as many pass as in the other report", 0)


def test_it_says_what_the_answers_were_made_with() -> None:
    root = read(replace(report_on(""), fingerprint={"code": "1.0", "documents": "<ab>"}))
    found = {one.get("name"): one.get("value") for one in root.iter("property")}
    assert found == {"code": "1.0", "documents": "<ab>"}
