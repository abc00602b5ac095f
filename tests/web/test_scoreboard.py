from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.web.measured import NOTHING
from assistant.web.scoreboard import say_models, show_line, show_run
from evals.kept import Bounds, RepeatsRow, SureRow
from evals.latest import LatestRun, SuiteRun
from evals.report import Amounts, Timing
from tests.web.evaluated import write_run

EN, ZH = load_messages("en"), load_messages("zh")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> LatestRun:
    run = write_run(tmp_path_factory.mktemp("run")).read()
    assert run is not None
    return run


def words(html: str, selector: str = "body") -> str:
    found = LexborHTMLParser(html).css(selector)
    return " ".join(" ".join(one.text(separator=" ") for one in found).split())


def change(run: LatestRun, **changes: object) -> LatestRun:
    """With another row of the first suite."""
    first, *rest = run.suites
    row = replace(first.row, **changes)  # type: ignore[arg-type]
    return replace(run, suites=(replace(first, row=row), *rest))


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ["Evals", "UTC", "own failed 2 questions, 2 of 8 answers wrong", "many passed"]),
        ("zh", ["评测", "运行时间", "own 未通过 2 个问题，8 个回答中 2 个有误", "many 通过"]),
    ],
)
def test_every_suite_stands_at_the_head_with_its_verdict(
    run: LatestRun, language: Language, parts: list[str]
) -> None:
    said = words(show_run(run, 0, language))
    assert all(part in said for part in parts)
    assert f"{run.made:%Y-%m-%d %H:%M}" in said


def test_the_suite_that_is_chosen_is_pressed_and_shown(run: LatestRun) -> None:
    for chosen, name in enumerate(("own", "many")):
        html = show_run(run, chosen, "en")
        pressed = words(html, "[aria-pressed=true]")
        assert pressed.startswith(name)
        assert words(html, "h3").startswith(name)
        assert 'data-act="suite:1"' in html


def test_broken_floors_measures_kinds_times_and_amounts_are_there(run: LatestRun) -> None:
    html = show_run(run, 0, "en")
    assert "Figures found (Chinese) 0.000, floor 0.900" in words(html, ".broken")
    for block in ("measures", "kinds", "times", "amounts", "repeats"):
        assert words(html, f".{block} tbody")
    assert words(html, ".fingerprint, details dl").count("abc<i>") == 1
    assert "Whole question" in words(html, ".times")


def test_fewer_that_pass_than_in_another_report_stand_with_the_broken_floors(
    run: LatestRun,
) -> None:
    sure = SureRow("passes", "en", Bounds(0.5, 0.25, 0.75), Bounds(-0.25, -0.5, -0.125))
    repeats = RepeatsRow(1, "report", (), (sure,))
    html = show_run(change(run, repeats=repeats), 0, "en")
    assert "Fewer pass than in the other report: English -0.250" in words(html, ".broken")


def test_all_of_it_is_in_chinese_too(run: LatestRun) -> None:
    html = show_run(run, 0, "zh")
    for selector in ("h2", "h3 .verdict", "h4", "thead", "summary"):
        for node in LexborHTMLParser(html).css(selector):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in node.text()), node.html


def test_no_markup_of_a_report_is_markup_of_the_page(run: LatestRun) -> None:
    bad = change(
        run,
        suite="<script>s</script>",
        models={"<img src=x>": 3},
        fingerprint={"<i>part</i>": "<b>x</b>"},
        amounts=(Amounts("en", 1, 2, 3, 4, {"<u>t": 5}, "<s>1", "<em>"),),
    )
    html = show_run(bad, 0, "en")
    assert LexborHTMLParser(html).css("script, img, i, u, s, em") == []
    for part in ("<script>s</script>", "<img src=x> (3)", "<i>part</i>", "<u>t 5", "<s>1 <em>"):
        assert part in words(html)


@pytest.mark.parametrize(
    ("passed", "limited", "said"),
    [
        (True, False, "passed"),
        (True, True, "asked in part"),
        (False, False, "failed"),
        (False, True, "failed"),
    ],
)
def test_a_suite_passes_fails_or_was_asked_in_part(
    run: LatestRun, passed: bool, limited: bool, said: str
) -> None:
    html = show_run(change(run, passed=passed, limited=limited, gate=None), 0, "en")
    assert words(html, "h3 .verdict") == said
    assert ("Not all questions were asked" in words(html)) == limited


def test_a_gate_that_failed_is_a_suite_that_failed(run: LatestRun) -> None:
    assert words(show_run(change(run, passed=True), 0, "en"), "h3 .verdict") == "failed"


def test_models_are_named_and_counted(run: LatestRun) -> None:
    suite = change(run, models={"gpt-x": 5, "offline": 2, "fallback": 1}).suites[0]
    said = "Answers by gpt-x (5), quoting, without a model (2), quoting in a model's place (1)"
    assert say_models(suite, EN) == said
    assert say_models(suite, ZH).startswith("作答：gpt-x（5）")


def time(run: LatestRun, *timings: Timing) -> str:
    first = replace(run.suites[0], timings=timings)
    return words(show_run(replace(run, suites=(first,)), 0, "en"), ".times tbody")


def test_times_are_by_stage(run: LatestRun) -> None:
    said = time(run, Timing("ask", 1234.6, 2000.0), Timing("<x>", math.nan, math.inf))
    assert said == f"Whole question 1,235 ms 2,000 ms <x> {NOTHING} {NOTHING}"
    assert time(run) == ""


def test_times_that_cant_be_read_are_said_to_be_so(run: LatestRun) -> None:
    html = show_run(replace(run, timed=False), 0, "en")
    assert "The times of this run can't be read." in words(html)
    assert words(html, ".times") == ""


def test_tokens_and_cost_have_a_column_where_there_are_any(run: LatestRun) -> None:
    assert "Tokens" not in words(show_run(run, 0, "en"), ".amounts")
    spent = Amounts("zh", 3, 1234.5, 2.0, 1.5, {"prompt_tokens": 1200}, "0.5", "USD")
    said = words(show_run(change(run, amounts=(spent,)), 0, "en"), ".amounts")
    assert "Tokens Cost Chinese 3 1,234.5 2.0 1.5 prompt_tokens 1,200 0.5 USD" in said


def test_a_suite_without_anything_still_has_its_place(run: LatestRun) -> None:
    bare = change(run, fingerprint={}, amounts=(), measures=(), results=(), gate=None, repeats=None)
    empty = SuiteRun(bare.suites[0].row, ())
    said = words(show_run(replace(run, suites=(empty,)), 0, "en"))
    assert "own passed 0 questions, 0 of 0 answers wrong" not in said
    assert "0 questions, 0 of 0 answers wrong" in said
    assert "What the run was made of" not in said


def test_the_report_can_be_saved(run: LatestRun) -> None:
    links = LexborHTMLParser(show_run(run, 0, "en")).css("a[download]")
    assert [one.attributes["href"] for one in links] == ["evals/report.md", "evals/report.json"]


def test_a_line_is_text() -> None:
    assert show_line("<b>", "problem") == '<p class="problem">&lt;b&gt;</p>'


def test_a_run_is_shown_in_a_page_of_reasonable_size(run: LatestRun, tmp_path: Path) -> None:
    assert len(show_run(run, 1, "zh")) < 60_000
