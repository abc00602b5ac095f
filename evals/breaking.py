"""The product, broken on purpose: does the gate fail each time, and does it name the measure?

`python -m evals.breaking` asks a suite as it is, which must pass its gate, then a few questions of
it with one thing broken at a time. What those came to stands in for what they were in the whole,
and the same gate judges that: the floors of the suite and its baseline. The exit code is 1 if a
break got through, or was put down to something else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assistant.errors import DuociteError, SuiteError
from assistant.prompts import explain
from assistant.settings import load_settings, locale_language
from evals.accepting import ask_cases, find_named
from evals.baseline import find_baseline, read_baselines
from evals.breaks import share_embedding
from evals.cases import read_cases
from evals.gate import describe_gate
from evals.suite import SUITES
from evals.task import Results
from evals.trials import LIMIT, Bench, Outcome, try_documents, try_quoting, try_writing


def open_bench(name: str, limit: int, suites: Path = SUITES) -> Bench:
    """Ask the whole suite as it is. Raises SuiteError "no_baseline" where it has none, and "stale"
    where its gate fails before anything is broken."""
    suite, settings = find_named(suites, name), load_settings().offline()
    known = read_baselines(find_baseline(suites)).get(name)
    if known is None:
        raise SuiteError("no_baseline", suite=name, path=find_baseline(suites))
    cases = read_cases(suite.file)
    bench = Bench(suite, cases, known, settings, ask_cases(suite, cases, settings), limit)
    gate = bench.judge(Results((), ()))
    if not gate.passed:
        print("\n".join(describe_gate(gate)), file=sys.stderr)
        raise SuiteError("gate_fails", suite=name)
    return bench


def build_table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title="Broken on purpose")
    for heading in ("broken", "must fall", "turned wrong", "fell", "named", "seconds"):
        table.add_column(heading, justify="left" if heading in ("broken", "fell") else "right")
    for one in outcomes:
        fell = ", ".join(sorted(one.gate.measures)) or "-"
        named = "yes" if one.caught else "NO"
        must = ", ".join(sorted(one.measures))
        row = (one.name, must, f"{one.turned} of {one.asked}", fell, named, f"{one.seconds:.0f}")
        table.add_row(*row)
    return table


def run(name: str, limit: int = LIMIT, suites: Path = SUITES) -> list[Outcome]:
    """Every break, in the order of the table."""
    console, found = Console(stderr=True), []
    with share_embedding(load_settings().offline()):
        bench = open_bench(name, limit, suites)
        for trial in (try_quoting, try_writing, try_documents):
            for outcome in trial(bench):
                found.append(outcome)
                console.print(f"{'✓' if outcome.caught else '✗'} {outcome.name}", markup=False)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.breaking", description=__doc__)
    parser.add_argument("suite", nargs="?", default="sample", help="which suite (sample)")
    parser.add_argument("--suites", type=Path, default=SUITES, help="its suite.toml")
    parser.add_argument("--limit", type=int, default=LIMIT, help="questions a break")
    options = parser.parse_args(arguments)
    try:
        outcomes = run(options.suite, options.limit, options.suites)
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    Console().print(build_table(outcomes))
    return 0 if all(one.caught for one in outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
