"""A run of two suites as the program itself leaves it: one with a wrong answer of markup, beside a
baseline, and one of many right answers."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.answer import Answer, Conflict, ConflictSide
from assistant.figures import find_figures
from evals.baseline import Acceptance, Baseline
from evals.gate import judge_results
from evals.latest import TIMES, Latest
from evals.repeats import measure_repeats, score_baseline
from evals.report import Report, build_report
from evals.suite import Suite
from evals.task import Results, build_task, run_task
from evals.writing import LATEST, REPORT, write_results
from tests.evals.fakes import (
    CHINESE,
    ENGLISH,
    FakeAssistant,
    build_answer,
    build_case,
    build_cases,
    build_refusal,
)

EVIL = "<script>alert(1)</script>${1+1} {{value}} 70亿美元 [1]"
WRONG_MEASURE = "missing: 8 billion U.S. dollars"
MANY = 60


class Knowing(FakeAssistant):
    """Its answers say what was asked."""

    def ask(self, question: str) -> Answer:
        answer = super().ask(question)
        answer.question = question
        return answer


def write_run(data: Path, *, compared: bool = True) -> Latest:
    """`c1` is wrong in Chinese, and `n1` right; an older report isn't `compared` with anything."""
    for name, text in _write_once().items():
        path = data / LATEST / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not compared:
        change_report(data, _age)
    return Latest(data)


@cache
def _run() -> tuple[Report, Report]:
    return _hold(_report("own", _ask_own())), _report("many", _ask_many())


@cache
def _write_once() -> dict[str, str]:
    """The files of the run that are read, by name: asking and writing take a second."""
    with TemporaryDirectory() as folder:
        write_results(_run(), Path(folder))
        names = (REPORT, TIMES, "report.md")
        return {name: Path(folder, name).read_text("utf-8") for name in names}


def change_report(data: Path, change: Any) -> None:
    """`change` is given report.json as it lies there, and says what lies there then."""
    path = data / LATEST / REPORT
    changed = change(json.loads(path.read_text("utf-8")))
    path.write_text(json.dumps(changed, ensure_ascii=False), encoding="utf-8")


def _ask_own() -> Results:
    case = build_case()
    wrong = build_answer(EVIL, "zh")
    sides = [ConflictSide(f, "<b>who</b>", 2021, 1) for f in find_figures("5 %; 7 %")]
    wrong.conflicts = (Conflict("How <i>much</i>?", tuple(sides)),)
    answers = {
        case.question_en: build_answer(ENGLISH, "en"),
        case.question_zh: wrong,
        "Unknown?": build_refusal("en"),
        "未知？": build_refusal("zh"),
    }
    return run_task(build_task(build_cases(), Knowing(answers), repeat=2))


def _ask_many() -> Results:
    cases = [
        build_case(id=f"m{n}", question_en=f"How much in {n}?", question_zh=f"第{n}个多少？")
        for n in range(MANY)
    ]
    answers = {one.question_en: build_answer(ENGLISH, "en") for one in cases}
    answers |= {one.question_zh: build_answer(CHINESE, "zh") for one in cases}
    return run_task(build_task(cases, Knowing(answers)))


def _report(name: str, results: Results) -> Report:
    suite = Suite(name, Path("q"), Path("d"), None, {"figures": 0.9})
    return build_report(suite, results, (), {"code": "abc<i>", "model": "offline"})


def _hold(report: Report) -> Report:
    accepted = Acceptance("en", datetime.date(2026, 5, 4), "the <u>page</u> is gone", ("right",))
    known = (
        Baseline()
        .put(("c1", "en"), "right")
        .put(("c1", "zh"), "right")
        .put(("old", "zh"), "right")
        .put(("old", "en"), "gone", accepted)
    )
    gate = judge_results("own", report.results, (), known, ["c1", "n1"])
    repeats = measure_repeats(report.results, score_baseline(known), "baseline")
    return replace(report, gate=gate, repeats=repeats)


def _age(report: dict[str, Any]) -> dict[str, Any]:
    for suite in report["suites"]:
        del suite["gate"], suite["repeats"]
    return report
