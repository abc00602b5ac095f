"""Files that visitors send: under which name they are kept, where, and what they replace.

They lie in a folder of Duocite's own, one for each collection, which is a root of the collection
as any other folder is. What a browser calls a file is a suggestion and never a path.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath

from assistant.errors import DuociteError, IngestError, StoreError
from store.formats.readers import SUFFIXES, say_formats

FOLDER = "uploads"
"""Below the data folder; also what the root is called."""

_LONGEST_NAME = 180  # bytes; file systems take 255, and a number may have to go on
_LONGEST_KEY = 40
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_NAMELESS = "document"


def find_folder(data: Path, collection: str) -> Path:
    """Where the files of a collection lie; no two collections share a folder."""
    legible = re.sub(r"[^\w-]+", "-", collection)[:_LONGEST_KEY].strip("-")
    digest = hashlib.sha256(collection.encode()).hexdigest()[:8]
    return data.resolve() / FOLDER / f"{legible}-{digest}".lstrip("-")


def clean_name(given: str) -> str:
    """A name for a file that a browser calls `given`: no path, nothing hidden, nothing that steers
    a terminal or that a system can't hold. The suffix stays."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    signs = (sign for sign in last if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co"})
    plain = _UNSAFE.sub("_", "".join(signs)).strip(". ")
    stem, suffix = os.path.splitext(plain)
    if f".{plain}".lower() in SUFFIXES:  # a name that was nothing but its suffix
        stem, suffix = _NAMELESS, f".{plain}"
    room = max(0, _LONGEST_NAME - len(suffix.encode()))
    short = stem.encode()[:room].decode("utf-8", "ignore").strip(". ") or _NAMELESS
    return f"{short}{suffix}"[:_LONGEST_NAME]


def check_format(name: str) -> None:
    """Raises IngestError "format" for a file that no reader takes, before anything is done."""
    if PurePath(name).suffix.lower() not in SUFFIXES:
        raise IngestError("format", path=name, formats=say_formats())


def check_new(name: str, taken: Container[str]) -> None:
    """Raises IngestError "format", and "sent_twice" where `taken` by a file of the same upload."""
    check_format(name)
    if name in taken:
        raise IngestError("sent_twice", path=name)


def name_as_sent(error: DuociteError, name: str) -> DuociteError:
    """A reason that names the file as its visitor knows it, not where it lies here."""
    details = {key: value for key, value in error.details.items() if key != "path"}
    named = {**details, "path": name} if "path" in error.details else details
    return type(error)(error.code, **named)


@contextmanager
def put_in_place(
    folder: Path, files: Mapping[str, Path], is_stored: Callable[[str], bool]
) -> Iterator[list[Path]]:
    """Moves `files`, by the names that they get, into the folder, for the time of an ingest.

    In the end those stay of which `is_stored` says so; each other one goes, and what was there
    under its name before comes back. Raises StoreError "unwritable".
    """
    aside = _make_aside(folder)
    placed: list[str] = []
    try:
        with _writing(folder):
            for name, path in files.items():
                if (folder / name).exists():
                    os.replace(folder / name, aside / name)
                placed.append(name)
                shutil.move(path, folder / name)
        yield [folder / name for name in placed]
    finally:
        with _writing(folder):
            for name in placed:
                if not is_stored(name):
                    _put_back(folder / name, aside / name)
            shutil.rmtree(aside)


def delete_file(path: Path, folder: Path) -> bool:
    """Delete an uploaded file; one that lies elsewhere is left alone. Whether it was one."""
    if path.parent != folder:
        return False
    with _writing(folder):
        path.unlink(missing_ok=True)
    return True


def _make_aside(folder: Path) -> Path:
    """A place for former files, hidden so that an ingest of the folder passes it over."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".former-", dir=folder))


def _put_back(target: Path, former: Path) -> None:
    if former.exists():
        os.replace(former, target)
    else:
        target.unlink(missing_ok=True)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError("unwritable", path=str(folder), reason=reason) from error
