"""Which chunks are found, across languages and under filters, in an index made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.answer import Filters
from assistant.glossary import build_glossary
from assistant.question import Question
from assistant.retrieval import HybridRetriever
from tests.support.nodes import build_node, build_searcher

MILL = build_node("The paper mill employs 400 people.", document="mill.md", organisation="Mill")
FERRY = build_node("The ferry carried 31,000 cyclists.", document="ferry.md", year=2021)
SHIP = build_node("轮渡去年运送旅客三万人次。", document="ship.md", organisation="轮渡公司")
GLASS = build_node("康宁公司在当地建设玻璃工厂。", document="glass.md", organisation="玻璃")
NODES = (MILL, FERRY, SHIP, GLASS)
SEARCHER = build_searcher(*NODES, glossary=build_glossary([("康宁", "Corning")], []))


def find(question: str, top_k: int = 8, filters: Filters | None = None) -> list[str]:
    asked = Question(question, filters=filters or Filters())
    hits = HybridRetriever(SEARCHER, top_k).retrieve(asked)
    return [hit.node.metadata["document"] for hit in hits]


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("How many people does the paper mill employ?", "mill.md"),
        ("How many cyclists did the ferry carry?", "ferry.md"),
        ("轮渡运送了多少旅客？", "ship.md"),
    ],
)
def test_the_chunk_that_shares_the_words_comes_first(question: str, document: str) -> None:
    assert find(question)[0] == document


@pytest.mark.parametrize(
    ("question", "best", "worse"),
    [
        # The embedding here knows letters only: the dictionary and the glossary do it.
        ("Which factory makes glass?", "glass.md", "ship.md"),
        ("Where does Corning build?", "glass.md", "ship.md"),
        ("造纸厂有多少人？", "mill.md", "ferry.md"),
    ],
)
def test_words_are_found_across_languages(question: str, best: str, worse: str) -> None:
    found = find(question)
    assert found.index(best) < found.index(worse)


def test_hits_come_best_first_and_no_more_than_asked_for() -> None:
    hits = HybridRetriever(SEARCHER, 3).retrieve(Question("How many people work at the mill?"))
    scores = [hit.score or 0.0 for hit in hits]
    assert len(hits) == 3
    assert scores == sorted(scores, reverse=True)
    assert len(find("How many people work at the mill?", top_k=99)) == len(NODES)


@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        (Filters(), {"mill.md", "ferry.md", "ship.md", "glass.md"}),
        (Filters(documents=("ship.md", "mill.md")), {"ship.md", "mill.md"}),
        (Filters(organisations=("MILL",)), {"mill.md"}),
        (Filters(years=(2021,)), {"ferry.md"}),
        (Filters(languages=("zh",)), {"ship.md", "glass.md"}),
        (Filters(languages=("zh",), years=(2021,)), set()),
    ],
)
def test_filters_hold_however_well_another_chunk_fits(filters: Filters, allowed: set[str]) -> None:
    for question in ("How many cyclists did the ferry carry?", "轮渡运送了多少旅客？"):
        assert set(find(question, filters=filters)) == allowed


def test_a_plain_query_is_searched_without_filters() -> None:
    hits = HybridRetriever(SEARCHER).retrieve("How many cyclists did the ferry carry?")
    assert hits[0].node.metadata["document"] == "ferry.md"


def test_a_question_is_searched_once() -> None:
    searcher = build_searcher(*NODES)
    assert searcher.search("How many?") is searcher.search("How many?")
    assert searcher.search("How many?") is not searcher.search("How much?")


def test_a_search_tells_which_chunks_are_in_the_questions_language() -> None:
    assert SEARCHER.search("How many?").same.tolist() == [True, True, False, False]
    assert SEARCHER.search("有多少？").same.tolist() == [False, False, True, True]


def test_all_scores_are_numbers() -> None:
    for question in ("How many?", "多少", "?", ""):
        assert np.isfinite(SEARCHER.search(question).scores).all()


def test_nothing_is_found_where_nothing_is() -> None:
    assert HybridRetriever(build_searcher()).retrieve(Question("How many?")) == []
