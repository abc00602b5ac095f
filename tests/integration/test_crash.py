"""A real ingest, killed at any moment or out of disk: nothing is lost, nothing is halved."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from store.chroma import open_store
from store.collection import Collection
from store.embedding import HashEmbedding
from store.pages import read_ids
from store.texts import count_rows, version_of
from tests.support.forks import Forks, open_forks

pytestmark = pytest.mark.integration

KILLS = 20
DOCUMENTS = 12
States = dict[str, int]


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


def write_document(folder: Path, number: int, state: int) -> None:
    """A document that says its state in every sentence; some have many chunks."""
    lines = 40 if number % 6 == 0 else 2
    said = (f"Line {n} of {number} made {n} tons of steel in state {state}. " for n in range(lines))
    text = "\n\n".join(line * 4 for line in said)
    (folder / f"{number:03}.md").write_text(f"# Plant {number}\n\n{text}\n")


def change_documents(folder: Path, drawn: random.Random, state: int) -> States:
    """About half of the documents change, one is gone, one is new; what should be stored."""
    for path in sorted(folder.iterdir()):
        if drawn.random() < 0.5:
            write_document(folder, int(path.stem), state)
    drawn.choice(sorted(folder.iterdir())).unlink()
    write_document(folder, DOCUMENTS + state, state)
    return {f"docs/{path.name}": state_of(path.read_text()) for path in folder.iterdir()}


def state_of(text: str) -> int:
    states = set(re.findall(r"state (\d+)", text))
    assert len(states) == 1, "one document in two states"
    return int(states.pop())


def read_states(collection: Collection) -> States:
    """The state of each document, by its text and by every one of its chunks."""
    texts: dict[str, list[str]] = {}
    for node in collection.load().nodes:  # which fails where a chunk is missing
        texts.setdefault(str(node.metadata["document"]), []).append(node.text)
    states = {known: state_of("\n".join(parts)) for known, parts in texts.items()}
    for record in collection.documents():
        assert state_of(collection.text(record.id)) == states[record.id]
        assert len(texts[record.id]) == record.chunks
    return states


def find_strays(collection: Collection) -> Counter[str]:
    """Rows, by version, that are too many or too few."""
    found = Counter(
        version_of(row_id)
        for chroma, where in collection.row_sets()
        for row_id in read_ids(chroma, where)
    )
    found.subtract({record.version: count_rows(record) for record in collection.documents()})
    return Counter({version: many for version, many in found.items() if many})


def open_default(data: Path) -> tuple[States, Counter[str]]:
    with open_store(data, HashEmbedding(), wait=10) as store:
        if "default" not in store.collections():
            return {}, Counter()
        collection = store.collection("default")
        return read_states(collection), find_strays(collection)


def run_whole(forks: Forks, folder: Path) -> float:
    """Seconds of an ingest that nobody disturbs."""
    began = time.monotonic()
    forks.start("ingest", str(folder))
    assert forks.wait() == 0
    return time.monotonic() - began


def run_killed(forks: Forks, folder: Path, after: float) -> bool:
    """Whether the process was killed before its end."""
    process = forks.start("ingest", str(folder))
    time.sleep(after)
    with suppress(ProcessLookupError):  # it was quicker
        os.kill(process, signal.SIGKILL)
    return forks.wait() == -signal.SIGKILL


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
        killed += run_killed(forks, folder, after)
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


@pytest.mark.parametrize("part", ["", "chroma", "chroma/chroma.sqlite3", "tokens.db"])
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
