"""suite.toml: which questions are asked of which documents, and how good the answers must be."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.errors import SuiteError
from evals.cases import first_fault
from evals.measures import MEASURES

FILE = "suite.toml"
SUITES = Path(__file__).parent / "suites" / FILE


@dataclass(frozen=True, slots=True)
class Suite:
    """Questions, the documents they are asked of, and the floor of each measure (0 to 1).

    Without a `catalog` the documents are read without one, even if a sidecar lies beside them.
    `tags` has floors that the cases with a tag must reach by themselves.
    """

    name: str
    file: Path
    documents: Path
    catalog: Path | None = None
    floors: dict[str, float] = field(default_factory=dict)
    tags: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Table:
    file: Path
    documents: Path
    catalog: Path | None = None
    floors: dict[str, float] = field(default_factory=dict)
    tags: dict[str, dict[str, float]] = field(default_factory=dict)


_TABLES = TypeAdapter(dict[str, _Table])


def read_suites(path: Path = SUITES) -> list[Suite]:
    """The suites of a suite.toml, one a table; its paths are relative to its own folder.

    Raises SuiteError "bad_suite" for a file that is not as `Suite` says, "missing" for one that
    can't be read.
    """
    try:
        tables = _TABLES.validate_python(_read_toml(path))
    except ValidationError as error:
        raise SuiteError("bad_suite", path=path, reason=first_fault(error)) from error
    return [_build_suite(path, name, table) for name, table in tables.items()]


def find_suite(file: Path) -> Suite | None:
    """The suite that a suite.toml beside a file of questions declares for that file."""
    path = file.parent / FILE
    if not path.is_file():
        return None
    suites = (suite for suite in read_suites(path) if suite.file == file.resolve())
    return next(suites, None)


def choose_suites(
    names: Sequence[str] = (), docs: Path | None = None, catalog: Path | None = None
) -> list[Suite]:
    """The suites that are meant: all shipped ones, or each of `names`.

    A name is that of a shipped suite, a suite.toml or the folder of one (all in it), or a file of
    questions, which is asked of `docs` with `catalog`, or of what a suite.toml beside it says.
    Raises SuiteError "no_suite", "no_docs" and as `read_suites`.
    """
    if not names:
        return read_suites()
    return [suite for name in names for suite in _choose(name, docs, catalog)]


def _choose(name: str, docs: Path | None, catalog: Path | None) -> list[Suite]:
    shipped = {suite.name: suite for suite in read_suites()}
    path = Path(name)
    if name in shipped and docs is None:
        return [shipped[name]]
    if path.is_dir():
        return read_suites(path / FILE)
    if path.suffix == ".toml":
        return read_suites(path)
    if path.suffix != ".jsonl" and not path.is_file():
        raise SuiteError("no_suite", name=name, known=", ".join(shipped))
    declared = find_suite(path)
    if docs is not None:
        suite = Suite(path.stem, path, docs, catalog)
        return [replace(suite, floors=declared.floors, tags=declared.tags) if declared else suite]
    if declared is None:
        raise SuiteError("no_docs", path=path)
    return [declared]


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SuiteError("missing", path=path, reason=str(error)) from error
    except ValueError as error:
        raise SuiteError("bad_suite", path=path, reason=str(error)) from error


def _build_suite(path: Path, name: str, table: _Table) -> Suite:
    for floors in (table.floors, *table.tags.values()):
        _check_floors(path, name, floors)
    here = path.resolve().parent
    return Suite(
        name=name,
        file=(here / table.file).resolve(),
        documents=(here / table.documents).resolve(),
        catalog=(here / table.catalog).resolve() if table.catalog else None,
        floors=dict(table.floors),
        tags=dict(table.tags),
    )


def _check_floors(path: Path, name: str, floors: Mapping[str, float]) -> None:
    for measure, floor in floors.items():
        if measure not in MEASURES:
            raise SuiteError("bad_suite", path=path, reason=f"{name}: no measure {measure}")
        if not 0 <= floor <= 1:
            raise SuiteError("bad_suite", path=path, reason=f"{name}: {measure} is not 0 to 1")
