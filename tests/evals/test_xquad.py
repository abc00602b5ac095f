"""XQuAD is read from its original form and from JSONL, alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import SuiteError
from evals.pool import Paragraph
from evals.xquad import Sought, read_paragraphs, read_questions


def article(*paragraphs: tuple[str, list[str]]) -> dict[str, Any]:
    """As SQuAD has it."""
    answers = [{"text": "x", "answer_start": 0}]
    return {
        "title": "T",
        "paragraphs": [
            {
                "context": context,
                "qas": [{"id": q, "question": q, "answers": answers} for q in asked],
            }
            for context, asked in paragraphs
        ],
    }


def write(folder: Path, language: str, *articles: dict[str, Any]) -> None:
    content = {"version": "1.1", "data": list(articles)}
    text = json.dumps(content, ensure_ascii=False)
    (folder / f"xquad.{language}.json").write_text(text, encoding="utf-8")


def test_the_original_form_is_read(tmp_path: Path) -> None:
    write(
        tmp_path, "en", article(("One.", ["a?", "b?"]), ("Two.", [])), article(("Three.", ["c?"]))
    )
    write(
        tmp_path,
        "zh",
        article(("一。", ["甲？", "乙？"]), ("二。", [])),
        article(("三。", ["丙？"])),
    )
    assert read_paragraphs(tmp_path, "en") == [
        Paragraph("000", "One."),
        Paragraph("001", "Two."),
        Paragraph("002", "Three."),
    ]
    assert read_questions(tmp_path, "zh") == [
        Sought("甲？", "000"),
        Sought("乙？", "000"),
        Sought("丙？", "002"),
    ]


def test_questions_of_both_languages_seek_the_same_paragraphs(tmp_path: Path) -> None:
    write(tmp_path, "en", article(("One.", ["a?"]), ("Two.", ["b?"])))
    write(tmp_path, "zh", article(("一。", ["甲？"]), ("二。", ["乙？"])))
    english, chinese = (read_questions(tmp_path, "en"), read_questions(tmp_path, "zh"))
    assert [one.pid for one in english] == [one.pid for one in chinese]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"data": 7}', '{"data": [{"paragraphs": [{"qas": []}]}]}']
)
def test_another_file_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "xquad.en.json").write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match="not_the_set") as caught:
        read_paragraphs(tmp_path, "en")
    assert caught.value.details["name"] == "XQuAD"


def test_lines_are_read_where_there_is_no_original(tmp_path: Path) -> None:
    row = {"id": "q", "pid": "p", "question": "a?"}
    (tmp_path / "questions_en.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert read_questions(tmp_path, "en") == [Sought("a?", "p")]
    with pytest.raises(SuiteError, match="missing"):
        read_paragraphs(tmp_path, "en")
