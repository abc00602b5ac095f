from __future__ import annotations

import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from assistant.answer import Conflict, ConflictSide
from assistant.figures import find_figures
from evals.pages import build_pages
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

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> [1]"


def report_on(text: str = "70亿美元 [1]", name: str = "own", **floors: float) -> Report:
    answer = build_answer(text, "zh")
    sides = [ConflictSide(f, "<b>who</b>", 2021, 1) for f in find_figures("5 %; 7 %")]
    answer.conflicts = (Conflict("How <i>much</i>?", tuple(sides)),)
    answers = {**build_right_assistant().answers, build_case().question_zh: answer}
    results = run_task(build_task(build_cases(), FakeAssistant(answers)))
    suite = Suite(name, Path("q"), Path("d"), None, floors)
    return build_report(suite, results, (), {"code": "abc"})


def build(*reports: Report) -> dict[str, LexborHTMLParser]:
    return {path.as_posix(): LexborHTMLParser(html) for path, html in build_pages(reports)}


def text_of(page: LexborHTMLParser, selector: str = "body") -> str:
    node = page.css_first(selector)
    assert node is not None
    return " ".join(node.text().split())


def test_there_is_an_overview_and_a_page_a_case() -> None:
    assert list(build(report_on())) == ["index.html", "own/c1.html", "own/n1.html"]


def test_every_link_of_the_overview_leads_to_a_page() -> None:
    pages = build(report_on(name="a/b c"), report_on(name="two"))
    links = {str(one.attributes["href"]) for one in pages["index.html"].css("a")}
    assert links == set(pages) - {"index.html"}
    assert all(not Path(link).is_absolute() and ".." not in link for link in links)


def test_the_overview_has_measures_floors_and_what_was_wrong() -> None:
    page = build(report_on(figures=0.9))["index.html"]
    assert "own: failed" in text_of(page)
    assert "Under its floor: figures (Chinese) 0.000 < 0.9" in text_of(page)
    (row,) = [one for one in page.css("tr") if one.text().strip().startswith("figures")]
    assert "1.000" in row.text()
    floor = row.css_first("line")
    assert floor is not None
    assert floor.attributes["x1"] == "225.0"
    widths = [one.attributes["width"] for one in row.css("rect.en, rect.zh")]
    assert widths == ["250.0", "0.0"]


def test_a_case_shows_question_answer_sources_and_scores_in_both_languages() -> None:
    page = build(report_on())["own/c1.html"]
    for part in (
        build_case().question_en,
        build_case().question_zh,
        "超过80亿美元",
        "70亿美元 [1]",
        "report.txt, lines 3-4",
        "missing: 8 billion U.S. dollars",
        "<b>who</b> 2021: 5 %",
    ):
        assert part in text_of(page)


@pytest.mark.parametrize("place", ["answer", "name"])
def test_what_anybody_says_is_text(place: str) -> None:
    report = report_on(EVIL) if place == "answer" else report_on(name=EVIL)
    for page in build(report).values():
        assert page.css("script, img, b, i") == []


def test_pages_need_nothing_from_elsewhere() -> None:
    for _, html in build_pages([report_on()]):
        assert not re.search(r"(src|href)=.?(https?:)?//", html)
        assert "@import" not in html


def test_cases_whose_names_make_one_file_name_keep_their_pages() -> None:
    cases = [build_case(id="a/1"), build_case(id="a?1"), build_case(id="../../etc")]
    results = run_task(build_task(cases, build_right_assistant()))
    report = build_report(Suite("s", Path("q"), Path("d")), results, ())
    paths = [path.as_posix() for path, _ in build_pages([report])]
    assert paths == ["index.html", "s/a_1-1.html", "s/a_1-2.html", "s/_etc.html"]


def test_the_overview_says_what_the_baseline_holds() -> None:
    page = build(hold(report_on()))["index.html"]
    shown = text_of(page)
    assert "own: failed" in shown
    assert "c1 zh: was right, is wrong" in shown
    assert "missing: 8 billion U.S. dollars" in shown
    assert "Not in the baseline yet: n1 (zh)" in shown
    assert "In the baseline, but asked no more: old (zh)" in shown
    assert "left en, 2026-01-02the <b>page</b> was withdrawn (right)" in shown
    assert "All that was right still is" not in shown
    assert page.css("section section a")[0].attributes["href"] == "own/c1.html"


def test_intervals_stand_in_the_overview_where_there_are_any() -> None:
    report = report_on()
    shown = text_of(build(compare(report, report.results))["index.html"])
    assert "beside the other report" in shown
    assert "beside the other report" not in text_of(build(report)["index.html"])
