from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store import watch
from store.watch import watch_changes

Seen = list[frozenset[Path]]
Watch = Callable[..., Seen]


@pytest.fixture
def watching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Watches some paths in a thread of its own, and gives the list that fills."""
    monkeypatch.setattr(watch, "DEBOUNCE", 1000)  # as long as a busy machine may pause in a burst
    stop, threads = threading.Event(), []

    def start(*paths: Path) -> Seen:
        seen: Seen = []

        def follow() -> None:
            for changed in watch_changes(paths, tmp_path / "docs" / "store", stop):
                seen.append(changed)

        threads.append(threading.Thread(target=follow, daemon=True))
        threads[-1].start()
        time.sleep(0.3)  # until the system watches
        return seen

    yield start
    stop.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def wait_for(seen: Seen) -> frozenset[Path]:
    until = time.monotonic() + 10
    while not seen and time.monotonic() < until:
        time.sleep(0.05)
    return frozenset().union(*seen)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    for name in ("docs/a.md", "docs/deep/b.md", "docs/store/x.db", "docs/.hidden/c.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one")
    return tmp_path / "docs"


def test_files_below_a_folder_are_followed_but_not_hidden_ones_nor_the_store(
    watching: Watch, docs: Path
) -> None:
    seen = watching(docs)
    (docs / "store" / "x.db").write_text("two")
    (docs / ".hidden" / "c.md").write_text("two")
    (docs / "deep" / "b.md").write_text("two")
    assert wait_for(seen) == {docs / "deep" / "b.md"}


def test_a_file_that_is_put_in_place_of_another_is_followed(watching: Watch, docs: Path) -> None:
    seen = watching(docs / "a.md")
    (docs / "other.md").write_text("two")
    (docs / "a.new").write_text("two")
    (docs / "a.new").rename(docs / "a.md")
    assert wait_for(seen) == {docs / "a.md"}


def test_a_burst_of_changes_is_one(watching: Watch, docs: Path) -> None:
    seen = watching(docs)
    for number in range(20):
        (docs / f"{number}.md").write_text("two")
        time.sleep(0.01)
    wait_for(seen)
    time.sleep(1.5)
    assert len(seen) == 1
    assert len(seen[0]) == 20
