"""Trials of a gate: the product with one thing broken, and what the gate says to its answers."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.app import build_assistant
from assistant.settings import Settings
from evals import breaks
from evals.accepting import ask_cases
from evals.baseline import Baseline, compare_baseline
from evals.cases import LANGUAGES, Case
from evals.collections import prepare_collection
from evals.disputes import find_disputed
from evals.gate import Gate, judge_results
from evals.measures import find_broken_floors, measure_results
from evals.report import TONGUES
from evals.slips import (
    Slip,
    SlippingLLM,
    SlippingWriter,
    alter_document,
    can_alter,
    misattribute,
    misstate,
)
from evals.suite import Suite
from evals.task import Results, build_task, run_task
from evals.verdicts import build_verdicts

LIMIT = 8
"""Questions, in both languages, that each break is tried on."""

GONE = 4
"""Documents that are deleted under the index."""

Wanted = Callable[[Case], bool]


@dataclass(frozen=True, slots=True)
class Break:
    """One thing to break, the measures that the gate has to name for it, and the cases that it
    shows in; `times` as many of them as of other breaks, where it shows in few."""

    name: str
    measures: frozenset[str]
    apply: Callable[[], AbstractContextManager[None]]
    wanted: Wanted = lambda case: case.answerable
    times: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the gate said to a break that was tried on `asked` questions."""

    name: str
    measures: frozenset[str]
    gate: Gate
    asked: int
    seconds: float

    @property
    def turned(self) -> int:
        return len(self.gate.comparison.wrong)

    @property
    def caught(self) -> bool:
        return not self.gate.passed and self.measures <= self.gate.measures


def _has_figures(case: Case) -> bool:
    return case.kind == "figure" and bool(case.figures)


def _has_one_figure(case: Case) -> bool:
    return _has_figures(case) and len(case.figures) == 1 and can_alter(case)


BREAKS = (
    Break("citations shifted by one", frozenset({"citation"}), breaks.shift_citations),
    Break("quotations cut by a character", frozenset({"quotation_found"}), breaks.cut_quotations),
    Break("dictionary off", frozenset({"right"}), breaks.close_dictionary, times=3),
    Break("centring by language off", frozenset({"right"}), breaks.centre_nothing, times=3),
    Break(
        "refusal off",
        frozenset({"refusals"}),
        breaks.refuse_nothing,
        lambda case: not case.answerable,
    ),
    Break("language forced to English", frozenset({"language"}), breaks.speak_english),
    Break("best sentence left out", frozenset({"right"}), breaks.start_behind_best),
    Break(
        "figures restated ten thousand times too large",
        frozenset({"right"}),
        breaks.misstate_magnitudes,
        _has_figures,
        times=2,
    ),
    Break(
        "conflicts not named",
        frozenset({"conflict"}),
        breaks.compare_nothing,
        lambda case: bool(find_disputed(case)),
        times=2,
    ),
)
"""Tried on the quoting answerer."""

WRITTEN: tuple[tuple[Slip, tuple[Break, ...]], ...] = (
    (
        misstate,
        (
            Break("unit check off", frozenset({"right"}), breaks.ignore_units, _has_figures),
            Break("repair off", frozenset({"answered"}), breaks.repair_nothing, _has_figures),
        ),
    ),
    (
        misattribute,
        (Break("all checks off", frozenset({"citation"}), breaks.drop_checks, _has_figures),),
    ),
)
"""Tried on a model that slips in some way, and corrects itself where it is told to."""

STALE = "index stale after a change"
REMOVED = "index stale after a removal"
ALTERED = "a figure of a document altered"


@dataclass(frozen=True)
class Bench:
    """A suite that can be asked in part, and what it comes to as it is."""

    suite: Suite
    cases: Sequence[Case]
    known: Baseline
    settings: Settings
    whole: Results
    limit: int = LIMIT

    def choose(self, wanted: Wanted, times: int = 1) -> list[Case]:
        """Cases that were right in a language at least, spread over the suite."""
        held = [one for one in self.cases if wanted(one) and _is_held(self.known, one)]
        return spread(held, self.limit * times)

    def judge(self, part: Results) -> Gate:
        """The gate of the whole suite, with a part of it as that came out."""
        results = lay_over(self.whole, part)
        broken = find_broken_floors(measure_results(results.results, TONGUES), self.suite.floors)
        ids = [one.id for one in self.cases]
        return judge_results(self.suite.name, results, broken, self.known, ids)


def spread(cases: Sequence[Case], many: int) -> list[Case]:
    """So many of the cases, evenly drawn."""
    if len(cases) <= many:
        return list(cases)
    return [cases[n * len(cases) // many] for n in range(many)]


def lay_over(whole: Results, part: Results) -> Results:
    """The whole with the replies and scores of a part in place of its own."""
    replies = {(one.ask.case.id, one.ask.language): one for one in whole.replies}
    replies |= {(one.ask.case.id, one.ask.language): one for one in part.replies}
    asked = {one.ask.case.id for one in part.replies}
    kept = [one for one in whole.results if one.case not in asked]
    return Results(tuple(replies.values()), (*kept, *part.results))


def judge_part(bench: Bench, part: Results, control: Results) -> Gate:
    """The gate of questions that only this trial asks: what was right in `control` must be."""
    verdicts = build_verdicts(control.results)
    asked = [(one.ask.case.id, one.ask.language) for one in control.replies]
    ids = list(dict.fromkeys(case for case, _ in asked))
    known = Baseline()
    for key in compare_baseline(known, verdicts, asked, ids).new:
        verdict = verdicts.get(key)
        known = known.put(key, "right" if verdict and verdict.passed else "wrong")
    return judge_results(bench.suite.name, part, (), known, ids)


def try_quoting(bench: Bench) -> Iterator[Outcome]:
    for one in BREAKS:
        cases = bench.choose(one.wanted, one.times)
        began = time.perf_counter()
        with one.apply():
            part = ask_cases(bench.suite, cases, bench.settings)
        yield _conclude(one.name, one.measures, bench.judge(part), part, began)


def try_writing(bench: Bench) -> Iterator[Outcome]:
    """A slip is to be wrong where the checks are off and nowhere else: asked with them on, the
    writer gives the baseline."""
    for slip, trials in WRITTEN:
        cases = bench.choose(trials[0].wanted)
        control = ask_writer(bench, cases, slip, nullcontext())
        for one in trials:
            began = time.perf_counter()
            part = ask_writer(bench, cases, slip, one.apply())
            gate = judge_part(bench, part, control)
            yield _conclude(one.name, one.measures, gate, part, began)


def ask_writer(
    bench: Bench, cases: Sequence[Case], slip: Slip, broken: AbstractContextManager[None]
) -> Results:
    suite, llm = bench.suite, SlippingLLM()
    prepared = prepare_collection(bench.settings, suite.documents, suite.catalog)
    with (
        broken,
        closing(build_assistant(prepared.settings, prepared.collection, llm=llm)) as assistant,
    ):
        writer = SlippingWriter(assistant, llm, cases, slip)
        return run_task(build_task(cases, writer))


def try_documents(bench: Bench) -> Iterator[Outcome]:
    """Documents that change under the index, in a copy of them with a store of its own."""
    suite = copy_documents(bench)
    chosen = bench.choose(_has_one_figure, times=2)
    altered = {one.id: now for one in chosen if (now := alter_document(one, suite.documents))}
    before = [one for one in chosen if one.id in altered]
    yield from _try_stale(
        bench, suite, STALE, {"right"}, list(altered.values()), breaks.miss_changes
    )
    began = time.perf_counter()
    part = ask_cases(suite, before, bench.settings)
    yield _conclude(ALTERED, {"right"}, bench.judge(part), part, began)
    gone = remove_documents(bench, suite.documents)
    yield from _try_stale(bench, suite, REMOVED, {"refusals"}, gone, breaks.keep_removed)


def _try_stale(
    bench: Bench,
    suite: Suite,
    name: str,
    measures: Iterable[str],
    cases: Sequence[Case],
    apply: Callable[[], AbstractContextManager[None]],
) -> Iterator[Outcome]:
    """Asked of the stale index first; once it is up to date, the same questions are right."""
    began = time.perf_counter()
    with apply():
        part = ask_cases(suite, cases, bench.settings)
    control = ask_cases(suite, cases, bench.settings)
    yield _conclude(name, measures, judge_part(bench, part, control), part, began)


def copy_documents(bench: Bench) -> Suite:
    """The suite on a fresh copy of its documents, which are in their store as they are."""
    folder = bench.settings.data / "evals" / "breaking" / bench.suite.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(bench.suite.documents, folder)
    catalog = bench.suite.catalog
    if catalog is not None:
        catalog = Path(shutil.copy(catalog, folder / "catalog.yaml"))
    suite = replace(bench.suite, documents=folder, catalog=catalog)
    prepare_collection(bench.settings, suite.documents, suite.catalog)
    return suite


def remove_documents(bench: Bench, folder: Path, many: int = GONE) -> list[Case]:
    """Delete the documents that most cases are about; some of those, which are to be refused now.

    Several, since what is left of a subject may be quoted in place of one that is gone.
    """
    alone = [one for one in bench.cases if one.answerable and one.source and not one.sources]
    held = [one for one in alone if _is_held(bench.known, one)]
    most = [source for source, _ in Counter(one.source for one in held).most_common(many)]
    for source in most:
        (folder / source).unlink()
    about = spread([one for one in held if one.source in most], 2 * bench.limit)
    return [_deprive(one) for one in about]


def _deprive(case: Case) -> Case:
    why = f"{case.source} is gone"
    return replace(case, kind="unanswerable", figures=(), names=(), quote="", why=why)


def _is_held(known: Baseline, case: Case) -> bool:
    return any(known.outcome((case.id, language)) == "right" for language in LANGUAGES)


def _conclude(
    name: str, measures: Iterable[str], gate: Gate, part: Results, began: float
) -> Outcome:
    seconds = time.perf_counter() - began
    return Outcome(name, frozenset(measures), gate, len(part.replies), seconds)
