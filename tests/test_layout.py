"""Tables and lists of a model: each row and item a statement that stands alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.layout import Layout
from assistant.text.citations import find_numbers, split_claims
from assistant.text.stream import stream_sentences

TABLE = """The port grew [1].

| Year | Output (t) | Source |
|------|:----------:|--------|
| 2023 | 410. Up.   | [1]    |
| 2024 | **420**    | [2][3] |

Then it rested [1]."""
ROWS = [
    "The port grew [1].",
    "\n- year: 2023; Output (t): 410; Up [1]",
    "\n- year: 2024; Output (t): 420 [2][3]",
    "\n\nThen it rested [1].",
]


def lay_out(text: str, size: int = 1000) -> list[str]:
    layout = Layout()
    tokens = [text[start : start + size] for start in range(0, len(text), size)]
    return [said for sentence in stream_sentences(tokens) for said in layout.take(sentence)]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_each_row_of_a_table_names_its_columns_whatever_the_pieces(size: int) -> None:
    assert lay_out(TABLE, size) == ROWS


def test_a_row_is_one_claim_with_its_markers() -> None:
    claims = [claim for said in lay_out(TABLE) for claim in split_claims(said)]
    assert [claim.numbers for claim in claims] == [(1,), (1,), (2, 3), (1,)]
    assert claims[1].text == "- year: 2023; Output (t): 410; Up"


def test_a_chinese_table_is_said_in_chinese() -> None:
    text = "| 年份 | 产量 |\n|---|---|\n| 2023 | 410吨[1] |\n| 2024 |  |\n"
    assert lay_out(text) == ["\n- 年份：2023；产量：410吨 [1]", "\n- 年份：2024"]


def test_a_table_without_a_rule_or_with_a_short_row_is_read_too() -> None:
    text = "| City | Trade | Rank |\n| Ningbo | 5 t [1] |\n| Wuhan | 6 t | 2 | extra [2] |\n"
    assert lay_out(text) == [
        "\n- city: Ningbo; Trade: 5 t [1]",
        "\n- city: Wuhan; Trade: 6 t; rank: 2; extra [2]",
    ]


def test_a_column_that_may_be_a_name_keeps_its_capital() -> None:
    said = lay_out("| Total Value | Shell | Year of Apple |\n| 1 | 2 | 3 [1] |")
    assert said == ["\n- total value: 1; Shell: 2; year of Apple: 3 [1]"]


def test_a_second_table_has_its_own_head() -> None:
    one, other = "| A | B |\n| 1 | 2 [1] |\n", "| C | D |\n| 3 | 4 [2] |\n"
    assert lay_out(f"{one}\nMore [1].\n{other}")[-1] == "\n- C: 3; D: 4 [2]"


def test_a_list_takes_along_what_its_opening_says_of_figures_and_names() -> None:
    items = "- **4.6 million** containers [1]\n2. 2 million tonnes. [2]\n"
    text = f"In 2023, Selby handled:\n{items}It rests [1]."
    assert lay_out(text) == [
        "\n- In 2023, Selby handled: 4.6 million containers [1]",
        "\n2. In 2023, Selby handled: 2 million tonnes. [2]",
        "\nIt rests [1].",
    ]


@pytest.mark.parametrize(
    "opening", ["The main measures are:", "主要措施包括：", "## Measures", "**Key figures:**"]
)
def test_an_opening_that_tells_nothing_is_left_out(opening: str) -> None:
    assert lay_out(f"{opening}\n- build quays [1]") == ["\n- build quays [1]"]


def test_an_opening_holds_until_the_next_sentence_and_no_longer() -> None:
    text = "重庆方面：\n1. 建设码头[1]。\n2. 降低费用[2]。\n此外增长[1]。\n- 修路[1]"
    assert lay_out(text) == [
        "\n1. 重庆方面：建设码头[1]。",
        "\n2. 重庆方面：降低费用[2]。",
        "\n此外增长[1]。",
        "\n- 修路[1]",
    ]


def test_a_line_with_a_marker_is_no_opening() -> None:
    assert lay_out("Selby says [1]: yes.\nIt plans this [1]:\n- a quay [1]") == [
        "Selby says [1]: yes.",
        "\nIt plans this [1]:",
        "\n- a quay [1]",
    ]


def test_fences_and_emphasis_are_no_words() -> None:
    assert lay_out("```markdown\nIt `grew` by **5 %** [1].\n```") == ["\nIt grew by 5 % [1]."]


def test_plain_sentences_pass_unchanged() -> None:
    text = "It grew by 5 % [1]. A * b is 3 [2]!\n\nAnd a | b [1]."
    assert "".join(lay_out(text)) == text


@given(
    st.lists(st.sampled_from([*"ab1.|-:#*`\n ", "[1]", "[2]", "港", "。", "- ", "| "])).map("".join)
)
def test_no_marker_is_made_up_and_every_statement_says_something(text: str) -> None:
    for said in lay_out(text):
        assert said.strip()
        assert set(find_numbers(said)) <= {1, 2}
