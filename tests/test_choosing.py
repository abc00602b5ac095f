"""Which sentences are quoted, of those that were ranked."""

from __future__ import annotations

from llama_index.core.schema import TextNode

from assistant.choosing import choose_sentences
from assistant.ranking import rank_sentences
from tests.support.nodes import build_hits, build_node, build_searcher

HARBOUR = build_node(
    "In 2022 the harbour of Selby handled 41,000 containers. In 2023 the harbour of Selby "
    "handled 46,000 containers. The port of Selby will invest CNY 500 billion.",
    document="harbour.md",
    organisation="Selby Port",
    year=2024,
)
MILL = build_node(
    "造纸厂总投资达到3200亿元。我们建议多种树。", document="mill.md", organisation="纸业", year=2022
)


def choose_texts(question: str, *nodes: TextNode) -> list[str]:
    searcher = build_searcher(*nodes)
    search = searcher.search(question)
    ranked = rank_sentences(searcher, search, build_hits(*nodes))
    return [candidate.text for candidate in choose_sentences(search.reading, ranked)]


def test_sentences_that_say_the_same_are_quoted_once() -> None:
    copy = build_node(HARBOUR.text, document="copy.md", organisation="Copy")
    searcher = build_searcher(HARBOUR, copy)
    search = searcher.search("How many containers did the harbour of Selby handle in 2023?")
    ranked = rank_sentences(searcher, search, build_hits(HARBOUR, copy))
    chosen = [candidate.text for candidate in choose_sentences(search.reading, ranked)]
    assert len(chosen) == len(set(chosen)) > 0


def test_a_question_for_several_things_may_have_one_sentence_more() -> None:
    searcher = build_searcher(HARBOUR, MILL)

    def choose(question: str) -> int:
        search = searcher.search(question)
        ranked = rank_sentences(searcher, search, build_hits(HARBOUR, MILL))
        return len(choose_sentences(search.reading, ranked))

    several = choose("How many containers did Selby handle and how much will it invest?")
    assert choose("How many containers did Selby handle?") <= 2 < several <= 3


def test_of_two_names_asked_about_each_is_heard() -> None:
    review = build_node(
        "Acme says that the bridge of Selby is 270 m long. The bridge of Selby is painted green. "
        "The bridge of Selby is long and old. Zenith says that the bridge of Selby is 340 m long."
    )
    question = "How long is the bridge of Selby, says Acme, and what says Zenith?"
    chosen = choose_texts(question, review)
    assert {text.split()[0] for text in chosen[:2]} == {"Acme", "Zenith"}


def test_where_sources_differ_two_of_them_are_quoted() -> None:
    one = build_node(
        "The bridge of Selby opened in 2015. The bridge is green. It opened again in 2016.",
        document="one.md",
        organisation="Acme",
    )
    other = build_node(
        "The bridge of Selby opened in 2011.", document="other.md", organisation="Zenith"
    )
    chosen = choose_texts("When did the bridge of Selby open? The sources differ.", one, other)
    assert any("2011" in text for text in chosen[:2])
    assert any("2015" in text for text in chosen[:2])


def test_the_title_of_a_table_is_no_answer() -> None:
    towns = build_node(
        "Table: towns and their people in 2020\n\n| Town | People in 2020 |\n|---|---|\n"
        "| Selby | 41,000 |\n| Aldmouth | 98,100 |\n"
    )
    chosen = choose_texts("How many people did the town of Selby have in 2020?", towns)
    assert "| Selby | 41,000 |" in chosen
    assert not any(text.startswith("Table") for text in chosen)
