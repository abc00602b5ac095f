"""How many questions of a run passed, from its report, against a share that must.

`python -m evals.passing DIR --floor 0.9` reads the folder that `duocite eval --out DIR` wrote. For
suites that have neither floors nor a baseline, as one's own may at first.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import DuociteError, SuiteError
from assistant.prompts import explain
from assistant.settings import locale_language
from evals.writing import REPORT


@dataclass(frozen=True, slots=True)
class Passing:
    """How many questions of a suite passed, each language counted by itself."""

    suite: str
    passed: int
    asked: int

    @property
    def share(self) -> float:
        return self.passed / self.asked if self.asked else 0.0


def read_passing(folder: Path) -> list[Passing]:
    """A row a suite. Raises SuiteError "missing" and "bad_suite" as for any file of an eval."""
    path = folder / REPORT
    try:
        return [_count(suite) for suite in json.loads(path.read_text(encoding="utf-8"))["suites"]]
    except OSError as error:
        raise SuiteError("missing", path=path, reason=str(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise SuiteError("bad_suite", path=path, reason="it is no report of an eval") from error


def describe(one: Passing, floor: float) -> str:
    """A line for a log."""
    under = f", under {floor:.0%}" if one.share < floor else ""
    return f"{one.suite}: {one.passed} of {one.asked} questions passed ({one.share:.1%}){under}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.passing", description=__doc__)
    parser.add_argument("folder", type=Path, help="what `duocite eval --out` wrote")
    parser.add_argument("--floor", type=float, default=0.0, help="the share that must pass, 0 to 1")
    options = parser.parse_args(arguments)
    try:
        found = read_passing(options.folder)
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    for one in found:
        print(describe(one, options.floor))
    return 1 if any(one.share < options.floor for one in found) else 0


def _count(suite: Mapping[str, Any]) -> Passing:
    verdicts = suite["verdicts"]
    return Passing(suite["suite"], sum(one["passed"] for one in verdicts), len(verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
