"""XQuAD (google-deepmind/xquad, CC BY-SA 4.0), read from a folder that the user has.

In its original form, `xquad.en.json` and `xquad.zh.json` as SQuAD has them, or as JSONL:
`paras_{en,zh}.jsonl` with pid and text, `questions_{en,zh}.jsonl` with id, pid and question.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.answer import Language
from assistant.errors import SuiteError
from evals.cases import first_fault, read_rows
from evals.pool import Paragraph


@dataclass(frozen=True, slots=True)
class Sought:
    """A question and the paragraph that answers it."""

    question: str
    pid: str


@dataclass(frozen=True, slots=True)
class _Asked:
    id: str
    question: str


@dataclass(frozen=True, slots=True)
class _Paragraph:
    context: str
    qas: list[_Asked]


@dataclass(frozen=True, slots=True)
class _Article:
    paragraphs: list[_Paragraph]


_ARTICLES = TypeAdapter(list[_Article])


def read_paragraphs(data: Path, language: Language) -> list[Paragraph]:
    """Raises SuiteError "missing", "not_the_set" or "bad_line", as `read_questions` does."""
    if original := _find_original(data, language):
        return [Paragraph(pid, one.context) for pid, one in _read_original(original)]
    path = data / f"paras_{language}.jsonl"
    rows = read_rows(path)
    return [Paragraph(_text(path, n, row, "pid"), _text(path, n, row, "text")) for n, row in rows]


def read_questions(data: Path, language: Language) -> list[Sought]:
    """The same ones in each language, in the same order."""
    if original := _find_original(data, language):
        return [
            Sought(asked.question, pid)
            for pid, one in _read_original(original)
            for asked in one.qas
        ]
    path = data / f"questions_{language}.jsonl"
    rows = read_rows(path)
    return [Sought(_text(path, n, row, "question"), _text(path, n, row, "pid")) for n, row in rows]


def _find_original(data: Path, language: Language) -> Path | None:
    path = data / f"xquad.{language}.json"
    return path if path.is_file() else None


def _read_original(path: Path) -> Iterator[tuple[str, _Paragraph]]:
    """The paragraphs with their number, which is the same in both languages."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        articles = _ARTICLES.validate_python(content["data"])
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError("missing", path=path, reason=str(error)) from error
    except ValidationError as error:
        raise _refuse(path, first_fault(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise _refuse(path, str(error)) from error
    paragraphs = (one for article in articles for one in article.paragraphs)
    for number, paragraph in enumerate(paragraphs):
        yield f"{number:03}", paragraph


def _refuse(path: Path, reason: str) -> SuiteError:
    return SuiteError("not_the_set", path=path, name="XQuAD", reason=reason)


def _text(path: Path, line: int, row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise SuiteError("bad_line", path=path, line=line, reason=f"{key}: a text is needed")
    return value
