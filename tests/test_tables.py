"""What the rows of tables state: bare numbers take the unit of their header or caption."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.figures import find_figures, same_figure
from assistant.stated import find_row_figures
from assistant.tables import read_rows
from tests.support.nodes import build_node

PIPES = """Table 2. Four clusters
| Cluster | GDP 2019 (RMB billion) | GDP per capita (RMB) | Trade to GDP |
|---|---|---|---|
| North Bay | 11,587 | 152,548 | 123.6 % |
| River Mouth | 19,735 | 119,737 | 54.6 % |
"""
TABS = """Unit: 100 million yuan
City\t2022\t2023\tShare (%)
Harbour\t278.5\t301\t12.5
Hilltop\t90\t95.25\t4
"""
CHINESE = """表3 各市主要指标
单位：亿元
| 城市 | 地区生产总值 | 常住人口（万人） | 增速（%） |
|---|---|---|---|
| 甲市 | 27894 | 3212 | 3.9 |
| 乙市 | 15817 | 2094 | 8.6 |
"""
RANKS = """Ranking by indicator Chongqing Beijing Shanghai Remarks
Company strength 14 1 3 number of firms
Science 18 1 5 universities
"""
BROKEN = "Indicators GDP per head (2018, | 57,089 119,737 152,548 70,065 RMB) Services 53.2% 54.1%"


def states(text: str, line: str) -> list[tuple[str, str]]:
    start = text.index(line)
    figures = find_row_figures(build_node(text), (start, start + len(line)))
    assert all(text[slice(*figure.span)] == figure.text for figure in figures)
    return [(f"{figure.value.normalize():f}", figure.unit) for figure in figures]


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (
            PIPES,
            "| North Bay | 11,587 | 152,548 | 123.6 % |",
            [("11587000000000", "CNY"), ("152548", "CNY"), ("123.6", "%")],
        ),
        (
            TABS,
            "Harbour\t278.5\t301\t12.5",
            [("27850000000", "CNY"), ("30100000000", "CNY"), ("12.5", "%")],
        ),
        (
            CHINESE,
            "| 乙市 | 15817 | 2094 | 8.6 |",
            [("1581700000000", "CNY"), ("20940000", "count"), ("8.6", "%")],
        ),
        (RANKS, "Science 18 1 5 universities", [("18", "rank"), ("1", "rank"), ("5", "rank")]),
    ],
)
def test_a_bare_number_takes_the_unit_of_its_header_or_caption(
    text: str, line: str, expected: list[tuple[str, str]]
) -> None:
    assert states(text, line) == expected


def test_a_row_that_a_broken_page_left_in_a_paragraph_takes_the_unit_in_its_brackets() -> None:
    assert ("152548", "CNY") in states(BROKEN, BROKEN)


def test_the_last_digit_shown_is_scaled_with_the_number() -> None:
    start = TABS.index("Hilltop")
    row = find_row_figures(build_node(TABS), (start, len(TABS)))
    assert [figure.step for figure in row[:2]] == [Decimal(10**8), Decimal(10**6)]


@pytest.mark.parametrize(
    ("header", "cell", "value", "unit"),
    [
        ("Output (RMB billion)", "1.5", "1500000000", "CNY"),
        ("Output (billions of yuan)", "1.5", "1500000000", "CNY"),
        ("Output (US$ million)", "20", "20000000", "USD"),
        ("Output, 10,000 tons", "20", "200000", "t"),
        ("Output in USD bn", "20", "20000000000", "USD"),
        ("产量（万吨）", "20", "200000", "t"),
        ("产值（亿美元）", "2.5", "250000000", "USD"),
        ("Capacity (GW)", "3.5", "3500000000", "W"),
        ("Share (%)", "35", "35", "%"),
        ("Revenue (RMB)", "11.6 billion", "11600000000", "CNY"),
        ("Revenue (RMB million)", "11.6 billion", "11600000000", "CNY"),
        ("Revenue (RMB million)", "2019", "2019000000", "CNY"),
        ("Revenue (RMB)", "USD 5 million", "5000000", "USD"),
        ("National rank", "6", "6", "rank"),
        ("排名", "6", "6", "rank"),
        ("Plants", "6", "6", "count"),
        ("Price (US$ per kg)", "7.97", "7.97", "USD"),
        ("均价（元/吨）", "8", "8", "CNY"),
        ("Yield (tonnes per hectare)", "8", "8", "count"),
        ("產值（億元）", "20", "2000000000", "CNY"),
        ("Year", "2019", "2019", "year"),
    ],
)
def test_units_of_headers_in_all_their_spellings(
    header: str, cell: str, value: str, unit: str
) -> None:
    text = f"| Company | {header} |\n|---|---|\n| Mill | {cell} |\n| Dam | 7 |"
    assert states(text, f"| Mill | {cell} |") == [(value, unit)]


@pytest.mark.parametrize("text", [PIPES, TABS, CHINESE])
def test_a_header_states_nothing_itself(text: str) -> None:
    header = text.split("\n")[1 if text is not CHINESE else 2]
    assert states(text, header) == []


def test_a_cell_knows_its_column_its_row_and_the_header() -> None:
    start = PIPES.index("| River")
    (row,) = read_rows(PIPES, (start, start + 5))
    assert row.label == "River Mouth"
    assert [cell.column for cell in row.cells] == [
        "GDP 2019 (RMB billion)",
        "GDP per capita (RMB)",
        "Trade to GDP",
    ]
    assert row.header
    assert PIPES[slice(*row.header)].startswith("| Cluster")


def test_columns_whose_gaps_were_folded_are_told_by_their_places() -> None:
    start = RANKS.index("Science")
    (row,) = read_rows(RANKS, (start, start + 7))
    assert [cell.column for cell in row.cells] == ["Chongqing", "Beijing", "Shanghai"]


@pytest.mark.parametrize(
    "text",
    [
        "It was founded in 1997 and has 300 members.",
        "Call +49 30 3440 999 0 for more.",
        "工厂共有工人8600名，其中女工3200名。",
        "The plan;  the first part;  12 of them",
    ],
)
def test_prose_is_no_row(text: str) -> None:
    assert find_row_figures(build_node(text), (0, len(text))) == []


def test_only_the_cells_within_the_span_count() -> None:
    start = PIPES.index("152,548")
    assert states(PIPES, "152,548") == [("152548", "CNY")]
    assert find_row_figures(build_node(PIPES), (start, start + 3)) == []


@settings(deadline=None)  # the first text loads the dictionary
@given(st.text(alphabet="|\t \n0129,.%()亿元RMBabc:：单位-", max_size=120))
def test_no_text_breaks_the_reading_of_rows(text: str) -> None:
    for row in read_rows(text, (0, len(text))):
        for figure in row.figures:
            assert text[slice(*figure.span)] == figure.text


@pytest.mark.parametrize("head", ["Year", "Years", "Period, year", "Month"])
def test_what_the_rows_are_is_no_unit_of_their_cells(head: str) -> None:
    row = "| 2022年 | 1,612 | 3,058 |"
    text = f"| {head} | Containers (thousand TEU) | Ship calls |\n|---|---|---|\n{row}\n"
    assert states(text, row) == [("1612000", "TEU"), ("3058", "count")]


def test_a_cell_in_mu_is_the_same_as_the_figure_said_in_mu() -> None:
    text = "| 年份 | 茶园面积（亩） |\n| 2022年 | 110200 |"
    (row,) = read_rows(text, (text.index("| 2022"), len(text)))
    (said,) = find_figures("110200亩")
    assert any(same_figure(said, figure) for figure in row.figures)
