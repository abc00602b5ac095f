"""Proposed cases accepted, changed or dropped by a person, one at a time, in their file.

Each decision is on the disk before the next one; whoever stops goes on where they were.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from threading import RLock
from typing import Any, Final

from filelock import FileLock

from assistant.errors import SuiteError
from assistant.figures import Figure, find_figures
from assistant.tables import read_rows as read_table
from assistant.text.language import detect_language
from evals.cases import DROPPED, LANGUAGES, PROPOSED, Ask, Case, build_case, read_rows
from evals.known import holds_figure
from evals.quotes import squeeze
from evals.sources import Texts

Json = dict[str, Any]

FIELDS: Final = (
    "kind", "question_en", "question_zh", "answer_en", "answer_zh", "figures", "names", "source",
    "line", "quote", "why",
)  # fmt: skip
"""What a person may change."""

_STRUCTURED = frozenset({"figures", "names", "line"})
_ASIDE = ("state", "draft", "given")


class DraftFile:
    """A JSONL file of drafts. Accepted cases stay in it, or go to the end of the file `into`.

    Threads and processes may share it. All raise SuiteError "missing" or "bad_line" for a file that
    can't be read, "unwritable", and "no_draft" for an id that isn't open any more.
    """

    def __init__(self, path: Path, into: Path | None = None) -> None:
        self.path = path
        self.into = into
        self._mutex = RLock()

    def read_open(self) -> list[Json]:
        """Those that wait for a decision, in their order; none where there is no file."""
        return [row for row in self._read() if is_open(row)] if self.path.exists() else []

    def accept(self, draft: str, texts: Texts) -> Case:
        """Make a case of a draft. Raises SuiteError "unfit" with what it still lacks, and what
        `check_languages` and `check_case` raise."""
        with self._locked():
            rows = self._read()
            at = _find(self.path, rows, draft)
            row = {key: value for key, value in rows[at].items() if key not in _ASIDE}
            try:
                case = build_case(row)
            except ValueError as error:
                raise SuiteError("unfit", id=draft, reason=str(error)) from error
            check_languages(case)
            check_case(case, texts)
            self._keep(rows, at, row)
            return case

    def edit(self, draft: str, changes: Mapping[str, str]) -> Json:
        """Set fields, as a person has typed them. Raises SuiteError "bad_field"."""
        with self._locked():
            rows = self._read()
            at = _find(self.path, rows, draft)
            rows[at] = rows[at] | {name: read_field(name, text) for name, text in changes.items()}
            _write(self.path, rows)
            return rows[at]

    def drop(self, draft: str) -> None:
        """It stays in the file as dropped, so that it isn't proposed again."""
        with self._locked():
            rows = self._read()
            at = _find(self.path, rows, draft)
            rows[at]["state"] = DROPPED
            _write(self.path, rows)

    def _keep(self, rows: list[Json], at: int, row: Json) -> None:
        if self.into is None:
            rows[at] = row
            _write(self.path, rows)
            return
        kept = [one for _, one in read_rows(self.into)] if self.into.exists() else []
        known = {one.get("id") for one in kept}
        # What was cut off between the two files is done again without a second copy.
        if row["id"] not in known:
            _write(self.into, [*kept, row])
        rows[at]["state"] = DROPPED
        _write(self.path, rows)

    def _read(self) -> list[Json]:
        return [row for _, row in read_rows(self.path)]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self.path.with_name(f".{self.path.name}.lock")
        try:
            with self._mutex, FileLock(lock):
                yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise SuiteError("unwritable", path=self.path, reason=reason) from error


def open_drafts(data: Path) -> DraftFile:
    """The drafts that the chat shows to editors, and where those go that they accept: in a folder
    of the data that goes with what evals keep there."""
    folder = data / "evals"
    return DraftFile(folder / "drafts.jsonl", folder / "cases.jsonl")


def is_open(row: Mapping[str, Any]) -> bool:
    """Proposed, or begun from an answer that a reader found wrong."""
    return row.get("state") == PROPOSED or ("given" in row and row.get("state") != DROPPED)


def check_languages(case: Case) -> None:
    """That each question is in its language by what most of its words are, for so the assistant
    tells it; SuiteError "wrong_language". One that still quotes the other language may not be."""
    for language in LANGUAGES:
        if detect_language(Ask(case, language).question) != language:
            raise SuiteError("wrong_language", id=case.id, field=f"question_{language}")


def check_case(case: Case, texts: Texts) -> None:
    """That the known quotations stand in their documents, and the known figures in one of them.

    Raises SuiteError "no_source", "no_quote", "no_figure". A case without an answer has none.
    """
    if not case.answerable:
        return
    sources = case.sources or (case.source,)
    stated: list[Figure] = []
    for source, quote in zip(sources, case.quotations, strict=False):
        text = texts(source)
        if text is None:
            raise SuiteError("no_source", id=case.id, source=source)
        span = find_quote(quote, text)
        if span is None:
            raise SuiteError("no_quote", id=case.id, source=source)
        stated += find_stated(text, span)
    for known in case.figures:
        if not holds_figure(known, stated):
            raise SuiteError("no_figure", id=case.id, figure=f"{known.value:f} {known.unit}")


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Where a quotation stands in a text, white space aside."""
    wanted = squeeze(quote)
    places = [n for n, sign in enumerate(text) if not sign.isspace()]
    at = squeeze(text).find(wanted)
    return (places[at], places[at + len(wanted) - 1] + 1) if wanted and at >= 0 else None


def find_stated(text: str, span: tuple[int, int]) -> list[Figure]:
    """The figures of a stretch of a text; of a table's row as its head makes them."""
    return [*find_figures(text[slice(*span)]), *find_in_rows(text, span)]


def find_in_rows(text: str, span: tuple[int, int]) -> list[Figure]:
    """What the table rows within a stretch of a text state under their heads."""
    return [figure for row in read_table(text, span) for figure in row.figures]


def say_field(row: Mapping[str, Any], name: str) -> str:
    """A field as a person edits it: text, or JSON where it is more than that."""
    value = row.get(name, "")
    return json.dumps(value, ensure_ascii=False, default=_plain) if name in _STRUCTURED else value


def read_field(name: str, text: str) -> Any:
    """What a person typed for a field; SuiteError "bad_field"."""
    if name not in FIELDS:
        raise SuiteError("bad_field", field=name, reason="no such field")
    if name not in _STRUCTURED:
        return text.strip()
    try:
        value = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise SuiteError("bad_field", field=name, reason=error.msg) from error
    if not isinstance(value, int if name == "line" else list):
        raise SuiteError("bad_field", field=name, reason=text)
    return value


def _find(path: Path, rows: list[Json], draft: str) -> int:
    for at, row in enumerate(rows):
        if row.get("id") == draft and is_open(row):
            return at
    raise SuiteError("no_draft", path=path, id=draft)


def _write(path: Path, rows: list[Json]) -> None:
    """All at once: whoever reads meanwhile sees the file of before or of after."""
    lines = [json.dumps(row, ensure_ascii=False, default=_plain) for row in rows]
    body = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _plain(value: object) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    return int(value) if value == int(value) else float(value)
