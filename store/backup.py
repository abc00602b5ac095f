"""A store copied into one file, and brought back as a whole or not at all.

The file is a tar.gz: `manifest.json` with the size and SHA-256 of each part, then the parts.
Databases are copied by SQLite's own means, which takes care of what a process that died left in
their journals. The cache of embeddings and what search reads stay out: they can be made again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from assistant.errors import StoreError
from store.cache import CACHE_FILE
from store.database import PARTS, STATE_FILE
from store.lock import ADDRESS_NAME, HOLDER_NAME, LOCK_NAME, lock_folder
from store.part_store import SEARCH_FILE

MANIFEST = "manifest.json"
FORMAT = 1
# A backup that has been read and checked lies here until it has taken the store's place.
READY = ".restoring"
_UNREADY = ".restoring.part"
_LEFT_OUT = frozenset({LOCK_NAME, HOLDER_NAME, ADDRESS_NAME, CACHE_FILE, "evals"})
_SIDES = ("-wal", "-shm", "-journal")
_SQLITE = b"SQLite format 3\0"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a store, by its path within the folder."""

    path: str
    size: int
    sha256: str


def write_backup(folder: Path, file: Path, wait: float = 1.0) -> list[Part]:
    """Copy the store in `folder` into `file`, which must be new; the store must be closed.

    Raises StoreError "no_store", "exists", "inside" (the file would lie in the store), "locked",
    "unwritable".
    """
    if not _entries(folder):
        raise StoreError("no_store", path=str(folder))
    if file.exists():
        raise StoreError("exists", path=str(file))
    if file.resolve().is_relative_to(folder.resolve()):
        raise StoreError("inside", path=str(file), folder=str(folder))
    with lock_folder(folder, wait), _unwritable(file):
        finish_restore(folder)
        with tempfile.TemporaryDirectory(dir=file.resolve().parent) as work:
            parts = [_copy_part(folder, Path(work), path) for path in _files(folder)]
            archive = Path(work) / MANIFEST
            _write_archive(archive.with_suffix(".tar.gz"), Path(work), parts)
            archive.with_suffix(".tar.gz").replace(file)
    return parts


def restore_backup(
    file: Path, folder: Path, *, force: bool = False, wait: float = 1.0
) -> list[Part]:
    """Put a backup in place of the store in `folder`, after all of it has been checked.

    Without `force` there must be no store yet. Cut off, it leaves the old store, or the new one
    from the next opening on. Raises StoreError "not_empty_store", "no_backup", "locked",
    "unwritable".
    """
    if _entries(folder) and not force:
        raise StoreError("not_empty_store", path=str(folder))
    with _unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with lock_folder(folder, wait):
        finish_restore(folder)
        work = folder / _UNREADY
        try:
            with _unwritable(folder):
                work.mkdir()
                parts = _read_archive(file, work)
                work.replace(folder / READY)  # from here on it can only go forward
        finally:
            shutil.rmtree(work, ignore_errors=True)
        finish_restore(folder)
    return parts


def make_ready(folder: Path, work: Path) -> None:
    """Let a store that was made in `work`, within the folder, and closed since, take the store's
    place when that is opened next; what people said and thought stays. Only for who holds the
    folder's lock."""
    parts = [path.relative_to(work).as_posix() for path in _files(work)]
    kept = [f"{STATE_FILE}{part}" for part in PARTS]
    manifest = {"format": FORMAT, "parts": [{"path": part} for part in parts], "kept": kept}
    with _unwritable(folder):
        (work / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        work.replace(folder / READY)


def finish_restore(folder: Path) -> None:
    """Let a backup that has been checked take the store's place, if one is waiting.

    Only for who holds the folder's lock. Cut off, it goes on the next time.
    """
    ready = folder / READY
    shutil.rmtree(folder / _UNREADY, ignore_errors=True)
    if not ready.is_dir():
        return
    with _unwritable(folder):
        manifest = json.loads((ready / MANIFEST).read_text("utf-8"))
        wanted = {PurePosixPath(part["path"]).parts[0] for part in manifest["parts"]}
        kept = manifest.get("kept", ())
        for entry in _entries(folder):
            if entry.name not in {*wanted, *kept} or (ready / entry.name).exists():
                _remove(entry)
        for name in sorted(wanted):
            if (ready / name).exists():
                (ready / name).replace(folder / name)
        shutil.rmtree(ready)


def _entries(folder: Path) -> list[Path]:
    """What belongs to a store, in its folder; side files of databases included."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if not path.name.startswith((".", CACHE_FILE)) and path.name not in _LEFT_OUT
    )


def _files(folder: Path) -> Iterator[Path]:
    """The files that a backup holds: a database stands for its side files."""
    for entry in _entries(folder):
        for path in sorted(entry.rglob("*")) if entry.is_dir() else [entry]:
            if path.is_file() and not path.name.endswith(_SIDES) and path.name != SEARCH_FILE:
                yield path


def _copy_part(folder: Path, work: Path, path: Path) -> Part:
    place = path.relative_to(folder).as_posix()
    target = work / place
    target.parent.mkdir(parents=True, exist_ok=True)
    if _is_database(path):
        _copy_database(path, target)
    else:
        shutil.copyfile(path, target)
    with target.open("rb") as copied:
        digest = hashlib.file_digest(copied, "sha256").hexdigest()
    return Part(place, target.stat().st_size, digest)


def _copy_database(path: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        raise StoreError("failed", collection=path.name, reason=str(error)) from error


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _write_archive(file: Path, work: Path, parts: Sequence[Part]) -> None:
    manifest = {"format": FORMAT, "parts": [asdict(part) for part in parts]}
    (work / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    with tarfile.open(file, "w:gz", compresslevel=6) as archive:
        for name in (MANIFEST, *(part.path for part in parts)):
            archive.add(work / name, name)


def _read_archive(file: Path, work: Path) -> list[Part]:
    """All parts written below `work`, each as the manifest says."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            parts = _read_manifest(archive.next(), archive, work)
            for part in parts:
                _extract(archive, archive.next(), part, work)
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError) as error:
        raise StoreError("no_backup", path=str(file), reason=str(error)) from error
    except OSError as error:
        # gzip's own errors are of this kind too, and have no number.
        if error.errno is None or error.filename == str(file):
            reason = error.strerror or str(error)
            raise StoreError("no_backup", path=str(file), reason=reason) from error
        raise
    return parts


def _read_manifest(
    member: tarfile.TarInfo | None, archive: tarfile.TarFile, work: Path
) -> list[Part]:
    content = _open_member(archive, member, MANIFEST).read()
    manifest: dict[str, Any] = json.loads(content)
    if manifest["format"] != FORMAT:
        raise ValueError(f"format {manifest['format']}")
    parts = [Part(**part) for part in manifest["parts"]]
    for part in parts:
        path = PurePosixPath(part.path)
        if path.is_absolute() or ".." in path.parts or path.parts[0].startswith("."):
            raise ValueError(part.path)
    (work / MANIFEST).write_bytes(content)
    return parts


def _extract(
    archive: tarfile.TarFile, member: tarfile.TarInfo | None, part: Part, work: Path
) -> None:
    target = work / part.path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with _open_member(archive, member, part.path) as source, target.open("xb") as copy:
        while block := source.read(_BLOCK):
            digest.update(block)
            copy.write(block)
    if digest.hexdigest() != part.sha256:
        raise ValueError(f"checksum of {part.path}")


def _open_member(archive: tarfile.TarFile, member: tarfile.TarInfo | None, name: str) -> IO[bytes]:
    if member is None or member.name != name or not member.isfile():
        raise ValueError(f"no {name}")
    opened = archive.extractfile(member)
    if opened is None:
        raise ValueError(f"no {name}")
    return opened


def _remove(entry: Path) -> None:
    if entry.is_dir():
        shutil.rmtree(entry)
    else:
        entry.unlink()


@contextmanager
def _unwritable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError("unwritable", path=str(path), reason=reason) from error
