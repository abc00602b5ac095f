"""Proper names in a question, whoever they are."""

from __future__ import annotations

import pytest

from assistant.proper import find_names, find_place_names, is_place_name, name_plainly


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("蓉城2019年的人口是多少？", "成都2019年的人口是多少？"),
        ("渝产汽车有多少？", "重庆产汽车有多少？"),
        ("川渝两地有多少人？", "川渝两地有多少人？"),
        ("What is GDP?", "What is GDP?"),
    ],
)
def test_cities_go_by_their_common_names(question: str, plain: str) -> None:
    assert name_plainly(question) == plain


def test_an_english_name_has_a_capital_and_is_no_month_or_opening_word() -> None:
    assert set(find_names("What did Selby Mills earn in March?", "en")) == {"Selby", "Mills"}


def test_a_place_is_looked_for_by_its_own_names_in_the_other_language() -> None:
    (forms,) = find_names("How many people live in Chengdu?", "en").values()
    assert ("成都",) in forms
    assert ("双流",) not in forms


def test_a_chinese_name_is_one_that_the_dictionary_has() -> None:
    assert set(find_names("成都的人口是多少？", "zh")) == {"成都"}


def test_the_country_itself_is_no_place_that_tells_apart() -> None:
    assert find_place_names("Dalian and Xiamen in China") == {"dalian", "xiamen"}
    assert not is_place_name("china")
