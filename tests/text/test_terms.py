"""What lexical search counts, the same for a question and a passage, and across languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.terms import (
    VERSION,
    expand_word,
    find_figure_terms,
    find_terms,
    is_stop_word,
    split_words,
    stem,
)

texts = st.text() | st.lists(
    st.sampled_from("factory's 1,557 3.5 全市 工厂 的 the A's ' , 。".split())
).map(" ".join)


def test_forms_of_a_word_are_one_term() -> None:
    assert find_terms("Factories factory's FACTORY") == [stem("factory")] * 3


def test_a_number_is_one_term_with_or_without_commas() -> None:
    assert find_terms("1,557") == find_terms("1557") == ["1557"]
    assert find_terms("3.5") == ["3.5"]


def test_repeated_terms_are_kept() -> None:
    assert find_terms("steel and steel, 钢铁和钢铁").count("steel") == 2
    assert find_terms("钢铁和钢铁").count("钢铁") == 2


def test_stop_words_of_both_languages_are_left_out() -> None:
    assert find_terms("What is the share of it?") == [stem("share")]
    assert find_terms("它的份额是多少？") == ["份额"]


def test_a_long_chinese_word_is_found_by_its_parts() -> None:
    terms = find_terms("中国科学院")
    assert {"中国", "科学", "科学院", "中国科学院"} <= set(terms)
    assert split_words("中国科学院") == ["中国科学院"]


def test_words_of_a_question_stay_in_order_and_whole() -> None:
    assert split_words("How many factories does the city's mayor have? 全市有1,557家工厂") == [
        "factories",
        "city",
        "mayor",
        "全市",
        "1557",
        "工厂",
    ]


@given(texts)
def test_any_text_has_terms_without_stop_words_or_capitals(text: str) -> None:
    for term in find_terms(text) + split_words(text):
        assert term
        assert term == term.lower()
    assert not any(is_stop_word(word) for word in split_words(text))


@pytest.mark.parametrize(
    ("left", "right"),
    [("CNY 500 billion", "5000亿元"), ("23 %", "百分之23"), ("12 thousand firms", "1.2万家")],
)
def test_a_figure_is_one_term_in_both_languages(left: str, right: str) -> None:
    assert find_figure_terms(left) == find_figure_terms(right) != []


def test_other_figures_are_other_terms() -> None:
    assert find_figure_terms("CNY 500 billion") != find_figure_terms("500亿元")
    assert find_figure_terms("no figure here") == []


def test_a_word_expands_into_the_other_language() -> None:
    assert ("steel",) in expand_word("钢铁")
    assert ("钢铁",) in expand_word("steel")


def test_expansion_is_in_the_terms_that_passages_hold() -> None:
    assert (stem("factory"),) in expand_word("工厂")
    assert (stem("electric"), stem("vehicle")) in expand_word("电动车")


def test_an_english_word_in_another_form_expands_by_its_stem() -> None:
    assert expand_word("steels") == expand_word("steel") != ()


@pytest.mark.parametrize("word", ["zzzq", "囧囧囧", "1557"])
def test_an_unknown_word_expands_into_nothing(word: str) -> None:
    assert expand_word(word) == ()


def test_no_stop_word_stands_for_a_word() -> None:
    for word in ("of", "year", "很", "年", "占", "growth"):
        for terms in expand_word(word):
            assert terms
            assert not any(is_stop_word(term) for term in terms)


def test_stop_words_are_told() -> None:
    assert is_stop_word("the")
    assert is_stop_word("多少")
    assert not is_stop_word("steel")
    assert not is_stop_word("钢铁")


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("重慶的鐵路投資", "重庆的铁路投资"),
        ("臺灣電力", "台湾电力"),
        ("GDP增長", "GDP增长"),
    ],
)
def test_traditional_characters_make_the_terms_of_simplified_ones(
    traditional: str, simplified: str
) -> None:
    assert find_terms(traditional) == find_terms(simplified)
    assert split_words(traditional) == split_words(simplified)


def test_stored_terms_are_those_that_this_version_counts() -> None:
    """Where this fails because terms are meant to change, raise VERSION: stored ones are then
    counted anew."""
    text = "Chengdu's GDP rose 6.5% to 2,081.7 billion yuan；成都市實現地區生產總值2.08萬億元。"
    counted = (
        "chengdu gdp rose 6.5 2081.7 billion yuan 成都 都市 成都市 实现 地区 生产 总值 生产总值"
    )
    counted += " 2.08 万亿 亿元 万亿元"
    assert (VERSION, find_terms(text)) == (1, counted.split())
