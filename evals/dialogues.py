"""Whether a follow-up is answered as well as the question that it stands for.

`python -m evals.dialogues [FILE --docs DIR [--catalog FILE]]` asks, for each dialogue of a file,
its first question, its follow-up with that as history, and the question that the follow-up stands
for with no history at all. Without arguments the sample's dialogues are asked. A line is a case
(`evals.cases`) whose question is the one that the follow-up stands for, and beside it `first_en`,
`follow_en`, `first_zh`, `follow_zh`, `change` (what the follow-up changes) and `held_out` (no rule
was made by it). Languages are those of the follow-up; where it switches, the first question is in
the other one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from assistant.answer import Answer, Language, Turn
from assistant.app import build_assistant
from assistant.errors import DuociteError, SuiteError
from assistant.prompts import explain
from assistant.settings import Settings, load_settings, locale_language
from evals.cases import LANGUAGES, Ask, Case, first_fault, read_cases, read_rows
from evals.collections import prepare_collection
from evals.score import as_json
from evals.scorers import score_right
from evals.suite import SUITES

FILE = SUITES.parent / "dialogues.jsonl"
SAMPLE = SUITES.parent.parent / "corpus"

Change = Literal[
    "year",
    "place",
    "organisation",
    "measure",
    "pronoun",
    "ellipsis",
    "switch",
    "topic",
    "detail",
]


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    change: Change
    held_out: bool
    first_en: str
    follow_en: str
    first_zh: str
    follow_zh: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Two turns in one language; `ask` is the question that the second one stands for."""

    ask: Ask
    change: Change
    held_out: bool
    first: str
    follow: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How right (0 or 1) the question alone and the follow-up were answered, and what was asked in
    the follow-up's place."""

    dialogue: Dialogue
    alone: float
    followed: float
    whole: str

    @property
    def as_well(self) -> bool:
        return self.followed >= self.alone


class Talks(Protocol):
    """What is asked here; `assistant.app.Assistant` is one."""

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer: ...

    def make_whole(self, question: str, history: Sequence[Turn]) -> str: ...


_ROW = TypeAdapter(_Row)


def read_dialogues(path: Path) -> list[Dialogue]:
    """Each line in both languages, English first. Raises SuiteError as `read_cases`."""
    cases = {case.id: case for case in read_cases(path)}
    rows = [_read_row(path, number, row) for number, row in read_rows(path)]
    return [_build_dialogue(row, cases[row.id], language) for language in LANGUAGES for row in rows]


def _read_row(path: Path, number: int, row: dict[str, Any]) -> _Row:
    try:
        return _ROW.validate_python(row)
    except ValidationError as error:
        raise SuiteError("bad_line", path=path, line=number, reason=first_fault(error)) from error


def _build_dialogue(row: _Row, case: Case, language: Language) -> Dialogue:
    first, follow = (
        (row.first_en, row.follow_en) if language == "en" else (row.first_zh, row.follow_zh)
    )
    return Dialogue(Ask(case, language), row.change, row.held_out, first, follow)


def run_dialogue(assistant: Talks, dialogue: Dialogue) -> Outcome:
    first = assistant.ask(dialogue.first)
    history = [Turn(dialogue.first, first.text)]
    alone = assistant.ask(dialogue.ask.question)
    followed = assistant.ask(dialogue.follow, history=history)
    return Outcome(
        dialogue,
        _judge(dialogue.ask, alone),
        _judge(dialogue.ask, followed),
        assistant.make_whole(dialogue.follow, history),
    )


def _judge(ask: Ask, answer: Answer) -> float:
    return score_right(ask, as_json(answer)).value or 0.0


def run(settings: Settings, file: Path, docs: Path, catalog: Path | None) -> Iterator[Outcome]:
    dialogues = read_dialogues(file)
    prepared = prepare_collection(settings, docs, catalog)
    with closing(build_assistant(prepared.settings, prepared.collection)) as assistant:
        for dialogue in dialogues:
            yield run_dialogue(assistant, dialogue)


def build_table(outcomes: Sequence[Outcome]) -> Table:
    """A row for each language, and in it for each kind and for both halves."""
    table = Table(
        "language", "kind", "n", "standalone right", "follow-up right", "as well", "of those right"
    )
    for language in LANGUAGES:
        own = [one for one in outcomes if one.dialogue.ask.language == language]
        _add_row(table, language, "all", own)
        for name, rows in _group(own):
            _add_row(table, "", name, rows)
    return table


def _group(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, list[Outcome]]]:
    for held_out, name in ((False, "rules made by these"), (True, "held out")):
        yield name, [one for one in outcomes if one.dialogue.held_out == held_out]
    for change in dict.fromkeys(one.dialogue.change for one in outcomes):
        yield change, [one for one in outcomes if one.dialogue.change == change]


def _add_row(table: Table, language: str, name: str, outcomes: Sequence[Outcome]) -> None:
    if not outcomes:
        return
    many = len(outcomes)
    right = [one for one in outcomes if one.alone]
    shares = (
        sum(one.alone for one in outcomes) / many,
        sum(one.followed for one in outcomes) / many,
        sum(one.as_well for one in outcomes) / many,
    )
    kept = f"{sum(one.followed for one in right):.0f}/{len(right)}"
    table.add_row(language, name, str(many), *(f"{share:.2f}" for share in shares), kept)


def print_outcomes(outcomes: Sequence[Outcome], console: Console) -> None:
    """Each follow-up with what was asked in its place; what was answered worse is marked."""
    for one in outcomes:
        dialogue = one.dialogue
        mark = "ok   " if one.as_well else "WORSE"
        head = f"{mark} {dialogue.ask.case.id} {dialogue.ask.language} {dialogue.change}"
        text = f"{head}: {dialogue.first} | {dialogue.follow} → {one.whole}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.dialogues", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--catalog", type=Path)
    parser.add_argument("--show", action="store_true", help="every follow-up, made whole")
    given = parser.parse_args(arguments)
    docs, catalog = given.docs or SAMPLE, given.catalog
    if given.docs is None:
        catalog = SAMPLE / "catalog.yaml"
    try:
        outcomes = list(run(load_settings(), given.file, docs, catalog))
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    console = Console()
    if given.show:
        print_outcomes(outcomes, console)
    console.print(build_table(outcomes))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
