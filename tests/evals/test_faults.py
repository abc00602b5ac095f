"""The table of faults, once for each of them, and that it would see a loss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals import faults
from evals.faults import FAULTS, Outcome, build_table, main
from evals.states import MIXED

pytestmark = pytest.mark.integration


def test_every_fault_is_tried_and_nothing_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "faults.json"
    assert main(["--times", "1", "--out", str(out)]) == 0
    found = json.loads(out.read_text())
    assert [row["fault"] for row in found["faults"]] == list(FAULTS)
    assert all(row["documents"] > 0 for row in found["faults"])
    assert sum(row["struck"] for row in found["faults"]) >= len(FAULTS) - 3  # some kills are late
    assert f"seed {found['seed']}" in capsys.readouterr().out


def test_what_is_lost_or_mixed_is_counted() -> None:
    outcome = Outcome("x")
    before, wanted = {"a": 0, "b": 0, "c": 0, "d": 0}, {"a": 1, "b": 0, "d": 1, "e": 1}
    faults._judge(outcome, before, wanted, {"a": 1, "b": MIXED, "d": 2}, spared=False)
    assert (outcome.documents, outcome.lost, outcome.mixed) == (5, ["d"], ["b"])
    faults._judge(outcome, before, wanted, {"c": 0, "d": 0}, spared=False)
    assert outcome.lost == ["d", "a", "b"]
    assert outcome.bad == 4
    assert build_table([outcome]).row_count == 1


def test_who_is_killed_removing_may_have_removed() -> None:
    outcome = Outcome("x")
    faults._judge(outcome, {"a": 0}, {"a": 0}, {}, spared=True)
    assert outcome.bad == 0
    faults._judge(outcome, {"a": 0}, {"a": 0}, {}, spared=False)
    assert outcome.lost == ["a"]


def test_a_store_that_loses_something_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = faults.Ground.read

    def lose(ground: faults.Ground) -> dict[str, int]:
        return dict(list(real(ground).items())[1:])

    monkeypatch.setattr(faults.Ground, "read", lose)
    assert main(["--times", "1", "--only", "damaged caches"]) == 1
    assert "damaged caches" in capsys.readouterr().out
