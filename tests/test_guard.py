"""Whether a figure of a source is about what claim and question are about."""

from __future__ import annotations

import pytest

from assistant.grounding import check
from assistant.guard import Evidence, is_other_year, read_asked
from assistant.text.language import split_sentences
from tests.support.nodes import build_node, build_sources


def verdict(question: str, claim: str, text: str) -> str:
    sources = list(build_sources(build_node(text, organisation="Almanac", year=2024)).values())
    return check(question, claim, sources).claim.verdict


PAPER = "By the survey's count of 2021, design made 5 % of the chip sales of Chengdu in 2020."
ASKED_2020 = "What share of chip sales did design make in Chengdu in 2020?"


def test_the_year_in_which_somebody_counts_does_not_date_what_is_counted() -> None:
    assert verdict(ASKED_2020, "5 %", PAPER) == "proved"
    assert verdict(ASKED_2020.replace("2020", "2018"), "5 %", PAPER) == "unproved"
    dateless = "The survey wrote in 2021 that design made 5 % of the chip sales of Chengdu."
    assert verdict(ASKED_2020, "5 %", dateless) == "proved"


def test_for_ranking_any_year_beside_a_figure_counts() -> None:
    text = "By the survey's count of 2021, design made 5 % of chip sales."
    evidence = Evidence(text, tuple(split_sentences(text)), 2024)
    share = next(one for one in evidence.statements if one.figure.unit == "%")
    assert is_other_year(read_asked(ASKED_2020, 2024), share, evidence)


def test_a_year_to_compare_with_is_not_the_figures_own() -> None:
    text = "Ningbo sold 7.8 % more cars in 2024 than in 2023."
    assert verdict("How much did car sales of Ningbo grow in 2024?", "7.8 %", text) == "proved"
    assert verdict("How much did car sales of Ningbo grow in 2023?", "7.8 %", text) == "unproved"


@pytest.mark.parametrize(
    ("question", "text", "start", "end"),
    [
        (
            "What share of the people of Ningbo should live in the city by 2025?",
            "The plan (2021 to 2025) lifts the share of the people of Ningbo in the city from 69 % "
            "to 73 %.",
            "69 %",
            "73 %",
        ),
        (
            "2025年宁波住在城里的人口比重目标是多少？",
            "按照规划（2021—2025年），宁波住在城里的人口比重要从69%提高到73%。",
            "69%",
            "73%",
        ),
    ],
)
def test_what_something_rises_from_is_not_what_it_is_to_be(
    question: str, text: str, start: str, end: str
) -> None:
    assert verdict(question, end, text) == "proved"
    assert verdict(question, start, text) == "unproved"
    before = (
        "What share of the people of Ningbo lived in the city before?",
        "此前宁波的比重是多少？",
    )
    assert verdict(before[0 if question.isascii() else 1], start, text) == "proved"


def test_what_a_thing_rises_from_has_its_own_year() -> None:
    text = "宁波的软件收入从2021年的2481亿元增加到2023年的3152亿元。"
    assert verdict("2021年宁波的软件收入是多少？", "2481亿元", text) == "proved"
    assert verdict("2023年宁波的软件收入是多少？", "3152亿元", text) == "proved"
    assert verdict("2023年宁波的软件收入是多少？", "2481亿元", text) == "unproved"
    assert verdict("宁波的软件收入怎样变化？", "从2481亿元增加到3152亿元", text) == "proved"


def test_what_a_share_is_of_is_no_place_of_the_amount_beside_it() -> None:
    text = "The Chengdu area had a GDP of RMB 6,830 billion in 2020, or 6.72 % of the GDP of China."
    question = "How large was the GDP of the Chengdu area in 2020, and what share of the country?"
    assert verdict(question, "RMB 6,830 billion, 6.72 % of the country", text) == "proved"
    assert verdict(question, "6830 billion yuan, 6.2 % of the country", text) == "unproved"


def test_a_year_that_no_source_means_is_not_proved_by_standing_there() -> None:
    text = "The museum of Ningbo opened in 2013. The museum of Wuhan opened in 2016."
    assert verdict("In which year did the museum of Ningbo open?", "2013", text) == "proved"
    claim = "The museum of Ningbo opened in 2016."
    assert verdict("In which year did the museum of Ningbo open?", claim, text) == "unproved"
