"""Processes that end as they are told to."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from evals.faults import Ground
from evals.forks import open_forks
from evals.states import read_store, write_document
from evals.victim import FAILED, FailingEmbedding, run

pytestmark = pytest.mark.integration


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    for number in range(3):
        write_document(tmp_path / "docs", number, 0)
    return tmp_path / "docs"


def test_a_run_ends_well_or_with_the_code_of_its_error(docs: Path, tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    with open_forks(tmp_path, "evals.victim") as forks:
        assert forks.time("ingest", data, str(docs)) > 0
        forks.start("remove", data, "docs/nothing.md")
        assert forks.wait() == 3
        with pytest.raises(RuntimeError, match="ended with 3"):
            forks.time("remove", data, "docs/nothing.md")
        assert forks.kill(0.0, "ingest", data, str(docs))
    assert "no_document" in (tmp_path / "said.txt").read_text()
    assert len(read_store(tmp_path / "data").states) == 3


def test_an_embedding_that_fails_leaves_what_was_stored(docs: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run(["ingest", str(data), str(docs)]) == 0
    before = read_store(data).states
    write_document(docs, 0, 1)
    assert run(["fail", str(data), "1", str(docs)]) == FAILED
    assert read_store(data).states == before
    assert len(FailingEmbedding(2).passage_vectors(["a", "b"])) == 2


def test_a_ground_is_made_anew(tmp_path: Path) -> None:
    with open_forks(tmp_path, "evals.victim") as forks:
        ground = Ground(tmp_path / "one", forks, random.Random(1))
        assert len(ground.read()) == 12
        assert ground.usual > 0
        assert ground.change().keys() - ground.read().keys() == {"docs/013.md"}
