"""A real ingest, killed at any moment or out of disk: nothing is lost, nothing is halved."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.forks import Forks
from evals.states import (
    DOCUMENTS,
    MIXED,
    States,
    change_documents,
    read_store,
    write_document,
)
from tests.support.forks import open_forks

pytestmark = pytest.mark.integration

KILLS = 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs"


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[Forks]:
    with open_forks(
        tmp_path, DUOCITE_DATA=str(tmp_path / "data"), DUOCITE_EMBEDDING="hash"
    ) as opened:
        yield opened


def open_default(data: Path) -> tuple[States, Counter[str]]:
    found = read_store(data)
    assert MIXED not in found.states.values(), "one document in two states"
    return found.states, found.strays


def run_whole(forks: Forks, folder: Path) -> float:
    """Seconds of an ingest that nobody disturbs."""
    return forks.time("ingest", str(folder))


def test_an_ingest_that_is_killed_loses_nothing_and_halves_nothing(
    forks: Forks, folder: Path, tmp_path: Path
) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # shown where the test fails
    drawn = random.Random(seed)
    for number in range(DOCUMENTS):
        write_document(folder, number, 0)
    run_whole(forks, folder)
    usual = run_whole(forks, folder)
    killed = 0
    for state in range(1, KILLS + 1):
        before, _ = open_default(tmp_path / "data")
        wanted = change_documents(folder, drawn, state)
        after = drawn.uniform(0.05, 0.9) * usual
        print(f"kill {state} after {after:.3f} s")
        killed += forks.kill(after, "ingest", str(folder))
        found, _ = open_default(tmp_path / "data")
        for document in before.keys() | wanted.keys() | found.keys():
            allowed = {before.get(document), wanted.get(document)}
            assert found.get(document) in allowed, document
        if state % 2 == 0:  # so that some are killed that follow one that was
            usual = (usual + run_whole(forks, folder)) / 2
            assert open_default(tmp_path / "data") == (wanted, Counter())
    assert killed > KILLS / 2


@pytest.fixture
def stored(forks: Forks, folder: Path, tmp_path: Path) -> States:
    """What is in the store before all documents change."""
    for number in range(DOCUMENTS):
        write_document(folder, number, 0)
    run_whole(forks, folder)
    before, _ = open_default(tmp_path / "data")
    for number in range(DOCUMENTS):
        write_document(folder, number, 1)
    return before


def last_line(folder: Path) -> str:
    return (folder / "said.txt").read_text().splitlines()[-1]


@pytest.mark.parametrize("share", [0.5, 1.0, 1.05])
def test_a_disk_that_is_full_is_said_and_loses_nothing(
    forks: Forks, folder: Path, tmp_path: Path, stored: States, share: float
) -> None:
    room = int((tmp_path / "data" / "chroma" / "chroma.sqlite3").stat().st_size * share)
    forks.start("ingest", str(folder), file_size=room)
    assert forks.wait() == 3
    assert "disk is full" in last_line(tmp_path)
    assert "Traceback" not in (tmp_path / "said.txt").read_text()
    found, _ = open_default(tmp_path / "data")
    assert found.keys() == stored.keys()
    assert set(found.values()) <= {0, 1}
    run_whole(forks, folder)
    assert open_default(tmp_path / "data") == (dict.fromkeys(stored, 1), Counter())


@pytest.mark.parametrize("part", ["", "chroma", "chroma/chroma.sqlite3", "tokens.db", "search.db"])
def test_what_can_not_be_written_is_said_and_loses_nothing(
    forks: Forks, folder: Path, tmp_path: Path, stored: States, part: str
) -> None:
    path = tmp_path / "data" / part
    usual = path.stat().st_mode
    path.chmod(usual & ~0o222)
    forks.start("ingest", str(folder), plain=True)
    assert forks.wait() == 3
    path.chmod(usual)
    assert "could not be read or written" in last_line(tmp_path) or "can't be" in last_line(
        tmp_path
    )
    assert "Traceback" not in (tmp_path / "said.txt").read_text()
    found, _ = open_default(tmp_path / "data")
    assert found == stored
