"""What kind of amount a figure is, by the words around it, in both languages."""

from __future__ import annotations

import pytest

from assistant.evidence import read_statements
from assistant.traits import find_traits


def traits_of(text: str, number: int = -1) -> set[str]:
    return set(find_traits(text, read_statements(text)[number]))


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("Sales of Ningbo rose by 6.1 %.", {"growth"}),
        ("宁波销售增长6.1%。", {"growth"}),
        ("Sales of Ningbo jumped by 6.1 %.", {"growth"}),
        ("Sales of Ningbo slumped by 6.1 %.", {"fall"}),
        ("Steel is 12 % of the output of Ningbo.", set()),
        ("钢铁占宁波产值的12%。", set()),
        ("造纸业增加值占工业的12%。", set()),
        ("The mill cut its water by 8 %.", {"fall"}),
        ("用水量下降8%。", {"fall"}),
        ("Income per head averaged RMB 70,000.", {"average"}),
        ("人均收入7万元。", {"average"}),
        ("The town wants 500 buses.", {"wanted"}),
        ("计划购买500辆公交车。", {"wanted"}),
        ("In the first half sales reached RMB 9 billion.", {"half_1"}),
        ("上半年销售额90亿元。", {"half_1"}),
        ("Since then the port built 40 cranes so far.", {"cumulative"}),
        ("累计建成40台吊机。", {"cumulative"}),
        ("Main mills made 40 tonnes of paper.", {"leading"}),
        ("主要工厂产纸40吨。", {"leading"}),
        ("The line opened in 2011.", {"begins"}),
        ("该线于2011年开通。", {"begins"}),
        ("The museum of Ningbo opened to visitors in 2011.", {"begins"}),
        ("宁波博物馆2011年开馆。", {"begins"}),
        ("Construction of the line started in 2008.", {"begins", "ground"}),
        ("该线于2008年开工。", {"begins", "ground"}),
        ("In 2011 the line carried coal.", set()),
        ("Exports of Ningbo were RMB 40 billion.", {"exports"}),
        ("宁波出口400亿元。", {"exports"}),
        ("Ningbo imported goods worth RMB 30 billion.", {"imports"}),
        ("宁波进口300亿元。", {"imports"}),
        ("Women retire at 55 years.", {"women"}),
        ("男性60岁退休。", {"men"}),
        ("Rural families earned RMB 20,000.", {"rural"}),
        ("城镇居民收入4万元。", {"urban"}),
        ("The first phase cost RMB 2 billion.", {"phase_1"}),
        ("二期投资20亿元。", {"phase_2"}),
        ("The mill has a capacity of 40 tonnes.", {"capacity"}),
        ("工厂产能40吨。", {"capacity"}),
        ("The park has a capacity of 40 MW.", set()),
        ("The trains reach a top speed of 350 km/h.", {"most"}),
        ("列车最高时速为350公里。", {"most"}),
        ("每年用水40吨。", set()),
    ],
)
def test_words_of_both_languages_give_the_same_traits(text: str, traits: set[str]) -> None:
    assert traits_of(text) == traits


def test_growth_speaks_only_of_the_share_that_stands_beside_it() -> None:
    text = (
        "Exports of Ningbo rose by 6.1 % last year to a level that the town hall praised loudly "
        "and made up 12 % of output."
    )
    assert traits_of(text, -2) == {"exports", "growth"}
    assert traits_of(text, -1) == set()


def test_a_word_of_the_sentences_head_reaches_as_far_in_letters_as_in_characters() -> None:
    assert traits_of("The average annual wage in the city of Suzhou was RMB 121,000.") == {
        "average"
    }
    assert traits_of("苏州市全部职工的年平均工资为12万元。") == {"average"}


def test_a_plan_is_one_only_for_figures_that_follow_it() -> None:
    text = "The town runs 400 buses and wants 500."
    assert traits_of(text, 0) == set()
    assert traits_of(text, 1) == {"wanted"}


def test_a_cell_has_what_the_head_of_its_column_says() -> None:
    text = "| Town | Growth 2021 (%) |\n|---|---|\n| Ningbo | 6.1 |"
    assert "growth" in traits_of(text)
