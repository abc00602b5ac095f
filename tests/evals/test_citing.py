"""Citation recall and precision, against answers made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from evals.cases import Ask
from evals.citing import CITING_SCORERS
from evals.score import Score, as_json
from tests.evals.fakes import CHINESE, ENGLISH, build_answer, build_case, build_refusal

MONEY = "The firm put over 8 billion U.S. dollars into the mainland."
YEAR = "The money was spent by 2019, most of it on factories."
IDLE = "Rice is grown in terraces throughout the province."


def build_cited(number: int, passage: str) -> dict[str, Any]:
    about = {"organisation": "Acme", "author": None, "title": "A report", "year": 2021}
    said = {"passage": passage, "passage_shown": passage, "quote_shown": ""}
    return {**about, **said, "number": number, "document": "a.txt"}


def judge(
    measure: str, claims: list[tuple[str, list[int]]], passages: list[str], **more: Any
) -> Score:
    answer = {
        "answered": True,
        "claims": [{"text": text, "citations": cited} for text, cited in claims],
        "citations": [build_cited(n, passage) for n, passage in enumerate(passages, 1)],
        "figures": [],
        **more,
    }
    return CITING_SCORERS[measure](Ask(build_case(), "en"), answer)


@pytest.mark.parametrize("measure", CITING_SCORERS)
@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (CHINESE, "zh")])
def test_an_answer_that_quotes_its_source_is_right(measure: str, text: str, language: str) -> None:
    answer = as_json(build_answer(text, language))
    assert CITING_SCORERS[measure](Ask(build_case(), "en"), answer).value == 1.0


def test_recall_is_the_share_of_claims_that_are_backed() -> None:
    claims = [("It put in US$8 billion.", [1]), ("It put in US$9 billion.", [1])]
    score = judge("citation_recall", claims, [MONEY])
    assert score == Score(0.5, "2 claims", "not backed: It put in US$9 billion.")


def test_citations_shifted_by_one_are_noticed() -> None:
    claims = [("It put in US$8 billion.", [2]), ("It was spent by 2019.", [1])]
    for measure in CITING_SCORERS:
        assert judge(measure, claims, [MONEY, YEAR]).value == 0.0


def test_a_citation_that_adds_nothing_costs_precision_not_recall() -> None:
    claims = [("It put in US$8 billion.", [1, 2])]
    assert judge("citation_recall", claims, [MONEY, IDLE]).value == 1.0
    score = judge("citation_precision", claims, [MONEY, IDLE])
    assert score.value == 0.5
    assert score.explanation == "[2] isn't needed: It put in US$8 billion."


def test_the_heads_that_a_later_part_of_a_table_is_shown_with_back_its_figures() -> None:
    rows = build_cited(1, "| 2022 | 251.3 |\n| 2023 | 268.0 |")
    headed = {**rows, "passage_shown": f"| Year | Revenue (US$ million) |\n{rows['passage']}"}
    claims = [("It was “| 2023 | 268.0 |” (i.e. US$268 million).", [1])]
    for citation, value in ((rows, 0.0), (headed, 1.0)):
        assert judge("citation_recall", claims, [], citations=[citation]).value == value


def test_two_that_each_back_a_part_are_both_needed() -> None:
    claims = [("It put in US$8 billion by 2019.", [1, 2])]
    assert judge("citation_precision", claims, [MONEY, YEAR]).value == 1.0


def test_two_that_each_back_all_of_it_are_both_right() -> None:
    assert judge("citation_precision", [("US$8 billion.", [1, 2])], [MONEY, MONEY]).value == 1.0


def test_a_claim_that_cites_nothing_is_not_backed() -> None:
    assert judge("citation_recall", [("It put in US$8 billion.", [])], [MONEY]).value == 0.0


def test_a_computed_figure_is_backed_by_what_it_was_computed_from() -> None:
    claims = [("Together they spent US$11 billion.", [1, 2])]
    passages = [MONEY, "Another firm spent 3 billion U.S. dollars."]
    computed = {
        "text": "US$11 billion",
        "verdict": "computed",
        "operands": [{"text": "8 billion U.S. dollars"}, {"text": "3 billion U.S. dollars"}],
    }
    assert judge("citation_recall", claims, passages).value == 0.0
    assert judge("citation_recall", claims, passages, figures=[computed]).value == 1.0


def test_the_year_of_the_source_is_the_source_s_own() -> None:
    assert judge("citation_recall", [("By 2021 it was US$8 billion.", [1])], [MONEY]).value == 1.0


def test_a_claim_that_can_not_be_judged_counts_neither_way() -> None:
    claims = [("该公司表现良好。", [1]), ("It put in US$8 billion.", [1])]
    assert judge("citation_recall", claims, [MONEY]).answer == "1 claims"
    assert judge("citation_recall", claims[:1], [MONEY]).value is None


@pytest.mark.parametrize("measure", CITING_SCORERS)
def test_a_refusal_cites_nothing_and_is_not_scored(measure: str) -> None:
    assert CITING_SCORERS[measure](Ask(build_case(), "en"), as_json(build_refusal())).value is None
