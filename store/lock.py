"""One process owns a store's folder at a time.

Two processes on one embedded Chroma folder read stale vectors and damage the index without any
error, so the folder is locked before Chroma opens it. The operating system drops the lock when
its holder dies, however it dies: a lock is never stale, only what its holder wrote beside it can
be: its process number and, if it serves others, its address. Whoever takes the lock next renews
the one and removes the other.
"""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import StoreError

LOCK_NAME = "store.lock"
HOLDER_NAME = "store.pid"
ADDRESS_NAME = "server.json"


class FolderLock:
    """The exclusive right to a folder, held until `release`."""

    def __init__(self, folder: Path, lock: FileLock) -> None:
        self._beside = [folder / HOLDER_NAME, folder / ADDRESS_NAME]
        self._lock = lock

    @property
    def held(self) -> bool:
        return bool(self._lock.is_locked)

    def release(self) -> None:
        """Let the next one in; a second call does nothing."""
        if self.held:
            for path in self._beside:
                path.unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(self, *error: object) -> None:
        self.release()


def lock_folder(folder: Path, wait: float = 1.0) -> FolderLock:
    """Take the lock of `folder`, which must exist, waiting up to `wait` seconds.

    Raises StoreError "locked" with the holder's process number ("?" if it can't be read), or
    "unwritable" where no lock file can be made.
    """
    lock = FileLock(folder / LOCK_NAME, thread_local=False)
    try:
        lock.acquire(timeout=wait, poll_interval=0.05)
        (folder / ADDRESS_NAME).unlink(missing_ok=True)
        (folder / HOLDER_NAME).write_text(str(os.getpid()), encoding="ascii")
    except Timeout as error:
        raise StoreError("locked", path=str(folder), pid=_read_holder(folder)) from error
    except OSError as error:
        lock.release()
        raise StoreError("unwritable", path=str(folder), reason=error.strerror) from error
    return FolderLock(folder, lock)


def is_held(folder: Path) -> bool:
    """Whether some process has the folder now."""
    lock = FileLock(folder / LOCK_NAME, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False


def find_dead_holder(folder: Path) -> str | None:
    """The number of a process that had the folder and died without giving it up; only for who
    holds the lock by now, and asked before that."""
    holder = folder / HOLDER_NAME
    return _read_holder(folder) if holder.exists() else None


def _read_holder(folder: Path) -> str:
    try:
        return (folder / HOLDER_NAME).read_text(encoding="ascii") or "?"
    except (OSError, UnicodeDecodeError):
        return "?"
