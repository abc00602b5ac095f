"""What a claim states, and which passage backs it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.backing import find_backed, is_backed, read_stated, read_words

PASSAGE = (
    "By 2020 the firm had put over 8 billion U.S. dollars\ninto the mainland. It employs 5,000."
)
TABLE = """| City | GDP (RMB billion) | Trade (%) |
|---|---|---|
| Northport | 11,587 | 27.2 |"""
CHINESE_TABLE = "人均收入（万元）\n\n| 城市 | 2023年 |\n|---|---|\n| 江北 | 10.3 |"


@pytest.mark.parametrize(
    "claim",
    [
        "It invested US$8 billion. [1]",
        "该公司投资超过80亿美元。[1]",
        "“the firm had put over 8 billion U.S. dollars into the mainland” [1]",
        "Five thousand people work there, after 8 billion dollars of investment. [1]",
        "公司投资80亿美元，有5000人。",
    ],
)
def test_what_the_passage_says_in_either_language_is_backed(claim: str) -> None:
    assert is_backed(read_stated(claim), [PASSAGE]) is True


@pytest.mark.parametrize(
    "claim",
    [
        "It invested US$8 million. [1]",
        "It invested US$9 billion. [1]",
        "该公司投资超过80万美元。[1]",
        "“the firm had put over 9 billion U.S. dollars into the mainland” [1]",
        "It invested US$8 billion and employs 6,000. [1]",
    ],
)
def test_what_the_passage_does_not_say_is_not(claim: str) -> None:
    assert is_backed(read_stated(claim), [PASSAGE]) is False


def test_a_claim_may_be_backed_by_two_passages_between_them() -> None:
    stated = read_stated("It invested US$8 billion in 2019. [1][2]")
    first, second = "It put 8 billion U.S. dollars there.", "That was in 2019."
    assert is_backed(stated, [first]) is False
    assert is_backed(stated, [first, second]) is True


def test_nothing_backs_a_claim_that_cites_nothing() -> None:
    assert is_backed(read_stated("It invested US$8 billion."), []) is False
    assert is_backed(read_stated("It went well."), []) is False


@pytest.mark.parametrize(
    ("claim", "table", "backed"),
    [
        ("(i.e. RMB 11.587 trillion)", TABLE, True),
        ("(i.e. RMB 11.587 billion)", TABLE, False),
        ("（即：10.3万元）", CHINESE_TABLE, True),
        ("（即：10.3亿元）", CHINESE_TABLE, False),
        ("RMB 103,000", CHINESE_TABLE, True),
    ],
)
def test_a_cell_of_a_table_is_in_the_unit_of_its_head(claim: str, table: str, backed: bool) -> None:
    assert is_backed(read_stated(claim), [table]) is backed


def test_shares_in_words_are_read_by_the_first_reader() -> None:
    assert is_backed(read_stated("（即：10%）"), ["a tenth of China's output"]) is True


def test_a_quotation_is_one_part_and_its_figures_are_not_stated_again() -> None:
    stated = read_stated("Acme: “grew by 5 % in the year 2020” (i.e. 0.05) [1]")
    assert stated.quotes == ("grew by 5 % in the year 2020",)
    assert stated.figures == ("0.05",)


def test_a_short_term_in_quotation_marks_is_no_quotation() -> None:
    assert read_stated("the “big four” grew by 5 %").quotes == ()


def test_which_parts_a_passage_holds_is_told_apart() -> None:
    stated = read_stated("It invested US$8 billion and employs 6,000.")
    assert find_backed(stated, PASSAGE) == {0}


def test_words_back_a_claim_without_figures_in_its_own_language_only() -> None:
    stated = read_stated("The company invested dollars in the mainland.")
    assert is_backed(stated, ["The firm invested many dollars on the mainland's coast."]) is True
    assert is_backed(stated, ["Rice is grown in terraces throughout that province."]) is False
    assert is_backed(stated, ["该公司在内地投资。"]) is None


@given(st.text(max_size=80))
def test_a_text_backs_itself_or_states_nothing(text: str) -> None:
    plain = text.replace("[", " ")
    assert is_backed(read_stated(plain), [plain]) is not False or not read_stated(plain).parts


def test_words_of_both_scripts_are_read() -> None:
    assert read_words("Investing 长江经济") == {"inves", "长江", "江经", "经济"}
