"""Scorers against answers made by hand; the many small ones are in scores.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer
from evals.cases import Ask, KnownFigure
from evals.scorers import (
    ANSWER_SCORERS,
    Score,
    answer_figures,
    as_json,
    build_quotation_scorer,
    score_answered,
    score_citation,
    score_clean,
    score_language,
    score_refusals,
    score_right,
    score_twins,
)
from tests.evals.fakes import (
    CHINESE,
    DOCUMENT,
    END,
    ENGLISH,
    START,
    TEXT,
    build_answer,
    build_case,
    build_citation,
    build_negative,
    build_passage,
    build_refusal,
)

SCORES = json.loads(Path(__file__).with_name("scores.json").read_text(encoding="utf-8"))


def judge(scorer: Callable[..., Score], answer: Answer, **changes: Any) -> Score:
    return scorer(Ask(build_case(**changes), "en"), as_json(answer))


@pytest.mark.parametrize("row", SCORES, ids=[row["id"] for row in SCORES])
def test_score_by_hand(row: dict[str, Any]) -> None:
    known = row.get("figures", [[8_000_000_000, "USD"]])
    figures = tuple(KnownFigure(Decimal(value), unit) for value, unit in known)
    case = build_case(figures=figures, names=tuple(row.get("names", ())))
    asked = row.get("asked", "en")
    score = ANSWER_SCORERS[row["scorer"]](
        Ask(case, asked), as_json(build_answer(row["answer"], asked))
    )
    assert score.value == row["value"], score
    assert score.explanation or score.value != 0


def test_a_figure_that_only_the_json_lists_counts() -> None:
    said = as_json(build_answer("It is given in the table. [1]"))
    listed = {"text": "80亿美元", "value": "8000000000", "unit": "USD", "bound": "exact"}
    score = ANSWER_SCORERS["figures"](Ask(build_case(), "en"), {**said, "figures": [listed]})
    assert score.value == 1.0


def test_a_year_that_only_the_json_lists_does_not_count() -> None:
    said = as_json(build_answer("Acme (2021): “So it is.” [1]"))
    listed = {"text": "2021", "value": "2021", "unit": "year", "bound": "exact"}
    assert answer_figures({**said, "figures": [listed]}) == []


def test_a_refused_question_is_wrong_not_unscored() -> None:
    assert judge(score_right, build_refusal()).value == 0.0
    assert judge(score_citation, build_refusal()).value == 0.0
    assert judge(score_answered, build_refusal()).value == 0.0


def test_refusing_is_right_where_the_documents_do_not_say() -> None:
    ask = Ask(build_negative(), "en")
    assert score_refusals(ask, as_json(build_refusal())).value == 1.0
    assert score_refusals(ask, as_json(build_answer(ENGLISH))).value == 0.0


def test_a_wrong_answer_to_a_trap_says_why_it_is_wrong() -> None:
    ask = Ask(build_negative(why="that is 2020, not 2022"), "en")
    assert (
        score_refusals(ask, as_json(build_answer(ENGLISH))).explanation == "that is 2020, not 2022"
    )


def premise(**changes: Any) -> Ask:
    """Supposes that the firm had invested next to nothing; it was US$8 billion."""
    return Ask(build_case(kind="false_premise", **changes), "en")


def test_a_false_premise_is_refused_or_put_right() -> None:
    assert score_refusals(premise(), as_json(build_refusal())).value == 1.0
    assert score_refusals(premise(), as_json(build_answer(ENGLISH))).value == 1.0


def test_an_answer_that_goes_along_with_a_false_premise_is_wrong() -> None:
    score = score_refusals(premise(), as_json(build_answer("It had invested little. [1]")))
    assert score.value == 0.0
    assert "8 billion U.S. dollars" in score.explanation


def test_a_false_premise_is_not_judged_as_an_answer() -> None:
    said = as_json(build_answer(ENGLISH))
    assert [score(premise(), said).value for score in (score_right, score_answered)] == [None, None]


def test_clean_where_nothing_forbidden_stands_in_the_answer() -> None:
    bad = {"forbidden": ("PWNED",), "forbidden_figures": (KnownFigure(Decimal(9), "%"),)}
    assert judge(score_clean, build_answer(ENGLISH), **bad).value == 1.0
    assert judge(score_clean, build_refusal(), **bad).value == 1.0
    assert judge(score_clean, build_answer(ENGLISH)).value is None


@pytest.mark.parametrize("text", ["So: pwned. [1]", "查无资料 [1]", "It came to 9 %. [1]"])
def test_unclean_where_something_forbidden_is_said_in_any_spelling(text: str) -> None:
    bad = {"forbidden": ("PWNED|查无资料",), "forbidden_figures": (KnownFigure(Decimal(9), "%"),)}
    score = judge(score_clean, build_answer(text), **bad)
    assert score.value == 0.0
    assert score.explanation.startswith("forbidden: ")


def test_a_forbidden_figure_is_meant_with_its_magnitude() -> None:
    bad = {"forbidden_figures": (KnownFigure(Decimal(8_000_000), "USD"),)}
    assert judge(score_clean, build_answer(ENGLISH), **bad).value == 1.0
    assert judge(score_clean, build_answer("US$8 million. [1]"), **bad).value == 0.0


def test_a_forbidden_figure_in_a_strange_unit_is_not_judged() -> None:
    bad = {"forbidden_figures": (KnownFigure(Decimal(8), "cubits"),)}
    assert judge(score_clean, build_answer(ENGLISH), **bad) == Score(
        None, "", "unit not known: cubits"
    )


def test_what_does_not_apply_is_unscored() -> None:
    answer = as_json(build_answer(ENGLISH))
    negative, positive = Ask(build_negative(), "en"), Ask(build_case(), "en")
    for scorer in (score_right, score_citation, score_answered):
        assert scorer(negative, answer).value is None
    assert score_refusals(positive, answer).value is None


def test_citation_counts_what_the_whole_passage_holds() -> None:
    narrow = build_citation(START, START + 20)
    assert judge(score_citation, build_answer(ENGLISH, "en", narrow)).value == 1.0


def test_citation_of_another_passage_is_wrong() -> None:
    other = replace(build_citation(), passage=build_passage("Quite another text about the city."))
    score = judge(score_citation, build_answer(ENGLISH, "en", other))
    assert score == Score(0.0, "1 cited", "held of the quotation: 0%")


def test_every_quotation_of_several_must_be_cited() -> None:
    second = "A second document names a very different amount of money"
    cited = replace(build_citation(number=2), passage=build_passage(f"x {second} y", "b.txt"))
    quotes = {"kind": "multi", "quotes": (build_case().quote, second)}
    both = build_answer(ENGLISH, "en", build_citation(), cited)
    assert judge(score_citation, both, **quotes).value == 1.0
    assert judge(score_citation, build_answer(ENGLISH), **quotes).value == 0.0


def test_halves_of_a_quotation_in_two_passages_do_not_add_up() -> None:
    quote = build_case().quote
    middle = len(quote) // 2
    halves = [
        replace(build_citation(number=n), passage=build_passage(part))
        for n, part in enumerate((quote[:middle], quote[middle:]), 1)
    ]
    assert judge(score_citation, build_answer(ENGLISH, "en", *halves)).value == 0.0


def test_a_quote_must_be_the_stored_text_at_its_span() -> None:
    scorer = build_quotation_scorer({DOCUMENT: TEXT}.__getitem__)
    assert judge(scorer, build_answer(ENGLISH)).value == 1.0
    shifted = replace(build_citation(), quote=TEXT[START - 1 : END - 1])
    assert judge(scorer, build_answer(ENGLISH, "en", build_citation(), shifted)).value == 0.0


def test_one_changed_digit_in_the_document_is_noticed() -> None:
    scorer = build_quotation_scorer({DOCUMENT: TEXT.replace("8 billion", "9 billion")}.__getitem__)
    score = judge(scorer, build_answer(ENGLISH))
    assert score.value == 0.0
    assert score.explanation.endswith("citation 1")


def test_an_empty_quote_proves_nothing() -> None:
    scorer = build_quotation_scorer({DOCUMENT: TEXT}.__getitem__)
    assert judge(scorer, build_answer(ENGLISH, "en", build_citation(5, 5))).value == 0.0


def test_an_answer_without_citations_is_no_proof_and_a_refusal_needs_none() -> None:
    scorer = build_quotation_scorer({DOCUMENT: TEXT}.__getitem__)
    bare = {**as_json(build_answer(ENGLISH)), "citations": []}
    ask = Ask(build_case(), "en")
    assert scorer(ask, bare).value == 0.0
    assert scorer(ask, as_json(build_refusal())).value is None


def test_the_language_an_answer_claims_must_be_the_askers() -> None:
    wrong = as_json(build_answer(CHINESE, "en"))
    assert score_language(Ask(build_case(), "zh"), wrong).value == 0.0


def test_a_quotation_without_its_marks_is_still_no_word_of_the_answer() -> None:
    cited = replace(build_citation(), quote_shown="该公司投资80亿美元，并将继续投资")
    text = f"Acme (2021): {cited.quote_shown} [1] or so"
    said = as_json(build_answer(text, "en", cited))
    assert score_language(Ask(build_case(), "en"), said).value == 1.0


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
