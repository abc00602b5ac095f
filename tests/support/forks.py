"""`duocite` in processes of its own, without the seconds that each would take to import it all.

Run as a program it imports once, then forks for each line that it is given: the arguments, the
largest file that may be written (in bytes), and whether the rights of a superuser are given up.
It says 0 when it is ready; then for each line the number of the process, and its exit code once it
has ended.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Forks:
    """The other side of the pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, *args: str, file_size: int | None = None, plain: bool = False) -> int:
        """Run `duocite` with some arguments; the number of its process."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([args, file_size, plain]) + "\n")
        self._process.stdin.flush()
        return self._read()

    def wait(self) -> int:
        """The exit code of what was started; negative for the signal that ended it."""
        return self._read()

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@contextmanager
def open_forks(folder: Path, **environment: str) -> Iterator[Forks]:
    """Processes that run in `folder`; what they print goes to `folder`/said.txt."""
    with (
        (folder / "said.txt").open("w") as said,
        subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        ) as process,
    ):
        forks = Forks(process)
        forks.wait()  # until all is imported
        yield forks
        assert process.stdin is not None
        process.stdin.close()


def run(args: list[str]) -> int:
    """The exit code. Libraries that were loaded before the fork don't all end well after it, so
    the caller leaves without them."""
    from assistant.cli import main

    try:
        main(args)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def drop_rights() -> None:
    """From here on a superuser is refused what the bits of a file refuse its owner."""
    header = struct.pack("=Ii", 0x20080522, 0)  # the third version of the interface; this process
    ctypes.CDLL(None).capset(header, bytes(24))


def serve() -> None:
    import assistant.commands  # noqa: F401
    import store.cache
    import store.chroma
    import store.ingest  # noqa: F401

    print(0, flush=True)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.dup2(2, 1)  # what it prints is no answer
            args, file_size, plain = json.loads(line)
            if file_size is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
            if plain:
                drop_rights()
            os._exit(run(args))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
