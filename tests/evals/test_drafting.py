"""`duocite eval draft` and `review`, from the command line to a suite that can be read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assistant.cli import main
from assistant.errors import SuiteError
from evals.cases import read_cases
from tests.support.openai_server import OpenAIServer, refused, streamed

PORT = """# Port of Wenzhou

The port of Wenzhou handled 12 million tonnes of cargo in 2022.

2023年温州的货物吞吐量为1500万吨。
"""
LINE = "The port of Wenzhou handled 12 million tonnes of cargo in 2022."


class Result(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`duocite eval …` in a folder with documents, with lines on standard input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUOCITE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DUOCITE_LANGUAGE", "en")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "port.md").write_text(PORT, encoding="utf-8")

    def run_main(*args: str, typed: str = "") -> Result:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main(["eval", *args])
        code = ended.value.code
        captured = capsys.readouterr()
        return Result(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run_main


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_drafts_are_proposed_reviewed_and_become_a_suite(run: Run, tmp_path: Path) -> None:
    done = run("draft", "reports")
    assert done.code == 0
    assert "2 figures are stated plainly in 1 documents" in done.out
    rows = read(tmp_path / "drafts.jsonl")
    assert [row["kind"] for row in rows] == ["figure", "near_miss"] * 2
    with pytest.raises(SuiteError):
        read_cases(tmp_path / "drafts.jsonl")
    first = run("review", "drafts.jsonl", typed="a\nd\n")
    assert (first.code, "still open: 2" in first.out) == (1, True)
    last = run("review", "drafts.jsonl", typed="a\na\n")
    assert (last.code, "Accepted: 2" in last.out) == (0, True)
    assert [case.kind for case in read_cases(tmp_path / "drafts.jsonl")].count("figure") == 2


def test_drafting_again_adds_nothing_that_is_there_or_was_dropped(run: Run, tmp_path: Path) -> None:
    run("draft", "reports", "--out", "d.jsonl")
    run("review", "d.jsonl", typed="d\na\n")
    before = (tmp_path / "d.jsonl").read_bytes()
    assert "added: 0; kept from before: 4" in run("draft", "reports", "--out", "d.jsonl").out
    assert (tmp_path / "d.jsonl").read_bytes() == before


def test_accepted_cases_go_to_another_file(run: Run, tmp_path: Path) -> None:
    run("draft", "reports", "--count", "1")
    run("review", "drafts.jsonl", "--into", "mine.jsonl", typed="a\na\n")
    assert len(read_cases(tmp_path / "mine.jsonl")) == 2


def test_documents_that_moved_are_named_by_hand(run: Run, tmp_path: Path) -> None:
    run("draft", "reports", "--count", "1")
    (tmp_path / "reports").rename(tmp_path / "moved")
    assert "there is no document port.md" in run("review", "drafts.jsonl", typed="a\nq\n").out
    assert "Accepted: 1" in run("review", "drafts.jsonl", "--docs", "moved", typed="a\n").out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("draft", "nowhere"), "no documents"),
        (("review", "nowhere.jsonl"), "can't be read"),
        (("draft", "reports", "--live"), "--live needs a model"),
    ],
)
def test_what_is_missing_is_said_in_a_line(args: tuple[str, ...], said: str, run: Run) -> None:
    done = run(*args)
    assert done.code == 2
    assert said in done.err


def test_an_unreadable_document_is_named_and_the_rest_goes_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "reports" / "broken.pdf").write_bytes(b"no PDF")
    done = run("draft", "reports")
    assert done.code == 1
    assert "broken.pdf" in done.out
    assert len(read(tmp_path / "drafts.jsonl")) == 4


@pytest.mark.integration
def test_a_model_writes_questions_and_what_cant_be_shown_is_counted(
    run: Run, tmp_path: Path, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_LLM", f"compatible:drafter@{server.url}")
    row = {
        "quote": LINE,
        "figure": "12 million tonnes",
        "question_en": "How much cargo did Wenzhou's port handle in 2022?",
        "question_zh": "2022年温州港的货物吞吐量是多少？",
    }
    (tmp_path / "reports" / "sea.md").write_text(
        "# Sea\n\nXiamen handled 9 tonnes of fish in 2021.\n", encoding="utf-8"
    )
    server.say(*[streamed(f"Here it is:\n```json\n{json.dumps(row)}\n```", size=40)])
    done = run("draft", "reports", "--live", "--count", "2")
    assert done.code == 0
    assert "Of 2 replies these could not be used: quote 1" in done.out
    figure = next(row for row in read(tmp_path / "drafts.jsonl") if row["kind"] == "figure")
    assert (figure["quote"], figure["draft"]["by"]) == (LINE, "drafter")
    assert figure["figures"] == [{"value": 12000000, "unit": "t", "text": "12 million tonnes"}]
    assert "<passage>" in server.received[0].prompt


@pytest.mark.integration
def test_a_refused_key_ends_it(
    run: Run, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_LLM", f"compatible:drafter@{server.url}")
    server.say(refused(401))
    assert run("draft", "reports", "--live").code == 3


def test_nothing_is_sent_without_live(
    run: Run, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_LLM", f"compatible:drafter@{server.url}")
    assert run("draft", "reports").code == 0
    assert server.received == []
