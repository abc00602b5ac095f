"""`duocite eval`: ask the questions of suites, measure the answers, compare with the floors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from assistant.answer import Language
from assistant.app import Assistant, build_assistant
from assistant.cli_output import printable
from assistant.errors import SuiteError
from assistant.models import build_llm
from assistant.prompts import explain
from assistant.settings import Settings, load_settings
from evals.cases import LANGUAGES, Case, read_cases
from evals.collections import Prepared, prepare_collection
from evals.fingerprint import build_fingerprint, hash_fingerprint
from evals.gate import Gate, find_known, open_gate
from evals.journal import Journal
from evals.recorded import open_tape
from evals.repeats import Repeats, ScoresByPlace, measure_repeats, read_scores, score_baseline
from evals.report import Report, build_report, to_json
from evals.score import Scorer
from evals.suite import Suite, choose_suites
from evals.task import Results, build_task, run_task
from evals.terminal import print_report
from evals.writing import LATEST, REPORT, write_results

DONE, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class Order:
    """What to run, and how.

    Models that are asked over a network are left out, whatever is set, unless it is `live`. With
    `judge` the model that is set judges the answers, too. `limit` asks so many cases of a suite,
    spread over it; floors don't hold then. Each question is asked `repeat` times. `out` is a folder
    for all results. Documents given as `docs` are read with `catalog` or, if None, without any.
    The model's replies are put on the tape `record`, or come from `replay` in its place. What
    another run's report `against` says is compared, question by question; it is a report.json or
    the folder of one.
    """

    suites: tuple[str, ...] = ()
    docs: Path | None = None
    catalog: Path | None = None
    out: Path | None = None
    languages: tuple[Language, ...] = LANGUAGES
    live: bool = False
    judge: bool = False
    limit: int | None = None
    repeat: int = 1
    record: Path | None = None
    replay: Path | None = None
    against: Path | None = None

    @property
    def taped(self) -> bool:
        return (self.record or self.replay) is not None

    @property
    def held(self) -> bool:
        """Whether the baseline holds. Answers of a model vary: theirs are not held to it."""
        return not self.live


def run(order: Order, tell: Callable[[dict[str, Any]], None] | None = None) -> int:
    """Ask and measure; 1 where a floor is broken, a question turned wrong, fewer pass than in the
    report to compare with, or a document could not be read, else 0.

    The results are kept in the data folder, too, for the chat to show; `tell` is given those of
    each suite as JSON. Raises SuiteError, StoreError, CatalogError, ModelError.
    """
    console = Console()
    settings = load_settings() if order.live else load_settings().offline()
    if order.judge and settings.llm_choice.kind == "offline":
        raise SuiteError("no_judge")
    suites = choose_suites(order.suites, order.docs, order.catalog)
    runs = [run_suite(suite, settings, console, order) for suite in suites]
    reports = [report for report, _ in runs]
    write_results(reports, settings.data / LATEST)
    if order.out is not None:
        write_results(reports, order.out)
    if tell is not None:
        for report in reports:
            tell(to_json(report))
    return max(code for _, code in runs)


def run_suite(
    suite: Suite, settings: Settings, console: Console, order: Order
) -> tuple[Report, int]:
    """Read, ingest, ask, measure, print; the report and the exit code.

    A run that was broken off goes on where it was, if nothing changed since.
    """
    cases = read_cases(suite.file)
    chosen = spread_cases(cases, order.limit)
    others = read_others(suite, order.against)
    prepared = prepare_collection(settings, suite.documents, suite.catalog)
    say_failed(prepared, console)
    fingerprint = build_fingerprint(suite, prepared)
    with (
        closing(open_assistant(prepared, order)) as assistant,
        open_judges(prepared.settings if order.judge else prepared.settings.offline()) as judges,
        open_journal(prepared, fingerprint, order) as journal,
    ):
        task = build_task(chosen, assistant, order.languages, order.repeat)
        scorers = {**task.scorers, **judges}
        results = run_task(replace(task, scorers=scorers), count_workers(settings), journal)
    limited = len(chosen) < len(cases)
    report = replace(
        build_report(suite, results, prepared.chunk_sizes, fingerprint, limited=limited),
        gate=hold_baseline(suite, results, cases) if order.held else None,
        repeats=compare_repeats(suite, results, order, others),
    )
    print_report(report, console)
    return report, DONE if report.passed and not prepared.failed else FAILED


def open_assistant(prepared: Prepared, order: Order) -> Assistant:
    """What is asked; with a tape before its model, if one is wanted."""
    tape = open_tape(prepared.settings, order.record, order.replay)
    if tape is None:
        return build_assistant(prepared.settings, collection=prepared.collection)
    return build_assistant(prepared.settings, collection=prepared.collection, llm=tape)


@contextmanager
def open_journal(
    prepared: Prepared, fingerprint: Mapping[str, str], order: Order
) -> Iterator[Journal | None]:
    """Where replies are kept until the run is done; none beside a tape, which keeps them itself."""
    if order.taped:
        yield None
        return
    journal = Journal(prepared.settings.data / "replies.jsonl", hash_fingerprint(fingerprint))
    yield journal
    journal.close()


def hold_baseline(suite: Suite, results: Results, cases: Sequence[Case]) -> Gate | None:
    """What the baseline says, None where it says nothing of this suite."""
    gate = open_gate(suite, results, (), [case.id for case in cases])
    return gate if gate.held else None


def read_others(suite: Suite, against: Path | None) -> ScoresByPlace | None:
    """The scores to compare with; read before anything is asked, which may take hours."""
    if against is None:
        return None
    return read_scores(against / REPORT if against.is_dir() else against, suite.name)


def compare_repeats(
    suite: Suite, results: Results, order: Order, others: ScoresByPlace | None
) -> Repeats | None:
    """How sure the means are of answers that vary, or that are compared with others."""
    if others is not None:
        return measure_repeats(results, others, "report")
    if not order.live and order.repeat == 1:
        return None
    known = find_known(suite)
    if known is None:
        return measure_repeats(results)
    return measure_repeats(results, score_baseline(known), "baseline")


def spread_cases(cases: Sequence[Case], limit: int | None) -> list[Case]:
    """So many of them, at even distances: all kinds have their share, whatever their order."""
    if limit is None or limit >= len(cases):
        return list(cases)
    return [cases[number * len(cases) // limit] for number in range(limit)]


def count_workers(settings: Settings) -> int:
    """How many questions are asked at a time: as many as processors can answer, or as a model's
    server is to be asked at once."""
    if settings.llm_choice.kind == "offline":
        return os.cpu_count() or 1
    return settings.llm_slots


@contextmanager
def open_judges(settings: Settings) -> Iterator[Mapping[str, Scorer]]:
    """The scorers that ask a model, none where the settings name none."""
    llm = build_llm(settings)
    if llm is None:
        yield {}
        return
    from evals.judge import open_judge  # LlamaIndex's evaluators take a second to import

    with open_judge(llm) as judges:
        yield judges


def say_failed(prepared: Prepared, console: Console) -> None:
    language = prepared.settings.interface_language
    for _, error in prepared.failed:
        console.print(printable(explain(error, language)), style="red", markup=False)
