"""What a person accepts goes into baseline.json. The questions are asked again for it, offline, so
that what is written down is what the code does now."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from assistant.answer import Language
from assistant.app import build_assistant
from assistant.errors import SuiteError
from assistant.settings import Settings, load_settings
from evals.baseline import (
    Baseline,
    accept,
    add_improved,
    add_new,
    find_baseline,
    read_baselines,
    write_baselines,
)
from evals.cases import LANGUAGES, Case, read_cases
from evals.collections import prepare_collection
from evals.gate import Gate, judge_results
from evals.suite import SUITES, Suite, read_suites
from evals.task import Results, build_task, run_task
from evals.verdicts import build_verdicts

Choose = Callable[[Baseline, Sequence[Case]], Sequence[Case]]
"""Which cases have to be asked again."""


def accept_case(
    name: str,
    case: str,
    reason: str,
    language: Language | None = None,
    suites: Path = SUITES,
) -> Iterator[str]:
    """Let one question be wrong from now on, or gone from its suite; says what was written.

    Without `language` in both of them, where it turned so. Raises SuiteError "no_reason",
    "unknown_suite", "no_case" and "not_turned".
    """
    if not reason.strip():
        raise SuiteError("no_reason")
    suite = find_named(suites, name)
    known, results, gate = _ask_again(suite, suites, lambda _, cases: _named(cases, case))
    if not results.replies and case not in known.cases:
        raise SuiteError("no_case", case=case, suite=name)
    languages = (language,) if language else LANGUAGES
    now = accept(known, gate.comparison, case, languages, reason.strip(), _today())
    _write(suites, name, now)
    for one in now.cases[case].accepted:
        yield f"{case} {one.language}: {now.outcome((case, one.language))}, for: {one.reason}"


def accept_new(name: str, suites: Path = SUITES) -> Iterator[str]:
    """Add the cases that the baseline doesn't have, as they are now; says each."""
    suite = find_named(suites, name)
    known, results, gate = _ask_again(suite, suites, _find_new)
    now = add_new(known, gate.comparison, build_verdicts(results.results))
    yield from _write_found(suites, name, now, results, gate.comparison.new)


def accept_improved(name: str, suites: Path = SUITES) -> Iterator[str]:
    """Hold those cases to being right that were wrong; says each."""
    suite = find_named(suites, name)
    known, results, gate = _ask_again(suite, suites, _find_wrong)
    now = add_improved(known, gate.comparison)
    yield from _write_found(suites, name, now, results, gate.comparison.right)


def find_named(suites: Path, name: str) -> Suite:
    """A suite of a suite.toml; SuiteError "unknown_suite", which names those that there are."""
    found = {suite.name: suite for suite in read_suites(suites)}
    if name not in found:
        raise SuiteError("unknown_suite", suite=name, path=suites, known=", ".join(found))
    return found[name]


def name_maker(results: Results) -> str:
    """What the answers of a run were made with; they all say the same."""
    return next((str(one.answer["fingerprint"]) for one in results.replies), "")


def ask_cases(suite: Suite, cases: Sequence[Case], settings: Settings) -> Results:
    """The answers to some cases of a suite, scored."""
    if not cases:
        return Results((), ())
    prepared = prepare_collection(settings, suite.documents, suite.catalog)
    if prepared.failed:
        raise prepared.failed[0][1]
    with closing(build_assistant(prepared.settings, prepared.collection)) as assistant:
        return run_task(build_task(cases, assistant))


def _ask_again(suite: Suite, suites: Path, choose: Choose) -> tuple[Baseline, Results, Gate]:
    cases = read_cases(suite.file)
    known = read_baselines(find_baseline(suites)).get(suite.name, Baseline())
    results = ask_cases(suite, choose(known, cases), load_settings().offline())
    return (
        known,
        results,
        judge_results(suite.name, results, (), known, [one.id for one in cases], suites),
    )


def _named(cases: Sequence[Case], case: str) -> list[Case]:
    return [one for one in cases if one.id == case]


def _find_new(known: Baseline, cases: Sequence[Case]) -> list[Case]:
    said = {(case.id, one): known.outcome((case.id, one)) for case in cases for one in LANGUAGES}
    return [one for one in cases if {said[one.id, la] for la in LANGUAGES} & {None, "gone"}]


def _find_wrong(known: Baseline, cases: Sequence[Case]) -> list[Case]:
    return [one for one in cases if "wrong" in {known.outcome((one.id, la)) for la in LANGUAGES}]


def _write_found(
    suites: Path,
    name: str,
    now: Baseline,
    results: Results,
    keys: Sequence[tuple[str, Language]],
) -> Iterator[str]:
    if not keys:
        yield f"{name}: there is nothing to add."
        return
    _write(suites, name, Baseline(name_maker(results), now.cases))
    for case, language in keys:
        yield f"{case} {language}: {now.outcome((case, language))}"


def _write(suites: Path, name: str, now: Baseline) -> None:
    path = find_baseline(suites)
    write_baselines({**read_baselines(path), name: now}, path)


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()
