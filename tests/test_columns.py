"""Which column of a table a question means, and which rows may answer it."""

from __future__ import annotations

import numpy as np
import pytest
from llama_index.core.schema import TextNode

from assistant.columns import choose_cells, find_nearest_heads, may_answer, say_in_own_unit
from assistant.index import sentence_spans
from assistant.tables import read_rows
from tests.support.nodes import build_node, build_searcher

PORT = build_node(
    "The port of Selby keeps its own books.\n"
    "| Year | Containers of Selby (thousand TEU) | Ship calls at Selby | Revenue (US$ million) |\n"
    "| 2022 | 41 | 305 | 25.1 |\n"
    "| 2023 | 46 | 311 | 26.8 |"
)
TEA = build_node(
    "青梧县的茶\n| 年份 | 茶叶产量（吨） | 茶叶产值（万元） |\n| 2022年 | 7300 | 62780 |",
    language="zh",
)


def span_of(node: TextNode, row: str) -> tuple[int, int]:
    start = node.text.index(row)
    return start, start + len(row)


def choose(question: str, node: TextNode, row: str) -> list[str]:
    searcher = build_searcher(node)
    search = searcher.search(question)
    return [cell.text for cell in choose_cells(searcher, search, node, span_of(node, row))]


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("How many containers did Selby handle in 2023?", "46"),
        ("How many ship calls did Selby have in 2023?", "311"),
        ("What was the revenue of Selby in 2023?", "26.8"),
    ],
)
def test_the_column_is_the_one_whose_head_the_question_says(question: str, cell: str) -> None:
    assert choose(question, PORT, "| 2023 | 46 | 311 | 26.8 |") == [cell]


@pytest.mark.parametrize(
    ("question", "cell"),
    [("2022年茶叶产量是多少吨？", "7300"), ("2022年茶叶产值是多少？", "62780")],
)
def test_a_chinese_column_is_told_by_its_head_and_kind(question: str, cell: str) -> None:
    assert choose(question, TEA, "| 2022年 | 7300 | 62780 |") == [cell]


def test_a_row_with_one_figure_leaves_no_choice() -> None:
    node = build_node("| Year | Toll |\n| 2023 | 12 |")
    assert choose("How heavy is the bell?", node, "| 2023 | 12 |") == ["12"]


def test_how_something_changed_asks_for_no_kind_of_figure() -> None:
    node = build_node(
        "| Year | Calls of ships at Selby | Fish landed (tonnes) |\n| 2022 | 305 | 41 |"
    )
    question = "How did calls of cargo ships at Selby change in 2022?"
    assert choose(question, node, "| 2022 | 305 | 41 |") == ["305"]


def test_cells_without_heads_can_not_be_told_apart() -> None:
    node = build_node("GDP per capita (2018, | 57,089 119,737 RMB) of two clusters")
    found = choose("What was GDP per capita?", node, node.text)
    assert [cell.split(",")[0] for cell in found] == ["57", "119"]


def test_heads_lift_only_rows_that_the_question_names() -> None:
    searcher = build_searcher(PORT)
    search = searcher.search("How many ship calls did Selby have in 2023?")
    spans = sentence_spans(PORT)
    near, centred = find_nearest_heads(searcher, search, PORT, spans)
    lifted = [PORT.text[slice(*span)] for span, one in zip(spans, near, strict=True) if one > -2]
    assert lifted == ["| 2023 | 46 | 311 | 26.8 |"]
    assert (np.isfinite(near) == np.isfinite(centred)).all()


@pytest.mark.parametrize(
    ("question", "may"),
    [
        ("How many containers did Selby handle in 2023?", True),
        ("How many containers did Selby handle in 2021?", False),
        ("How many containers did Selby handle?", False),
        ("How many containers did Rotterdam handle in 2023?", False),
        ("2023年钦州港的集装箱吞吐量是多少？", False),
    ],
)
def test_numbers_alone_answer_only_for_their_year_and_place(question: str, may: bool) -> None:
    search = build_searcher(PORT).search(question)
    assert may_answer(search, PORT, span_of(PORT, "| 2023 | 46 | 311 | 26.8 |")) is may


def test_a_sentence_with_words_may_always_answer() -> None:
    search = build_searcher(PORT).search("How heavy is the bell of Rotterdam?")
    assert may_answer(search, PORT, sentence_spans(PORT)[0])


@pytest.mark.parametrize(
    ("head", "cell", "said"),
    [
        ("茶园面积（亩）", "110200", "110200亩"),
        ("Range (nautical miles)", "22", "22 nautical miles"),
        ("茶叶产值（万元）", "62780", ""),
        ("Revenue (US$ million)", "25.1", ""),
        ("亩", "110200", ""),
    ],
)
def test_a_unit_that_is_no_power_of_ten_is_said_as_it_is(head: str, cell: str, said: str) -> None:
    text = f"| 年份 | {head} |\n| 2022年 | {cell} |"
    (row,) = read_rows(text, (text.rindex("|", 0, -1) - 10, len(text)))
    (found,) = [one for one in row.cells if one.column == head]
    assert [say_in_own_unit(found, figure) for figure in found.figures] == [said]
