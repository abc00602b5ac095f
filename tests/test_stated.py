"""What a sentence states, and what a table's row does under its header."""

from __future__ import annotations

from assistant.figures import find_figures, same_figure
from assistant.stated import figures_at, figures_of, find_headings, is_title, read_heading
from tests.support.nodes import build_node

ROW = "| Selby | 152,548 |"
HEADER = "Table: towns\n\n| Town | Output per head (RMB) |\n|---|---|"
TABLE = f"{HEADER}\n{ROW}\n\nIt cost CNY 5 million."
NODE = build_node(TABLE)


def span_of(text: str) -> tuple[int, int]:
    start = TABLE.index(text)
    return start, start + len(text)


def test_a_row_states_what_its_header_makes_of_its_numbers() -> None:
    (figure,) = figures_at(NODE, span_of(ROW))
    (wanted,) = find_figures("RMB 152,548")
    assert same_figure(figure, wanted)


def test_a_sentence_states_its_own_figures() -> None:
    (figure,) = figures_at(NODE, span_of("It cost CNY 5 million."))
    assert figure.text == "CNY 5 million"
    assert figures_of("It cost CNY 5 million.") == (figure,)


def test_a_row_is_headed_by_its_caption_and_columns_and_a_sentence_by_nothing() -> None:
    heading = read_heading(NODE, span_of(ROW))
    assert "towns" in heading
    assert "Output per head (RMB)" in heading
    assert read_heading(NODE, span_of("It cost CNY 5 million.")) == ""


def test_the_head_of_a_row_is_found_with_the_title_above_its_table() -> None:
    found = [TABLE[slice(*span)] for span in find_headings(NODE, span_of(ROW))]
    assert found == ["Table: towns", "| Town | Output per head (RMB) |"]
    assert find_headings(NODE, span_of("It cost CNY 5 million.")) == []


def test_prose_above_a_table_is_no_title_of_it() -> None:
    node = build_node("It is so. " * 20 + TABLE.removeprefix("Table: towns\n"))
    start = node.text.index(ROW)
    (found,) = find_headings(node, (start, start + len(ROW)))
    assert node.text[slice(*found)] == "| Town | Output per head (RMB) |"


def test_a_labelled_line_above_a_table_is_its_title_and_states_nothing() -> None:
    assert is_title(NODE, span_of("Table: towns"))
    assert not is_title(NODE, span_of("It cost CNY 5 million."))
    prose = build_node("Table: none follows. It cost CNY 5 million.")
    assert not is_title(prose, (0, 20))
    spoken = build_node("Tables cost CNY 5 million.\n" + TABLE.split("\n\n")[1])
    assert not is_title(spoken, (0, 26))
