from __future__ import annotations

import asyncio
import io
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from evals import api_load
from evals.api_clients import Got, Road, build_body, crowd, read_answer
from evals.api_load import (
    Loaded,
    Soaked,
    Target,
    build_load_table,
    build_soak_table,
    count,
    find_growth,
    main,
    soak,
)
from tests.support.answers import build_answer
from tests.support.owners import TableOwner, serve

LOADED = Loaded("ask", 8, 200, 41.5, 180.4, 320.6, 0, 0)
SOAKED = Soaked(30, LOADED, 700.0, 706.0, 4.0)
ROADS: list[Road] = ["ask", "chat", "ask_stream", "chat_stream"]
TEXT = build_answer("Q?").text


def print_table(table: Any) -> str:
    said = io.StringIO()
    Console(file=said, width=120).print(table)
    return said.getvalue()


def test_rates_and_waits_are_of_answers_alone() -> None:
    got = [Got("a", 0.1, "A"), Got("b", 0.3, "B"), Got("a", 60.0, error="500: x")]
    counted = count("ask", 2, got, 4.0, {"a": "A", "b": "B"})
    assert (counted.answers, counted.a_second, counted.errors, counted.other) == (2, 0.5, 1, 0)
    assert counted.p50 == pytest.approx(200)
    assert counted.p95 < 301
    assert counted.first_error == "500: x"


def test_an_answer_that_is_another_is_counted() -> None:
    assert count("ask", 1, [Got("a", 0.1, "X")], 1.0, {"a": "A"}).other == 1


def test_nothing_but_errors_has_no_waits() -> None:
    counted = count("ask", 1, [Got("a", 9.0, error="gone")], 1.0, {"a": "A"})
    assert (counted.answers, counted.p50, counted.p95, counted.errors) == (0, 0.0, 0.0, 1)


@pytest.mark.parametrize("road", ROADS)
def test_each_road_asks_for_the_same(road: Road) -> None:
    body = build_body(road, "Q?")
    assert body["stream"] is road.endswith("_stream")
    assert "Q?" in json.dumps(body)


@pytest.mark.parametrize("text", ["", "{}", "data: [DONE]\n\n", 'data: {"error": {}}\n\n', "[]"])
@pytest.mark.parametrize("road", ROADS)
def test_what_is_no_answer_is_an_error(road: Road, text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_answer(road, text)


def test_memory_that_stays_is_flat_and_memory_that_grows_is_not() -> None:
    flat = [(5.0 * n, 700.0 + n % 2) for n in range(100)]
    before, after, slope = find_growth(flat)
    assert (round(before), round(after)) == (700, 700)
    assert abs(slope) < 5
    grown = [(5.0 * n, 700.0 + n) for n in range(100)]
    assert find_growth(grown)[2] == pytest.approx(720)
    assert not replace(SOAKED, after=760.0).flat


def test_what_is_taken_in_the_warm_up_does_not_count() -> None:
    seen = [(5.0 * n, 100.0 * n if n < 20 else 2000.0) for n in range(100)]
    before, after, slope = find_growth(seen)
    assert (before, after) == (2000, 2000)
    assert slope == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("seen", [[], [(0.0, 1.0)]])
def test_too_little_tells_nothing(seen: list[tuple[float, float]]) -> None:
    assert all(math.isnan(one) for one in find_growth(seen))
    assert not Soaked(1, LOADED, *find_growth(seen)).flat


def test_tables_say_what_was_measured() -> None:
    said = print_table(build_load_table([LOADED], 812.0, 1.5))
    assert "812 MB" in said
    row = next(line for line in said.splitlines() if "ask" in line)
    assert row.replace("│", " ").split() == ["ask", "8", "200", "41.5", "180", "321", "0", "0"]
    said = print_table(build_soak_table(SOAKED))
    assert "+4.0 MB an hour" in said
    assert "yes" in said


@pytest.mark.integration
@pytest.mark.parametrize("road", ROADS)
def test_clients_ask_a_real_server_on_every_road(road: Road) -> None:
    with serve(TableOwner()) as running:
        headers = running.headers
        got = asyncio.run(crowd(running.address, headers, 3, [road], ["Q?", "Why?"], 0.0))
        wrong = {"Authorization": "Bearer duocite_wrong"}
        lost = asyncio.run(crowd(running.address, wrong, 1, [road], ["Q?"], 0.0))
    assert [one.error for one in got] == ["", "", ""]
    assert {one.answer for one in got} == {TEXT}
    assert {one.question for one in got} == {"Q?", "Why?"}
    assert lost[0].error.startswith("401")


@pytest.fixture
def target() -> Iterator[Target]:
    """A server in this process, in place of one with the sample."""
    with serve(TableOwner()) as running:
        yield Target(running.address, running.headers, os.getpid(), {"Q?": TEXT})


def reopen(target: Target) -> Any:
    @contextmanager
    def opened(folder: Path, embedding: str) -> Iterator[Target]:
        yield target

    return opened


@pytest.mark.integration
def test_a_soak_watches_the_memory_while_it_asks(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_load, "STEP", 0.02)
    soaked = soak(target, 0.5 / 60)
    assert soaked.load.errors == soaked.load.other == 0
    assert soaked.load.answers >= api_load.SOAKERS
    assert 10 < soaked.before < 10_000


@pytest.mark.integration
@pytest.mark.parametrize(("due", "code"), [(TEXT, 0), ("another", 1)])
def test_the_command_measures_writes_and_fails_on_another_answer(
    target: Target,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    due: str,
    code: int,
) -> None:
    monkeypatch.setattr(api_load, "open_target", reopen(replace(target, due={"Q?": due})))
    out = tmp_path / "out.json"
    assert main(["--seconds", "0", "--clients", "1", "2", "--out", str(out)]) == code
    rows = json.loads(out.read_text("utf-8"))["load"]
    assert [(row["road"], row["clients"]) for row in rows] == [
        ("ask", 1), ("ask", 2), ("chat", 1), ("chat", 2),
    ]  # fmt: skip
    assert {row["errors"] for row in rows} == {0}
    assert "p95 ms" in capsys.readouterr().out
