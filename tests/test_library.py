"""`duocite docs`, from the command line to the store and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.app import build_assistant
from assistant.cli import main
from assistant.settings import load_settings
from store.chroma import open_store
from store.embedding import HashEmbedding

MILL = "# A year of paper\n\n## Output\n\nThe mill made 40 tons in 2023.\r\n\r\nIt grew.\n"
SHIP = "# 轮渡\n\n轮渡去年运送旅客三万人次。\n"


class Result(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `duocite` beside a folder of two documents that has been ingested."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUOCITE_EMBEDDING", "hash")
    folder = tmp_path / "reports" / "deep"
    folder.mkdir(parents=True)
    (folder / "mill.md").write_bytes(MILL.encode())
    (folder.parent / "ship.md").write_text(SHIP, encoding="utf-8")

    def run_main(*args: str) -> Result:
        with pytest.raises(SystemExit) as ended:
            main(args)
        code = ended.value.code
        captured = capsys.readouterr()
        return Result(code if isinstance(code, int) else 0, captured.out, captured.err)

    assert run_main("ingest", "reports").code == 0
    return run_main


def ask(question: str) -> str:
    with closing(build_assistant(load_settings())) as assistant:
        return assistant.ask(question).text


def ids(run: Run) -> list[str]:
    listed = json.loads(run("docs", "list", "--json").out)
    return [document["id"] for document in listed["documents"]]


def test_documents_are_listed(run: Run) -> None:
    out = run("docs", "list").out
    assert "reports/deep/mill.md · A year of paper · - · - · en · 1 chunks" in out
    assert "reports/ship.md · 轮渡 · - · - · zh · 1 chunks" in out


def test_the_list_as_json(run: Run) -> None:
    mill, ship = json.loads(run("docs", "list", "--json").out)["documents"]
    assert mill == {
        "id": "reports/deep/mill.md",
        "title": "A year of paper",
        "organisation": None,
        "year": None,
        "language": "en",
        "chunks": 1,
    }
    assert ship["language"] == "zh"


def test_a_text_is_shown_as_it_is_stored(run: Run) -> None:
    assert json.loads(run("docs", "show", "reports/deep/mill.md", "--json").out) == {
        "id": "reports/deep/mill.md",
        "text": MILL,
    }
    assert "The mill made 40 tons in 2023." in run("docs", "show", "reports/deep/mill.md").out


def test_chunks_are_shown_with_their_places(run: Run) -> None:
    out = run("docs", "show", "reports/deep/mill.md", "--chunks").out
    assert out.startswith("— 1/1 · lines 1–7 · A year of paper\n")
    [chunk] = json.loads(run("docs", "show", "reports/deep/mill.md", "--chunks", "--json").out)[
        "chunks"
    ]
    assert chunk["location"] == {"kind": "lines", "from": 1, "to": 7}
    start, end = chunk["span"]
    assert MILL[start:end].endswith("It grew.")
    assert "40 tons" in chunk["text"]


def test_chunks_of_a_table_are_shown_with_their_cells(run: Run, tmp_path: Path) -> None:
    (tmp_path / "reports" / "trade.csv").write_text("port,tons\nSelby,40\nAldmouth,70\n")
    run("ingest", "reports")
    [chunk] = json.loads(run("docs", "show", "reports/trade.csv", "--chunks", "--json").out)[
        "chunks"
    ]
    assert chunk["location"]["kind"] == "cells"
    assert "cells A1:B3" in run("docs", "show", "reports/trade.csv", "--chunks").out
    run("docs", "export", "texts")
    assert "Aldmouth" in (tmp_path / "texts/reports/trade.csv.txt").read_text("utf-8")


@pytest.mark.parametrize("command", [("show",), ("remove",)])
def test_a_document_that_is_not_there_is_named(run: Run, command: tuple[str, ...]) -> None:
    result = run("docs", *command, "none.md")
    assert (result.code, "There is no document “none.md”" in result.err) == (3, True)


def test_a_removed_document_is_gone_from_the_list_and_from_answers(run: Run) -> None:
    assert "40 tons" in ask("How many tons did the mill make in 2023?")
    assert "1 documents removed" in run("docs", "remove", "reports/deep/mill.md").out
    assert ids(run) == ["reports/ship.md"]
    assert "40 tons" not in ask("How many tons did the mill make in 2023?")
    assert "1 new" in run("ingest", "reports").out  # for the file is still there


def test_one_wrong_name_removes_nothing(run: Run) -> None:
    assert run("docs", "remove", "reports/ship.md", "none.md").code == 3
    assert ids(run) == ["reports/deep/mill.md", "reports/ship.md"]


def test_a_part_of_a_folder_and_a_folder_can_be_removed(run: Run, tmp_path: Path) -> None:
    assert "1 documents removed" in run("docs", "remove", "reports/deep/").out
    assert ids(run) == ["reports/ship.md"]
    assert "1 documents removed" in run("docs", "remove", "reports/").out
    assert "has no documents yet" in run("docs", "list").out
    with open_store(tmp_path / "data", HashEmbedding()) as store:
        assert store.collection("default").roots() == []


def test_texts_are_exported_to_the_character(run: Run, tmp_path: Path) -> None:
    assert "2 texts written" in run("docs", "export", "texts").out
    assert (tmp_path / "texts/reports/deep/mill.md").read_bytes() == MILL.encode()
    assert (tmp_path / "texts/reports/ship.md").read_text("utf-8") == SHIP


def test_an_export_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    result = run("docs", "export", "reports")
    assert (result.code, "is not empty" in result.err) == (3, True)
    assert (tmp_path / "reports" / "ship.md").read_text("utf-8") == SHIP
    (tmp_path / "file").write_text("text")
    assert "can't be written" in run("docs", "export", "file").err


def test_no_text_leaves_the_folder_whatever_its_id(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.library import _write_texts

    _write_texts(tmp_path / "out", {"../../a.md": "one", "/b.pdf": "two", "c/../d.md": "three"})
    written = {str(path.relative_to(tmp_path / "out")) for path in tmp_path.rglob("out/**/*.*")}
    assert written == {"a.md", "b.pdf.txt", "c/d.md"}
