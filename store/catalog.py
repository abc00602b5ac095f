"""catalog.yaml: what a careful user knows about the documents beside it, and who speaks where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from assistant.errors import CatalogError

CATALOG_NAME = "catalog.yaml"
LANGUAGES = ("en", "zh", "other")
_WORDS = ("title", "publisher", "organisation", "author")


@dataclass(frozen=True, slots=True)
class CatalogSection:
    """A stretch of lines, 1-based and inclusive, and whose it is."""

    line_from: int
    line_to: int
    organisation: str | None = None
    author: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """What the catalog says of one document; None where it says nothing."""

    file: str
    title: str | None = None
    publisher: str | None = None
    organisation: str | None = None
    author: str | None = None
    year: int | None = None
    language: str | None = None
    sections: tuple[CatalogSection, ...] = ()

    @property
    def last_line(self) -> int:
        """The highest line that it names; 0 without sections."""
        return max((section.line_to for section in self.sections), default=0)

    @property
    def hash(self) -> str:
        content = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Catalog:
    """The entries by the path that each names."""

    path: Path | None = None
    entries: Mapping[str, CatalogEntry] | None = None

    def find(self, document_id: str) -> CatalogEntry | None:
        """The entry for a document: by its whole id, else by its file name."""
        entries = self.entries or {}
        return entries.get(document_id) or entries.get(PurePosixPath(document_id).name)


def load_catalog(path: Path) -> Catalog:
    """Read a catalog: a file, or the catalog.yaml of a folder (an empty catalog if it has none).

    Raises CatalogError that names the file and, where it can, the entry and the key:
    "no_file", "unreadable", "syntax", "not_a_list", "unknown_key", "missing_key", "wrong_value",
    "lines", "overlap", "twice".
    """
    file = path / CATALOG_NAME if path.is_dir() else path
    if not file.is_file():
        if path.is_dir():
            return Catalog()
        raise CatalogError("no_file", path=str(path))
    return Catalog(file, _read_entries(file))


def _read_entries(file: Path) -> dict[str, CatalogEntry]:
    content = _parse(file)
    if not isinstance(content, list):
        raise CatalogError("not_a_list", path=str(file))
    entries: dict[str, CatalogEntry] = {}
    for number, raw in enumerate(content, 1):
        entry = _Reader(file, f"#{number}").read_entry(raw)
        if entry.file in entries:
            raise CatalogError("twice", path=str(file), entry=entry.file)
        entries[entry.file] = entry
    return entries


def _parse(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError("unreadable", path=str(file)) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogError("syntax", path=str(file), line=line) from error
    except yaml.YAMLError as error:
        raise CatalogError("unreadable", path=str(file)) from error


class _Reader:
    """Reads one entry and knows how to name it in an error."""

    def __init__(self, file: Path, name: str) -> None:
        self._file = file
        self._name = name

    def read_entry(self, raw: Any) -> CatalogEntry:
        keys: dict[str, Callable[[Any], bool]] = {
            "file": _is_name, "year": _is_year, "language": _is_language, "sections": _is_list,
            **dict.fromkeys(_WORDS, _is_text),
        }  # fmt: skip
        if isinstance(raw, dict) and _is_name(raw.get("file")):
            self._name = raw["file"]
        values = self._check(raw, keys, required="file")
        sections = tuple(self._read_section(one) for one in values.pop("sections", None) or ())
        self._check_overlap(sections)
        return CatalogEntry(**values, sections=sections)

    def _read_section(self, raw: Any) -> CatalogSection:
        keys: dict[str, Callable[[Any], bool]] = {
            "lines": _is_list, "organisation": _is_text, "author": _is_text, "title": _is_text
        }  # fmt: skip
        values = self._check(raw, keys, required="lines")
        lines = values.pop("lines")
        if not _is_range(lines):
            raise self._error("lines", lines=lines)
        return CatalogSection(*lines, **values)

    def _check(
        self, raw: Any, keys: Mapping[str, Callable[[Any], bool]], required: str
    ) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise self._error("missing_key", key=required)
        for key, value in raw.items():
            if key not in keys:
                raise self._error("unknown_key", key=str(key))
            if value is not None and not keys[key](value):
                raise self._error("wrong_value", key=key, value=value)
        if raw.get(required) is None:
            raise self._error("missing_key", key=required)
        return dict(raw)

    def _check_overlap(self, sections: tuple[CatalogSection, ...]) -> None:
        ordered = sorted(sections, key=lambda section: section.line_from)
        for before, after in pairwise(ordered):
            if after.line_from <= before.line_to:
                raise self._error("overlap", lines=[after.line_from, before.line_to])

    def _error(self, code: str, **details: object) -> CatalogError:
        return CatalogError(code, path=str(self._file), entry=self._name, **details)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_year(value: Any) -> bool:
    return isinstance(value, int) and 1000 <= value <= 9999


def _is_language(value: Any) -> bool:
    return value in LANGUAGES


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_range(lines: Any) -> bool:
    if len(lines) != 2 or not all(type(line) is int for line in lines):
        return False
    return 1 <= int(lines[0]) <= int(lines[1])
