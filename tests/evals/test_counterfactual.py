"""Near misses are made by moving one thing, and only that."""

from __future__ import annotations

import pytest

from assistant.text.language import detect_language
from evals.counterfactual import FIRM_EN, OFF_TOPIC, PLACE_EN, PLACE_ZH, make_near_misses


def test_years_are_moved_together() -> None:
    made = list(make_near_misses("How much grew between 2019 and 2021?", ()))
    assert made == ["How much grew between 2012 and 2014?"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many trams has Shanghai?", f"How many trams has {PLACE_EN}?"),
        ("上海有多少辆电车？", f"{PLACE_ZH}有多少辆电车？"),
    ],
)
def test_a_place_is_moved_in_either_language(question: str, expected: str) -> None:
    assert list(make_near_misses(question, ())) == [expected]


def test_the_country_stays_where_it_is() -> None:
    assert list(make_near_misses("How many trams has China?", ())) == []
    assert list(make_near_misses("中国有多少辆电车？", ())) == []


def test_an_organisation_of_the_collection_is_replaced() -> None:
    made = list(make_near_misses("What does Acme earn?", ("Acme Steel", "Selby Port")))
    assert made == [f"What does {FIRM_EN} earn?"]


def test_a_question_with_nothing_to_move_makes_no_near_miss() -> None:
    assert list(make_near_misses("How many trams are there?", ("Acme Steel",))) == []


def test_off_topic_questions_are_twins() -> None:
    for english, chinese in OFF_TOPIC:
        assert (detect_language(english), detect_language(chinese)) == ("en", "zh")
