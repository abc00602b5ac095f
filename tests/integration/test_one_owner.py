"""Several real processes and one store: they go through its owner, whatever becomes of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from assistant.cli import main
from assistant.running import Running, find_running
from store.lock import ADDRESS_NAME, is_held
from tests.support.served import ROOT, serving, start

pytestmark = pytest.mark.integration

QUESTION = "How many tons of paper did the mill make in 2023?"
MILL = "# A year of paper\n\n## Output\n\nThe mill made 40 tons of paper in 2023. It grew.\n"
TIMES = re.compile(r'in \d+\.\d+ s|"timings_ms": {[^}]*}')
SHIP = "# 轮渡\n\n轮渡去年运送旅客三万人次。\n"


class Result(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where commands are run: a folder with two documents."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUOCITE_EMBEDDING", "hash")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "mill.md").write_text(MILL, encoding="utf-8")
    (docs / "ship.md").write_text(SHIP, encoding="utf-8")
    return tmp_path


@pytest.fixture
def data(here: Path) -> Path:
    return here / "data"


@pytest.fixture
def settings(data: Path) -> dict[str, str]:
    return {"DUOCITE_DATA": str(data), "DUOCITE_EMBEDDING": "hash"}


@pytest.fixture
def run(here: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `duocite` in this process."""

    def run_main(*args: str) -> Result:
        with pytest.raises(SystemExit) as ended:
            main(args)
        captured = capsys.readouterr()
        code = ended.value.code
        return Result(code if isinstance(code, int) else 0, captured.out, captured.err)

    assert run_main("ingest", "docs").code == 0
    return run_main


@pytest.fixture
def server(run: Run, here: Path, settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with serving(folder=here, settings=settings) as process:
        yield process


def running_of(data: Path) -> Running:
    found = find_running(data)
    assert found is not None
    return found


def timeless(result: Result) -> Result:
    """Without the times that it took."""
    return result._replace(out=TIMES.sub("", result.out))


COMMANDS = [
    ("ask", QUESTION),
    ("ask", "轮渡去年运送旅客多少人次？", "--json"),
    ("ask", QUESTION, "--year", "1990"),
    ("ask", QUESTION, "--collection", "none"),
    ("ask", "?" * 5000),
    ("docs", "list"),
    ("docs", "list", "--json"),
    ("docs", "list", "--collection", "none"),
    ("docs", "show", "docs/mill.md"),
    ("docs", "show", "docs/mill.md", "--chunks"),
    ("docs", "show", "docs/ship.md", "--chunks", "--json"),
    ("docs", "show", "none.md"),
    ("docs", "remove", "none.md"),
    ("collections",),
    ("ingest", "docs"),
    ("ingest", "missing.md", "docs/none*.md", "docs/mill.md"),
    ("ingest", "docs", "--catalog", "none.yaml"),
]


def test_a_command_does_the_same_through_a_server(
    run: Run, here: Path, settings: dict[str, str], data: Path
) -> None:
    alone = [timeless(run(*command)) for command in COMMANDS]
    with serving(folder=here, settings=settings):
        through = [timeless(run(*command)) for command in COMMANDS]
        for command, one, other in zip(COMMANDS, alone, through, strict=True):
            assert other == one, command
        assert {result.code for result in through} == {0, 1, 2, 3}
        export_and_batch(run, here)


def export_and_batch(run: Run, here: Path) -> None:
    assert run("docs", "export", "texts").code == 0
    assert (here / "texts/docs/mill.md").read_text("utf-8") == MILL
    (here / "q.jsonl").write_text(f'{{"id": "a", "question": "{QUESTION}"}}\n', encoding="utf-8")
    assert run("ask", "--batch", "q.jsonl", "--out", "a.jsonl").code == 0
    answer = json.loads((here / "a.jsonl").read_text("utf-8"))
    assert (answer["id"], answer["answered"]) == ("a", True)


def test_what_a_server_reads_in_it_answers_from_at_once(
    run: Run, here: Path, server: subprocess.Popen[str]
) -> None:
    (here / "docs" / "steel.md").write_text("# Steel\n\nThe works made 7 tons of steel in 2021.\n")
    assert "1 new, 0 changed, 2 unchanged" in run("ingest", "docs").out
    assert "7 tons" in run("ask", "How many tons of steel did the works make in 2021?").out
    assert "1 documents removed" in run("docs", "remove", "docs/steel.md").out
    assert "7 tons" not in run("ask", "How many tons of steel did the works make in 2021?").out
    assert is_held(here / "data")


def test_a_killed_server_leaves_nothing_in_the_way(
    run: Run, server: subprocess.Popen[str], data: Path
) -> None:
    assert "40 tons" in run("ask", QUESTION).out
    server.send_signal(signal.SIGKILL)
    server.wait()
    left = json.loads((data / ADDRESS_NAME).read_text())
    assert left["pid"] == server.pid
    result = run("ask", QUESTION)
    assert ("40 tons" in result.out, result.err) == (True, "")
    assert not (data / ADDRESS_NAME).exists()


def test_an_ingest_outlives_the_server_that_did_it(
    run: Run, here: Path, server: subprocess.Popen[str], data: Path
) -> None:
    for number in range(60):
        lines = (f"Plant {number} made {n} tons of steel in 20{n % 90 + 10}. " for n in range(60))
        (here / "docs" / f"{number:02}.md").write_text(f"# Plant {number}\n\n" + "\n\n".join(lines))

    def kill_when_begun() -> None:
        began = httpx.Client(trust_env=False, headers=running_of(data).headers)
        address = running_of(data).address
        while len(began.get(f"{address}/v1/documents").json()["documents"]) < 5:
            time.sleep(0.02)
        server.send_signal(signal.SIGKILL)
        began.close()

    killer = threading.Thread(target=kill_when_begun)
    killer.start()
    result = run("ingest", "docs")
    killer.join()
    assert server.wait() == -signal.SIGKILL
    assert result.code == 0
    unchanged = int(re.findall(r"(\d+) unchanged", result.out)[0])
    assert 5 <= unchanged < 62  # what the server had stored was kept, and the rest was done here
    assert len(json.loads(run("docs", "list", "--json").out)["documents"]) == 62
    assert run("doctor").code == 0


def test_a_server_that_is_told_to_end_tidies_up(
    run: Run, server: subprocess.Popen[str], data: Path
) -> None:
    assert server.stdout is not None
    assert running_of(data).address in server.stdout.readline()
    server.send_signal(signal.SIGTERM)
    out, err = server.communicate(timeout=60)
    assert (server.returncode, out, err) == (0, "", "")
    left = {path.name for path in data.iterdir()}
    assert "store.lock" in left
    assert not left & {"server.json", "store.pid"}


def test_what_needs_the_store_for_itself_says_who_serves_it(
    run: Run, server: subprocess.Popen[str], here: Path
) -> None:
    for command in (["serve"], ["backup", "b.tar.gz"], ["doctor"], ["restore", "x", "--force"]):
        result = run(*command)
        assert result.code == 3, command
        assert f"process {server.pid}" in result.err
        assert "http://127.0.0.1:" in result.err
    assert not (here / "b.tar.gz").exists()


HOLD = """
import sys, time
from pathlib import Path
from store.lock import lock_folder
with lock_folder(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(data: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that has the store for a while and serves nobody."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data), str(seconds)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_waits_for_the_first(run: Run, data: Path) -> None:
    with hold(data, 4) as process:
        result = run("docs", "list")
        assert process.wait() == 0
    assert (result.code, result.out.count("\n")) == (0, 2)
    assert f"process {process.pid}" in result.err
    assert result.err.count("\n") == 1


def test_or_is_told_at_once_who_has_the_store(run: Run, data: Path) -> None:
    with hold(data, 60) as process:
        for command in (["ask", QUESTION], ["ingest", "docs"], ["docs", "list"], ["collections"],
                        ["backup", "b"], ["doctor"], ["serve"]):  # fmt: skip
            began = time.monotonic()
            result = run(*command, "--no-wait")
            assert (result.code, f"process {process.pid}" in result.err) == (3, True), command
            assert time.monotonic() - began < 20
        process.kill()
    assert run("docs", "list", "--no-wait").code == 0


def test_a_question_through_a_server_loads_nothing_heavy(
    run: Run, here: Path, settings: dict[str, str], server: subprocess.Popen[str]
) -> None:
    code = (
        "import atexit, sys\n"
        "heavy = ('chromadb', 'llama_index', 'numpy', 'onnxruntime', 'fastapi', 'jieba')\n"
        "atexit.register(lambda: print(*[m for m in heavy if m in sys.modules], file=sys.stderr))\n"
        "from assistant.cli import main\n"
        "main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "ask", QUESTION],
        capture_output=True, text=True, cwd=here, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
    )  # fmt: skip
    assert "40 tons" in ended.stdout
    assert ended.stderr.strip() == ""


def test_commands_that_come_at_once_take_turns(
    run: Run, here: Path, settings: dict[str, str]
) -> None:
    processes = [start("docs", "list", folder=here, settings=settings) for _ in range(3)]
    for process in processes:
        out, _ = process.communicate(timeout=120)
        assert (process.returncode, out.count("\n")) == (0, 2)
