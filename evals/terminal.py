"""What a run showed, as tables in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from assistant.answer import Language
from assistant.cli_output import printable
from evals.cases import LANGUAGES, Ask
from evals.gate import describe_gate
from evals.measures import MEASURES, Measure, Result, measure_results
from evals.repeats import Repeats, build_repeat_table, find_unsteady, find_worse, say_worse
from evals.report import (
    HEADINGS,
    KIND_MEASURES,
    TONGUES,
    Report,
    count_models,
    find_faults,
    find_unjudged,
    group_by_kind,
    group_by_tag,
    say_broken,
)
from evals.task import Reply

_SHOWN = 20


def print_report(report: Report, console: Console) -> None:
    cases = len({reply.ask.case.id for reply in report.results.replies})
    console.print(f"{report.suite.name}: {cases} questions in English and in Chinese", markup=False)
    console.print(_say_models(report.results.replies), markup=False)
    console.print(build_measure_table(report))
    console.print(build_group_table("kind", group_by_kind(report.results)))
    if tagged := group_by_tag(report.results):
        console.print(build_group_table("tag", tagged))
    for line in (*_say_chunks(report), *_say_timings(report)):
        console.print(line, markup=False)
    _print_faults(report, console)
    for unjudged in find_unjudged(report.results.results):
        where = f"{unjudged.case} {unjudged.language} {unjudged.measure}"
        console.print(f"? {where}: {unjudged.score.explanation}", style="yellow", markup=False)
    for measure, floor in report.broken:
        console.print(say_broken(measure, floor), style="bold red", markup=False)
    if report.repeats:
        _print_repeats(report.repeats, console)
    for line in describe_gate(report.gate) if report.gate else ():
        console.print(printable(line), markup=False, highlight=False)


def build_measure_table(report: Report) -> Table:
    table = Table("measure", title="Measures")
    for heading in (*HEADINGS.values(), "scored", "floor"):
        table.add_column(heading, justify="right")
    for name in MEASURES:
        if row := [measure for measure in report.measures if measure.name == name]:
            scored = "/".join(str(measure.scored) for measure in row)
            table.add_row(name, *_cells(row), scored, _share(report.suite.floors.get(name)))
    return table


def build_group_table(name: str, groups: Mapping[str, Sequence[Result]]) -> Table:
    table = Table(name, title=f"By {name}, English / Chinese questions")
    for heading in ("questions", *KIND_MEASURES):
        table.add_column(heading, justify="right")
    for group, mine in groups.items():
        measures = measure_results(mine, LANGUAGES)
        pairs = [_pair(measures, name) for name in KIND_MEASURES]
        table.add_row(group, str(len({result.case for result in mine})), *pairs)
    return table


def _cells(row: Sequence[Measure]) -> list[str]:
    values = {measure.language: measure.value for measure in row}
    return [_share(values.get(tongue)) for tongue in TONGUES]


def _pair(measures: Sequence[Measure], name: str) -> str:
    values = [_share(m.value) for m in measures if m.name == name]
    return " / ".join(values)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _say_models(replies: Sequence[Reply]) -> str:
    counts = [f"{name} {many}" for name, many in count_models(replies).items()]
    return f"answers by: {', '.join(counts) or '-'}"


def _say_chunks(report: Report) -> Iterator[str]:
    for sizes in report.chunk_sizes:
        mean = f"{sizes.mean_characters:.0f} characters in the mean"
        yield f"chunks {sizes.language}: {sizes.chunks}, {mean}"


def _say_timings(report: Report) -> Iterator[str]:
    for timing in report.timings:
        yield f"{timing.stage}: median {timing.median:.0f} ms, p95 {timing.p95:.0f} ms"


def _print_faults(report: Report, console: Console) -> None:
    faults = find_faults(report.results.results)
    asks = {(reply.ask.case.id, reply.ask.language): reply.ask for reply in report.results.replies}
    for fault in faults[:_SHOWN]:
        language: Language = "zh" if fault.language == "zh" else "en"
        console.print(f"✗ {fault.case} {fault.language} {fault.measure}", style="red", markup=False)
        for line in _say_fault(asks[fault.case, language], fault):
            console.print(printable(line), markup=False, highlight=False)
    if len(faults) > _SHOWN:
        rest = len(faults) - _SHOWN
        console.print(f"… and {rest} more; --out FILE keeps them all.", markup=False)


def _print_repeats(repeats: Repeats, console: Console) -> None:
    console.print(build_repeat_table(repeats))
    unsteady = find_unsteady(repeats)
    for rate in unsteady[:_SHOWN]:
        where = f"{rate.case} {rate.language}"
        console.print(f"~ {where}: passed {rate.passed} of {rate.times}", markup=False)
    if len(unsteady) > _SHOWN:
        console.print(f"… and {len(unsteady) - _SHOWN} more that vary.", markup=False)
    for worse in find_worse(repeats):
        console.print(say_worse(worse), style="bold red", markup=False)


def _say_fault(ask: Ask, fault: Result) -> Iterator[str]:
    yield f"  expected: {ask.expected}"
    yield f"  got: {fault.score.answer or '(nothing)'}"
    yield f"  why: {fault.score.explanation}"
