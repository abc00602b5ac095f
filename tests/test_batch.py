"""Batches: what a line may say, and that no answer is lost or asked for twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer, Filters, Language
from assistant.batch import Batch, BatchReport, Item, error_json, read_items
from assistant.errors import BatchError, DuociteError, ModelError, RetryableModelError
from tests.support.answers import StubAsking, build_answer

QUESTIONS = [Item("a", "One?"), Item("b", "Two?"), Item("c", "Three?")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "answers.jsonl"


def read(path: Path, *lines: str) -> list[Item]:
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_items(path, Filters(years=(2024,)), "en")


def run(out: Path, items: list[Item], stub: StubAsking | None = None) -> BatchReport:
    batch = Batch(stub or StubAsking(), out, lambda error: f"told: {error.code}")
    for _ in batch.run(items):
        pass
    return batch.report


def lines_of(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n") if line]


def test_a_line_takes_filters_and_language_from_the_command(path: Path) -> None:
    items = read(path, '{"id": "a", "question": "One?"}')
    assert items == [Item("a", "One?", Filters(years=(2024,)), "en")]


def test_a_line_s_own_filters_and_language_go_first(path: Path) -> None:
    line = '{"id": "a", "question": "One?", "filters": {"documents": ["x.md"]}, "language": "zh"}'
    assert read(path, line) == [Item("a", "One?", Filters(documents=("x.md",)), "zh")]


def test_a_line_without_an_id_gets_its_number(path: Path) -> None:
    items = read(path, "", '{"question": "One?"}', '{"id": 7, "question": "Two?"}')
    assert [item.id for item in items] == ["2", "7"]


@pytest.mark.parametrize(
    ("line", "item_id"),
    [
        ("not json", "1"),
        ("[1, 2]", "1"),
        ('{"id": "a"', "1"),
        ('{"id": "a"}', "a"),
        ('{"id": "a", "question": "  "}', "a"),
        ('{"id": "a", "question": 5}', "a"),
        ('{"id": "a", "question": "Q?", "language": "fr"}', "a"),
        ('{"id": "a", "question": "Q?", "language": ["en"]}', "a"),
        ('{"id": "a", "question": "Q?", "filters": {"place": ["x"]}}', "a"),
        ('{"id": "a", "question": "Q?", "filters": {"years": 2024}}', "a"),
        ('{"id": "a", "question": "Q?", "filters": {"years": ["2024"]}}', "a"),
        ('{"id": "a", "question": "Q?", "filters": {"documents": [1]}}', "a"),
        ('{"id": "a", "question": "Q?", "filters": []}', "a"),
    ],
)
def test_a_faulty_line_is_an_item_with_an_error(line: str, item_id: str, path: Path) -> None:
    (item,) = read(path, line)
    assert item.id == item_id
    assert item.error is not None
    assert (item.error.code, item.error.details["line"]) == ("bad_line", 1)


def test_an_id_given_twice_is_an_error_the_second_time(path: Path) -> None:
    first, second = read(path, '{"id": "a", "question": "1?"}', '{"id": "a", "question": "2?"}')
    assert first.error is None
    assert second.error is not None
    assert second.error.code == "repeated_id"


def test_a_mark_at_the_start_of_the_file_is_passed_over(path: Path) -> None:
    path.write_bytes(b'\xef\xbb\xbf{"id": "a", "question": "One?"}\r\n')
    (item,) = read_items(path, Filters(), None)
    assert (item.id, item.error) == ("a", None)


def test_a_line_separator_inside_a_question_does_not_end_the_line(path: Path) -> None:
    (item,) = read(path, '{"id": "a", "question": "One\u2028two?"}')
    assert item.question == "One\u2028two?"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_questions_that_can_not_be_read_are_one_error(content: bytes | None, path: Path) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BatchError) as caught:
        read_items(path, Filters(), None)
    assert caught.value.code == "missing"


def test_each_question_gets_its_line_in_order(out: Path) -> None:
    assert run(out, QUESTIONS) == BatchReport(answers=3, failed=0, kept=0)
    expected = [build_answer(item.question).to_json(item.id) for item in QUESTIONS]
    assert lines_of(out) == expected


def test_a_line_is_on_disk_before_the_next_question_is_asked(out: Path) -> None:
    batch = Batch(StubAsking(), out, str)
    for count, report in enumerate(batch.run(QUESTIONS), 1):
        assert report.answers == count
        assert len(lines_of(out)) == count


def test_answers_from_before_are_kept_and_not_asked_again(out: Path) -> None:
    run(out, QUESTIONS[:2])
    stub = StubAsking()
    assert run(out, QUESTIONS, stub) == BatchReport(answers=1, failed=0, kept=2)
    assert [question for question, _, _ in stub.asked] == ["Three?"]
    assert [line["id"] for line in lines_of(out)] == ["a", "b", "c"]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_line_that_was_cut_off_is_asked_again(cut: int, out: Path) -> None:
    run(out, QUESTIONS[:2])
    out.write_bytes(out.read_bytes()[: -cut - 1])
    report = run(out, QUESTIONS)
    assert report == BatchReport(answers=2, failed=0, kept=1)
    assert sorted(line["id"] for line in lines_of(out)) == ["a", "b", "c"]


def test_a_cut_in_the_middle_of_a_chinese_sign_does_no_harm(out: Path) -> None:
    run(out, [Item("a", "造纸多少？"), Item("b", "造纸多少？")])
    whole = out.read_bytes()
    place = whole.rindex("造".encode()) + 1
    out.write_bytes(whole[:place])
    assert run(out, [Item("a", "造纸多少？"), Item("b", "造纸多少？")]).kept == 1


def test_an_answer_to_another_question_is_not_kept(out: Path) -> None:
    run(out, [Item("a", "One?")])
    assert run(out, [Item("a", "Another?")]) == BatchReport(answers=1, failed=0, kept=0)
    assert [line["question"] for line in lines_of(out)] == ["Another?"]


def test_lines_that_no_question_asks_for_are_dropped(out: Path) -> None:
    out.write_text('{"id": "x"}\n{}\n[]\n{"id": "y", "error": {}}\n', encoding="utf-8")
    assert run(out, QUESTIONS[:1]) == BatchReport(answers=1, failed=0, kept=0)
    assert [line["id"] for line in lines_of(out)] == ["a"]


def test_a_second_run_over_a_whole_file_changes_nothing(out: Path) -> None:
    run(out, QUESTIONS)
    before = out.read_bytes()
    assert run(out, QUESTIONS) == BatchReport(answers=0, failed=0, kept=3)
    assert out.read_bytes() == before


def fail_at(question: str, error: DuociteError) -> StubAsking:
    def answer(asked: str, language: Language | None) -> Answer:
        if asked == question:
            raise error
        return build_answer(asked, language)

    return StubAsking(answer)


def test_a_failed_question_is_an_error_line_and_the_rest_goes_on(out: Path) -> None:
    stub = fail_at("Two?", RetryableModelError("timeout", model="m"))
    assert run(out, QUESTIONS, stub) == BatchReport(answers=2, failed=1, kept=0)
    error = {"code": "model.timeout", "message": "told: timeout"}
    assert lines_of(out)[1] == {"id": "b", "error": error}


def test_a_failed_question_is_asked_again_by_the_next_run(out: Path) -> None:
    run(out, QUESTIONS, fail_at("Two?", ModelError("quota", model="m")))
    assert run(out, QUESTIONS) == BatchReport(answers=1, failed=0, kept=2)
    assert sorted(line["id"] for line in lines_of(out)) == ["a", "b", "c"]
    assert all("error" not in line for line in lines_of(out))


def test_a_faulty_line_is_not_asked(out: Path) -> None:
    stub = StubAsking()
    item = Item("a", error=BatchError("bad_line", line=1, reason="no question"))
    assert run(out, [item], stub).failed == 1
    assert stub.asked == []
    assert lines_of(out)[0]["error"]["code"] == "batch.bad_line"


def test_a_repeated_id_spoils_neither_run(out: Path) -> None:
    items = [Item("a", "One?"), Item("a", error=BatchError("repeated_id", id="a"))]
    assert run(out, items) == BatchReport(answers=1, failed=1, kept=0)
    assert run(out, items) == BatchReport(answers=0, failed=1, kept=1)
    assert len(lines_of(out)) == 2


def test_half_a_character_of_a_question_comes_back_as_it_was(out: Path) -> None:
    items = [Item("a", "broken \ud83d?")]
    run(out, items)
    assert lines_of(out)[0]["question"] == "broken \ud83d?"
    assert run(out, items).kept == 1


def test_a_place_that_can_not_be_written_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(BatchError) as caught:
        run(tmp_path / "nowhere" / "answers.jsonl", QUESTIONS)
    assert caught.value.code == "unwritable"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ModelError("quota"), "model.quota"),
        (RetryableModelError("timeout"), "model.timeout"),
        (BatchError("bad_line"), "batch.bad_line"),
        (DuociteError("odd"), "duocite.odd"),
    ],
)
def test_the_code_of_an_error_says_its_branch(error: DuociteError, code: str) -> None:
    assert error_json(error, "…") == {"code": code, "message": "…"}
