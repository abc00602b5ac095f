"""Which disagreements between sources are named, against those that are known.

`python -m evals.disagreements [FILE:DOCS[:CATALOG] ...]` asks every question in both languages and
prints each conflict that an answer carries, for a person to judge. Known are the questions whose
known figures, of one unit and from different quotations about the same place, can't all be true.
Without arguments the sample is asked: its suite, and plain questions on what is disputed there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assistant.answer import Answer, Conflict
from assistant.app import build_assistant
from assistant.errors import DuociteError
from assistant.figures import Figure
from assistant.prompts import explain
from assistant.settings import Settings, load_settings, locale_language
from evals.cases import Ask, build_asks, read_cases
from evals.collections import prepare_collection
from evals.disputes import find_disputed
from evals.known import holds_figure
from evals.measures import percentile
from evals.suite import SUITES

SAMPLE = SUITES.parent.parent / "corpus"
SHIPPED = [
    f"{SUITES.parent / name}:{SAMPLE}:{SAMPLE / 'catalog.yaml'}"
    for name in ("sample.jsonl", "disputed.jsonl")
]


@dataclass(frozen=True, slots=True)
class Heard:
    """What an answer says of the sources' disagreement."""

    ask: Ask
    conflicts: tuple[Conflict, ...]
    milliseconds: int
    told: tuple[Figure, ...] = ()

    @property
    def known(self) -> bool:
        return bool(find_disputed(self.ask.case))

    @property
    def found(self) -> bool:
        """Whether one of the conflicts has both figures of a known one."""
        return any(
            all(any(holds_figure(one, [side.figure]) for side in conflict.sides) for one in pair)
            for pair in find_disputed(self.ask.case)
            for conflict in self.conflicts
        )

    @property
    def both_told(self) -> bool:
        """Whether the answer states both figures of a known one, whatever it says of them."""
        return any(
            all(holds_figure(one, self.told) for one in pair)
            for pair in find_disputed(self.ask.case)
        )


def hear(settings: Settings, spec: str) -> Iterator[Heard]:
    """Every question of one FILE:DOCS[:CATALOG], in both languages."""
    file, docs, *rest = spec.split(":")
    cases = read_cases(Path(file))
    prepared = prepare_collection(settings, Path(docs), Path(rest[0]) if rest else None)
    with closing(build_assistant(prepared.settings, prepared.collection)) as assistant:
        for ask in build_asks(cases):
            yield _read(ask, assistant.ask(ask.question))


def _read(ask: Ask, answer: Answer) -> Heard:
    told = tuple(one.figure for claim in answer.claims for one in claim.figures)
    return Heard(ask, answer.conflicts, answer.timings_ms.get("compare", 0), told)


def build_table(heard: Sequence[Heard]) -> Table:
    known, others = ([one for one in heard if one.known == is_known] for is_known in (True, False))
    table = Table("measure", "value", "n", title="Disagreements")
    table.add_row("known ones named", str(sum(one.found for one in known)), str(len(known)))
    told = sum(map(_has_any, heard))
    both = sum(one.both_told for one in known)
    table.add_row("known ones of which an answer states both figures", str(both), str(len(known)))
    table.add_row("named ones that are known", str(sum(one.found for one in known)), str(told))
    table.add_row(
        "other questions with a conflict", str(sum(map(_has_any, others))), str(len(others))
    )
    times = [float(one.milliseconds) for one in heard]
    table.add_row("median ms", f"{percentile(times, 0.5):.0f}", str(len(times)))
    table.add_row("95th percentile ms", f"{percentile(times, 0.95):.0f}", str(len(times)))
    return table


def _has_any(heard: Heard) -> bool:
    return bool(heard.conflicts)


def print_heard(heard: Sequence[Heard], console: Console) -> None:
    """Each conflict with its sides, and each known one that is missed."""
    for one in heard:
        if not (one.conflicts or one.known):
            continue
        verdict = "known" if one.found else "missed" if one.known else "judge"
        console.print(f"{verdict} {one.ask.case.id} {one.ask.language}", style="bold", end=" ")
        _print_plainly(console, one.ask.question)
        for conflict in one.conflicts:
            for side in conflict.sides:
                _print_plainly(console, f"    {side.figure.text} · {side.who} · {side.when}")


def _print_plainly(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.disagreements", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="FILE:DOCS[:CATALOG]")
    given = parser.parse_args(arguments)
    try:
        settings = load_settings().offline()
        heard = [one for spec in given.suites or SHIPPED for one in hear(settings, spec)]
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    console = Console()
    print_heard(heard, console)
    console.print(build_table(heard))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
