"""Many questions from a file, one answer a line; what is interrupted goes on where it stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TextIO, get_args

from assistant.errors import BatchError, DuociteError
from assistant.scope import Filters, Language
from assistant.wire import Told


class Asks(Protocol):
    """What a batch needs of an assistant."""

    def ask(self, question: str, *, filters: Filters, language: Language | None) -> Told: ...


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the questions: what to ask and where, or why it can't be asked."""

    id: str
    question: str = ""
    filters: Filters = field(default_factory=Filters)
    language: Language | None = None
    error: BatchError | None = None


class BatchReport(NamedTuple):
    """How far a batch is: answers and errors written now, and answers kept from before."""

    answers: int = 0
    failed: int = 0
    kept: int = 0


def read_items(path: Path, filters: Filters, language: Language | None) -> list[Item]:
    """Lines `{"id", "question"[, "filters"][, "language"]}`; blank ones are passed over.

    A line without an id gets its number. What a line does not say itself is taken from `filters`
    and `language`. BatchError "missing" if the file can't be read; a faulty line is an Item with
    an error.
    """
    default = Item("", filters=filters, language=language)
    lines = enumerate(_read_text(path).split("\n"), 1)
    items = [_read_item(line, number, default) for number, line in lines if line.strip()]
    seen: set[str] = set()
    return [_refuse_repeated(item, seen) for item in items]


class Batch:
    """Questions on their way into the file `out`; `report` counts what was done so far."""

    def __init__(self, assistant: Asks, out: Path, explain: Callable[[DuociteError], str]) -> None:
        self.report = BatchReport()
        self._assistant = assistant
        self._out = out
        self._explain = explain

    def run(self, items: Sequence[Item]) -> Iterator[BatchReport]:
        """Ask each item and append its line at once; yields the counts after each.

        Answers that the file holds already, for the same id and question, are kept. Lines of
        errors and a line that was cut off are dropped, so that a second run tries them again.
        BatchError "unwritable" if the file can't be written.
        """
        asked = {item.id: item.question for item in items if not item.error}
        kept = _keep_answers(self._out, asked)
        with _open_out(self._out) as file:
            for item in items:
                if item.error or item.id not in kept:
                    self._write(file, self._answer(item))
                else:
                    self._count("kept")
                yield self.report

    def _answer(self, item: Item) -> dict[str, Any]:
        try:
            if item.error:
                raise item.error
            answer = self._assistant.ask(
                item.question, filters=item.filters, language=item.language
            )
        except DuociteError as error:
            return {"id": item.id, "error": error_json(error, self._explain(error))}
        return answer.to_json(item.id)

    def _write(self, file: TextIO, line: dict[str, Any]) -> None:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        file.flush()
        self._count("failed" if "error" in line else "answers")

    def _count(self, name: str) -> None:
        self.report = self.report._replace(**{name: getattr(self.report, name) + 1})


def error_json(error: DuociteError, message: str) -> dict[str, str]:
    """`code` says class and code of the error: `store.locked`."""
    return {"code": f"{error.name}.{error.code}", "message": message}


def _read_item(line: str, number: int, default: Item) -> Item:
    try:
        raw = _parse(line)
        item_id = str(raw.get("id", number))
        return _build_item(item_id, raw, default)
    except ValueError as error:
        reason = BatchError("bad_line", line=number, reason=str(error))
        return Item(_id_of(line) or str(number), error=reason)


def _build_item(item_id: str, raw: dict[str, Any], default: Item) -> Item:
    question = raw.get("question")
    if not isinstance(question, str) or not question.strip():
        raise ValueError("no question")
    language = raw.get("language", default.language)
    if language not in (None, *get_args(Language)):
        raise ValueError(f"language {language}")
    filters = _build_filters(raw["filters"]) if "filters" in raw else default.filters
    return Item(item_id, question, filters, language)


def _build_filters(raw: object) -> Filters:
    """`{"documents": [...], "organisations": [...], "years": [...], "languages": [...]}`."""
    known = {each.name for each in fields(Filters)}
    if not isinstance(raw, dict) or not set(raw) <= known:
        raise ValueError(f"filters take {', '.join(sorted(known))}")
    for name, values in raw.items():
        kind = int if name == "years" else str
        if not isinstance(values, list) or not all(type(value) is kind for value in values):
            raise ValueError(f"{name} takes a list of {kind.__name__}")
    return Filters(**{name: tuple(values) for name, values in raw.items()})


def _refuse_repeated(item: Item, seen: set[str]) -> Item:
    if item.id in seen and not item.error:
        return replace(item, error=BatchError("repeated_id", id=item.id))
    seen.add(item.id)
    return item


def _parse(line: str) -> dict[str, Any]:
    """JSONDecodeError is a ValueError, too."""
    raw = json.loads(line)
    if not isinstance(raw, dict):
        raise ValueError("not an object")
    return raw


def _id_of(line: str) -> str | None:
    try:
        found = _parse(line).get("id")
    except ValueError:
        return None
    return None if found is None else str(found)


def _keep_answers(out: Path, questions: dict[str, str]) -> set[str]:
    """Leave in `out` only answers to `questions`, and tell their ids."""
    if not out.exists():
        return set()
    kept: dict[str, str] = {}
    for line in _read_text(out, errors="replace").split("\n"):
        item_id = _answered_id(line, questions)
        if item_id is not None:
            kept[item_id] = line
    _replace_lines(out, list(kept.values()))
    return set(kept)


def _answered_id(line: str, questions: dict[str, str]) -> str | None:
    try:
        answer = _parse(line)
    except ValueError:
        return None
    item_id = str(answer.get("id"))
    # A line of an error holds no question.
    same = item_id in questions and questions[item_id] == answer.get("question")
    return item_id if same else None


def _read_text(path: Path, errors: str = "strict") -> str:
    try:
        return path.read_text(encoding="utf-8-sig", errors=errors)
    except (OSError, UnicodeDecodeError) as error:
        raise BatchError("missing", path=path, reason=_why(error)) from error


def _replace_lines(path: Path, lines: list[str]) -> None:
    """In one step, so that a kill in between loses no answer."""
    new = path.with_name(path.name + ".new")
    try:
        new.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        os.replace(new, path)
    except OSError as error:
        raise BatchError("unwritable", path=path, reason=_why(error)) from error


def _open_out(path: Path) -> TextIO:
    try:
        # A lone surrogate of a question comes out as the JSON escape that it went in as.
        return path.open("a", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise BatchError("unwritable", path=path, reason=_why(error)) from error


def _why(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "not UTF-8"
