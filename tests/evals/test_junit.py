from __future__ import annotations

import io
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from evals.junit import build_junit
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
