"""`duocite` as a process of its own, on loopback, with none of the user's settings but one.

Visitors are told apart by a header, as behind a proxy that signs people in; on loopback whoever
sends it is believed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.running import find_running

ROOT = Path(__file__).parents[1]
HEADER = "X-Forwarded-User"
PATIENCE = 120.0
"""Seconds that a server may take to be there."""

_MAIN = "from assistant.cli import main; main()"
_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server is, its process, when it said so (`time.perf_counter`), and the seconds that
    it had taken."""

    address: str
    pid: int
    since: float
    seconds: float


def build_environment(data: Path, embedding: str) -> dict[str, str]:
    """Offline, on a data folder, whatever else the user has set."""
    foreign = ("DUOCITE_", "OPENAI_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    own = {"DUOCITE_DATA": str(data), "DUOCITE_EMBEDDING": embedding, "DUOCITE_LANGUAGE": "en"}
    return {**kept, **own, "DUOCITE_AUTH": f"header:{HEADER}", "PYTHONPATH": str(ROOT)}


def run(*args: str, folder: Path, environment: dict[str, str]) -> None:
    """A command of `duocite` to its end; RuntimeError with what it said, if it fails."""
    done = subprocess.run(
        [sys.executable, "-c", _MAIN, *args],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"duocite {args[0]} ended with {done.returncode}: {done.stderr.strip()}")


@contextmanager
def serve(folder: Path, environment: dict[str, str]) -> Iterator[Served]:
    """A server that can be reached, until the block ends. What it says goes to `said.txt` in the
    folder. RuntimeError where it ends by itself."""
    began = time.perf_counter()
    with (
        (folder / "said.txt").open("w") as said,
        subprocess.Popen(
            [sys.executable, "-c", _MAIN, "serve", "--port", "0"],
            cwd=folder,
            env=environment,
            stdout=said,
            stderr=said,
        ) as process,
    ):
        try:
            address = _await_address(Path(environment["DUOCITE_DATA"]), process)
            now = time.perf_counter()
            yield Served(address, process.pid, now, now - began)
        finally:
            process.terminate()


def _await_address(data: Path, process: subprocess.Popen[bytes]) -> str:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        running = find_running(data)
        if running and running.pid == process.pid:
            return running.address
        time.sleep(_POLL)
    raise RuntimeError(f"there is no server; it ended with {process.poll()}")
