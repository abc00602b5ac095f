"""Blocks of a document: page furniture out, broken lines joined, each character traced back."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.clean import Block, clean_document

# A page of lines that were broken at the same width, as text out of a PDF is.
PAGE = [
    "The harbour of Lanternport was dredged in the spring so that larger ships",
    "could enter it, and the warehouses behind the quay were given new roofs and",
    "wider doors. Since then the number of containers that pass through the port",
    "has grown in each year, although the railway to the hills is still a single",
    "track and trains have to wait for one another at the two stations along it.",
    "The council has asked for a second track, which would take four years to be",
    "built, and for a bridge over the river. Nobody has said who will pay for it",
]
TAIL = "and when it is going to be finished, which matters to all who wait."
PARTS = (
    "# | - * 1. （一） <sup>3</sup> 12 Source: Title Harbour develop- ment grew. 全市 增长。 --- "
    "\t ![a](b) ﬁ &amp; <b> . , ;"
).split(" ")
texts = st.text() | st.lists(st.sampled_from([*PARTS, " ", "\n", "\n\n", "\r\n", "\x0c"])).map(
    "".join
)


def show(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in clean_document(text)]


def broken(*between: str) -> str:
    """Pages of prose, with `between` standing after the last line of the first, in mid-sentence."""
    first, *rest = [*PAGE, *PAGE, *PAGE]
    return "\n".join([*PAGE, *between, TAIL, "", first, *rest])


WHOLE = f"Nobody has said who will pay for it {TAIL}"


@pytest.mark.parametrize(
    "between",
    [
        ["", "17", ""],
        ["", "- 17 -", ""],
        ["", "![map](img/3.png)", ""],
        ["", "-----", ""],
        ["", "<sup>3</sup> Source: harbour office, yearly report.", ""],
        ["", "3 See the council's minutes.", "", "17", ""],
        ["", "* 资料来源：港务局", ""],
        [""],
        [],
    ],
)
def test_a_sentence_goes_on_behind_what_a_page_put_between(between: list[str]) -> None:
    blocks = clean_document(broken(*between))
    assert [WHOLE in block.text for block in blocks].count(True) == 1


def test_a_footnote_is_a_note_of_its_own() -> None:
    blocks = clean_document(broken("", "<sup>3</sup> Source: harbour office.", ""))
    assert [b.text for b in blocks if b.kind == "note"] == ["Source: harbour office."]


def test_a_running_head_is_left_out_wherever_it_stands() -> None:
    head = "Yearly Report of the Port"
    pages = "\n\n".join(f"{head}\n\nThis is what page {n} says about ships." for n in range(6))
    assert head not in " ".join(text for _, text in show(pages))
    assert len(show(pages)) == 6


def test_a_line_that_comes_back_a_few_times_is_none() -> None:
    head = "Yearly Report of the Port"
    pages = "\n\n".join(f"{head}\n\nThis is what page {n} says about ships." for n in range(3))
    assert [text for _, text in show(pages)].count(head) == 3


def test_a_sentence_that_comes_back_is_kept() -> None:
    pages = "\n\n".join(f"It was closed.\n\nPage {n} says why in short." for n in range(6))
    assert [text for _, text in show(pages)].count("It was closed.") == 6


def test_numbers_in_a_table_of_cells_are_kept() -> None:
    assert show("Ships\n\n12\n\nTrains\n\n15\n") == [
        ("heading", "Ships"),
        ("row", "12"),
        ("heading", "Trains"),
        ("row", "15"),
    ]


def test_years_on_a_line_of_their_own_are_no_page_numbers() -> None:
    assert "2024" in " ".join(text for _, text in show(broken("", "2024", "")))


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("The develop-\nment of ships.", "The development of ships."),
        ("A long-\nterm plan. The long-term view.", "A long-term plan. The long-term view."),
        ("From 2020-\n2021 it grew.", "From 2020-2021 it grew."),
        ("The North-\nSouth line.", "The North-South line."),
        ("Two lines\nof prose.", "Two lines of prose."),
        ("全市工业增加值\n增长百分之七。", "全市工业增加值增长百分之七。"),
        ("港口有 12\n座码头。", "港口有 12 座码头。"),
        ("Windows lines\r\nare lines.", "Windows lines are lines."),
    ],
)
def test_broken_lines_are_joined(lines: str, text: str) -> None:
    assert show(lines) == [("paragraph", text)]


def test_a_blank_line_after_a_sentence_begins_a_paragraph() -> None:
    assert show("It grew.\n\nIt fell again.") == [
        ("paragraph", "It grew."),
        ("paragraph", "It fell again."),
    ]


def test_headings_have_levels_and_lose_their_marks() -> None:
    text = "# Ships\n\nThey sail.\n\n### Small ones\n\nThey sail too.\n\nOther Vessels\n\nThey row."
    headings = [(b.level, b.text) for b in clean_document(text) if b.kind == "heading"]
    assert headings == [(1, "Ships"), (3, "Small ones"), (0, "Other Vessels")]


@pytest.mark.parametrize("line", ["二、主要任务", "Main Tasks of the Port", "第三章 港口建设"])
def test_a_short_line_between_blank_ones_is_a_heading(line: str) -> None:
    assert show(f"{line}\n\n港口建设已经开始。") == [
        ("heading", line),
        ("paragraph", "港口建设已经开始。"),
    ]


@pytest.mark.parametrize("line", ["It ended.", "港口建成。", "and so on to the end", "x" * 120])
def test_a_sentence_or_a_long_line_is_no_heading(line: str) -> None:
    assert show(f"{line}\n\nMore text follows.")[0][0] == "paragraph"


@pytest.mark.parametrize("mark", ["-", "*", "•", "1.", "(2)", "（一）", "①"])
def test_items_are_blocks_of_their_own(mark: str) -> None:
    text = f"Ports need:\n{mark} deep water\n{mark} cranes that\nlift well"
    assert [kind for kind, _ in show(text)] == ["paragraph", "item", "item"]
    assert show(text)[2][1].endswith("cranes that lift well")


def test_what_was_joined_keeps_its_places() -> None:
    text = "The develop-\nment of\nships."
    (block,) = clean_document(text)
    places = zip(block.text, block.offsets, strict=True)
    assert [text[offset] for char, offset in places if char != " "] == list(
        "Thedevelopmentofships."
    )


def test_a_decimal_begins_no_item() -> None:
    assert show("It grew by\n3.5 percent.") == [("paragraph", "It grew by 3.5 percent.")]


def test_rows_of_a_table_stay_rows_without_its_rule() -> None:
    table = "| Port | Ships |\n|---|---|\n| Lanternport | 1,200 |\nA\tB\n"
    assert show(table) == [
        ("row", "| Port | Ships |"),
        ("row", "| Lanternport | 1,200 |"),
        ("row", "A B"),
    ]


def test_no_block_runs_across_a_break() -> None:
    text = "One speaker says this\nand another that."
    assert len(clean_document(text)) == 1
    assert [b.text for b in clean_document(text, [text.index("and")])] == [
        "One speaker says this",
        "and another that.",
    ]


def test_a_break_at_a_blank_line_counts_too() -> None:
    text = "one speaker says\n\nwhat another denies."
    assert len(clean_document(text)) == 1
    assert len(clean_document(text, [text.index("\n\n") + 1])) == 2


@given(texts)
def test_each_clean_character_has_its_place_in_the_text(text: str) -> None:
    for block in clean_document(text):
        assert block.text
        assert len(block.text) == len(block.offsets)
        assert block.offsets == sorted(block.offsets)
        assert 0 <= block.offsets[0] <= block.offsets[-1] < len(text)


@given(
    st.lists(st.sampled_from("The port grew to 12 ships , 全市 增长 。 and".split()), min_size=1)
)
def test_plain_words_are_found_at_their_place(words: list[str]) -> None:
    text = " ".join(words)
    for block in clean_document(text):
        assert [text[offset] for offset in block.offsets] == list(block.text)


@given(texts, st.lists(st.integers(0, 60), max_size=4).map(sorted))
def test_breaks_lose_no_character(text: str, breaks: list[int]) -> None:
    def letters(blocks: list[Block]) -> list[int]:
        return sorted(o for b in blocks for c, o in zip(b.text, b.offsets, strict=True) if c == "G")

    assert letters(clean_document(text, breaks)) == letters(clean_document(text))


@given(texts)
def test_the_words_of_prose_all_come_through(text: str) -> None:
    prose = f"Harbour ships sail.\n\n{text}\n\nHarbour trains wait."
    kept = " ".join(block.text for block in clean_document(prose))
    assert "Harbour ships sail." in kept
    assert "Harbour trains wait." in kept


def test_an_empty_document_has_no_blocks() -> None:
    assert clean_document("") == clean_document(" \n\n\t\n") == []


def test_a_long_document_takes_no_longer_than_its_length() -> None:
    start = time.process_time()
    clean_document("\n".join(PAGE * 700))
    assert time.process_time() - start < 5


def test_a_heading_that_each_chapter_has_is_no_running_head() -> None:
    text = "\n\n".join(f"## Chapter {n}\n\nText.\n\n### The outlook\n\nMore." for n in range(6))
    assert [shown for _, shown in show(text)].count("The outlook") == 6


def test_hidden_spans_are_left_out_and_all_offsets_hold() -> None:
    text = "---\ntitle: Port\n---\n# Port\n\nShips came.\nPort | 1\nIn the spring.\n"
    foot = text.index("Port | 1")
    blocks = clean_document(text, (), [(0, text.index("# Port")), (foot, foot + 9)])
    assert [block.text for block in blocks] == ["Port", "Ships came.", "In the spring."]
    for block in blocks:
        assert [text[at] for at in block.offsets] == list(block.text)


def test_a_broken_line_goes_on_behind_the_foot_of_a_page() -> None:
    text = broken("Port of Lanternport | 17")
    foot = text.index("Port of Lanternport | 17")
    blocks = clean_document(text, (), [(foot, foot + 25)])
    assert [WHOLE in block.text for block in blocks].count(True) == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("| a | b |\n| --- | --- |\n| 1 | 2 |\n", ["a"]),
        ("| a | b |\n|:--|--:|\n| 1 | 2 |\n| 3 | 4 |\n", ["a"]),
        ("| a | b |\n| 1 | 2 |\n", []),
        ("| a | b |\n\n| --- | --- |\n| 1 | 2 |\n", []),
        ("a\tb\n---\n1\t2\n", []),
    ],
)
def test_a_row_above_a_rule_names_the_columns(text: str, named: list[str]) -> None:
    rows = [block for block in clean_document(text) if block.names]
    assert [row.text.strip("| ").split(" ")[0] for row in rows] == named
