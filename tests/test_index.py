"""A collection in memory: whose sentences are whose, and what filters leave."""

from __future__ import annotations

import json

import numpy as np
import pytest
from llama_index.core.schema import TextNode

from assistant.answer import Filters
from assistant.index import SearchIndex, build_index, sentence_spans
from assistant.text.terms import find_terms
from store.loaded import Loaded
from store.vectors import Vectors

EYE = np.eye(4, dtype=np.float32)


def build_node(name: str, text: str, spans: list[list[int]], **known: object) -> TextNode:
    metadata = {"document": name, "language": "en", "sentences": json.dumps(spans), **known}
    return TextNode(id_=name, text=text, metadata=metadata)


@pytest.fixture
def index() -> SearchIndex:
    nodes = [
        build_node("a.txt", "Salt. Rail.", [[0, 5, 0, 5], [6, 11, 6, 11]], organisation="Port"),
        build_node("B.TXT", "Heading", [], year=2023, head="Port, 2023, Harbour"),
        build_node(
            "zh/c.md", "运盐。", [[0, 3, 0, 3]], organisation="Straße Co", language="zh", year=2024
        ),
    ]
    sentences: list[Vectors] = [EYE[[0, 1]], EYE[:0], EYE[[2]]]
    return build_index(Loaded(nodes, EYE[:3], sentences))


def allowed(index: SearchIndex, **filters: tuple[object, ...]) -> list[bool]:
    return [bool(each) for each in index.allowed(Filters(**filters))]  # type: ignore[arg-type]


def test_sentences_belong_to_their_chunks(index: SearchIndex) -> None:
    assert index.owners.tolist() == [0, 0, 2]
    assert index.starts.tolist() == [0, 2, 2, 3]
    assert index.sentences.tolist() == EYE[[0, 1, 2]].tolist()


def test_rows_and_languages_are_in_the_order_of_the_chunks(index: SearchIndex) -> None:
    assert index.rows == {"a.txt": 0, "B.TXT": 1, "zh/c.md": 2}
    assert index.languages.tolist() == ["en", "en", "zh"]
    assert index.organisations == ("Port", "Straße Co")


def test_a_chunk_counts_as_its_best_sentence(index: SearchIndex) -> None:
    vector = np.array([0.1, 0.7, 0.2, 0.0], dtype=np.float32)
    chunks = np.array([0.3, 0.4, 0.5], dtype=np.float32)
    assert index.best_sentences(vector, chunks).tolist() == pytest.approx([0.7, 0.4, 0.2])


def test_a_sentence_that_points_away_still_counts_as_it_is(index: SearchIndex) -> None:
    vector = np.array([-0.5, -0.7, -0.2, 0.0], dtype=np.float32)
    chunks = np.zeros(3, dtype=np.float32)
    assert index.best_sentences(vector, chunks).tolist() == pytest.approx([-0.5, 0.0, -0.2])


def test_the_head_line_is_searched_with_the_text(index: SearchIndex) -> None:
    words = [[[term]] for term in find_terms("Harbour")]
    assert (index.lexical.score(words) > 0).tolist() == [False, True, False]


def test_figures_of_a_chunk_are_searched_too() -> None:
    node = build_node("a", "CNY 5 billion", [], figures="#5000000000 #7")
    index = build_index(Loaded([node], EYE[:1], [EYE[:0]]))
    assert index.lexical.knows(["#5000000000", "#7"])


def test_without_filters_all_is_allowed(index: SearchIndex) -> None:
    assert allowed(index) == [True, True, True]


@pytest.mark.parametrize("name", ["Port", "PORT", "port"])
def test_organisations_are_the_same_in_any_case(index: SearchIndex, name: str) -> None:
    assert allowed(index, organisations=(name,)) == [True, False, False]


def test_case_is_folded_as_each_language_does(index: SearchIndex) -> None:
    assert allowed(index, organisations=("STRASSE CO",)) == [False, False, True]


@pytest.mark.parametrize(
    ("document", "row"), [("a.txt", 0), ("B.TXT", 1), ("zh/c.md", 2), ("A.TXT", None)]
)
def test_documents_are_named_exactly(index: SearchIndex, document: str, row: int | None) -> None:
    assert allowed(index, documents=(document,)) == [row == n for n in range(3)]


def test_years_and_languages_filter(index: SearchIndex) -> None:
    assert allowed(index, years=(2023, 2024)) == [False, True, True]
    assert allowed(index, languages=("zh",)) == [False, False, True]
    assert allowed(index, languages=("en", "zh")) == [True, True, True]


def test_filters_hold_together(index: SearchIndex) -> None:
    assert allowed(index, years=(2024,), languages=("en",)) == [False, False, False]
    assert allowed(index, years=(2024,), organisations=("straße co",)) == [False, False, True]


def test_an_empty_collection_has_an_index() -> None:
    index = build_index(Loaded([], EYE[:0], []))
    assert index.sentences.shape[0] == 0
    assert index.allowed(Filters(years=(2024,))).shape == (0,)
    assert index.starts.tolist() == [0]
    assert index.organisations == ()
    assert index.lexical.score([[["salt"]]]).shape == (0,)


def test_sentence_spans_are_those_of_the_clean_text(index: SearchIndex) -> None:
    assert sentence_spans(index.nodes[0]) == [(0, 5), (6, 11)]
    assert sentence_spans(index.nodes[1]) == []
