from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from evals import load
from evals.crowd import Faults, Held, Round, Talk
from evals.load import (
    Result,
    Waited,
    build_tables,
    main,
    measure,
    wait_of,
)
from evals.visitor import Heard

WAITED = Waited(4, 2.0, 3.0, 1.0, 2.0, 9.0, 23.0, 6.0, 1.5)
RESULT = Result(2, 8.0, 2.5, 900.0, WAITED, replace(WAITED, whole_p50=0.5), Faults())


def test_waits_leave_out_what_broke_off() -> None:
    whole = Heard("How?", 4.0, 2.0, 2000, 4)
    broken = Heard("Why?", 100.0, None, 9, 1, "gone")
    held = Held(Talk("anna", "en", ("How?", "Why?")), [whole, broken])
    waited = wait_of(Round([held], 5.0, 0.5))
    assert (waited.answers, waited.whole_p95, waited.first_p50) == (1, 4.0, 2.0)
    assert (waited.kilobytes, waited.steps, waited.span) == (2.0, 4.0, 5.0)
    assert wait_of(Round([], 0.0, 0.0)).whole_p95 == 0.0


def test_the_table_says_how_many_times_as_long_it_takes() -> None:
    said = print_tables(RESULT)
    row = next(line for line in said.splitlines() if "whole answer, median" in line)
    assert row.replace("│", " ").split()[-3:] == ["2.00", "0.50", "4.0"]
    assert "2.50 s" in said
    assert "no Chromium" in print_tables(replace(RESULT, ready=None))


def print_tables(result: Result) -> str:
    out = io.StringIO()
    for table in build_tables(result):
        Console(file=out, width=100).print(table)
    return out.getvalue()


@pytest.mark.parametrize(("faults", "code"), [(Faults(), 0), (Faults(lost=["anna: How?"]), 1)])
def test_what_is_lost_ends_with_an_error(
    faults: Faults,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(load, "measure", lambda *args: replace(RESULT, faults=faults))
    out = tmp_path / "load.json"
    assert main(["--users", "2", "--out", str(out)]) == code
    known = json.loads(out.read_text("utf-8"))
    assert known["together"]["whole_p95"] == 3.0
    assert known["faults"]["lost"] == faults.lost
    assert ("lost: anna: How?" in capsys.readouterr().err) == bool(code)


@pytest.mark.integration
def test_two_visitors_of_a_real_server_each_get_their_own(tmp_path: Path) -> None:
    result = measure(tmp_path, 2, 2, "hash", browser=False)
    assert not result.faults.any, result.faults
    assert result.together.answers == result.alone.answers == 4
    assert 0 < result.together.first_p50 <= result.together.whole_p95
    assert result.peak > 50
    assert result.ready is None
