"""A perfect writer and corrupting ones: what becomes of a model's sentences on the whole road.

`python -m evals.writers FILE --docs DOCS [--catalog FILE]` asks every question with a model that
knows the answer. The perfect writer says it and cites the passage that holds the known quotation,
or says that nothing is stated; each corrupting writer changes one figure, name, speaker or marker.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.answer import Answer, Claim, Language
from assistant.app import Assistant, build_assistant
from assistant.errors import DuociteError
from assistant.prompts import explain
from assistant.reply import REFUSAL
from assistant.settings import load_settings, locale_language
from assistant.text.citations import remove_markers, split_claims
from evals.cases import LANGUAGES, Ask, Case, build_asks, read_cases
from evals.collections import prepare_collection
from evals.measures import percentile
from evals.scripted import (
    ScriptedLLM,
    Shown,
    alter_figures,
    alter_names,
    attribute,
    choose_stranger,
    find_known,
    find_others,
    find_speakers,
    write_plainly,
)

SEED = 20
PACED = 20  # questions asked of a model that takes its time
PACE_S = 0.02  # a token, as of a hosted model

SHOWN = "known passages shown"
PLAIN, ATTRIBUTED = "accepted unchanged", "accepted unchanged, attributed"
REFUSED = "the sentinel is a refusal"
FLOORS = {PLAIN: 0.97, ATTRIBUTED: 0.97, REFUSED: 1.0}
# What may be shown as proved at most, of each way to be wrong.
LIMITS = {"figure": 0.005, "marker": 0.005, "name": 0.05, "speaker": 0.05}


@dataclass
class Tally:
    """How many came out in the way that the measure counts; `others` says what the rest was (of a
    floor), `hits` what was counted (of a limit)."""

    hits: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def add(self, hit: bool, what: str) -> None:
        (self.hits if hit else self.others).append(what)

    @property
    def n(self) -> int:
        return len(self.hits) + len(self.others)

    @property
    def share(self) -> float | None:
        return len(self.hits) / self.n if self.n else None


@dataclass
class Writing:
    """The tallies by measure and language of the question; milliseconds."""

    tallies: dict[tuple[str, Language], Tally] = field(default_factory=lambda: defaultdict(Tally))
    checking: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)

    def add(self, measure: str, ask: Ask, hit: bool, what: str) -> None:
        self.tallies[measure, ask.language].add(hit, f"{ask.case.id} {ask.language}: {what}")


@dataclass
class Desk:
    """An assistant whose model says what it is told to."""

    assistant: Assistant
    llm: ScriptedLLM
    organisations: Sequence[str]

    def ask(self, ask: Ask, said: str) -> Answer:
        self.llm.prepare(lambda shown: said)
        return self.assistant.ask(ask.question)

    def look(self, ask: Ask) -> list[Shown]:
        """The passages that the model is shown for a question, and a refusal by it."""
        seen: list[Shown] = []

        def note(shown: Sequence[Shown]) -> str:
            seen.extend(shown)
            return REFUSAL

        self.llm.prepare(note)
        self.assistant.ask(ask.question)
        return seen


def measure_writers(desk: Desk, cases: Sequence[Case], languages: Sequence[Language]) -> Writing:
    """Every writer over every question in each language."""
    writing = Writing()
    for n, ask in enumerate(_track(build_asks(cases, languages))):
        shown = desk.look(ask)
        known = find_known(ask.case, shown) if ask.case.answerable else None
        if ask.case.answerable:
            writing.add(SHOWN, ask, known is not None, "")
        if known is None:
            answer = desk.ask(ask, REFUSAL)
            writing.add(REFUSED, ask, answer.status == "refused", answer.text)
            continue
        _measure_honest(writing, desk, ask, known)
        for kind, said in _corrupt(desk, ask, cases, shown, known, random.Random(SEED + n)):
            wrong = find_proved(said, desk.ask(ask, said))
            writing.add(kind, ask, wrong, said)
    return writing


def _measure_honest(writing: Writing, desk: Desk, ask: Ask, known: Sequence[Shown]) -> None:
    numbers = [one.number for one in known]
    speakers = find_speakers(known, desk.organisations)
    written = {PLAIN: ask.expected}
    if len(speakers) == 1:
        written[ATTRIBUTED] = attribute(ask.expected, speakers[0], ask.language)
    for measure, text in written.items():
        said = write_plainly(text, numbers, ask.language)
        answer = desk.ask(ask, said)
        problems = ", ".join(answer.problems) or answer.text
        writing.add(measure, ask, is_unchanged(said, answer), f"{said} ({problems})")
        if measure == PLAIN:
            writing.checking.append(answer.timings_ms["check"])


def _corrupt(
    desk: Desk,
    ask: Ask,
    cases: Sequence[Case],
    shown: Sequence[Shown],
    known: Sequence[Shown],
    lot: random.Random,
) -> Iterator[tuple[str, str]]:
    """Replies with one thing altered, each with the kind of that."""
    numbers, language = [one.number for one in known], ask.language
    for text in alter_figures(ask, lot):
        yield "figure", write_plainly(text, numbers, language)
    for text in alter_names(ask, known, cases, lot):
        yield "name", write_plainly(text, numbers, language)
    if stranger := choose_stranger(known, desk.organisations, lot):
        yield (
            "speaker",
            write_plainly(attribute(ask.expected, stranger, language), numbers, language),
        )
    if others := find_others(ask.case, shown):
        yield "marker", write_plainly(ask.expected, [lot.choice(others).number], language)
    yield "marker", write_plainly(ask.expected, [len(shown) + lot.randint(1, 9)], language)


def is_unchanged(said: str, answer: Answer) -> bool:
    """Whether an answer says all that the model said, in its words, and none of it in doubt."""
    proved = answer.status == "verified" and not answer.problems and not answer.fallback
    return proved and remove_markers(answer.text).startswith(remove_markers(said))


def find_proved(said: str, answer: Answer) -> bool:
    """Whether all that the model said is shown as proved."""
    proved = {one.text for one in answer.claims if one.verdict != "unproved"}
    return {claim.text for claim in split_claims(said)} <= proved


def measure_lag(desk: Desk, ask: Ask, known: Sequence[Shown]) -> float | None:
    """Milliseconds from the model's first complete sentence to the first checked one, of a model
    that takes its time over two; None where the first isn't proved."""
    first = write_plainly(ask.expected, [one.number for one in known], ask.language)
    blank = " " if ask.language == "en" else ""
    desk.llm.prepare(lambda shown: first + blank + first, PACE_S)
    for event in desk.assistant.stream(ask.question):
        if isinstance(event, Claim):
            return 1000 * (time.perf_counter() - desk.llm.time_of(len(first)))
        return None
    return None


def measure_lags(desk: Desk, cases: Sequence[Case]) -> list[float]:
    lags: list[float] = []
    for ask in build_asks([case for case in cases if case.answerable]):
        known = find_known(ask.case, desk.look(ask))
        lag = measure_lag(desk, ask, known) if known else None
        lags += [lag] if lag is not None else []
        if len(lags) == PACED:
            break
    return lags


def _track(asks: Sequence[Ask]) -> Iterator[Ask]:
    console = Console(stderr=True)
    yield from track(
        asks, "Questions", console=console, transient=True, disable=not console.is_terminal
    )


def build_table(writing: Writing) -> Table:
    table = Table("measure", title="Writers")
    for heading in (*LANGUAGES, "wanted"):
        table.add_column(heading, justify="right")
    table.add_row(SHOWN, *_shares(writing, SHOWN), "")
    for measure, floor in FLOORS.items():
        table.add_row(measure, *_shares(writing, measure), f">= {floor:.3f}")
    for kind, limit in LIMITS.items():
        table.add_row(f"altered {kind} shown as proved", *_shares(writing, kind), f"<= {limit:.3f}")
    for name, values in (
        ("checking an answer, median ms", writing.checking),
        ("first checked sentence after the model's first, median ms", writing.lags),
    ):
        table.add_row(name, f"{percentile(values, 0.5):.1f}", f"n {len(values)}", "")
    return table


def _shares(writing: Writing, measure: str) -> list[str]:
    tallies = [writing.tallies[measure, language] for language in LANGUAGES]
    return [
        "-" if one.share is None else f"{one.share:.3f} ({len(one.hits)}/{one.n})"
        for one in tallies
    ]


def print_missed(writing: Writing, console: Console) -> None:
    """Each reply that came out otherwise than it should."""
    for (measure, language), tally in writing.tallies.items():
        missed = tally.others if measure in FLOORS else tally.hits if measure in LIMITS else []
        console.print(f"{measure} ({language}): {len(missed)}", style="bold", markup=False)
        for what in missed:
            console.print(f"  {what}", markup=False, highlight=False, soft_wrap=True)


def find_broken(tallies: Mapping[tuple[str, Language], Tally]) -> list[tuple[str, Language]]:
    """The measures that are under their floor or over their limit, in any language."""
    return [
        (measure, language)
        for (measure, language), tally in tallies.items()
        if tally.share is not None
        if tally.share < FLOORS.get(measure, 0.0) or tally.share > LIMITS.get(measure, 1.0)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.writers", description=__doc__)
    parser.add_argument("file", type=Path, help="known questions, JSONL")
    parser.add_argument("--docs", type=Path, required=True, help="the documents")
    parser.add_argument("--catalog", type=Path, help="what is known about them")
    parser.add_argument("--missed", action="store_true", help="list what came out wrong")
    options = parser.parse_args(arguments)
    try:
        writing = run(options.file, options.docs, options.catalog)
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    console = Console()
    console.print(build_table(writing))
    if options.missed:
        print_missed(writing, console)
    return 1 if find_broken(writing.tallies) else 0


def run(file: Path, docs: Path, catalog: Path | None) -> Writing:
    cases = read_cases(file)
    prepared = prepare_collection(load_settings(), docs, catalog)
    llm = ScriptedLLM()
    opened = build_assistant(prepared.settings, prepared.collection, llm=llm)
    with closing(opened) as assistant:
        desk = Desk(assistant, llm, assistant.searcher.index.organisations)
        writing = measure_writers(desk, cases, LANGUAGES)
        writing.lags = measure_lags(desk, cases)
    return writing


if __name__ == "__main__":
    raise SystemExit(main())
