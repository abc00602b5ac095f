"""Reports that are held to a baseline, or compared with another run."""

from __future__ import annotations

import datetime
from dataclasses import replace

from evals.baseline import Acceptance, Baseline
from evals.gate import judge_results
from evals.repeats import collect_scores, measure_repeats
from evals.report import Report
from evals.task import Results

ACCEPTED = Acceptance("en", datetime.date(2026, 1, 2), "the <b>page</b> was withdrawn", ("right",))
KNOWN = (
    Baseline()
    .put(("c1", "zh"), "right")
    .put(("c1", "en"), "wrong")
    .put(("n1", "en"), "right")
    .put(("old", "zh"), "right")
    .put(("left", "en"), "gone", ACCEPTED)
)
"""`build_cases()` when c1 was right in Chinese and wrong in English, n1 wasn't asked in Chinese,
and two other cases were."""


def hold(report: Report, known: Baseline = KNOWN) -> Report:
    cases = [reply.ask.case.id for reply in report.results.replies]
    gate = judge_results(report.suite.name, report.results, (), known, cases)
    return replace(report, gate=gate)


def compare(report: Report, other: Results) -> Report:
    """Beside what another run came to."""
    scores = collect_scores(other)
    return replace(report, repeats=measure_repeats(report.results, scores, "report"))
