"""Registered roots: the folders that documents come from, and what a document is called by them.

A document of a folder is named by its root and its path within it, `reports/2024/a.md`; a file
given alone by its name. So two folders may each hold an `a.md`, and a folder that moved keeps its
documents.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.ledger import DocumentRecord

ALONE = ""  # the root of a document whose file was given alone
_NAMELESS = "root"  # what `/` is called


@dataclass(frozen=True, slots=True)
class Root:
    """A folder, by a name that no other root of the collection has; `path` is absolute."""

    name: str
    path: Path

    def document_id(self, file: Path) -> str:
        return f"{self.name}/{self.place(file)}"

    def place(self, file: Path) -> str:
        """The path of a file within the root, as a catalog names it."""
        return file.relative_to(self.path).as_posix()


def find_root(roots: Iterable[Root], path: Path) -> Root | None:
    """The innermost root that holds a path."""
    holding = [root for root in roots if path.is_relative_to(root.path)]
    return max(holding, key=lambda root: len(root.path.parts), default=None)


def file_of(record: DocumentRecord, roots: Mapping[str, Root]) -> Path | None:
    """Where a document's file should lie; None for one stored before there were roots."""
    if record.root == ALONE:
        return Path(str(record.source))
    root = roots.get(record.root) if record.root else None
    return root.path / record.id.removeprefix(f"{root.name}/") if root else None


def build_root(given: Path, roots: Mapping[str, Root], records: Sequence[DocumentRecord]) -> Root:
    """The root that a folder is, is part of, was before it moved, or is from now on."""
    folder = given.resolve()
    if held := find_root(roots.values(), folder):
        return held
    for root in roots.values():
        if root.path.name == folder.name and _has_moved(root, folder, records):
            return Root(root.name, folder)
    # Called as the user calls it, also where that is a link.
    name = Path(os.path.abspath(given)).name or _NAMELESS
    return Root(_free_name(name, roots), folder)


def build_own_root(
    name: str, folder: Path, roots: Mapping[str, Root], records: Sequence[DocumentRecord]
) -> Root:
    """The root that `folder` itself is, was before it moved, or is from now on, called `name`; a
    root that it lies in doesn't count."""
    for root in roots.values():
        moved = root.path.name == folder.name and _has_moved(root, folder, records)
        if root.path == folder or moved:
            return Root(root.name, folder)
    return Root(_free_name(name, roots), folder)


def name_alone(file: Path, taken: Mapping[str, Path | None]) -> str:
    """An id for a file given alone: its name, with a number if another file has that.

    `taken` holds the ids there are, each with where its file lies; where that isn't known, the
    name is the file's.
    """
    number, free = 1, file.name
    while taken.get(free, file) not in (file, None):
        number += 1
        free = f"{file.stem}-{number}{file.suffix}"
    return free


def is_gone(path: Path) -> bool:
    """Whether a file is known not to be there: one that can't be looked at may well be."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _has_moved(root: Root, folder: Path, records: Sequence[DocumentRecord]) -> bool:
    """Whether the root's folder is gone and one of its documents lies in the new one."""
    own = [
        record.id.removeprefix(f"{root.name}/") for record in records if record.root == root.name
    ]
    return is_gone(root.path) and any((folder / place).is_file() for place in own)


def _free_name(name: str, roots: Mapping[str, Root]) -> str:
    number, free = 1, name
    while free in roots:
        number += 1
        free = f"{name}-{number}"
    return free
