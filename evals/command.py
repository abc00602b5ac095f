"""`duocite eval`: ask the questions of suites, measure the answers, compare with the floors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from assistant.answer import Language
from assistant.app import build_assistant
from assistant.cli_output import printable
from assistant.errors import SuiteError
from assistant.models import build_llm
from assistant.prompts import explain
from assistant.settings import Settings, load_settings
from evals.cases import LANGUAGES, read_cases
from evals.collections import Prepared, prepare_collection
from evals.report import Report, build_report, print_report, write_report
from evals.scorers import Scorer
from evals.suite import Suite, find_suite, read_suites
from evals.task import build_task, run_task

DONE, FAILED = 0, 1


def run(
    file: Path | None = None,
    docs: Path | None = None,
    catalog: Path | None = None,
    out: Path | None = None,
    languages: Sequence[Language] = LANGUAGES,
    *,
    live: bool = False,
    judge: bool = False,
) -> int:
    """Ask and measure; 1 where a floor is broken or a document could not be read, else 0.

    Models that are asked over a network are left out, whatever is set, unless it is `live`. With
    `judge` the model that is set judges the answers, too; SuiteError "no_judge" without one.

    Without `file` the shipped suites are run. A `file` is asked of the documents in `docs`, with
    `catalog` or, if None, with none at all, a sidecar beside them included; its floors are those of
    a suite.toml beside it that names it. `out` is a JSON file for all results. Raises SuiteError,
    StoreError, CatalogError, ModelError.
    """
    console = Console()
    settings = load_settings() if live else load_settings().offline()
    if judge and settings.llm_choice.kind == "offline":
        raise SuiteError("no_judge")
    suites = choose_suites(file, docs, catalog)
    runs = [run_suite(suite, settings, console, languages, judge=judge) for suite in suites]
    if out is not None:
        for report, _ in runs:
            write_report(report, _out_path(out, report, len(runs)))
    return max(code for _, code in runs)


def choose_suites(file: Path | None, docs: Path | None, catalog: Path | None) -> list[Suite]:
    """The shipped suites, or the one that the arguments describe; SuiteError "no_docs"."""
    if file is None:
        return read_suites()
    if docs is None:
        raise SuiteError("no_docs", path=file)
    declared = find_suite(file)
    suite = Suite(file.stem, file, docs, catalog)
    return [replace(suite, floors=declared.floors, tags=declared.tags) if declared else suite]


def run_suite(
    suite: Suite,
    settings: Settings,
    console: Console,
    languages: Sequence[Language],
    *,
    judge: bool = False,
) -> tuple[Report, int]:
    """Read, ingest, ask, measure, print; the report and the exit code."""
    cases = read_cases(suite.file)
    prepared = prepare_collection(settings, suite.documents, suite.catalog)
    say_failed(prepared, console)
    with (
        closing(build_assistant(prepared.settings, collection=prepared.collection)) as assistant,
        open_judges(prepared.settings if judge else prepared.settings.offline()) as judges,
    ):
        task = build_task(cases, assistant, languages)
        results = run_task(replace(task, scorers={**task.scorers, **judges}))
    report = build_report(suite, results, prepared.chunk_sizes)
    print_report(report, console)
    return report, FAILED if report.broken or prepared.failed else DONE


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


def _out_path(out: Path, report: Report, runs: int) -> Path:
    """One file a suite: where several are run, each adds its name."""
    return out if runs == 1 else out.with_stem(f"{out.stem}-{report.suite.name}")
