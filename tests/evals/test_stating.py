from __future__ import annotations

from decimal import Decimal

import pytest

from evals.cases import Ask, KnownFigure
from evals.measures import SCORERS
from evals.score import as_json
from evals.stating import (
    answer_figures,
    distinct_figures,
    score_figure_precision,
    score_twins,
    without_attributions,
)
from tests.evals.fakes import (
    CHINESE,
    ENGLISH,
    build_answer,
    build_case,
    build_negative,
    build_refusal,
)


def test_a_figure_that_only_the_json_lists_counts() -> None:
    said = as_json(build_answer("It is given in the table. [1]"))
    listed = {"text": "80亿美元", "value": "8000000000", "unit": "USD", "bound": "exact"}
    score = SCORERS["figures"](Ask(build_case(), "en"), {**said, "figures": [listed]})
    assert score.value == 1.0


def test_a_year_that_only_the_json_lists_does_not_count() -> None:
    said = as_json(build_answer("Acme (2021): “So it is.” [1]"))
    listed = {"text": "2021", "value": "2021", "unit": "year", "bound": "exact"}
    assert answer_figures({**said, "figures": [listed]}) == []


def precision(text: str, **changes: object) -> tuple[float | None, str]:
    score = score_figure_precision(Ask(build_case(**changes), "en"), as_json(build_answer(text)))
    return score.value, score.explanation


def test_an_extra_figure_in_the_unit_that_was_asked_for_is_wrong() -> None:
    value, why = precision("US$8 billion [1] and US$9 billion [1]")
    assert value == 0.5
    assert why == "not asked for: US$9 billion"


def test_a_wrong_figure_alone_is_no_precision_at_all() -> None:
    assert precision("US$8 million [1]")[0] == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "US$8 billion [1]",
        "80亿美元 [1]",
        "US$8 billion, or US$8 billion as it says again [1]",
        "US$8 billion by 2020, 35 % of it in cars [1]",  # in other units
    ],
)
def test_what_misleads_nobody_is_precise(text: str) -> None:
    assert precision(text) == (1.0, "")


def test_figures_of_the_question_and_of_the_known_quotation_are_no_extras() -> None:
    quote = "over 8 billion U.S. dollars, up from 5 billion U.S. dollars"
    asked = "How much more than the US$3 billion that were planned?"
    text = "US$8 billion after US$5 billion, US$3 billion being the plan [1]"
    assert precision(text, quote=quote, question_en=asked)[0] == 1.0


def test_precision_needs_an_answer_and_a_known_figure() -> None:
    refused = score_figure_precision(Ask(build_case(), "en"), as_json(build_refusal()))
    negative = score_figure_precision(Ask(build_negative(), "en"), as_json(build_answer(ENGLISH)))
    assert (refused.value, negative.value) == (None, None)
    strange = (KnownFigure(Decimal(8), "furlongs"),)
    assert precision("US$8 billion [1]", figures=strange)[0] is None


def test_a_figure_said_twice_in_two_languages_is_one() -> None:
    assert len(distinct_figures(answer_figures(as_json(build_answer(CHINESE, "zh"))))) == 1


@pytest.mark.parametrize("text", ["Acme (2021): so", "Acme（2021年）：so", "A report, 2021: so"])
def test_the_year_of_a_source_is_left_out_and_what_it_says_is_not(text: str) -> None:
    left = without_attributions(text, as_json(build_answer(text))["citations"])
    assert left.strip(" :：") == "so"


def test_years_that_attribute_nothing_stay() -> None:
    text = "Acme grew in 2021."
    assert without_attributions(text, as_json(build_answer(text))["citations"]) == text


def test_twins_with_the_same_figures_agree() -> None:
    score = score_twins(as_json(build_answer(ENGLISH)), as_json(build_answer(CHINESE, "zh")))
    assert score.value == 1.0
    assert score.explanation == ""


def test_twins_with_other_figures_name_them() -> None:
    english = as_json(build_answer("US$8 billion and 5 % [1]"))
    score = score_twins(english, as_json(build_answer("80亿美元 [1]", "zh")))
    assert score.value == pytest.approx(2 / 3)
    assert score.explanation == "in one language only: 5 %"


def test_twins_of_which_one_is_refused_do_not_agree() -> None:
    english = as_json(build_answer(ENGLISH))
    assert score_twins(english, as_json(build_refusal("zh"))).value == 0.0
    assert score_twins(as_json(build_refusal()), as_json(build_refusal("zh"))).value == 1.0


def test_twins_without_figures_cannot_be_compared() -> None:
    english, chinese = build_answer("So it is. [1]"), build_answer("正是如此。[1]", "zh")
    assert score_twins(as_json(english), as_json(chinese)).value is None
