"""What a run showed: tables for the terminal, and everything as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from assistant.answer import Language
from assistant.cli_output import printable
from evals.cases import LANGUAGES, Ask
from evals.collections import ChunkSizes
from evals.measures import (
    MEASURES,
    Measure,
    Result,
    Tongue,
    find_broken_floors,
    measure_results,
    percentile,
)
from evals.suite import Suite
from evals.task import Reply, Results

TONGUES: tuple[Tongue, ...] = ("en", "zh", "both")
HEADINGS = {"en": "English", "zh": "Chinese", "both": "both"}
KIND_MEASURES = ("right", "citation", "answered", "refusals")
FAULTS = ("right", "citation", "answered", "refusals", "clean", "quotation_found", "language")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds that a stage of a question took; the stage "ask" is the whole."""

    stage: str
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Report:
    """A run of a suite, measured."""

    suite: Suite
    results: Results
    measures: tuple[Measure, ...]
    broken: tuple[tuple[Measure, float], ...]
    chunk_sizes: tuple[ChunkSizes, ...]
    timings: tuple[Timing, ...]


def build_report(suite: Suite, results: Results, chunk_sizes: tuple[ChunkSizes, ...]) -> Report:
    measures = measure_results(results.results, TONGUES)
    broken = [*find_broken_floors(measures, suite.floors), *find_broken_tags(suite, results)]
    timings = measure_timings(results.replies)
    return Report(suite, results, tuple(measures), tuple(broken), chunk_sizes, timings)


def find_broken_tags(suite: Suite, results: Results) -> Iterator[tuple[Measure, float]]:
    """The floors of tags that are broken; the measure is named with its tag."""
    tagged = group_by_tag(results)
    for tag, floors in suite.tags.items():
        measures = measure_results(tagged.get(tag, []), TONGUES)
        for measure, floor in find_broken_floors(measures, floors):
            yield replace(measure, name=f"{measure.name} of {tag}"), floor


def group_by_tag(results: Results) -> dict[str, list[Result]]:
    """The results of the cases with each tag, in the order in which tags first appear."""
    tags = {reply.ask.case.id: reply.ask.case.tags for reply in results.replies}
    grouped: dict[str, list[Result]] = {}
    for tag in dict.fromkeys(tag for own in tags.values() for tag in own):
        grouped[tag] = [result for result in results.results if tag in tags[result.case]]
    return grouped


def group_by_kind(results: Results) -> dict[str, list[Result]]:
    grouped: dict[str, list[Result]] = {}
    for result in results.results:
        grouped.setdefault(result.kind, []).append(result)
    return grouped


def measure_timings(replies: Sequence[Reply]) -> tuple[Timing, ...]:
    """Of the whole question as it was waited for, then of each stage that the answers report."""
    stages: dict[str, list[float]] = {"ask": [1000 * reply.seconds for reply in replies]}
    for reply in replies:
        for stage, milliseconds in reply.answer["timings_ms"].items():
            stages.setdefault(stage, []).append(float(milliseconds))
    return tuple(
        Timing(stage, percentile(taken, 0.5), percentile(taken, 0.95))
        for stage, taken in stages.items()
    )


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
        console.print(_say_broken(measure, floor), style="bold red", markup=False)


def write_report(report: Report, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(to_json(report), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def to_json(report: Report) -> dict[str, Any]:
    """Everything that was measured; `results` has a row a case, language and measure."""
    suite = report.suite
    return {
        "suite": suite.name,
        "file": str(suite.file),
        "documents": str(suite.documents),
        "catalog": str(suite.catalog) if suite.catalog else None,
        "floors": suite.floors,
        "tags": suite.tags,
        "passed": not report.broken,
        "models": count_models(report.results.replies),
        "measures": [asdict(measure) for measure in report.measures],
        "broken": [{**asdict(measure), "floor": floor} for measure, floor in report.broken],
        "chunk_sizes": [asdict(sizes) for sizes in report.chunk_sizes],
        "timings_ms": [asdict(timing) for timing in report.timings],
        "results": [_result_json(result) for result in report.results.results],
        "answers": [_reply_json(reply) for reply in report.results.replies],
    }


def count_models(replies: Sequence[Reply]) -> dict[str, int]:
    """How many answers came from which model; "offline" are quoted ones, of which those "fallback"
    stand in for a model that failed."""
    named = ("fallback" if one.answer["fallback"] else one.answer["model"] for one in replies)
    return dict(Counter(named))


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


def find_faults(results: Iterable[Result]) -> list[Result]:
    """Scores under 1 of the measures that say a question went wrong."""
    return [r for r in results if r.measure in FAULTS and r.score.value not in (None, 1.0)]


def find_unjudged(results: Iterable[Result]) -> list[Result]:
    """Scores that there should be, had the case been one that can be judged."""
    return [r for r in results if r.score.value is None and r.score.explanation]


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


def _say_broken(measure: Measure, floor: float) -> str:
    value = "never scored" if measure.value is None else f"{measure.value:.3f}"
    return f"Under its floor: {measure.name} ({HEADINGS[measure.language]}) {value} < {floor}"


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


def _say_fault(ask: Ask, fault: Result) -> Iterator[str]:
    yield f"  expected: {ask.expected}"
    yield f"  got: {fault.score.answer or '(nothing)'}"
    yield f"  why: {fault.score.explanation}"


def _result_json(result: Result) -> dict[str, Any]:
    named = {name: getattr(result, name) for name in ("case", "kind", "language", "measure")}
    return {**named, **asdict(result.score)}


def _reply_json(reply: Reply) -> dict[str, Any]:
    ask = reply.ask
    known = {"case": ask.case.id, "language": ask.language, "expected": ask.expected}
    return {**known, "seconds": round(reply.seconds, 4), "answer": dict(reply.answer)}
