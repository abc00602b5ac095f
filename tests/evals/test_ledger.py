"""The suite about a workbook and a note that disagrees with it; and the files that are made."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from evals.cases import NEGATIVE
from evals.suite import SUITES, read_suites
from tests.evals.sample_files import LEDGER, PAGES, YEARBOOK, build_ledger, build_yearbook
from tests.evals.written import (
    HAN,
    begins_at,
    date_said,
    find_column,
    fold,
    number_said,
    read_sources,
    said_with_scale,
    work_out,
)

SUITE = next(suite for suite in read_suites(SUITES) if suite.name == "ledger")
DOCUMENTS = read_sources(SUITE.documents)
CASES: list[dict[str, Any]] = [
    json.loads(line) for line in SUITE.file.read_text(encoding="utf-8").splitlines()
]
KNOWN = [case for case in CASES if case["kind"] not in NEGATIVE]
IDS = [case["id"] for case in KNOWN]


def places(case: dict[str, Any]) -> list[tuple[str, int, str]]:
    if case["kind"] == "multi":
        return list(zip(case["sources"], case["lines"], case["quotes"], strict=True))
    return [(case["source"], case["line"], case["quote"])]


def test_most_answers_stand_in_a_row_of_a_table() -> None:
    assert set(DOCUMENTS) == {"en-tea-trade-note.md", "zh-tea-ledger.xlsx"}
    rows = [case for case in KNOWN if any(quote.startswith("|") for *_, quote in places(case))]
    assert len(rows) >= len(KNOWN) / 2
    assert [case["id"] for case in rows if "table" not in case["tags"]] == []


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_each_question_is_asked_in_both_languages(case: dict[str, Any]) -> None:
    assert not HAN.search(case["question_en"] + case["answer_en"])
    assert HAN.search(case["question_zh"])
    assert HAN.search(case["answer_zh"]) or case["figures"]


@pytest.mark.parametrize("case", KNOWN, ids=IDS)
def test_quotes_begin_at_their_lines(case: dict[str, Any]) -> None:
    for source, line, quote in places(case):
        assert begins_at(DOCUMENTS[source], line, quote)
    assert places(case)[0] == (case["source"], case["line"], case["quote"])


@pytest.mark.parametrize("case", KNOWN, ids=IDS)
def test_known_figures_are_those_of_the_quotes(case: dict[str, Any]) -> None:
    quotes = fold(" ".join(quote for *_, quote in places(case)))
    for figure in case["figures"]:
        value = Decimal(str(figure["value"]))
        if "computed" in figure:
            assert work_out(figure["computed"])[0] == value
            continue
        assert fold(figure["text"]) in quotes
        if figure["unit"] == "date":
            assert date_said(figure["text"], figure["value"]) == str(value)
        else:
            assert number_said(said_with_scale(figure)) == value


def test_figure_of_a_cell_stands_under_the_header_that_it_names() -> None:
    named = [(case, figure) for case in KNOWN for figure in case["figures"] if "header" in figure]
    assert len(named) >= 10
    for case, figure in named:
        rows = [place for place in places(case) if f"| {figure['text']} |" in place[2]]
        heads = {find_column(DOCUMENTS[name], at, figure["text"]) for name, at, _ in rows}
        assert figure["header"] in heads, case["id"]


def test_a_near_miss_has_its_trap() -> None:
    for case in [case for case in CASES if case["kind"] == "near_miss"]:
        assert begins_at(DOCUMENTS[case["source"]], case["trap_line"], case["trap_quote"])


@pytest.mark.parametrize(
    ("shipped", "build"), [(YEARBOOK, build_yearbook), (LEDGER, build_ledger)], ids=["pdf", "xlsx"]
)
def test_shipped_file_is_what_its_maker_makes(
    tmp_path: Path, shipped: Path, build: Callable[[Path], None]
) -> None:
    build(tmp_path / shipped.name)
    assert read_sources(tmp_path)[shipped.name] == read_sources(shipped.parent)[shipped.name]


def test_each_part_of_the_yearbook_begins_a_page() -> None:
    with PdfDocument(YEARBOOK) as document:
        tops = [page.get_textpage().get_text_range().splitlines()[0] for page in document]
    assert 3 <= len(tops) <= 6
    assert {str(page[0]).removeprefix("# ") for page in PAGES} <= set(tops)
