"""A collection in memory: whose sentences are whose, and what filters leave."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from llama_index.core.schema import TextNode

import assistant.index
from assistant.answer import Filters
from assistant.index import SearchIndex, build_index, sentence_spans
from assistant.text.terms import find_terms
from store.loaded import Loaded
from store.vectors import Vectors, unit_rows

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
    assert index.sentences[0:3].tolist() == EYE[[0, 1, 2]].tolist()


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


def on_disk(index: SearchIndex) -> SearchIndex:
    """The same with sentences that aren't in memory."""
    return replace(index, part=replace(index.part, sentences=None))


def drawn_index(many: int) -> SearchIndex:
    drawn = np.random.default_rng(5)
    rows = unit_rows(drawn.normal(size=(4 * many, 8)).astype(np.float32))
    nodes = [
        build_node(f"{n}", f"word{n}", [], language=("en", "zh", "other")[n % 3])
        for n in range(many)
    ]
    said = np.split(rows[many:], np.sort(drawn.integers(0, 3 * many, many - 1)))
    return build_index(Loaded(nodes, rows[:many], said))


def test_sentences_on_disk_are_the_same_for_each_chunk(index: SearchIndex) -> None:
    read = on_disk(index)
    for row in range(3):
        own = slice(index.starts[row], index.starts[row + 1])
        assert read.sentences[own].tolist() == index.sentences[own].tolist()
    assert read.sentences[0:3].tolist() == index.sentences[0:3].tolist()


def test_sentences_on_disk_are_read_for_the_first_chunks_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(assistant.index, "READ_CHUNKS", 40)
    index = drawn_index(300)
    vector = index.vectors[7]
    chunks = index.vectors @ vector
    exact = index.best_sentences(vector, chunks)
    lexical = np.zeros(300, dtype=np.float32)
    lexical[11] = 5  # its words alone bring it there
    lexical[12] = -np.inf
    found = on_disk(index).best_sentences(vector, chunks, lexical)
    first = set(np.argsort(-np.where(np.isinf(lexical), -9, chunks + lexical))[:40].tolist())
    same = {row for row in range(300) if found[row] == pytest.approx(exact[row], abs=1e-6)}
    assert first <= same
    assert {7, 11} <= first
    others = sorted(set(range(300)) - first)
    gaps = found[others] - chunks[others]
    assert gaps.tolist() == pytest.approx([gaps[0]] * len(others), abs=1e-6)
    assert gaps[0] == pytest.approx(np.mean((exact - chunks)[sorted(first)]), abs=1e-6)


def test_few_chunks_on_disk_are_as_exact_as_in_memory() -> None:
    index = drawn_index(60)
    chunks = index.vectors @ index.vectors[0]
    exact = index.best_sentences(index.vectors[0], chunks)
    assert on_disk(index).best_sentences(index.vectors[0], chunks) == pytest.approx(exact)


def test_a_sample_stands_for_the_sentences_of_each_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = drawn_index(90)
    owners, rows = on_disk(index).sample
    assert sorted(map(tuple, rows.tolist())) == sorted(map(tuple, index.sample[1].tolist()))
    for owner, row in zip(owners, rows, strict=True):
        own = index.sentences[slice(index.starts[owner], index.starts[owner + 1])]
        assert row.tolist() in own.tolist()
    monkeypatch.setattr(assistant.index, "SAMPLED_CHUNKS", 5)
    taken = set(on_disk(index).sample[0].tolist())
    assert 0 < len(taken) <= 15


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
    assert len(index.sample[1]) == 0
    assert index.allowed(Filters(years=(2024,))).shape == (0,)
    assert index.starts.tolist() == [0]
    assert index.organisations == ()
    assert index.lexical.score([[["salt"]]]).shape == (0,)


def test_sentence_spans_are_those_of_the_clean_text(index: SearchIndex) -> None:
    assert sentence_spans(index.nodes[0]) == [(0, 5), (6, 11)]
    assert sentence_spans(index.nodes[1]) == []
