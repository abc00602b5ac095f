import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import SuiteError
from evals.cases import Ask, build_asks, read_cases
from tests.evals.fakes import build_case

GOOD: dict[str, Any] = {
    "id": "a1",
    "kind": "figure",
    "question_en": "How much?",
    "question_zh": "多少？",
    "answer_en": "CNY 1.5 billion",
    "answer_zh": "15亿元",
    "figures": [{"value": 1500000000.0, "unit": "CNY", "text": "1.5 billion yuan"}],
    "names": [],
    "source": "a.txt",
    "line": 3,
    "quote": "1.5 billion yuan",
}
NEGATIVE = {**GOOD, "id": "n1", "kind": "near_miss", "figures": [], "quote": "", "why": "no year"}


def write(folder: Path, *rows: dict[str, Any] | str) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path = folder / "cases.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_cases_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    cases = read_cases(write(tmp_path, NEGATIVE, "", GOOD))
    assert [case.id for case in cases] == ["n1", "a1"]
    assert [case.answerable for case in cases] == [False, True]


def test_values_are_read_exactly(tmp_path: Path) -> None:
    text = json.dumps(GOOD).replace("1500000000.0", "0.12345678901234567890123")
    (case,) = read_cases(write(tmp_path, text))
    assert case.figures[0].value == Decimal("0.12345678901234567890123")


def test_a_false_premise_has_an_answer_and_may_be_refused(tmp_path: Path) -> None:
    (case,) = read_cases(write(tmp_path, {**GOOD, "kind": "false_premise"}))
    assert case.figures
    assert not case.answerable


def test_tags_and_what_is_forbidden_are_read(tmp_path: Path) -> None:
    bad = {"forbidden": ["a|b"], "forbidden_figures": [{"value": 9, "unit": "%"}]}
    (case,) = read_cases(write(tmp_path, {**GOOD, **bad, "tags": ["table", "pdf"]}))
    assert (case.forbidden, case.tags) == (("a|b",), ("table", "pdf"))
    assert [(one.value, one.unit) for one in case.forbidden_figures] == [(Decimal(9), "%")]


def test_several_quotations_stand_over_the_one(tmp_path: Path) -> None:
    rows = {**GOOD, "kind": "multi", "quotes": ["first", "second"]}
    (case,) = read_cases(write(tmp_path, rows))
    assert case.quotations == ("first", "second")


def test_further_fields_are_no_fault(tmp_path: Path) -> None:
    assert read_cases(write(tmp_path, {**GOOD, "tags": ["easy"], "trap_line": 9}))


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert read_cases(write(tmp_path, "\ufeff" + json.dumps(GOOD)))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "figur"}, "kind"),
        ({"question_zh": None}, "question_zh"),
        ({"question_en": "  "}, "a question is empty"),
        ({"figures": [{"value": "many", "unit": "%"}]}, "figures.0.value"),
        ({"figures": [{"value": 5}]}, "figures.0.unit"),
        ({"figures": []}, "needs figures or names"),
        ({"quote": " "}, "needs its quote"),
        ({"quotes": ["here", ""]}, "needs its quote"),
        ({"kind": "unanswerable"}, "can't have figures"),
        ({"kind": "false_premise", "figures": []}, "needs figures or names"),
        ({"forbidden": [5]}, "forbidden.0"),
        ({"forbidden_figures": [{"value": 5}]}, "forbidden_figures.0.unit"),
        ({"tags": "table"}, "tags"),
        ({"id": "n1"}, "id n1 twice"),
    ],
)
def test_a_fault_is_named_with_its_line(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    path = write(tmp_path, NEGATIVE, "", {**GOOD, **change})
    with pytest.raises(SuiteError, match="bad_line") as caught:
        read_cases(path)
    assert caught.value.details["line"] == 3
    assert reason in str(caught.value.details["reason"])


@pytest.mark.parametrize("line", ["{'id': 1}", "[1, 2]", '{"id": "x"'])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(SuiteError, match="bad_line") as caught:
        read_cases(write(tmp_path, GOOD, line))
    assert caught.value.details["line"] == 2


def test_a_line_separator_inside_a_text_counts_no_line(tmp_path: Path) -> None:
    odd = json.dumps({**GOOD, "why": "one\u2028two"}, ensure_ascii=False)
    with pytest.raises(SuiteError) as caught:
        read_cases(write(tmp_path, odd, "nothing"))
    assert caught.value.details["line"] == 2


def test_a_file_without_cases_and_one_that_is_not_there_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="empty"):
        read_cases(write(tmp_path, "", "  "))
    with pytest.raises(SuiteError, match="missing"):
        read_cases(tmp_path / "no.jsonl")


def test_each_case_is_asked_in_both_languages() -> None:
    asks = build_asks([build_case()])
    assert [ask.language for ask in asks] == ["en", "zh"]
    assert [ask.question for ask in asks] == [
        "How much had the firm invested?",
        "该公司投资了多少？",
    ]
    assert asks[1].expected == "超过80亿美元"


def test_one_language_can_be_asked_alone() -> None:
    case = build_case()
    assert build_asks([case], ["zh"]) == [Ask(case, "zh")]
