"""A run as Markdown, for a comment on a pull request: the measures, and what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evals.failing import Outcome, list_outcomes, say_outcome
from evals.gate import Fall, Gate, group_keys
from evals.measures import MEASURES, Measure
from evals.repeats import HEADINGS, Repeats, list_rows, say_title
from evals.report import Report, count_models, say_faults

LONGEST = 60_000
"""Characters; GitHub takes 65,536 in a comment."""

_NAMED = 20  # cases that are named in one line

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
    mark = "❌" if not report.passed else "➖" if report.limited else "✅"
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
    faults = [*say_faults(report)]
    yield from (f"- **{escape(line)}**" for line in faults)
    yield from _say_gate(report.gate) if report.gate else ()
    if faults or report.gate:
        yield ""
    yield from _say_measures(report)
    yield ""
    if report.repeats:
        yield from _say_repeats(report.repeats)
        yield ""
    made = ", ".join(f"{name} {value}" for name, value in report.fingerprint.items())
    if made:
        yield f"Fingerprint: {escape(made)}"
        yield ""


def _say_gate(gate: Gate) -> Iterator[str]:
    """What turned wrong comes whole: it is what whoever asks for a change has to look at."""
    yield from (_say_fall(fall) for fall in gate.falls)
    comparison = gate.comparison
    if comparison.new:
        yield f"- **Not in the baseline yet:** {_name(group_keys(comparison.new))}"
    if comparison.gone:
        yield f"- **In the baseline, but asked no more:** {_name(group_keys(comparison.gone))}"
    if comparison.right:
        yield f"- Was wrong, is right: {_name(group_keys(comparison.right))}"
    if gate.passed:
        yield "- All that was right still is."


def _say_fall(fall: Fall) -> str:
    said = {"question": fall.question, "expected": fall.expected, "got": fall.got}
    why = "; ".join(f"{one.measure}: {one.explanation}" for one in fall.why)
    lines = [f"{name}: {text}" for name, text in {**said, "why": why}.items()]
    title = f"- **{escape(f'{fall.case} {fall.language}')} was right, is wrong**"
    body = "".join(f"\n  - {escape(line)}" for line in lines)
    return f"{title}{body}\n  - accept: {escape(fall.command)}"


def _name(cases: Sequence[str]) -> str:
    more = f" and {len(cases) - _NAMED} more" if len(cases) > _NAMED else ""
    return escape(", ".join(cases[:_NAMED]) + more)


def _say_repeats(repeats: Repeats) -> Iterator[str]:
    yield f"<details><summary>{say_title(repeats)}</summary>"
    yield ""
    yield f"| {' | '.join(HEADINGS)} |"
    yield "|---" * len(HEADINGS) + "|"
    yield from (f"| {' | '.join(map(escape, row))} |" for row in list_rows(repeats))
    yield ""
    yield "</details>"


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
