"""The file of users: one line each, `name:role:hash`, readable by whoever runs the server alone.

Lines that begin with # are remarks. Whoever changes the file replaces it as a whole, so that a
reader never meets half of it.
"""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from filelock import FileLock

from assistant.errors import UserError
from assistant.passwords import is_hash

Role = Literal["reader", "editor"]
"""A reader asks; an editor changes documents as well."""

ROLES: tuple[Role, ...] = get_args(Role)
LONGEST_NAME = 100

_REMARK = "# Users of Duocite: name:role:hash. Change them with `duocite users`."


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in."""

    name: str
    role: Role
    hash: str = field(repr=False)

    @property
    def editor(self) -> bool:
        return self.role == "editor"


Users = dict[str, User]


class UserFile:
    """A file that may change while it is in use; it is read again when it has."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] = ()
        self._users: Users = {}
        self._lock = threading.Lock()

    def find(self, name: str) -> User | None:
        """Raises as `read_users`: who can't be looked up isn't let in."""
        return self.users().get(fold_name(name))

    def users(self) -> Users:
        with self._lock:
            seen = self._look()
            if seen != self._seen:
                self._users = read_users(self.path)
                self._seen = seen
            return self._users

    def _look(self) -> tuple[int, ...]:
        try:
            found = self.path.stat()
        except OSError as error:
            raise _unreadable(self.path, error) from error
        return found.st_mtime_ns, found.st_size, found.st_ino


def read_users(path: Path) -> Users:
    """The users by name. UserError: "missing", "unreadable", or with the line what is wrong in it:
    "bad_line", "bad_name", "bad_role", "bad_hash", "twice"."""
    users: Users = {}
    for number, line in enumerate(_read_lines(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        user = _read_line(line, path, number)
        if user.name in users:
            raise UserError("twice", path=path, line=number, name=user.name)
        users[user.name] = user
    return users


def write_users(path: Path, users: Mapping[str, User]) -> None:
    """Atomic, and for its owner alone (mode 0600). Remarks are kept, at the top. UserError
    "unwritable"."""
    old = _read_lines(path) if path.exists() else [_REMARK]
    remarks = [line for line in old if line.startswith("#")]
    lines = [f"{user.name}:{user.role}:{user.hash}" for user in users.values()]
    try:
        _replace(Path(os.path.realpath(path)), "\n".join([*remarks, *lines, ""]))
    except OSError as error:
        raise UserError("unwritable", path=path, reason=error.strerror) from error


@contextmanager
def change_users(path: Path) -> Iterator[Users]:
    """The users of a file, to be changed in place and written at the end; one change at a time. A
    file that isn't there yet has none."""
    real = Path(os.path.realpath(path))
    try:
        with FileLock(real.with_name(f".{real.name}.lock"), mode=0o600):
            users = read_users(path) if path.exists() else {}
            yield users
            write_users(path, users)
    except OSError as error:
        raise UserError("unwritable", path=path, reason=error.strerror) from error


def fold_name(name: str) -> str:
    """A name as it is kept: the same from every keyboard, without white space around it."""
    return unicodedata.normalize("NFC", name).strip()


def check_name(name: str) -> str:
    """A name as it is kept; UserError "name" for one that the file or a list can't hold."""
    folded = fold_name(name)
    if not _is_name(folded):
        raise UserError("name", name=name, longest=LONGEST_NAME)
    return folded


def _is_name(name: str) -> bool:
    good = name.isprintable() and ":" not in name and not name.startswith("#")
    return good and name == fold_name(name) and 0 < len(name) <= LONGEST_NAME


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise UserError("unreadable", path=path, reason="UTF-8") from error


def _unreadable(path: Path, error: OSError) -> UserError:
    if isinstance(error, FileNotFoundError):
        return UserError("missing", path=path)
    return UserError("unreadable", path=path, reason=error.strerror)


def _read_line(line: str, path: Path, number: int) -> User:
    parts = line.split(":")
    if len(parts) != 3:
        raise UserError("bad_line", path=path, line=number)
    name, role, kept = parts[0], parts[1].strip(), parts[2].strip()
    if not _is_name(name):
        raise UserError("bad_name", path=path, line=number)
    known = next((one for one in ROLES if one == role), None)
    if known is None:
        raise UserError("bad_role", path=path, line=number, role=role)
    if not is_hash(kept):
        raise UserError("bad_hash", path=path, line=number)
    return User(name, known, kept)


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        new.unlink()
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
