"""What an ingest has to do: which files under which ids, which documents are gone with theirs."""

from __future__ import annotations

import glob
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.errors import IngestError
from store.ledger import DocumentRecord
from store.read import DocumentFile, find_documents
from store.report import Spared
from store.roots import (
    ALONE,
    Root,
    build_root,
    file_of,
    find_root,
    is_gone,
    name_alone,
)


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file to ingest. `path` is absolute; `place` is what a catalog calls it.

    `replaces` are the ids that the same document had before, to be removed once it is stored.
    """

    id: str
    root: str
    path: Path
    folder: Path
    place: str
    replaces: tuple[str, ...] = ()


@dataclass
class Plan:
    """`roots` are new or have moved; `gone` are the ids of documents whose file is gone."""

    files: list[PlannedFile] = field(default_factory=list)
    roots: list[Root] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    spared: list[Spared] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    failed: list[tuple[Path, IngestError]] = field(default_factory=list)


def build_plan(
    paths: Sequence[Path],
    roots: Sequence[Root],
    records: Sequence[DocumentRecord],
    prune: bool = False,
) -> Plan:
    """Look at `paths` (files, folders, patterns) and at what is stored; changes nothing.

    A file belongs to the innermost root that holds it, however it was given. Where a folder is
    given, documents whose file in it is gone are listed as such; but where all are, they are spared
    unless `prune`: a disk that isn't mounted looks just so.
    """
    planner = _Planner(roots, records)
    for given in paths:
        for path in planner.expand(given):
            planner.take(path)
    planner.find_gone(prune)
    return planner.plan


class _Planner:
    def __init__(self, roots: Sequence[Root], records: Sequence[DocumentRecord]) -> None:
        self.plan = Plan()
        self._roots = {root.name: root for root in roots}
        self._records = records
        self._folders: list[Path] = []
        self._met: set[Path] = set()
        self._older = {record.id for record in records if record.root is None}
        self._alone = {record.id for record in records if record.root == ALONE}
        self._known = self._find_known()

    def expand(self, given: Path) -> Iterator[Path]:
        """What a pattern stands for; a shell may have expanded it already."""
        if given.exists() or not glob.has_magic(str(given)):
            yield given
            return
        found = sorted(glob.glob(str(given), recursive=True))
        if not found:
            self.plan.failed.append((given, IngestError("no_match", path=str(given))))
        yield from map(Path, found)

    def take(self, given: Path) -> None:
        found = find_documents([given])
        self.plan.skipped += found.skipped
        self.plan.failed += found.failed
        if given.is_dir():
            self._add_folder(given)
        for file in found.files:
            self._add_file(file)

    def find_gone(self, prune: bool) -> None:
        replaced = {known for file in self.plan.files for known in file.replaces}
        for folder in self._folders:
            own = [
                (path, document)
                for path, documents in self._known.items()
                for document in documents
                if path.is_relative_to(folder) and document not in replaced
            ]
            gone = [document for path, document in own if is_gone(path)]
            if gone and len(gone) == len(own) and not prune:
                self.plan.spared.append(Spared(folder, tuple(gone)))
            else:
                self.plan.gone += [document for document in gone if document not in self.plan.gone]

    def _add_folder(self, given: Path) -> None:
        root = build_root(given, self._roots, self._records)
        if self._roots.get(root.name) != root:
            self._roots[root.name] = root
            self.plan.roots.append(root)
            self._known = self._find_known()
        self._folders.append(given.resolve())

    def _add_file(self, file: DocumentFile) -> None:
        path = file.root.resolve() / file.path.relative_to(file.root)
        if path in self._met:
            return
        self._met.add(path)
        root = find_root(self._roots.values(), path)
        planned = self._place_in(root, path) if root else self._place_alone(path)
        # Before there were roots, the id was the path within the folder that was given.
        before = [*self._known[path], *({file.id} & self._older)]
        others = tuple(dict.fromkeys(known for known in before if known != planned.id))
        self.plan.files.append(replace(planned, replaces=others))

    def _place_in(self, root: Root, path: Path) -> PlannedFile:
        return PlannedFile(root.document_id(path), root.name, path, root.path, root.place(path))

    def _place_alone(self, path: Path) -> PlannedFile:
        known = [document for document in self._known[path] if document in self._alone]
        name = known[0] if known else name_alone(path, self._held)
        self._held[name] = path
        return PlannedFile(name, ALONE, path, path.parent, path.name)

    def _find_known(self) -> defaultdict[Path, list[str]]:
        """The documents there are by the file that each was read from."""
        found: defaultdict[Path, list[str]] = defaultdict(list)
        self._held: dict[str, Path | None] = {file.id: file.path for file in self.plan.files}
        for record in self._records:
            self._held[record.id] = path = file_of(record, self._roots)
            if path:
                found[path].append(record.id)
        return found
