"""Processes that can be killed, without the seconds that each would take to import it all.

A program of these imports once, then forks for each line that it is given: the arguments, the
largest file that may be written (in bytes), and whether the rights of a superuser are given up.
It says 0 when it is ready; then for each line the number of the process, and its exit code once it
has ended.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAID = "said.txt"


class Forks:
    """The other side of the pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, *args: str, file_size: int | None = None, plain: bool = False) -> int:
        """Run the program with some arguments; the number of its process."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([args, file_size, plain]) + "\n")
        self._process.stdin.flush()
        return self._read()

    def wait(self) -> int:
        """The exit code of what was started; negative for the signal that ended it."""
        return self._read()

    def time(self, *args: str) -> float:
        """Seconds of a run that nobody disturbs and that ends well."""
        began = time.monotonic()
        self.start(*args)
        ended = self.wait()
        if ended:
            raise RuntimeError(f"{args} ended with {ended}")
        return time.monotonic() - began

    def kill(self, after: float, *args: str) -> bool:
        """Run it, and kill it after some seconds; whether it hadn't ended by then."""
        process = self.start(*args)
        time.sleep(after)
        with suppress(ProcessLookupError):  # it was quicker
            os.kill(process, signal.SIGKILL)
        return self.wait() == -signal.SIGKILL

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@contextmanager
def open_forks(folder: Path, module: str, **environment: str) -> Iterator[Forks]:
    """A program whose module ends with `serve`, in `folder`; what it prints goes to SAID there."""
    with (
        (folder / SAID).open("w") as said,
        subprocess.Popen(
            [sys.executable, "-m", module],
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


def drop_rights() -> None:
    """From here on a superuser is refused what the bits of a file refuse its owner."""
    header = struct.pack("=Ii", 0x20080522, 0)  # the third version of the interface; this process
    ctypes.CDLL(None).capset(header, bytes(24))


def serve(run: Callable[[Sequence[str]], int]) -> None:
    """Until the pipe is closed; `run` gives the exit code. Libraries that were loaded before the
    fork don't all end well after it, so the process leaves without them."""
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
