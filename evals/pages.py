"""A run as pages for a browser: an overview with charts, and a page a case.

The pages are files that need no server, no script and no other host. What documents, questions and
models say is escaped by the templates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from evals.cases import LANGUAGES, Case
from evals.failing import Outcome, list_citations, list_outcomes
from evals.gate import Gate, group_keys
from evals.known import plain_figure
from evals.measures import MEASURES, Result, measure_results
from evals.repeats import (
    HEADINGS,
    Repeats,
    find_unsteady,
    list_rows,
    say_title,
)
from evals.report import KIND_MEASURES, TONGUES, Report, count_models, say_faults

_BAR = 250
"""Pixels of a bar that is full."""


def build_pages(reports: Sequence[Report]) -> Iterator[tuple[Path, str]]:
    """Relative paths and their HTML: index.html first, then SUITE/CASE.html."""
    environment = Environment(
        loader=PackageLoader("evals"), autoescape=True, undefined=StrictUndefined
    )
    suites = [_read_suite(report) for report in reports]
    index = environment.get_template("index.html")
    yield Path("index.html"), index.render(title="Evals", suites=suites)
    page = environment.get_template("case.html")
    for report in reports:
        for path, fields in _read_cases(report):
            yield path, page.render(fields)


def _read_suite(report: Report) -> dict[str, Any]:
    outcomes = list_outcomes(report)
    paths = _name_pages(report)
    models = count_models(report.results.replies)
    return {
        "name": report.suite.name,
        "passed": report.passed,
        "limited": report.limited,
        "cases": len({one.id for one in outcomes}),
        "wrong": sum(not one.passed for one in outcomes),
        "models": ", ".join(f"{name} {count}" for name, count in models.items()),
        "broken": list(say_faults(report)),
        "gate": _read_gate(report.gate, paths) if report.gate else None,
        "repeats": _read_repeats(report.repeats) if report.repeats else None,
        "measures": list(_read_measures(report)),
        "kind_measures": KIND_MEASURES,
        "kinds": list(_read_kinds(report.results.results)),
        "amounts": report.amounts,
        "timings": report.timings,
        "outcomes": [{**_read_outcome(one), "page": paths[one.id].as_posix()} for one in outcomes],
        "fingerprint": report.fingerprint,
    }


def _read_gate(gate: Gate, paths: Mapping[str, Path]) -> dict[str, Any]:
    comparison = gate.comparison
    return {
        "falls": [{"fall": one, "page": paths[one.case].as_posix()} for one in gate.falls],
        "new": group_keys(comparison.new),
        "gone": group_keys(comparison.gone),
        "right": group_keys(comparison.right),
        "accepted": [{"case": case, "why": why} for case, why in gate.accepted],
    }


def _read_repeats(repeats: Repeats) -> dict[str, Any]:
    unsteady = [
        f"{one.case} {one.language} {one.passed}/{one.times}" for one in find_unsteady(repeats)
    ]
    rows = list_rows(repeats)
    return {"title": say_title(repeats), "headings": HEADINGS, "rows": rows, "unsteady": unsteady}


def _read_measures(report: Report) -> Iterator[dict[str, Any]]:
    for name in MEASURES:
        row = {one.language: one for one in report.measures if one.name == name}
        if not row:
            continue
        floor = report.suite.floors.get(name)
        bars = [(lang, row[lang].value or 0.0) for lang in TONGUES if lang in row]
        yield {
            "name": name,
            "shown": {lang: _share(row[lang].value) if lang in row else "" for lang in TONGUES},
            "floor_shown": _share(floor),
            "floor_at": None if floor is None else round(_BAR * floor, 1),
            "bars": [{"language": lang, "width": round(_BAR * share, 1)} for lang, share in bars],
        }


def _read_kinds(results: Sequence[Result]) -> Iterator[dict[str, Any]]:
    for kind in dict.fromkeys(result.kind for result in results):
        mine = [result for result in results if result.kind == kind]
        measures = measure_results(mine, LANGUAGES)
        cells = [
            " / ".join(_share(one.value) for one in measures if one.name == name)
            for name in KIND_MEASURES
        ]
        yield {"kind": kind, "questions": len({one.case for one in mine}), "cells": cells}


def _read_cases(report: Report) -> Iterator[tuple[Path, dict[str, Any]]]:
    paths = _name_pages(report)
    mine: dict[str, list[Outcome]] = {}
    for outcome in list_outcomes(report):
        mine.setdefault(outcome.id, []).append(outcome)
    for id, outcomes in mine.items():
        case = outcomes[0].reply.ask.case
        fields = {
            "title": f"{report.suite.name} {id}",
            "suite": report.suite.name,
            "id": id,
            "kind": case.kind,
            "outcomes": [{**_read_outcome(one), **_read_details(one, case)} for one in outcomes],
        }
        yield paths[id], fields


def _read_outcome(outcome: Outcome) -> dict[str, Any]:
    ask = outcome.reply.ask
    return {
        "id": outcome.id,
        "kind": ask.case.kind,
        "language": ask.language,
        "attempt": ask.attempt,
        "question": ask.question,
        "judged": outcome.judged,
        "faults": [fault.measure for fault in outcome.faults],
    }


def _read_details(outcome: Outcome, case: Case) -> dict[str, Any]:
    answer = outcome.reply.answer
    return {
        "expected": outcome.reply.ask.expected or f"a refusal: {case.why or 'nobody says'}",
        "figures": [f"{plain_figure(one)} ({one.text})" for one in case.figures],
        "known_quotes": case.quotations,
        "answer": answer["answer"],
        "nearest": [one["passage_shown"] for one in answer["nearest"]],
        "cited": list_citations(answer),
        "conflicts": [_say_conflict(one) for one in answer["conflicts"]],
        "scores": [_read_score(one) for one in outcome.scores if one.score.value is not None],
    }


def _read_score(result: Result) -> dict[str, str]:
    value = result.score.value
    tone = "good" if value == 1 else "bad" if value == 0 else "mid"
    return {
        "measure": result.measure,
        "value": _share(value),
        "tone": tone,
        "why": result.score.explanation,
    }


def _say_conflict(conflict: Mapping[str, Any]) -> str:
    sides = (
        f"{one['who']} {one['when'] or ''}: {one['figure']['text']}" for one in conflict["sides"]
    )
    return f"{conflict['about']} {'; '.join(sides)}"


def _name_pages(report: Report) -> dict[str, Path]:
    """A page for each case; names that would be the same file are told apart by their number."""
    ids = list(dict.fromkeys(reply.ask.case.id for reply in report.results.replies))
    folder = _name_file(report.suite.name)
    names = [_name_file(id) for id in ids]
    many = Counter(name.lower() for name in names)
    return {
        id: Path(folder, f"{name}.html" if many[name.lower()] == 1 else f"{name}-{n}.html")
        for n, (id, name) in enumerate(zip(ids, names, strict=True), 1)
    }


def _name_file(text: str) -> str:
    return re.sub(r"[^\w-]+", "_", text)[:80] or "_"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
