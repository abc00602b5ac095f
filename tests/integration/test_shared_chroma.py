"""Two servers of ours on one Chroma server: each sees what the other reads in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.cli import main
from assistant.running import Running, find_running
from tests.support.chroma_server import run_chroma
from tests.support.served import serving

pytestmark = pytest.mark.integration

MILL = "# A year of paper\n\n## Output\n\nThe mill made 40 tons of paper in 2023. It grew.\n"
SHIP = "# 轮渡\n\n轮渡去年运送旅客三万人次。\n"
STEEL = "# Steel\n\nThe works made 7 tons of steel in 2021.\n"


class Peer:
    """One of the two, asked over HTTP."""

    def __init__(self, running: Running) -> None:
        self._client = httpx.Client(
            base_url=running.address, headers=running.headers, trust_env=False, timeout=120
        )

    def ask(self, question: str) -> str:
        answer = self._client.post("/v1/ask", json={"question": question}).json()
        return str(answer["answer"])

    def ingest(self, folder: Path) -> dict[str, Any]:
        """Waits for its turn as the command line does."""
        while True:
            response = self._client.post("/v1/documents", json={"paths": [str(folder)]})
            report: dict[str, Any] = response.json()
            if response.status_code != 409:
                return report

    def documents(self) -> list[str]:
        return [one["id"] for one in self._client.get("/v1/documents").json()["documents"]]

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "chroma").mkdir()
    with run_chroma(tmp_path / "chroma") as server:
        yield server.url


@pytest.fixture
def first(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of documents that is there before either starts."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "mill.md").write_text(MILL, encoding="utf-8")
    (docs / "ship.md").write_text(SHIP, encoding="utf-8")
    monkeypatch.setenv("DUOCITE_EMBEDDING", "hash")
    monkeypatch.setenv("DUOCITE_CHROMA_URL", url)
    with pytest.raises(SystemExit) as ended:
        main(["ingest", str(docs)])
    assert not ended.value.code
    return docs


@pytest.fixture
def peers(tmp_path: Path, first: Path, url: str) -> Iterator[list[Peer]]:
    with ExitStack() as started:
        found = []
        for name in ("one", "two"):
            settings = {
                "DUOCITE_DATA": str(tmp_path / name),
                "DUOCITE_EMBEDDING": "hash",
                "DUOCITE_CHROMA_URL": url,
            }
            started.enter_context(serving(folder=tmp_path, settings=settings))
            running = find_running(tmp_path / name)
            assert running is not None
            found.append(Peer(running))
            started.callback(found[-1].close)
        yield found


def write_folder(folder: Path, shared: str) -> Path:
    """Eight documents of a folder's own, and one that both folders have."""
    folder.mkdir()
    for number in range(8):
        text = f"# Plant {number}\n\nPlant {number} of {folder.name} made {number} tons.\n"
        (folder / f"{number}.md").write_text(text * 5, encoding="utf-8")
    (folder / "both.md").write_text(shared, encoding="utf-8")
    return folder


def test_two_servers_share_a_chroma_server(
    peers: list[Peer], first: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = peers
    for peer in peers:
        assert "40 tons" in peer.ask("How many tons of paper did the mill make in 2023?")

    (first / "steel.md").write_text(STEEL, encoding="utf-8")
    assert one.ingest(first)["new"] == 1
    assert "7 tons" in two.ask("How many tons of steel did the works make in 2021?")
    (first / "mill.md").write_text(MILL.replace("40", "55"), encoding="utf-8")
    assert two.ingest(first)["changed"] == 1
    assert "55 tons" in one.ask("How many tons of paper did the mill make in 2023?")

    # Both read in at once, each its own folder and then each other's.
    folders = [write_folder(tmp_path / name, f"Both of {name}.") for name in ("north", "south")]
    reports: list[dict[str, Any]] = []

    def read_in(peer: Peer, order: list[Path]) -> None:
        reports.extend(peer.ingest(folder) for folder in order)

    threads = [
        threading.Thread(target=read_in, args=(peer, order))
        for peer, order in ((one, folders), (two, folders[::-1]))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report["new"] for report in reports) == 18
    assert [report["failed"] for report in reports] == [[]] * 4
    assert one.documents() == two.documents()
    assert len(one.documents()) == 21

    with pytest.raises(SystemExit) as ended:
        main(["doctor"])  # from a third process's point of view
    assert (ended.value.code, "is whole" in capsys.readouterr().out) == (0, True)
