"""A draft says what was asked and answered, and can't be used before a person completed it."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import SuiteError
from evals.cases import Case, read_cases
from evals.drafts import Drafted, build_draft, write_drafts
from tests.web.fake import QUOTE_EN, REPORT, answer_in_chinese, answer_in_english, refusal

ENGLISH, CHINESE = answer_in_english().to_json(), answer_in_chinese().to_json()


def complete(draft: dict[str, Any]) -> dict[str, Any]:
    """As a person would, from what was given."""
    citation, figure = draft["given"]["citations"][0], draft["given"]["figures"][0]
    return draft | {
        "kind": "figure",
        "question_zh": "第二个泊位要投资多少？",
        "answer_en": "5 billion yuan",
        "figures": [{name: figure[name] for name in ("value", "unit", "text")}],
        **{name: citation[name] for name in ("source", "line", "quote")},
    }


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("answer", "own", "other"),
    [(ENGLISH, "question_en", "question_zh"), (CHINESE, "question_zh", "question_en")],
)
def test_the_question_stands_in_its_own_language(
    answer: dict[str, Any], own: str, other: str
) -> None:
    draft = build_draft(answer)
    assert (draft[own], draft[other]) == (answer["question"], "")
    assert set(draft) - {"given"} <= {field.name for field in fields(Case)}


def test_what_was_found_wrong_is_given_and_not_taken_for_right() -> None:
    draft = build_draft(ENGLISH, "The year is wrong.")
    given = draft["given"]
    assert given["answer"] == ENGLISH["answer"]
    assert given["reason"] == "The year is wrong."
    assert given["citations"][0] == {
        "number": 1,
        "source": "reports/harbour.md",
        "line": REPORT[: REPORT.index(QUOTE_EN)].count("\n") + 1,
        "quote": QUOTE_EN,
        "location": ENGLISH["citations"][0]["location"],
    }
    assert (draft["answer_en"], draft["figures"], draft["quote"]) == ("", [], "")


@pytest.mark.parametrize("answer", [ENGLISH, CHINESE, refusal("Why?", "en").to_json()])
def test_a_draft_can_not_be_used_before_it_is_completed(
    answer: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "drafts.jsonl"
    write_drafts(path, [build_draft(answer)])
    with pytest.raises(SuiteError, match="bad_line"):
        read_cases(path)
    path.write_text(path.read_text("utf-8").replace('"kind": ""', '"kind": "figure"'), "utf-8")
    with pytest.raises(SuiteError, match="question is empty"):
        read_cases(path)


def test_a_completed_draft_is_a_case(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(complete(build_draft(ENGLISH)), ensure_ascii=False), "utf-8")
    (case,) = read_cases(path)
    assert (case.source, case.quotations) == ("reports/harbour.md", (QUOTE_EN,))
    assert case.figures[0].value == 5_000_000_000


def test_what_a_person_has_completed_stays(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    done = complete(build_draft(ENGLISH))
    # No end of line: an editor may leave none.
    path.write_text(json.dumps(done), "utf-8")
    drafts = [build_draft(ENGLISH), build_draft(CHINESE), build_draft(CHINESE, "Again.")]
    assert write_drafts(path, drafts) == Drafted(1, 1)
    kept, added = read(path)
    assert kept == done
    assert added["id"] == f"draft-{CHINESE['id']}"
    assert write_drafts(path, drafts) == Drafted(0, 2)
    assert read(path) == [kept, added]


def test_a_file_without_drafts_is_not_made(tmp_path: Path) -> None:
    assert write_drafts(tmp_path / "none.jsonl", []) == Drafted(0, 0)
    assert not (tmp_path / "none.jsonl").exists()


def test_half_a_character_comes_back(tmp_path: Path) -> None:
    answer = replace(answer_in_english(), question="half \ud83d \\\ud83d 全").to_json()
    write_drafts(tmp_path / "d.jsonl", [build_draft(answer)])
    assert read(tmp_path / "d.jsonl")[0]["question_en"] == "half \ud83d \\\ud83d 全"


def test_what_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader\n")
    with pytest.raises(SuiteError, match="bad_line"):
        write_drafts(path, [build_draft(ENGLISH)])
    assert path.read_text() == "Dear reader\n"
    with pytest.raises(SuiteError, match="unwritable"):
        write_drafts(tmp_path / "nowhere" / "d.jsonl", [build_draft(ENGLISH)])
