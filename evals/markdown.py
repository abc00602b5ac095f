"""A run as Markdown, for a comment on a pull request: the measures, and what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evals.failing import Outcome, list_outcomes, say_outcome
from evals.measures import MEASURES, Measure
from evals.report import Report, count_models, say_broken

LONGEST = 60_000
"""Characters; GitHub takes 65,536 in a comment."""

_ACTIVE = re.compile(r"([\\`*_{}\[\]()<>#+!|~@-])")


def build_markdown(reports: Sequence[Report]) -> str:
    """What fits: where it would be too long, the last questions are left out and counted."""
    heads = [line for report in reports for line in _say_report(report)]
    wrong = [(report, one) for report in reports for one in list_outcomes(report) if one.faults]
    text = "\n".join(heads)
    for done, (report, outcome) in enumerate(wrong):
        block = _say_outcome(report, outcome)
        if len(text) + len(block) > LONGEST:
            return f"{text}\n\n… and {len(wrong) - done} more."
        text += block
    return text + "\n"


def escape(text: str) -> str:
    """On one line, and without anything that Markdown would act on: text of documents, of
    questions and of models stands in it."""
    return _ACTIVE.sub(r"\\\1", " ".join(text.split()))


def _say_report(report: Report) -> Iterator[str]:
    outcomes = list_outcomes(report)
    wrong = sum(not one.passed for one in outcomes)
    mark = "➖" if report.limited else "✅" if report.passed else "❌"
    yield f"### {mark} {escape(report.suite.name)}"
    yield ""
    cases = len({one.id for one in outcomes})
    models = ", ".join(
        f"{escape(name)} {n}" for name, n in count_models(report.results.replies).items()
    )
    yield f"{cases} questions, {len(outcomes)} answers by {models}; {wrong} wrong."
    if report.limited:
        yield "Not all questions were asked, so that floors don't hold."
    yield ""
    yield from (f"- **{escape(say_broken(*one))}**" for one in report.broken)
    if report.broken:
        yield ""
    yield from _say_measures(report)
    yield ""


def _say_measures(report: Report) -> Iterator[str]:
    yield "| measure | English | Chinese | both | floor |"
    yield "|---|---|---|---|---|"
    for name in MEASURES:
        row = {one.language: one for one in report.measures if one.name == name}
        if row:
            cells = [_share(row.get(language)) for language in ("en", "zh", "both")]
            floor = report.suite.floors.get(name)
            cells.append("" if floor is None else f"{floor:.3f}")
            yield f"| {escape(name)} | {' | '.join(cells)} |"


def _share(measure: Measure | None) -> str:
    if measure is None or measure.value is None:
        return ""
    return f"{measure.value:.3f}"


def _say_outcome(report: Report, outcome: Outcome) -> str:
    ask = outcome.reply.ask
    missed = ", ".join(fault.measure for fault in outcome.faults)
    title = f"{report.suite.name} {ask.case.id} {ask.language}: {missed}"
    # <summary> is HTML, in which Markdown isn't read.
    shown = title.replace("&", "&amp;").replace("<", "&lt;")
    lines = (escape(line) for line in say_outcome(outcome).splitlines())
    body = "".join(f"- {line}\n" for line in lines)
    return f"\n<details><summary>{shown}</summary>\n\n{body}\n</details>\n"
