"""What a follow-up names, in the place of its like."""

from __future__ import annotations

import pytest

from assistant.asking import Asked
from assistant.exchange import end_of, replace_slots
from assistant.glossary import NO_NAMES
from assistant.slots import Kind

KINDS: tuple[Kind, ...] = ("time", "place", "name")


def replaced(follow: str, before: str, *, adds: bool = True) -> str:
    asked, last = Asked(follow, NO_NAMES), Asked(before, NO_NAMES)
    return replace_slots(asked, last, KINDS, adds=adds)


@pytest.mark.parametrize(
    ("follow", "before", "whole"),
    [
        ("2019?", "How many by the end of 2022?", "How many by the end of 2019?"),
        ("in 2019?", "How many by the end of 2022?", "How many in 2019?"),
        ("2024?", "Sales from 2021 to 2023?", "Sales from 2024?"),
        ("Wuhan, 2021", "Sales in Chengdu in 2020?", "Sales in Wuhan in 2021?"),
        ("to Wuhan", "from Chengdu to Nanjing?", "from Chengdu to Wuhan?"),
        ("from Wuhan", "from Chengdu to Nanjing?", "from Wuhan to Nanjing?"),
        ("Chengdu and Wuhan", "from Shanghai to Nanjing?", "from Chengdu to Wuhan?"),
        (
            "according to Siemens",
            "What was the growth?",
            "What was the growth according to Siemens?",
        ),
        ("Siemens", "What was the growth?", "What was the growth (Siemens)?"),
        ("2024年", "增长了多少？", "2024年，增长了多少？"),
        ("据西门子的报告", "增长了多少？", "据西门子，增长了多少？"),
    ],
)
def test_like_replaces_like(follow: str, before: str, whole: str) -> None:
    assert replaced(follow, before) == whole


def test_nothing_is_added_where_that_is_not_wanted() -> None:
    assert replaced("2024年", "增长了多少？", adds=False) == "增长了多少？"
    assert replaced("2024年", "2023年增长了多少？", adds=False) == "2024年增长了多少？"


def test_only_the_kinds_that_are_wanted_are_replaced() -> None:
    asked = Asked("in Wuhan in 2024", NO_NAMES)
    last = Asked("Sales in Chengdu in 2020?", NO_NAMES)
    assert replace_slots(asked, last, ("time",)) == "Sales in Chengdu in 2024?"


def test_the_end_of_a_question_is_before_its_mark() -> None:
    assert end_of("Why ?") == 3
    assert end_of("为什么？") == 3
    assert end_of("") == 0
