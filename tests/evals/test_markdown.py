from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from evals.baseline import Baseline
from evals.markdown import LONGEST, build_markdown, escape
from evals.report import Report, build_report
from evals.suite import Suite
from evals.task import build_task, run_task
from tests.evals.fakes import FakeAssistant, build_answer, build_case, build_right_assistant
from tests.evals.held import compare, hold

C0 = Baseline().put(("c0", "zh"), "right").put(("c0", "en"), "right")


def report_on(text: str, cases: int = 1, name: str = "own", **floors: float) -> Report:
    answers = {
        **build_right_assistant().answers,
        build_case().question_zh: build_answer(text, "zh"),
    }
    asked = [build_case(id=f"c{number}") for number in range(cases)]
    results = run_task(build_task(asked, FakeAssistant(answers)))
    return build_report(Suite(name, Path("q"), Path("d"), None, floors), results, ())


def test_it_opens_with_how_the_suite_stands() -> None:
    failed = build_markdown([report_on("70亿美元 [1]", figures=0.9)])
    assert failed.startswith("### ❌ own\n")
    assert "- **Under its floor: figures \\(Chinese\\) 0.000 \\< 0.9**" in failed
    assert build_markdown([report_on("70亿美元 [1]")]).startswith("### ✅ own\n")


def test_measures_are_a_table_with_both_languages_and_the_floor() -> None:
    lines = build_markdown([report_on("70亿美元 [1]", figures=0.9)]).splitlines()
    assert "| figures | 1.000 | 0.000 |  | 0.900 |" in lines
    html = MarkdownIt().enable("table").render("\n".join(lines))
    assert "<td>figures</td>" in html


def test_a_wrong_answer_is_told_with_all_that_shows_why() -> None:
    text = build_markdown([report_on("70亿美元 [1]")])
    assert "<summary>own c0 zh: right</summary>" in text
    assert "- question: 该公司投资了多少？" in text
    assert "- expected: 超过80亿美元" in text
    assert "- why: right: missing: 8 billion" in text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> [1]",
        "![x](http://127.0.0.1/pixel.png) [1]",
        "[click](http://127.0.0.1) [1]",
        "</details><img src=x> [1]",
        "@somebody and #1 [1]",
        "| a | b | [1]",
        "`code` **bold** [1]",
    ],
)
def test_what_an_answer_says_does_nothing(text: str) -> None:
    html = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .render(build_markdown([report_on(text, name="a<b>&c")]))
    )
    for tag in ("<script", "<img", "<a ", "<code", "<b>"):
        assert tag not in html
    assert html.count("</details>") == 1


def test_names_are_called_by_nobody() -> None:
    assert escape("@team see #12") == r"\@team see \#12"


def test_what_is_too_long_for_a_comment_is_counted() -> None:
    text = build_markdown([report_on("七" * 2000 + " [1]", cases=60)])
    assert len(text) <= LONGEST + 100
    shown = text.count("<details>")
    assert text.endswith(f"… and {60 - shown} more.")
    assert text.count("</details>") == shown > 5


def test_what_turned_wrong_is_told_first_and_whole() -> None:
    text = build_markdown([hold(report_on("70亿美元 [1]"), C0)])
    assert text.startswith("### ❌ own\n")
    lines = text.splitlines()
    at = lines.index("- **c0 zh was right, is wrong**")
    assert lines[at + 1 : at + 4] == [
        "  - question: 该公司投资了多少？",
        "  - expected: 超过80亿美元",
        "  - got: 70亿美元 \\[1\\]",
    ]
    assert "duocite eval accept own c0 \\-\\-language zh" in lines[at + 5]
    assert at < lines.index("| measure | English | Chinese | both | floor |")


def test_what_is_new_gone_and_became_right_is_named() -> None:
    known = Baseline().put(("c0", "zh"), "wrong").put(("old", "en"), "right")
    text = build_markdown([hold(report_on("超过80亿美元 [1]"), known)])
    assert "- **Not in the baseline yet:** c0 \\(en\\)" in text
    assert "- **In the baseline, but asked no more:** old \\(en\\)" in text
    assert "- Was wrong, is right: c0 \\(zh\\)" in text


def test_of_many_new_cases_some_are_named() -> None:
    known = Baseline().put(("c0", "en"), "right")
    text = build_markdown([hold(report_on("超过80亿美元 [1]", cases=30), known)])
    assert "c19 \\(en/zh\\) and 10 more" in text


def test_a_suite_that_holds_says_that_all_is_as_right_as_it_was() -> None:
    known = C0.put(("c0", "en"), "right")
    text = build_markdown([hold(report_on("超过80亿美元 [1]"), known)])
    assert text.startswith("### ✅ own\n")
    assert "- All that was right still is." in text


def test_intervals_are_a_table_that_can_be_opened() -> None:
    report = report_on("70亿美元 [1]")
    text = build_markdown([compare(report, report.results)])
    assert "<summary>Asked once, 95 % intervals, beside the other report</summary>" in text
    assert "| passes | zh | 0.000 | 0.000 to 0.000 | \\+0.000 | \\+0.000 to \\+0.000 |" in text


def test_it_says_what_the_answers_were_made_with() -> None:
    report = replace(report_on("70亿美元 [1]"), fingerprint={"code": "1.0", "documents": "<ab>"})
    assert "Fingerprint: code 1.0, documents \\<ab\\>" in build_markdown([report])
