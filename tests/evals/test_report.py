from __future__ import annotations

import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from assistant.answer import Answer
from evals.cases import Ask, KnownFigure
from evals.collections import ChunkSizes
from evals.repeats import measure_repeats
from evals.report import (
    Report,
    build_report,
    count_models,
    find_faults,
    find_unjudged,
    measure_amounts,
    measure_timings,
    say_faults,
    times_json,
    to_json,
)
from evals.suite import Suite
from evals.task import Reply, build_task, run_task
from evals.terminal import print_report
from tests.evals.fakes import (
    ENGLISH,
    FakeAssistant,
    Moody,
    build_answer,
    build_case,
    build_cases,
    build_refusal,
    build_right_assistant,
)
from tests.evals.held import compare, hold

SIZES = (ChunkSizes("en", 12, 913.4), ChunkSizes("zh", 3, 301.0))


def report_on(assistant: FakeAssistant, **floors: float) -> Report:
    suite = Suite("sample", Path("q.jsonl"), Path("docs"), None, floors)
    return build_report(suite, run_task(build_task(build_cases(), assistant)), SIZES)


def printed(report: Report) -> str:
    console = Console(file=io.StringIO(), width=120)
    print_report(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def wrong_in_chinese(text: str = "70亿美元 [1]") -> FakeAssistant:
    answers: dict[str, Answer] = dict(build_right_assistant().answers)
    return FakeAssistant({**answers, build_case().question_zh: build_answer(text, "zh")})


def test_it_says_which_models_answered() -> None:
    assistant = build_right_assistant()
    quoted, written = list(assistant.answers.values())[:2]
    quoted.fallback, written.model = True, "swift-1"
    report = report_on(assistant)
    assert count_models(report.results.replies)["swift-1"] == 1
    assert to_json(report)["models"]["fallback"] == 1
    assert "swift-1 1" in printed(report)


def test_a_row_has_both_languages_apart() -> None:
    lines = printed(report_on(wrong_in_chinese(), figures=0.9)).splitlines()
    (row,) = [line for line in lines if "figures" in line and "floor" not in line]
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == [
        "figures", "1.000", "0.000", "", "1/1", "0.900",
    ]  # fmt: skip


def test_a_fault_says_what_was_expected_what_came_and_why() -> None:
    text = printed(report_on(wrong_in_chinese()))
    assert "✗ c1 zh right" in text
    assert "expected: 超过80亿美元" in text
    assert "got: 70亿美元 [1]" in text
    assert "missing: 8 billion U.S. dollars" in text


def test_a_broken_floor_is_said_with_its_language() -> None:
    report = report_on(wrong_in_chinese(), figures=0.9)
    assert [(measure.language, floor) for measure, floor in report.broken] == [("zh", 0.9)]
    assert "Under its floor: figures (Chinese) 0.000 < 0.9" in printed(report)


def test_a_right_run_has_no_faults_and_breaks_no_floor() -> None:
    report = report_on(build_right_assistant(), figures=1.0, refusals=1.0, quotation_found=1.0)
    assert report.broken == ()
    assert find_faults(report.results.results) == []
    assert "✗" not in printed(report)


def test_kinds_are_shown_apart() -> None:
    lines = printed(report_on(wrong_in_chinese())).splitlines()
    lines = lines[next(n for n, line in enumerate(lines) if "By kind" in line) :]
    kinds = [line for line in lines if line.startswith(("│ figure ", "│ near_miss "))]
    assert "1.000 / 0.000" in kinds[0]
    assert "1.000 / 1.000" in kinds[1]


def tagged_report(**floors: float) -> Report:
    """The case that is wrong in Chinese is tagged "table", the other one isn't."""
    first, *rest = build_cases()
    cases = [replace(first, tags=("table",)), *rest]
    suite = Suite("sample", Path("q.jsonl"), Path("docs"), tags={"table": floors})
    return build_report(suite, run_task(build_task(cases, wrong_in_chinese())), SIZES)


def test_cases_with_a_tag_are_shown_apart() -> None:
    (row,) = [line for line in printed(tagged_report()).splitlines() if "│ table " in line]
    assert [cell.strip() for cell in row.strip("│ ").split("│")][:3] == [
        "table", "1", "1.000 / 0.000",
    ]  # fmt: skip


def test_cases_without_tags_have_no_table_of_tags() -> None:
    assert "By tag" not in printed(report_on(build_right_assistant()))


def test_a_floor_of_a_tag_holds_for_its_cases_alone() -> None:
    broken = tagged_report(figures=0.5).broken
    assert [(measure.name, measure.language, floor) for measure, floor in broken] == [
        ("figures of table", "zh", 0.5)
    ]
    assert tagged_report(quotation_found=1.0).broken == ()


def test_a_floor_of_a_tag_that_no_case_has_is_broken() -> None:
    suite = Suite("sample", Path("q.jsonl"), Path("docs"), tags={"tabel": {"figures": 0.5}})
    results = run_task(build_task(build_cases(), build_right_assistant()))
    ((measure, floor),) = build_report(suite, results, SIZES).broken
    assert (measure.name, measure.value, floor) == ("figures of tabel", None, 0.5)


def test_chunk_sizes_stand_with_every_measure() -> None:
    text = printed(report_on(build_right_assistant()))
    assert "chunks en: 12, 913 characters in the mean" in text
    assert "chunks zh: 3, 301 characters in the mean" in text


def test_what_could_not_be_judged_is_listed() -> None:
    strange = [build_case(figures=(KnownFigure(Decimal(3), "cubits"),))]
    suite = Suite("s", Path("q"), Path("d"))
    results = run_task(build_task(strange, build_right_assistant()))
    report = build_report(suite, results, ())
    assert {one.measure for one in find_unjudged(results.results)} == {"figures", "right"}
    assert "? c1 en figures: unit not known: cubits" in printed(report)


def test_a_document_cannot_steer_the_terminal() -> None:
    text = printed(report_on(wrong_in_chinese("[red]70亿[/red]\x1b[2J [1]")))
    assert "\x1b[2J" not in text
    assert "[red]70亿[/red]" in text


def test_timings_are_of_the_wait_and_of_each_stage() -> None:
    case = build_case()
    answer = build_answer(ENGLISH).to_json()
    replies = [Reply(Ask(case, "en"), answer, (), seconds) for seconds in (0.01, 0.02, 0.3)]
    timings = {timing.stage: timing for timing in measure_timings(replies)}
    assert timings["ask"].median == pytest.approx(20)
    assert timings["ask"].p95 == pytest.approx(300)
    assert timings["retrieve"].median == 2


def test_json_has_every_score_and_every_answer() -> None:
    report = report_on(wrong_in_chinese(), figures=0.9)
    read = json.loads(json.dumps(to_json(report)))
    assert read["passed"] is False
    assert read["broken"][0]["name"] == "figures"
    assert len(read["results"]) == len(report.results.results)
    assert {"case": "c1", "language": "zh"}.items() <= read["answers"][1].items()
    assert read["answers"][1]["answer"]["answer"] == "70亿美元 [1]"
    failed = [one for one in read["verdicts"] if not one["passed"]]
    assert failed == [{"case": "c1", "language": "zh", "passed": False, "faults": ["right"]}]


def test_the_same_run_makes_the_same_json() -> None:
    first, second = (json.dumps(to_json(report_on(build_right_assistant()))) for _ in range(2))
    assert first == second
    assert "seconds" not in first
    assert "timings_ms" not in first


def test_times_stand_apart_by_stage_and_question() -> None:
    read = times_json(report_on(build_right_assistant()))
    assert {one["stage"] for one in read["stages_ms"]} >= {"ask", "retrieve", "total"}
    assert [(one["case"], one["language"]) for one in read["asks"]][:2] == [
        ("c1", "en"),
        ("c1", "zh"),
    ]
    assert read["asks"][0]["timings_ms"] == {"retrieve": 2, "total": 3}


def test_a_part_of_a_suite_breaks_no_floor() -> None:
    suite = Suite("s", Path("q"), Path("d"), None, {"figures": 0.9})
    results = run_task(build_task(build_cases(), wrong_in_chinese()))
    assert not build_report(suite, results, SIZES).passed
    assert build_report(suite, results, SIZES, limited=True).passed


def test_amounts_are_of_what_was_answered_and_what_all_of_it_took() -> None:
    case = build_case()
    used = {"prompt_tokens": 700, "completion_tokens": 30, "cost": "0.0012", "currency": "USD"}
    said = {**build_answer(ENGLISH).to_json(), "usage": used}
    refused = {**build_refusal().to_json(), "usage": used}
    replies = [Reply(Ask(case, "en"), answer, (), 0.1) for answer in (said, said, refused)]
    (amounts,) = measure_amounts(replies)
    assert (amounts.language, amounts.answers) == ("en", 2)
    assert (amounts.characters, amounts.claims, amounts.citations) == (len(ENGLISH), 1.0, 1.0)
    assert amounts.tokens == {"completion_tokens": 90, "prompt_tokens": 2100}
    assert (amounts.cost, amounts.currency) == ("0.0036", "USD")


def test_what_the_gate_says_stands_in_the_json_and_decides() -> None:
    report = hold(report_on(wrong_in_chinese()))
    assert report_on(wrong_in_chinese()).passed
    assert not report.passed
    gate = to_json(report)["gate"]
    assert not to_json(report)["passed"]
    assert [(one["case"], one["language"]) for one in gate["turned_wrong"]] == [("c1", "zh")]
    assert gate["turned_right"] == [{"case": "c1", "language": "en"}]
    assert gate["new"] == [{"case": "n1", "language": "zh"}]
    assert gate["gone"] == [{"case": "old", "language": "zh"}]
    assert gate["accepted"] == [
        {
            "case": "left",
            "language": "en",
            "date": "2026-01-02",
            "reason": "the <b>page</b> was withdrawn",
            "measures": ["right"],
        }
    ]


def test_a_report_that_is_not_held_has_neither_gate_nor_repeats() -> None:
    read = to_json(report_on(build_right_assistant()))
    assert (read["gate"], read["repeats"]) == (None, None)


def test_the_gate_is_printed_too() -> None:
    text = printed(hold(report_on(wrong_in_chinese())))
    assert "sample c1 zh: was right, is wrong" in text
    assert "sample: not in the baseline yet: n1 (zh)" in text


def test_fewer_that_pass_than_in_another_report_fail() -> None:
    other = report_on(build_right_assistant())
    answers = {**wrong_in_chinese().answers, "未知？": build_answer("火星上有12人 [1]", "zh")}
    worse = compare(report_on(FakeAssistant(answers)), other.results)
    assert not worse.passed
    said = ["Fewer pass than in the other report: zh -1.000 (-1.000 to -1.000 *)"]
    assert [*say_faults(worse)] == said
    assert said[0] in printed(worse)
    assert to_json(worse)["repeats"]["other"] == "report"
    assert compare(other, other.results).passed


def test_what_the_choice_of_questions_explains_is_not_fewer() -> None:
    """One of two turned: another two might not have."""
    other = report_on(build_right_assistant())
    assert compare(report_on(wrong_in_chinese()), other.results).passed


def test_what_varies_is_printed_case_by_case() -> None:
    assistant = Moody(build_right_assistant().answers)
    results = run_task(build_task(build_cases(), assistant, repeat=3))
    report = build_report(Suite("own", Path("q"), Path("d")), results, SIZES)
    text = printed(replace(report, repeats=measure_repeats(results)))
    assert "Asked 3 times" in text
    assert "~ c1 zh: passed 2 of 3" in text
