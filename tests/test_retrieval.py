"""Which chunks are found, across languages and under filters, in an index made by hand."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from llama_index.core.schema import TextNode

from assistant import retrieval
from assistant.answer import Filters
from assistant.calling import Usage
from assistant.expansion import NOTHING, Expansion
from assistant.glossary import build_glossary
from assistant.question import Question
from assistant.retrieval import KEPT, HybridRetriever, Search, Searcher
from assistant.room import Room
from store.embedding import HashEmbedding
from store.vectors import TokenRows, Vectors
from tests.support.nodes import build_node, build_searcher

MILL = build_node("The paper mill employs 400 people.", document="mill.md", organisation="Mill")
FERRY = build_node("The ferry carried 31,000 cyclists.", document="ferry.md", year=2021)
SHIP = build_node("轮渡去年运送旅客三万人次。", document="ship.md", organisation="轮渡公司")
GLASS = build_node("康宁公司在当地建设玻璃工厂。", document="glass.md", organisation="玻璃")
NODES = (MILL, FERRY, SHIP, GLASS)
GLOSSARY = build_glossary([("康宁", "Corning")], [])
SEARCHER = build_searcher(*NODES, glossary=GLOSSARY)
LINES = [build_node(f"Ferry number {n} carried {n} cyclists.", document=f"{n}") for n in range(8)]
ZEILEN = [build_node(f"第{n}艘轮渡运送了旅客。", document=f"zh{n}") for n in range(6)]
ASKED = "How many cyclists did ferry 5 carry?"


class Wordless(HashEmbedding):
    """Knows whole texts only, as an engine without token vectors does."""

    def query_tokens(self, text: str) -> TokenRows:
        return self._no_tokens()

    def read_passages(self, texts: Sequence[str]) -> tuple[Vectors, list[TokenRows]]:
        raise AssertionError("there are no tokens to be read")


def find(
    question: str, top_k: int = 8, filters: Filters | None = None, searcher: Searcher = SEARCHER
) -> list[str]:
    asked = Question(question, filters=filters or Filters())
    hits = HybridRetriever(searcher, top_k).retrieve(asked)
    return [hit.node.metadata["document"] for hit in hits]


def best_first(search: Search) -> list[int]:
    return [int(row) for row in np.argsort(-search.scores, kind="stable")]


def watch(searcher: Searcher) -> tuple[Searcher, list[str]]:
    """The same, noting the documents whose tokens are asked for."""
    asked: list[str] = []
    read = searcher.late.tokens

    def tokens(nodes: Sequence[TextNode]) -> list[TokenRows]:
        asked.extend(str(node.metadata["document"]) for node in nodes)
        return read(nodes)

    late = replace(searcher.late, tokens=tokens)
    return replace(searcher, late=late), asked


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
        # The embedding here knows letters only, and no tokens: dictionary and glossary do it.
        ("Which factory makes glass?", "glass.md", "ship.md"),
        ("Where does Corning build?", "glass.md", "ship.md"),
        ("造纸厂有多少人？", "mill.md", "ferry.md"),
    ],
)
def test_words_are_found_across_languages(question: str, best: str, worse: str) -> None:
    searcher = build_searcher(*NODES, glossary=GLOSSARY, embedding=Wordless())
    found = find(question, searcher=searcher)
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


def test_two_threads_that_ask_the_same_keep_what_they_compare_to_themselves() -> None:
    searcher = build_searcher(*NODES)
    own = searcher.search("How many?")
    others: list[Search] = []
    thread = threading.Thread(target=lambda: others.append(searcher.search("How many?")))
    thread.start()
    thread.join()
    searcher.match(own, [0, 1])
    assert others[0].scores.tolist() == own.scores.tolist()
    assert others[0].matches == {}


def test_what_was_looked_at_under_a_filter_moves_no_later_question() -> None:
    searcher = build_searcher(*NODES)
    find("How many?", filters=Filters(documents=("mill.md",)), searcher=searcher)
    assert set(searcher.search("How many?").matches) == {0}
    find("How many?", filters=Filters(documents=("ferry.md",)), searcher=searcher)
    assert set(searcher.search("How many?").matches) == {1}


def test_searches_that_are_kept_have_a_bound() -> None:
    searcher = build_searcher(*NODES)
    for number in range(KEPT + 1):
        searcher.search(f"How many of {number}?")
    assert len(searcher._own.known) == 1


def test_a_question_waits_until_there_is_room_but_a_model_is_asked_before() -> None:
    searcher = replace(build_searcher(*NODES), room=Room(1))
    asked, found = threading.Event(), threading.Event()

    def expand(question: str, usage: Usage) -> Expansion:
        asked.set()
        return NOTHING

    def retrieve() -> None:
        HybridRetriever(searcher, expand=expand).retrieve("How many cyclists?")
        found.set()

    thread = threading.Thread(target=retrieve)
    with searcher.room.enter():
        thread.start()
        assert asked.wait(5)
        assert not found.wait(0.2)
    assert found.wait(5)
    thread.join()


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


def test_only_the_first_of_each_language_are_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval, "CANDIDATES", 3)
    searcher = build_searcher(*LINES, *ZEILEN)
    for question in (ASKED, "第5艘轮渡运送了多少旅客？"):
        search = searcher.search(question)
        ordered = best_first(search)
        firsts = [
            [row for row in ordered if search.same[row] == same][:3] for same in (True, False)
        ]
        moved = searcher.rescore(search, ordered) - search.scores
        assert set(np.flatnonzero(moved)) <= {row for rows in firsts for row in rows}
        assert np.count_nonzero(moved) >= 3
        for rows in firsts:
            # Candidates are compared with each other: what one gains the others lose.
            assert float(moved[rows].sum()) == pytest.approx(0, abs=1e-5)


def test_candidates_are_the_first_of_the_order_that_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retrieval, "CANDIDATES", 2)
    searcher = build_searcher(*LINES)
    search = searcher.search(ASKED)
    moved = searcher.rescore(search, [7, 0, 3, 5]) - search.scores
    assert set(np.flatnonzero(moved)) <= {7, 0}


def test_the_chunk_that_answers_word_by_word_gains() -> None:
    far = build_node("Cyclists carry on. The mill is far. Many ferry it.", document="far")
    near = build_node("The mill is far. The ferry carried cyclists.", document="near")
    searcher = build_searcher(far, near, build_node("Nothing of the kind at all.", document="none"))
    search = searcher.search("ferry carried cyclists")
    rows = best_first(search)
    gained = searcher.rescore(search, rows) - search.scores
    assert np.argmax(gained) == 1
    assert np.argmin(gained) == 2


def test_without_tokens_scores_stay_as_they_are() -> None:
    searcher = build_searcher(*LINES, *ZEILEN, embedding=Wordless())
    search = searcher.search(ASKED)
    np.testing.assert_array_equal(searcher.rescore(search, best_first(search)), search.scores)
    assert len(find(ASKED, searcher=searcher)) == 8


def test_rescoring_leaves_the_search_as_it_was() -> None:
    search = SEARCHER.search("How many cyclists?")
    before = search.scores.copy()
    once = SEARCHER.rescore(search, best_first(search))
    np.testing.assert_array_equal(search.scores, before)
    np.testing.assert_array_equal(SEARCHER.rescore(search, best_first(search)), once)


def test_nothing_to_rescore_moves_nothing() -> None:
    search = SEARCHER.search("How many cyclists?")
    np.testing.assert_array_equal(SEARCHER.rescore(search, []), search.scores)


def test_hits_carry_the_scores_that_they_are_ordered_by() -> None:
    searcher = build_searcher(*LINES, *ZEILEN)
    hits = HybridRetriever(searcher).retrieve(Question(ASKED))
    search = searcher.search(ASKED)
    scores = searcher.rescore(search, best_first(search))
    for hit in hits:
        assert hit.score == pytest.approx(float(scores[searcher.index.rows[hit.node.node_id]]))
    assert [hit.score for hit in hits] == sorted((hit.score or 0 for hit in hits), reverse=True)


def test_a_chunk_is_compared_with_a_question_once() -> None:
    searcher, asked = watch(build_searcher(*NODES))
    search = searcher.search("How many cyclists did the ferry carry?")
    first = searcher.match(search, [1, 2])
    asked.clear()
    again = searcher.match(search, [2, 1, 2])
    assert asked == []
    assert [id(one) for one in again] == [id(first[1]), id(first[0]), id(first[1])]
    searcher.match(searcher.search("How many people?"), [1])
    assert asked == ["ferry.md"]


def test_candidates_are_sought_among_what_the_filters_allow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retrieval, "CANDIDATES", 2)
    searcher = build_searcher(*LINES)
    last = [LINES[row].metadata["document"] for row in best_first(searcher.search(ASKED))[-2:]]
    found = find(ASKED, filters=Filters(documents=tuple(last)), searcher=searcher)
    assert set(found) == set(last)
    # Those alone were looked at, though six others fit better.
    looked_at = searcher.search(ASKED).matches
    assert {LINES[row].metadata["document"] for row in looked_at} == set(last)


def expanded(question: str, expansion: Expansion) -> dict[str, float | None]:
    """The score of each document, with what a model adds to the question."""
    retriever = HybridRetriever(SEARCHER, expand=lambda asked, usage: expansion)
    hits = retriever.retrieve(Question(question))
    return {str(hit.node.metadata["document"]): hit.score for hit in hits}


def test_a_translation_brings_what_the_question_does_not_reach() -> None:
    strange = "How many travellers used the boat?"
    assert find(strange)[0] != "ship.md"
    assert next(iter(expanded(strange, Expansion("轮渡去年运送旅客多少人次？")))) == "ship.md"


def test_question_and_translation_count_alike() -> None:
    question, translation = "How many cyclists did the ferry carry?", "康宁公司建设了什么工厂？"
    found = expanded(question, Expansion(translation))
    assert found == pytest.approx(expanded(translation, Expansion(question)))
    assert set(list(found)[:2]) == {"ferry.md", "glass.md"}


def test_all_queries_together_count_as_one_question() -> None:
    question = "How many cyclists did the ferry carry?"
    one = expanded(question, Expansion(queries=("paper mill employs",)))
    three = expanded(question, Expansion(queries=("paper mill employs",) * 3))
    assert one == pytest.approx(three)
    assert one["mill.md"] != expanded(question, NOTHING)["mill.md"]


def test_an_empty_expansion_leaves_the_scores_as_they_are() -> None:
    question = "How many cyclists did the ferry carry?"
    plain = HybridRetriever(SEARCHER).retrieve(Question(question))
    assert list(expanded(question, NOTHING).values()) == [hit.score for hit in plain]


def test_an_expansion_looks_only_where_the_question_may() -> None:
    retriever = HybridRetriever(
        SEARCHER, expand=lambda asked, usage: Expansion("轮渡运送了多少旅客？")
    )
    asked = Question("How many cyclists?", filters=Filters(documents=("mill.md",)))
    assert [hit.node.metadata["document"] for hit in retriever.retrieve(asked)] == ["mill.md"]
