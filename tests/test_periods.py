"""Rows of a table for the years that a question asks about."""

from __future__ import annotations

import pytest
from llama_index.core.schema import TextNode

from assistant.periods import ROWS, find_rows_of_years
from assistant.ranking import rank_sentences
from tests.support.nodes import build_hits, build_node, build_searcher

HEADS = "| Year | Containers of Selby | Ship calls at Selby |"
PORT = build_node(
    "\n".join(
        [HEADS, *(f"| {year} | {year - 1600} | {year - 1900} |" for year in range(2012, 2024))]
    )
)
LATER = build_node(f"{HEADS}\n| 2024 | 424 | 124 |\n| 2025 | 425 | 125 |", document="later.md")
FIRMS = build_node(
    "| Firm | Year | Revenue (RMB million) |\n| Mill | 2021 | 41 |\n| Dam | 2021 | 77 |\n"
    "| Mill | 2022 | 42 |\n| Dam | 2022 | 78 |"
)


def find(question: str, *nodes: TextNode) -> list[str]:
    searcher = build_searcher(*nodes)
    ranked = rank_sentences(searcher, searcher.search(question), build_hits(*nodes))
    return [candidate.text for candidate in find_rows_of_years(question, ranked)]


def test_each_year_has_its_row_in_the_order_of_years() -> None:
    found = find("How many containers did Selby handle from 2021 to 2023?", PORT)
    assert found == ["| 2021 | 421 | 121 |", "| 2022 | 422 | 122 |", "| 2023 | 423 | 123 |"]


def test_rows_of_one_table_are_found_in_several_chunks() -> None:
    found = find("How many containers did Selby handle from 2023 to 2025?", PORT, LATER)
    assert [row[2:6] for row in found] == ["2023", "2024", "2025"]


def test_of_many_years_the_first_and_the_last_are_given() -> None:
    found = find("How have containers at Selby developed since 2012?", PORT)
    assert [row[2:6] for row in found] == ["2012", "2019", "2020", "2021", "2022", "2023"]
    assert len(found) == ROWS


def test_rows_about_somebody_else_belong_to_another_series() -> None:
    found = find("What revenue did the Mill have in 2021 and 2022?", FIRMS)
    assert len({row.split("|")[1] for row in found}) == 1
    assert [row.split("|")[2].strip() for row in found] == ["2021", "2022"]


@pytest.mark.parametrize(
    "question",
    ["How many containers did Selby handle in 2022?", "How many containers did Selby handle?"],
)
def test_a_question_about_one_year_asks_for_no_series(question: str) -> None:
    assert find(question, PORT) == []


def test_a_sentence_that_tells_of_both_years_needs_no_rows() -> None:
    said = "Containers of Selby rose from 421 in 2021 to 423 in 2023."
    question = "How did containers of Selby rise from 2021 to 2023?"
    assert find(question, build_node(said)) == []
