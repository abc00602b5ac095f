"""`duocite feedback`, from the command line to the file and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.cli import main
from assistant.feedback import Feedback
from assistant.state import State
from store.database import STATE_FILE
from store.lock import lock_folder
from tests.web.fake import answer_in_chinese, answer_in_english


class Result(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUOCITE_DATA", str(tmp_path / "data"))

    def run_main(*args: str) -> Result:
        with pytest.raises(SystemExit) as ended:
            main(args)
        code = ended.value.code
        captured = capsys.readouterr()
        return Result(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run_main


@pytest.fixture
def rated(tmp_path: Path) -> None:
    """One thumb up in May, one down in June."""
    moments = iter([datetime(2024, 5, 31, 23, 59, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)])
    with closing(State(tmp_path / "data")) as state:
        feedback = Feedback(state, lambda: next(moments))
        feedback.rate("ann", answer_in_english("What\x1b[2J?").to_json(), "up")
        feedback.rate("bob", answer_in_chinese().to_json(), "down", "年份\n不对")


@pytest.mark.usefixtures("rated")
def test_each_opinion_is_a_line_and_its_reason_below(run: Run) -> None:
    assert run("feedback").out.splitlines() == [
        "2024-05-31 23:59 UTC · 👍 · ann · What[2J?",
        "2024-06-01 00:00 UTC · 👎 · bob · 第二个泊位要投资多少？",
        "    年份 不对",
    ]


@pytest.mark.usefixtures("rated")
@pytest.mark.parametrize(
    ("since", "users"),
    [("2024-05-31", ["ann", "bob"]), ("2024-06-01", ["bob"]), ("2024-06-01T00:00:01", [])],
)
def test_json_has_those_since_a_day_with_their_answers(
    run: Run, since: str, users: list[str]
) -> None:
    found = json.loads(run("feedback", "--json", "--since", since).out)["feedback"]
    assert [one["user"] for one in found] == users
    if users:
        assert found[-1]["answer"] == answer_in_chinese().to_json()


@pytest.mark.usefixtures("rated")
def test_only_what_was_found_wrong_becomes_a_draft(run: Run, tmp_path: Path) -> None:
    first, again = (run("feedback", "--drafts", "d.jsonl") for _ in range(2))
    assert "added: 1; kept from before: 0" in first.out
    assert "added: 0; kept from before: 1" in again.out
    (draft,) = map(json.loads, (tmp_path / "d.jsonl").read_text("utf-8").splitlines())
    assert draft["question_zh"] == "第二个泊位要投资多少？"
    assert draft["given"]["reason"] == "年份\n不对"


@pytest.mark.parametrize(("language", "said"), [("en", "Nobody has rated"), ("zh", "还没有人评价")])
def test_looking_makes_no_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setenv("DUOCITE_LANGUAGE", language)
    assert said in run("feedback").out
    assert json.loads(run("feedback", "--json").out) == {"feedback": []}
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("rated")
def test_a_running_server_is_no_hindrance(run: Run, tmp_path: Path) -> None:
    with lock_folder(tmp_path / "data"), closing(State(tmp_path / "data")) as state:
        Feedback(state).rate("eve", answer_in_english().to_json(), "down")
        assert "eve" in run("feedback").out


@pytest.mark.parametrize(
    "args", [["--since", "yesterday"], ["--json", "--drafts", "d.jsonl"], ["--draft", "d"]]
)
def test_wrong_use_is_told(run: Run, args: list[str]) -> None:
    assert run("feedback", *args).code == 2


def test_a_damaged_file_is_one_line_and_code_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / STATE_FILE).write_bytes(b"no database" * 500)
    found = run("feedback")
    assert (found.code, found.out, found.err.count("\n")) == (3, "", 1)
    assert "state.db" in found.err
