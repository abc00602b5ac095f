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
from evals.measures import SCORERS
from evals.score import Score, as_json
from evals.scorers import (
    build_quotation_scorer,
    score_answered,
    score_citation,
    score_clean,
    score_language,
    score_near_miss,
    score_refusal_precision,
    score_refusals,
    score_right,
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
    score = SCORERS[row["scorer"]](Ask(case, asked), as_json(build_answer(row["answer"], asked)))
    assert score.value == row["value"], score
    assert score.explanation or score.value != 0


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


def test_a_refusal_is_precise_where_there_was_nothing_to_say() -> None:
    refusal = as_json(build_refusal())
    assert score_refusal_precision(Ask(build_negative(), "en"), refusal).value == 1.0
    wrong = score_refusal_precision(Ask(build_case(), "en"), refusal)
    assert (wrong.value, wrong.explanation) == (0.0, "the documents say: More than US$8 billion")


def test_what_is_answered_says_nothing_of_how_precise_refusals_are() -> None:
    answer = as_json(build_answer(ENGLISH))
    for case in (build_case(), build_negative()):
        assert score_refusal_precision(Ask(case, "en"), answer).value is None


@pytest.mark.parametrize(("kind", "value"), [("near_miss", 0.0), ("unanswerable", None)])
def test_near_misses_are_counted_by_themselves(kind: str, value: float | None) -> None:
    ask = Ask(build_negative(kind), "en")
    assert score_near_miss(ask, as_json(build_answer(ENGLISH))).value == value
