"""`duocite eval accept` on two questions, with an assistant that says what it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from assistant.answer import Answer
from assistant.cli import accepting as command
from assistant.errors import SuiteError
from assistant.settings import Settings
from evals import accepting, collections
from evals.accepting import accept_case, accept_improved, accept_new
from evals.baseline import read_baselines
from store.embedding import HashEmbedding
from tests.evals.fakes import (
    TEXT,
    FakeAssistant,
    build_answer,
    build_case,
    build_right_assistant,
)
from tests.evals.test_command import ROWS

TOML = '[own]\nfile = "q.jsonl"\ndocuments = "docs"\n'
WRONG = {build_case().question_zh: build_answer("70亿美元 [1]", "zh")}


class Stage:
    """The suite, and what the assistant answers from now on."""

    def __init__(self, folder: Path) -> None:
        self.suites = folder / "suite.toml"
        self.asked: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.play({})

    def play(self, changed: dict[str, Answer]) -> None:
        self.answers = {**build_right_assistant().answers, **changed}

    def build(self, settings: Settings, collection: str) -> FakeAssistant:
        assistant = FakeAssistant(self.answers)
        assistant.asked = self.asked
        return assistant

    @property
    def outcomes(self) -> dict[str, tuple[str | None, str | None]]:
        known = read_baselines(self.suites.parent / "baseline.json")["own"]
        return {case: (entry.en, entry.zh) for case, entry in known.cases.items()}


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "report.txt").write_text(TEXT, encoding="utf-8")
    write_cases(tmp_path, ROWS)
    (tmp_path / "suite.toml").write_text(TOML, encoding="utf-8")
    monkeypatch.setattr(collections, "build_embedding", lambda name: HashEmbedding())
    stage = Stage(tmp_path)
    monkeypatch.setattr(accepting, "build_assistant", stage.build)
    return stage


def write_cases(folder: Path, rows: list[dict[str, Any]]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "q.jsonl").write_text("\n".join(lines), encoding="utf-8")


def test_new_cases_are_added_as_they_are_and_each_is_said(stage: Stage) -> None:
    stage.play(WRONG)
    said = list(accept_new("own", stage.suites))
    assert said == ["c1 en: right", "c1 zh: wrong", "n1 en: right", "n1 zh: right"]
    assert stage.outcomes == {"c1": ("right", "wrong"), "n1": ("right", "right")}


def test_what_turned_wrong_is_accepted_only_by_its_id_and_with_a_reason(stage: Stage) -> None:
    list(accept_new("own", stage.suites))
    stage.play(WRONG)
    assert list(accept_new("own", stage.suites)) == ["own: there is nothing to add."]
    assert list(accept_improved("own", stage.suites)) == ["own: there is nothing to add."]
    assert stage.outcomes["c1"] == ("right", "right")
    said = list(accept_case("own", "c1", " The page was withdrawn. ", suites=stage.suites))
    assert said == ["c1 zh: wrong, for: The page was withdrawn."]
    assert stage.outcomes["c1"] == ("right", "wrong")
    (kept,) = read_baselines(stage.suites.parent / "baseline.json")["own"].cases["c1"].accepted
    assert kept.measures == ("right",)


def test_only_the_case_that_is_accepted_is_asked(stage: Stage) -> None:
    list(accept_new("own", stage.suites))
    stage.asked.clear()
    stage.play(WRONG)
    list(accept_case("own", "c1", "why", "zh", stage.suites))
    assert stage.asked == [build_case().question_en, build_case().question_zh]


def test_what_became_right_has_to_stay_so(stage: Stage) -> None:
    stage.play(WRONG)
    list(accept_new("own", stage.suites))
    stage.play({})
    assert list(accept_improved("own", stage.suites)) == ["c1 zh: right"]
    assert stage.outcomes["c1"] == ("right", "right")


def test_a_case_that_left_its_suite_is_accepted_as_gone(stage: Stage) -> None:
    list(accept_new("own", stage.suites))
    write_cases(stage.suites.parent, ROWS[:1])
    list(accept_case("own", "n1", "asked elsewhere", suites=stage.suites))
    assert stage.outcomes["n1"] == ("gone", "gone")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("own", "c1", "  "), "no_reason"),
        (("other", "c1", "why"), "unknown_suite"),
        (("own", "c9", "why"), "no_case"),
        (("own", "c1", "why"), "not_turned"),
    ],
)
def test_what_cannot_be_accepted_changes_nothing(
    stage: Stage, arguments: tuple[str, str, str], code: str
) -> None:
    list(accept_new("own", stage.suites))
    before = (stage.suites.parent / "baseline.json").read_bytes()
    with pytest.raises(SuiteError, match=code):
        list(accept_case(*arguments, suites=stage.suites))
    assert (stage.suites.parent / "baseline.json").read_bytes() == before


def test_a_document_that_cannot_be_read_stops_it(stage: Stage) -> None:
    (stage.suites.parent / "docs" / "broken.txt").write_bytes(b"\x00\x01\x02broken\xff")
    with pytest.raises(Exception, match="broken"):
        list(accept_new("own", stage.suites))


@pytest.fixture
def app() -> Typer:
    app = Typer()
    app.command()(command.accept)
    return app


def test_the_command_says_what_was_written(stage: Stage, app: Typer) -> None:
    done = CliRunner().invoke(app, ["own", "--new", "--suites", str(stage.suites)])
    assert (done.exit_code, done.output.split("\n")[0]) == (0, "c1 en: right")
    stage.play(WRONG)
    arguments = ["own", "c1", "--language", "zh", "--reason", "why"]
    done = CliRunner().invoke(app, [*arguments, "--suites", str(stage.suites)])
    assert done.output == "c1 zh: wrong, for: why\n"
    stage.play({})
    done = CliRunner().invoke(app, ["own", "--improved", "--suites", str(stage.suites)])
    assert done.output == "c1 zh: right\n"


@pytest.mark.parametrize(
    "arguments", [["own"], ["own", "c1", "--new"], ["own", "--new", "--improved"]]
)
def test_one_thing_is_accepted_at_a_time(app: Typer, arguments: list[str]) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert "one of ID, --new and --improved" in done.output
