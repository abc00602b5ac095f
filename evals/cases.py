"""Known questions, the same in English and Chinese, with their known answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from assistant.answer import Language
from assistant.errors import SuiteError
from evals.quotes import squeeze

Kind = Literal[
    "figure", "date", "name", "list", "multi", "unanswerable", "near_miss", "false_premise"
]
LANGUAGES: tuple[Language, Language] = ("en", "zh")
NEGATIVE: frozenset[str] = frozenset({"unanswerable", "near_miss"})
REFUSABLE: frozenset[str] = NEGATIVE | {"false_premise"}

PROPOSED, DROPPED = "proposed", "dropped"
"""What the `state` of a line says: nobody has accepted it as a case yet, or refused to."""


@dataclass(frozen=True, slots=True)
class KnownFigure:
    """A figure that a right answer holds: `value` in `unit`, `text` as its source has it.

    `unit` is any unit name that `assistant.figures.base_unit` knows; a `date` is written YYYYMMDD,
    or YYYYMM where the source gives no day.
    """

    value: Decimal
    unit: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A twin question and what a right answer holds.

    Each of `names` holds its alternatives, split by "|". `quote` is verbatim in `source` but for
    white space, from 1-based `line` on; a case of several sources has all of them in `quotes`.
    `organisations` are those a broad question wants to hear, each with its alternatives as names.
    `near_miss` and `unanswerable` have no answer in the documents; `trap_quote` says what tempts.
    `false_premise` supposes what isn't so: its figures and names are what the documents say
    instead. What is `forbidden` must not stand in any answer; texts are written as `names` are.
    `tags` say what else a case has in common with others; a suite can have floors for them.
    """

    id: str
    kind: Kind
    question_en: str
    question_zh: str
    answer_en: str = ""
    answer_zh: str = ""
    figures: tuple[KnownFigure, ...] = ()
    names: tuple[str, ...] = ()
    source: str = ""
    line: int = 0
    quote: str = ""
    sources: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    organisations: tuple[str, ...] = ()
    why: str = ""
    trap_quote: str = ""
    forbidden: tuple[str, ...] = ()
    forbidden_figures: tuple[KnownFigure, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether refusing is wrong."""
        return self.kind not in REFUSABLE

    @property
    def quotations(self) -> tuple[str, ...]:
        return self.quotes or ((self.quote,) if self.quote else ())


@dataclass(frozen=True, slots=True)
class Ask:
    """A case in one of its two languages, asked for the first, second, ... time."""

    case: Case
    language: Language
    attempt: int = 1

    @property
    def question(self) -> str:
        return self.case.question_en if self.language == "en" else self.case.question_zh

    @property
    def expected(self) -> str:
        return self.case.answer_en if self.language == "en" else self.case.answer_zh


_CASE = TypeAdapter(Case)


def read_cases(path: Path) -> list[Case]:
    """The cases of a JSONL file, in its order; blank lines and dropped proposals are passed over.

    Raises SuiteError "missing" where the file can't be read, "bad_line" with the line where a case
    is not as `Case` says or is only proposed, and "empty" where there is none.
    """
    cases: dict[str, Case] = {}
    for number, row in read_rows(path):
        if row.get("state") == DROPPED:
            continue
        case = _read_case(path, number, row)
        if case.id in cases:
            raise SuiteError("bad_line", path=path, line=number, reason=f"id {case.id} twice")
        cases[case.id] = case
    if not cases:
        raise SuiteError("empty", path=path)
    return list(cases.values())


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file with their 1-based lines. Raises SuiteError as `read_cases`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError("missing", path=path, reason=str(error)) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _read_object(path, number, line)


def build_asks(
    cases: Sequence[Case], languages: Sequence[Language] = LANGUAGES, repeat: int = 1
) -> list[Ask]:
    attempts = range(1, repeat + 1)
    return [Ask(case, lang, n) for case in cases for lang in languages for n in attempts]


def _read_object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_float=Decimal)
    except json.JSONDecodeError as error:
        reason = f"no JSON: {error.msg} (column {error.colno})"
        raise SuiteError("bad_line", path=path, line=number, reason=reason) from error
    if not isinstance(row, dict):
        raise SuiteError("bad_line", path=path, line=number, reason="not an object")
    return row


def _read_case(path: Path, number: int, row: dict[str, Any]) -> Case:
    try:
        return build_case(row)
    except ValueError as error:
        raise SuiteError("bad_line", path=path, line=number, reason=str(error)) from error


def build_case(row: Mapping[str, Any]) -> Case:
    """The case of a line; ValueError with what is wrong with it."""
    if row.get("state") == PROPOSED:
        raise ValueError("proposed, and not accepted yet")
    try:
        case = _CASE.validate_python(row)
    except ValidationError as error:
        raise ValueError(first_fault(error)) from error
    if fault := _find_fault(case):
        raise ValueError(fault)
    return case


def first_fault(error: ValidationError) -> str:
    """The first of pydantic's findings as `field.0.value: what is wrong`."""
    fault = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    return f"{place}: {fault['msg']}"


def _find_fault(case: Case) -> str | None:
    """What a type can't say: the known answer must fit the kind of the case."""
    known = bool(case.figures or case.names)
    if not (case.question_en.strip() and case.question_zh.strip()):
        return "a question is empty"
    if case.kind in NEGATIVE:
        return f"a case of kind {case.kind} can't have figures or names" if known else None
    if not known:
        return f"a case of kind {case.kind} needs figures or names"
    if not all(squeeze(quotation) for quotation in case.quotations or ("",)):
        return f"a case of kind {case.kind} needs its quote"
    return None
