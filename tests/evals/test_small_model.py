"""The command: which questions it draws, what it keeps of an answer, and how it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer, CheckedFigure, Claim, Passage
from assistant.errors import ModelError, RetryableModelError, SuiteError
from assistant.figures import Figure
from assistant.settings import Settings
from evals import collections, small_model
from evals.cases import Ask, Case
from evals.served_model import NAME, ServedModel
from evals.small_model import ask_all, ask_one, draw_asks, main, read_answers
from store.embedding import HashEmbedding
from tests.evals.fakes import (
    ENGLISH,
    TEXT,
    FakeAssistant,
    build_answer,
    build_case,
    build_right_assistant,
)

INVENTED = "The firm had put 9 billion U.S. dollars into the mainland."


def build_cases(many: int) -> list[Case]:
    asked = [(f"c{n}", f"Q{n}?", f"问{n}？") for n in range(many)]
    return [build_case(id=id, question_en=en, question_zh=zh) for id, en, zh in asked]


def figure(text: str, value: int, verdict: Any = "checked") -> CheckedFigure:
    return CheckedFigure(Figure(Decimal(value), "USD", text, (0, 1)), verdict, (1,))


def build_shown(text: str, *figures: CheckedFigure) -> Answer:
    answer = build_answer(text, "en")
    answer.claims = (Claim(text, (1,), "proved", None, figures),)
    return answer


class Failing(FakeAssistant):
    """Fails with an error."""

    def __init__(self, error: ModelError) -> None:
        super().__init__({})
        self.error = error

    def ask(self, question: str) -> Answer:
        raise self.error

    def retrieve(self, question: str, top_k: int = 5) -> list[Passage]:
        raise AssertionError("nothing but the road is taken")


@pytest.mark.parametrize(("many", "wanted"), [(95, 60), (149, 60), (60, 60), (7, 6), (200, 2)])
def test_half_of_the_questions_are_drawn_in_each_language(many: int, wanted: int) -> None:
    asks = draw_asks(build_cases(many), wanted)
    assert len({ask.case.id for ask in asks}) == len(asks) == wanted
    assert [ask.language for ask in asks] == ["en"] * (wanted // 2) + ["zh"] * (wanted // 2)


def test_they_are_drawn_evenly_and_the_same_each_time() -> None:
    cases = build_cases(100)
    asks = draw_asks(cases, 10)
    assert sorted(int(ask.case.id[1:]) for ask in asks) == list(range(0, 100, 10))
    assert asks == draw_asks(cases, 10)


def test_of_few_questions_all_are_asked_once() -> None:
    assert len(draw_asks(build_cases(5), 60)) == 5


def test_a_row_holds_what_was_shown_and_what_it_took() -> None:
    row = ask_one(Ask(build_case(), "en"), build_right_assistant())
    assert (row["case"], row["language"], row["failure"]) == ("c1", "en", None)
    assert row["answer"]["answer"] == ENGLISH
    assert row["claims"][0]["verdict"] == "proved"
    assert row["seconds"] >= 0
    assert json.loads(json.dumps(row)) == row


def test_a_row_holds_the_figures_of_each_claim() -> None:
    shown = build_shown(ENGLISH, figure("8 billion", 8), figure("9", 9, "not_found"))
    row = ask_one(Ask(build_case(), "en"), FakeAssistant({build_case().question_en: shown}))
    assert row["claims"][0]["figures"] == [
        {"text": "8 billion", "unit": "USD", "verdict": "checked", "citations": [1]},
        {"text": "9", "unit": "USD", "verdict": "not_found", "citations": [1]},
    ]


def test_a_failure_is_a_row_and_the_run_goes_on(tmp_path: Path) -> None:
    failing = Failing(RetryableModelError("timeout", model="m"))
    rows = ask_all(draw_asks(build_cases(4), 4), failing, tmp_path / "answers.jsonl")
    assert [(row["failure"], row["answer"]) for row in rows] == [("timeout", None)] * 4


def test_a_failure_that_the_assistant_got_over_is_named() -> None:
    quoted = build_shown(ENGLISH)
    quoted.fallback, quoted.failure = True, ModelError("too_long", model="m")
    row = ask_one(Ask(build_case(), "en"), FakeAssistant({build_case().question_en: quoted}))
    assert (row["failure"], row["answer"]["fallback"]) == ("too_long", True)


def test_a_server_that_is_gone_ends_the_run(tmp_path: Path) -> None:
    failing = Failing(RetryableModelError("unreachable", model="m"))
    with pytest.raises(ModelError, match="unreachable"):
        ask_all(draw_asks(build_cases(4), 4), failing, tmp_path / "answers.jsonl")


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    path, asks = tmp_path / "answers.jsonl", draw_asks(build_cases(6), 6)
    assistant = FakeAssistant({ask.question: build_answer(ENGLISH) for ask in asks})
    first = ask_all(asks[:4], assistant, path)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"case": "c5", "langu')
    rows = ask_all(asks, assistant, path)
    assert len(assistant.asked) == 6
    assert rows[:4] == first
    assert [row["case"] for row in rows] == [ask.case.id for ask in asks]
    assert [row["case"] for row in read_answers(path)] == [ask.case.id for ask in asks]


def test_only_the_questions_asked_for_are_in_the_result(tmp_path: Path) -> None:
    path, asks = tmp_path / "answers.jsonl", draw_asks(build_cases(6), 6)
    assistant = FakeAssistant({ask.question: build_answer(ENGLISH) for ask in asks})
    ask_all(asks, assistant, path)
    assert len(ask_all(asks[:2], assistant, path)) == 2


def test_no_answers_are_read_where_there_is_no_file(tmp_path: Path) -> None:
    assert read_answers(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"case": "c1"}', "", "null"])
def test_a_line_that_is_no_row_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "answers.jsonl"
    ask_all(draw_asks([build_case()], 1), build_right_assistant(), path)
    path.write_text(f"{path.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    with pytest.raises(SuiteError, match="bad_line") as caught:
        read_answers(path)
    assert caught.value.details["line"] == 2


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "report.txt").write_text(TEXT, encoding="utf-8")
    case = build_case()
    row = {
        "id": case.id,
        "kind": case.kind,
        "question_en": case.question_en,
        "question_zh": case.question_zh,
        "figures": [{"value": 8000000000, "unit": "USD"}],
        "quote": case.quote,
    }
    (tmp_path / "q.jsonl").write_text(json.dumps(row), encoding="utf-8")
    monkeypatch.setattr(collections, "build_embedding", lambda *given: HashEmbedding())
    return tmp_path


def serve_answer(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> list[Settings]:
    """The settings that the assistant was built with come to be in the list."""
    built: list[Settings] = []

    def build(settings: Settings, collection: str) -> FakeAssistant:
        built.append(settings)
        return FakeAssistant({build_case().question_en: answer})

    @contextmanager
    def serve(log: Path) -> Iterator[ServedModel]:
        log.parent.mkdir(parents=True, exist_ok=True)
        yield ServedModel("http://127.0.0.1:9", "key")

    monkeypatch.setattr(small_model, "build_assistant", build)
    monkeypatch.setattr(small_model, "serve_model", serve)
    return built


def run(folder: Path, *more: str) -> int:
    return main([str(folder / "q.jsonl"), "--docs", str(folder / "docs"), *more])


def test_the_assistant_is_asked_with_the_small_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = build_shown(ENGLISH, figure("8 billion U.S. dollars", 8 * 10**9))
    built = serve_answer(monkeypatch, shown)
    assert run(folder, "--out", str(folder / "out")) == 0
    assert built[0].llm == f"compatible:{NAME}@http://127.0.0.1:9/v1"
    out = capsys.readouterr().out
    assert "1 (100.0%)" in out
    assert "Every figure that was shown as proved is found" in out
    assert len(read_answers(folder / "out" / "answers.jsonl")) == 1


def test_an_invented_figure_that_got_through_is_listed_and_the_exit_code_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = build_shown(INVENTED, figure("9 billion U.S. dollars", 9 * 10**9))
    serve_answer(monkeypatch, shown)
    assert run(folder) == 1
    out = capsys.readouterr().out
    assert "? c1 en: 9 billion U.S. dollars" in out
    assert INVENTED in out


def test_an_error_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def serve(log: Path) -> Any:
        raise SuiteError("no_small_model")

    serve_answer(monkeypatch, build_shown(ENGLISH))
    monkeypatch.setattr(small_model, "serve_model", serve)
    assert run(folder) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "make small-model" in line


@pytest.mark.parametrize("wrong", ["0", "-1", "many"])
def test_no_questions_is_no_number_of_questions(folder: Path, wrong: str) -> None:
    with pytest.raises(SystemExit):
        run(folder, "--questions", wrong)
