"""Chunks: whole sentences, exact places, one voice each, ids that change with what they hold."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.schema import Document, TextNode

from assistant.text.language import split_sentences
from store.catalog import CatalogEntry, CatalogSection
from store.chunks import MAX_TOKENS, build_chunks, count_tokens, embedded_text, find_heads
from store.ledger import hash_text
from store.places import Mark, Place, find_place
from store.spans import find_original

ENGLISH = " ".join(f"Ship {n} brought {n * 7} tonnes of salt to the harbour." for n in range(80))
CHINESE = "".join(f"第{n}艘船运来了{n * 7}吨海盐，用时{n}天。" for n in range(80))
TABLE = "\n".join(f"| Ship {n} | {n * 7} t | salt |" for n in range(80))
PARTS = (
    "# | - 1. <sup>3</sup> 12 Source: Title Harbour develop- grew. 全市 增长。 \t --- ﬁ &amp; <b> "
    "С , ; 😀 \u200b"
).split(" ")
texts = st.text() | st.lists(
    st.sampled_from([*PARTS, ENGLISH[:2500], CHINESE[:900], " ", "\n", "\n\n", "\r\n"]), max_size=40
).map("".join)


def chunk(text: str, entry: CatalogEntry | None = None, **known: Any) -> list[TextNode]:
    metadata = {"title": "Salt", "sha256": hash_text(text.encode("utf-8", "replace").decode())}
    return build_chunks(Document(id_="salt.md", text=text, metadata=metadata | known), entry)


def sentences_of(node: TextNode) -> list[list[int]]:
    return list(json.loads(node.metadata["sentences"]))


def ids(nodes: list[TextNode]) -> list[str]:
    return [node.node_id for node in nodes]


def test_nothing_gives_no_chunks() -> None:
    assert chunk("") == chunk(" \n\n") == chunk("---\n\n***\n") == []


def test_a_short_document_is_one_chunk_that_says_what_it_is() -> None:
    text = "# Salt of the sea\n\nIt comes by ship.\nIt leaves by rail.\n"
    (node,) = chunk(text, organisation="Port", year=2024, publisher="Quay Press", author="A. Pier")
    start, end = text.index("Salt of"), text.index("rail.") + 5
    assert node.text == "Salt of the sea\nIt comes by ship. It leaves by rail."
    kept = {key: node.metadata[key] for key in ("document", "title", "section", "language")}
    assert kept == {
        "document": "salt.md",
        "title": "Salt",
        "section": "Salt of the sea",
        "language": "en",
    }
    assert node.metadata["head"] == "Port, 2024, Salt, Salt of the sea"
    assert (node.metadata["start"], node.metadata["end"]) == (start, end)
    assert (node.metadata["line_from"], node.metadata["line_to"]) == (1, 4)
    assert node.metadata["author"] == "A. Pier"
    assert node.metadata["publisher"] == "Quay Press"


def test_what_nobody_said_is_no_key() -> None:
    (node,) = chunk("It comes by ship.")
    assert not {"organisation", "author", "year", "section"} & set(node.metadata)
    assert node.metadata["head"] == "Salt"


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (CHINESE, "zh")])
def test_long_prose_is_cut_between_sentences(text: str, language: str) -> None:
    nodes = chunk(text)
    assert len(nodes) > 3
    quoted = [node.text[a:b] for node in nodes for a, b, *_ in sentences_of(node)]
    assert quoted == [text[a:b] for a, b in split_sentences(text)]
    for node in nodes:
        assert node.metadata["language"] == language
        assert count_tokens(node.text) <= MAX_TOKENS[language] + len(sentences_of(node))
    assert all(count_tokens(node.text) > MAX_TOKENS[language] * 0.8 for node in nodes[:-1])


def test_rows_of_a_table_are_never_cut() -> None:
    rows = [line for node in chunk(TABLE) for line in node.text.split("\n")]
    assert rows == TABLE.split("\n")


@pytest.mark.parametrize(
    "text",
    [
        "salt, " * 3000,
        "x" * 9000,
        "盐、" * 3000,
        "| salt " * 4000,
        "😀 salt" * 900,
        "é ě salt " * 900,
    ],
)
def test_a_sentence_that_no_chunk_could_hold_is_cut_without_loss(text: str) -> None:
    nodes = chunk(text)
    assert len(nodes) > 3
    assert all(count_tokens(node.text) <= max(MAX_TOKENS.values()) for node in nodes)
    assert "".join("".join(node.text for node in nodes).split()) == "".join(text.split())


def test_a_long_sentence_is_cut_at_its_clauses() -> None:
    nodes = chunk("It holds " + "grey salt of the northern sea, " * 100)
    assert all(node.text.rstrip().endswith("sea,") for node in nodes[:-1])


def test_a_list_of_headings_is_no_endless_chunk() -> None:
    nodes = chunk("\n".join(f"# Chapter {n} of the long book" for n in range(300)))
    assert max(count_tokens(node.text) for node in nodes) < 1.3 * MAX_TOKENS["en"]
    assert sum(node.text.count("Chapter") for node in nodes) == 300


def test_a_heading_stays_with_what_it_heads() -> None:
    text = f"{ENGLISH}\n\n# Rail\n\n{ENGLISH}"
    (node,) = [node for node in chunk(text) if "Rail" in node.text]
    assert not node.text.endswith("Rail")


def test_a_chunk_is_named_after_its_own_heading() -> None:
    text = f"# Salt\n\n{ENGLISH}\n\n# Rail\n\n{CHINESE}"
    nodes = chunk(text)
    sections = [node.metadata["section"] for node in nodes]
    first = next(i for i, node in enumerate(nodes) if node.text.startswith("Rail"))
    assert set(sections[:first]) == {"Salt"}
    assert set(sections[first:]) == {"Rail"}


def test_headings_are_no_sentences_to_quote() -> None:
    (node,) = chunk("# Salt of the sea\n\nIt comes by ship.")
    assert [node.text[a:b] for a, b, *_ in sentences_of(node)] == ["It comes by ship."]


def test_a_quotation_runs_over_page_furniture_in_the_text() -> None:
    text = "It comes by<sup>3</sup> ship from the de-\nveloped coast."
    (node,) = chunk(text)
    ((a, b, start, end),) = sentences_of(node)
    assert node.text[a:b] == "It comes by ship from the developed coast."
    assert text[start:end] == text


SECTIONS = CatalogEntry(
    "salt.md",
    sections=(
        CatalogSection(1, 1, organisation="Port", author="A. Pier"),
        CatalogSection(2, 3, organisation="Mill", title="Rails"),
    ),
)


def test_no_chunk_holds_two_voices_even_within_a_paragraph() -> None:
    text = "The port says that it grew\nwhile the mill says that it fell\nin the same year.\n"
    port, mill = chunk(text, SECTIONS, organisation="Council")
    assert (port.text, port.metadata["organisation"]) == ("The port says that it grew", "Port")
    assert mill.text == "while the mill says that it fell in the same year."
    assert (mill.metadata["organisation"], mill.metadata["title"]) == ("Mill", "Rails")
    assert port.metadata["author"] == "A. Pier"
    assert "author" not in mill.metadata


def test_a_heading_of_one_voice_is_not_given_to_the_next() -> None:
    text = "# Salt\nThe mill says that it fell.\nAnd so it did.\n"
    _, mill = chunk(text, SECTIONS)
    assert mill.metadata["section"] == "Rails"


@given(texts, st.lists(st.integers(1, 20), min_size=2, max_size=6, unique=True).map(sorted))
def test_sections_of_a_catalog_are_never_mixed(text: str, firsts: list[int]) -> None:
    bounds = pairwise(firsts)
    entry = CatalogEntry(
        "salt.md",
        sections=tuple(CatalogSection(a, b - 1, organisation=f"#{a}") for a, b in bounds),
    )
    for node in chunk(text, entry):
        line_from, line_to = node.metadata["line_from"], node.metadata["line_to"]
        for section in entry.sections:
            inside = section.line_from <= line_from and line_to <= section.line_to
            apart = line_to < section.line_from or section.line_to < line_from
            spoken = node.metadata.get("organisation") == section.organisation
            assert inside if spoken else apart or line_from < section.line_from


@given(texts)
def test_any_text_is_chunked_with_spans_in_range(text: str) -> None:
    lines = text.count("\n") + 1
    for node in chunk(text):
        start, end = node.metadata["start"], node.metadata["end"]
        assert 0 <= start < end <= len(text)
        assert 1 <= node.metadata["line_from"] <= node.metadata["line_to"] <= lines
        assert node.metadata["line_from"] == text.count("\n", 0, start) + 1
        last = 0
        for a, b, first, final in sentences_of(node):
            assert last <= a < b <= len(node.text)
            assert start <= first < final <= end
            last = b


@given(texts)
def test_sentences_map_back_to_where_they_stand(text: str) -> None:
    for node in chunk(text):
        for a, b, first, final in sentences_of(node):
            assert find_original(node.metadata, a, b) == (first, final)
            for place in (a, b - 1):
                offset, _ = find_original(node.metadata, place, place + 1)
                if node.text[place].isascii() and text[offset].isascii():
                    plain = node.text[place].isalnum() and text[offset].isalnum()
                    assert not plain or node.text[place] == text[offset]


@given(st.lists(st.sampled_from(["It grew.", "港口增长。", "In 2024 it fell 3.5 %.", "\n\n"])))
def test_plain_sentences_are_verbatim_in_the_text(parts: list[str]) -> None:
    text = " ".join(parts)
    for node in chunk(text):
        for a, b, first, final in sentences_of(node):
            assert text[first:final] == node.text[a:b]


@given(texts)
def test_ids_are_the_same_each_time_and_each_its_own(text: str) -> None:
    first = ids(chunk(text))
    assert first == ids(chunk(text))
    assert len(set(first)) == len(first)


@given(texts)
def test_no_chunk_is_far_over_the_limit(text: str) -> None:
    for node in chunk(text):
        joins = node.text.count("\n") + len(sentences_of(node))
        assert count_tokens(node.text) <= 1.45 * max(MAX_TOKENS.values()) + joins


def test_ids_change_with_text_document_and_what_is_known() -> None:
    (one,) = chunk("It comes by ship.")
    (other,) = chunk("It comes by rail.")
    (named,) = chunk("It comes by ship.", organisation="Port")
    (elsewhere,) = build_chunks(
        Document(id_="b.md", text="It comes by ship.", metadata={"title": "Salt", "sha256": "x"}),
        None,
    )
    assert len({one.node_id, other.node_id, named.node_id, elsewhere.node_id}) == 4


def test_the_same_sentence_twice_has_two_ids() -> None:
    nodes = chunk("\n\n".join([ENGLISH] * 2))
    assert len(set(ids(nodes))) == len(nodes)


@pytest.mark.parametrize("text", ["a, " * 60_000, "x" * 60_000, "盐" * 60_000, "| a " * 40_000])
def test_long_lines_take_no_longer_than_their_length(text: str) -> None:
    start = time.process_time()
    chunk(text)
    assert time.process_time() - start < 6


ROWS = [f"| Port {n} | {n * 7} | {n % 9}.5% |" for n in range(120)]
UNITS = "Table 3 (USD million)"
HEADER = "| Port | Trade | Share |"
SHEET = "\n".join([f"# Trade\n\n{UNITS}\n", HEADER, "| --- | --- | --- |", *ROWS])


def test_a_chunk_that_begins_within_a_table_says_its_header_and_caption_again() -> None:
    nodes = chunk(SHEET)
    assert len(nodes) > 3
    for node in nodes[1:]:
        assert node.text.startswith(f"{UNITS}\n{HEADER}\n| Port ")


def test_what_is_said_again_is_no_part_of_the_chunk() -> None:
    for before, node in pairwise(chunk(SHEET)):
        start, end = node.metadata["start"], node.metadata["end"]
        assert before.metadata["end"] <= start
        assert HEADER not in SHEET[start:end]
        assert HEADER not in [node.text[a:b] for a, b, *_ in sentences_of(node)]
        for a, b, first, last in sentences_of(node):
            assert SHEET[first:last] == node.text[a:b]
            assert start <= first < last <= end


def test_each_row_is_in_one_chunk_as_before() -> None:
    rows = [node.text[a:b] for node in chunk(SHEET) for a, b, *_ in sentences_of(node)]
    assert [row for row in rows if row in ROWS] == ROWS


def test_a_header_without_a_rule_and_text_behind_a_table_are_not_said_again() -> None:
    plain = "\n".join([HEADER, *ROWS])
    assert sum(HEADER in node.text for node in chunk(plain)) == 1
    behind = f"{HEADER}\n| --- | --- | --- |\n| Port 1 | 7 | 1% |\n\n{ENGLISH}"
    assert sum(HEADER in node.text for node in chunk(behind)) == 1


def test_a_header_that_would_fill_the_chunk_is_said_once() -> None:
    long = "| Port | " + " and ".join(f"measure {n}" for n in range(60)) + " |"
    text = "\n".join([long, "| --- | --- |", *(f"| Port {n} | {n} t |" for n in range(60))])
    assert sum("measure 59" in node.text for node in chunk(text)) == 1


def test_a_chunk_knows_where_in_the_file_it_stands() -> None:
    at = CHINESE.index("第40艘")
    marks = (Mark(0, Place("page", 1, 1)), Mark(at, Place("page", 2, 2)))
    for node in chunk(CHINESE, marks=marks):
        start, end = node.metadata["start"], node.metadata["end"]
        place = find_place(node.metadata, start, end)
        assert place == Place("page", 1 if start < at else 2, 1 if end <= at else 2)
        assert isinstance(node.metadata["places"], str)


def test_a_chunk_of_a_text_without_places_has_no_such_key() -> None:
    assert all("places" not in node.metadata for node in chunk(ENGLISH))


def test_what_is_hidden_is_in_no_chunk() -> None:
    text = "---\ntitle: secret\n---\nIt comes by ship.\n"
    (node,) = chunk(text, hidden=((0, text.index("It")),))
    assert node.text == "It comes by ship."
    assert text[node.metadata["start"] : node.metadata["end"]] == "It comes by ship."


def test_a_chunk_that_comes_out_the_same_keeps_its_id_from_version_to_version() -> None:
    (node,) = chunk("It comes by ship.")
    assert node.node_id == "61d9dd9a376b74391546f6d020175545"


def test_a_row_about_a_bare_year_can_be_quoted() -> None:
    [node] = chunk("Salt by year\n\n| Year | Salt (t) |\n|---|---|\n| 2022 | 41 |\n| 7 | 46 |\n")
    quotable = [node.text[start:end] for start, end, *_ in sentences_of(node)]
    assert "| 2022 | 41 |" in quotable
    assert "| 7 | 46 |" not in quotable


def test_a_row_without_a_word_is_found_by_the_heads_above_it() -> None:
    text = "Salt\n| Year | Salt (t) |\n| 2022 | 41 |\n| 2023 | 46 |\n| Mill | 46 |"
    assert find_heads(text, text.index("| 2023")) == "| Year | Salt (t) |\n"
    assert find_heads(text, text.index("| Mill")) == ""
    assert find_heads(text, 0) == ""


def test_traditional_characters_are_embedded_as_simplified_ones_in_the_same_places() -> None:
    [node] = chunk("霧嶼縣漁會成立於1952年。")
    assert "雾屿县渔会成立于1952年。" in embedded_text(node)
    assert "霧嶼縣漁會" in node.text
    assert len(embedded_text(node)) == len(f"{node.metadata['head']}\n{node.text}")
