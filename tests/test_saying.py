"""Years in which somebody says so are told from the years that are spoken of."""

from __future__ import annotations

import pytest

from assistant.saying import find_said_years, is_of_saying, names_report


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("By the survey's count of 2021, sales were 5 % in 2020.", {"2021"}),
        ("The survey wrote in 2021 that sales rose in 2020.", {"2021"}),
        ("In its 2024 report the survey counts 640 buses in 2021.", {"2024"}),
        ("测绘院2021年的报告说，2020年销量增长5%。", {"2021"}),
        ("2021年文集中的一篇报告说，2020年销量增长5%。", {"2021"}),
        ("测绘院（2021）：销量增长5%。", {"2021"}),
        ("In 2021 sales rose by 5 %.", set()),
        ("2021年销量增长5%。", set()),
        ("The survey wrote in 2021 that sales rose in 2021.", set()),
    ],
)
def test_the_year_of_a_paper_is_told_from_the_year_of_the_matter(text: str, said: set[str]) -> None:
    assert find_said_years(text) == said


def test_a_year_beside_the_word_report_names_it() -> None:
    text = "its 2021 annual report"
    assert names_report(text, text.index("2021") + 4)
    assert not names_report("in 2021 sales", len("in 2021"))
    assert is_of_saying(text, (4, 8))
