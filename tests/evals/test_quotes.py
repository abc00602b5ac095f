import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.quotes import FOUND, holds_quotation, quotation_share

QUOTE = "the use of foreign capital in the city reached 10.3 billion U.S. dollars"
CHINESE = "全市实际使用外资达到一百零三亿美元，其中外商直接投资二十一亿美元"


def test_quotation_broken_over_lines_is_held_whole() -> None:
    passage = f"Before. {QUOTE.replace(' in ', chr(10) + 'in  ')} After."
    assert quotation_share(QUOTE, passage) == 1.0


def test_chinese_broken_between_two_characters_is_held_whole() -> None:
    assert quotation_share(CHINESE, f"序。{CHINESE[:9]}\n{CHINESE[9:]}。") == 1.0


def test_passage_with_most_of_a_quotation_holds_it() -> None:
    assert holds_quotation(QUOTE, QUOTE[: int(len(QUOTE) * 0.85)])


def test_passage_with_half_of_a_quotation_does_not_hold_it() -> None:
    share = quotation_share(QUOTE, QUOTE[: len(QUOTE) // 2])
    assert 0.4 < share < 0.6
    assert not holds_quotation(QUOTE, QUOTE[: len(QUOTE) // 2])


def test_other_text_with_the_same_words_in_another_order_is_not_enough() -> None:
    assert quotation_share(QUOTE, " ".join(reversed(QUOTE.split()))) < FOUND


def test_letters_alone_do_not_add_up_to_a_quotation() -> None:
    assert quotation_share(QUOTE, "abcdefghijklmnopqrstuvwxyz0123456789" * 40) == 0.0


def test_furniture_inside_a_quotation_costs_only_its_edges() -> None:
    half = len(QUOTE) // 2
    assert quotation_share(QUOTE, f"{QUOTE[:half]}\n- 17 -\n{QUOTE[half:]}") == 1.0


@pytest.mark.parametrize("quotation", ["", " \n\t"])
def test_nothing_is_held_nowhere(quotation: str) -> None:
    assert quotation_share(quotation, "some passage") == 0.0


def test_short_quotation_must_be_whole() -> None:
    assert quotation_share("5 %", "by 5% a year") == 1.0
    assert quotation_share("5.1 %", "by 5% a year") == 0.0


@given(st.text(), st.text(), st.text(min_size=1))
def test_a_quotation_lies_in_whatever_surrounds_it(before: str, after: str, quotation: str) -> None:
    expected = 1.0 if quotation.split() else 0.0
    assert quotation_share(quotation, before + quotation + after) == expected


@given(st.text(), st.text())
def test_a_share_is_between_nothing_and_all(quotation: str, passage: str) -> None:
    assert 0.0 <= quotation_share(quotation, passage) <= 1.0
