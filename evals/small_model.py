"""How much of what a small model invents gets through, which should be nothing.

`python -m evals.small_model [FILE --docs DIR [--catalog FILE]] [--questions 60] [--out DIR]` asks
SmolLM2 (`served_model`) through `Assistant.ask`, and looks each figure that is shown as proved up
in the passages it cites by a check that shares nothing with the assistant's own (`independent`).
With --out every answer is a line of a file, and a run that was cut off goes on there.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from assistant.answer import Claim
from assistant.app import build_assistant
from assistant.errors import DuociteError, ModelError, SuiteError
from assistant.prompts import explain
from assistant.settings import load_settings, locale_language
from evals.cases import LANGUAGES, Ask, Case, read_cases
from evals.collections import prepare_collection
from evals.command import say_failed
from evals.invented import build_table, count_figures, find_doubtful, say_doubtful
from evals.overheard import overhear
from evals.served_model import serve_model
from evals.suite import Suite, choose_suites
from evals.task import Asked

QUESTIONS = 60
ANSWERS, LOG = "answers.jsonl", "server.log"
DONE, TO_JUDGE = 0, 1

Row = dict[str, Any]


def draw_asks(cases: Sequence[Case], questions: int) -> list[Ask]:
    """So many questions, evenly drawn from `cases`, in both languages by turns; one language after
    the other, so that a server can keep what its prompts begin with."""
    many = min(questions, len(cases))
    drawn = [cases[place * len(cases) // many] for place in range(many)]
    asks = [Ask(case, LANGUAGES[place % 2]) for place, case in enumerate(drawn)]
    return sorted(asks, key=lambda ask: LANGUAGES.index(ask.language))


def ask_all(asks: Sequence[Ask], assistant: Asked, path: Path) -> list[Row]:
    """A row an ask, of those that `path` has and of new ones, which are added to it at once."""
    rows = {_key(row): row for row in read_answers(path)}
    console = Console(stderr=True)
    open_asks = [ask for ask in asks if (ask.case.id, ask.language) not in rows]
    hidden = not console.is_terminal
    for ask in track(open_asks, "Questions", console=console, transient=True, disable=hidden):
        row = ask_one(ask, assistant)
        rows[_key(row)] = row
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return [rows[ask.case.id, ask.language] for ask in asks]


def ask_one(ask: Ask, assistant: Asked) -> Row:
    """What was asked, said by the model, and shown. A failure that nothing was shown of is a row
    without an answer; a server that is gone ends the run."""
    row: Row = {"case": ask.case.id, "kind": ask.case.kind, "language": ask.language}
    row |= {"question": ask.question, "answer": None, "claims": []}
    began = time.perf_counter()
    with overhear() as heard:
        try:
            answer = assistant.ask(ask.question)
        except ModelError as error:
            if error.code == "unreachable":
                raise
            row["failure"] = error.code
        else:
            row["answer"] = answer.to_json()
            row["claims"] = [_claim_row(claim) for claim in answer.claims]
            row["failure"] = answer.failure.code if answer.failure else None
    row["seconds"] = round(time.perf_counter() - began, 2)
    row["said"] = [[said.with_passages, said.text] for said in heard]
    return row


def read_answers(path: Path) -> list[Row]:
    """The rows of a file, if it is there; a last line that was cut off is cut away.

    SuiteError "bad_line" for a line that is no row.
    """
    if not path.is_file():
        return []
    whole, end, rest = path.read_text(encoding="utf-8").rpartition("\n")
    if rest:
        path.write_text(whole + end, encoding="utf-8")
    lines = whole.split("\n") if whole else []
    return [_read_row(path, number, line) for number, line in enumerate(lines, 1)]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 where a figure is left for a person to judge; an error is one line."""
    given = _build_parser().parse_args(arguments)
    # What the model failed at is counted; without a handler it would be printed, traceback and all.
    logging.getLogger("assistant").addHandler(logging.NullHandler())
    try:
        names = [given.file] if given.file else ["sample"]
        (suite, *_) = choose_suites(names, given.docs, given.catalog)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as passing:
            return _run(suite, given.questions, given.out or Path(passing))
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code


def _run(suite: Suite, questions: int, out: Path) -> int:
    console = Console()
    asks = draw_asks(read_cases(suite.file), questions)
    prepared = prepare_collection(load_settings(), suite.documents, suite.catalog)
    say_failed(prepared, console)
    with serve_model(out / LOG) as served:
        settings = served.apply(prepared.settings)
        with closing(build_assistant(settings, collection=prepared.collection)) as assistant:
            rows = ask_all(asks, assistant, out / ANSWERS)
    console.print(build_table(rows))
    doubtful = [one for row in rows for one in find_doubtful(row)]
    shown = sum(count_figures(row)["shown"] for row in rows)
    for line in say_doubtful(doubtful, shown):
        console.print(line, markup=False, highlight=False)
    return TO_JUDGE if doubtful else DONE


def _read_row(path: Path, number: int, line: str) -> Row:
    try:
        row: Row = json.loads(line)
        _ = _key(row), row["said"], row["claims"], row["seconds"], row["failure"]
    except (ValueError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise SuiteError("bad_line", path=path, line=number, reason=reason) from error
    return row


def _key(row: Row) -> tuple[str, str]:
    return row["case"], row["language"]


def _claim_row(claim: Claim) -> Row:
    figures = [
        {
            "text": figure.figure.text,
            "unit": figure.figure.unit,
            "verdict": figure.verdict,
            "citations": list(figure.citations),
        }
        for figure in claim.figures
    ]
    return {**claim.to_json(), "figures": figures}


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evals.small_model", description="Ask a small model that invents freely."
    )
    parser.add_argument("file", nargs="?", help="known answers; else the sample's")
    parser.add_argument("--docs", type=Path, help="the documents that they are about")
    parser.add_argument("--catalog", type=Path, help="their catalog.yaml")
    parser.add_argument("--questions", type=_positive, default=QUESTIONS)
    parser.add_argument("--out", type=Path, help="a folder where answers are kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
