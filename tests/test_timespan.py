"""The years that a question asks about."""

from __future__ import annotations

import pytest

from assistant.timespan import read_asked_years


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("How many ships called in 2023?", {2023}),
        ("What did it earn in 2019, 2020 and 2023?", {2019, 2020, 2023}),
        ("What was the toll in 2019 and 2023?", {2019, 2023}),
        ("How did it change from 2020 to 2023?", {2020, 2021, 2022, 2023}),
        ("How far did it climb between 2021 and 2023?", {2021, 2022, 2023}),
        ("2021年至2023年的产量是多少？", {2021, 2022, 2023}),
        ("2021-2023年产量", {2021, 2022, 2023}),
        ("How many ships called?", set()),
    ],
)
def test_years_between_two_ends_are_asked_with_them(question: str, years: set[int]) -> None:
    assert read_asked_years(question) == years


@pytest.mark.parametrize("question", ["How has it grown since 2019?", "2019年以来有何变化？"])
def test_since_a_year_means_all_that_follow(question: str) -> None:
    asked = read_asked_years(question)
    assert {2019, 2020, 2035} <= asked
    assert 2018 not in asked
