"""Example questions come from what the documents themselves say in figures."""

from __future__ import annotations

import numpy as np
import pytest
from llama_index.core.schema import TextNode

from assistant.answer import Language
from assistant.examples import EXAMPLES, find_examples
from assistant.index import SearchIndex, build_index
from store.loaded import Loaded

FIGURES = {"en": "It sold 40 tonnes for CNY 3 million.", "zh": "销售额为300万元。"}


def build(*chunks: dict[str, str]) -> SearchIndex:
    nodes = [
        TextNode(
            id_=str(number),
            text=chunk.get("text", FIGURES[chunk.get("language", "en")]),
            metadata={"document": "a", "language": "en", "sentences": "[]"}
            | {key: value for key, value in chunk.items() if key != "text"},
        )
        for number, chunk in enumerate(chunks)
    ]
    rows = np.zeros((len(nodes), 2), dtype=np.float32)
    return build_index(Loaded(nodes, rows, [rows[:0]] * len(nodes)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_example_names_who_and_what_in_the_askers_language(language: Language) -> None:
    (question,) = find_examples(build({"organisation": "Port", "section": "Salt"}), language)
    assert "Port" in question
    assert "Salt" in question
    assert any("\u4e00" <= char <= "\u9fff" for char in question) == (language == "zh")


def test_where_no_organisation_speaks_the_title_does() -> None:
    (question,) = find_examples(build({"title": "Yearbook", "section": "Salt"}), "en")
    assert "Yearbook" in question


def test_each_speaker_has_one_example_and_three_are_enough() -> None:
    names = ("A1", "A1", "B2", "C3", "D4")
    index = build(*({"organisation": n, "section": f"Salt {i}"} for i, n in enumerate(names)))
    found = find_examples(index, "en")
    assert len(found) == EXAMPLES == 3
    for part, question in zip(("A1", "B2", "C3"), found, strict=True):
        assert part in question
    assert "Salt 0" in found[0]


def test_chunks_in_the_askers_language_come_first() -> None:
    index = build(
        {"organisation": "Port", "section": "Salt"},
        {"organisation": "灯塔港", "section": "海盐", "language": "zh"},
    )
    assert "灯塔港" in find_examples(index, "zh")[0]
    assert "Port" in find_examples(index, "en")[0]
    assert len(find_examples(index, "zh")) == 2


@pytest.mark.parametrize(
    "chunk",
    [
        {"section": "Salt"},
        {"organisation": "Port"},
        {"organisation": "Port", "section": "Port"},
        {"organisation": "Port", "section": "S" * 61},
        {"organisation": "Port", "section": "Salt", "text": "It was founded by fishermen."},
    ],
)
def test_a_chunk_that_tells_too_little_makes_none(chunk: dict[str, str]) -> None:
    assert find_examples(build(chunk), "en") == []


def test_an_empty_collection_has_no_examples() -> None:
    assert find_examples(build(), "zh") == []
