"""`duocite serve` as a process of its own, on loopback, for tests that kill it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from assistant.running import find_running

ROOT = Path(__file__).parents[2]
MAIN = "from assistant.cli import main; main()"
PATIENCE = 120.0


def start(*args: str, folder: Path, settings: Mapping[str, str]) -> subprocess.Popen[str]:
    """`duocite` with some arguments, in `folder`."""
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
    )


@contextmanager
def serving(
    *args: str, folder: Path, settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """A server that can be reached; killed at the end if it still runs."""
    with start("serve", "--port", "0", *args, folder=folder, settings=settings) as process:
        try:
            await_server(Path(settings["DUOCITE_DATA"]), process)
            yield process
        finally:
            process.kill()


def await_server(data: Path, process: subprocess.Popen[str]) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {process.communicate()}")
        running = find_running(data)
        if running and running.pid == process.pid:
            return
        time.sleep(0.2)
    raise AssertionError("the server can't be reached")
