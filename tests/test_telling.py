"""The sentence that says who disagrees, and the conflict that an answer carries."""

from __future__ import annotations

import pytest

from assistant.answer import Conflict, ConflictSide, Language
from assistant.conflicts import Side
from assistant.figures import find_figures, same_figure
from assistant.grounding import check_claim
from assistant.passages import cite
from assistant.telling import build_conflict, tell_conflict
from assistant.text.citations import split_claims
from tests.support.nodes import build_node, build_sources

TEXTS = ("Ningbo to Wuhan is about 270 km.", "宁波至武汉340公里。")
NODES = (
    build_node(TEXTS[0], "a.md", organisation="Almanac", year=2021),
    build_node(TEXTS[1], "b.md", organisation="测绘院", year=2023),
)
SOURCES = build_sources(*NODES)


def build() -> Conflict:
    sides = [
        Side(find_figures(text)[0], who, year, cite(n, SOURCES[n].passage, SOURCES[n].node, 0, 9))
        for n, (text, who, year) in enumerate(
            zip(TEXTS, ("Almanac", "测绘院"), (2021, 2023), strict=True), 1
        )
    ]
    return build_conflict("How far?", sides, [1, 2])


def test_the_sentence_names_who_when_and_both_citations() -> None:
    text, claim = tell_conflict(build(), "en")
    assert text == (
        "The sources differ: Almanac (2021) states about 270 km [1]; "
        "测绘院 (2023) states 340 km [2]."
    )
    assert claim.text == text.replace(" [1]", "").replace(" [2]", "")
    assert claim.citations == (1, 2)
    assert claim.verdict == "proved"


def test_a_chinese_reader_is_told_in_chinese_notation() -> None:
    text, _ = tell_conflict(build(), "zh")
    sides = ("Almanac（2021年）给出的是约270公里 [1]", "测绘院（2023年）给出的是340公里 [2]")
    assert text == f"各来源说法不一：{'；'.join(sides)}。"


def test_a_side_without_a_year_names_none() -> None:
    sides = (*build().sides[:1], ConflictSide(build().sides[1].figure, "测绘院", None, 2))
    text, _ = tell_conflict(Conflict("How far?", sides), "en")
    assert "测绘院 states 340 km [2]" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_figures_are_those_of_the_sides_each_with_its_citation(language: Language) -> None:
    _, claim = tell_conflict(build(), language)
    found = [(one.figure, one.citations, one.verdict) for one in claim.figures]
    assert [(number, verdict) for _, number, verdict in found] == [
        ((1,), "checked"),
        ((2,), "checked"),
    ]
    for (figure, _, _), side in zip(found, build().sides, strict=True):
        assert same_figure(figure, side.figure)
        assert claim.text[slice(*figure.span)] == figure.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_check_of_answers_proves_it_too(language: Language) -> None:
    text, _ = tell_conflict(build(), language)
    (claim,) = split_claims(text)
    question = "How far is Ningbo from Wuhan?" if language == "en" else "宁波至武汉多远？"
    assert check_claim(claim, SOURCES, question, language).claim.verdict == "proved"


def test_a_conflict_carries_the_answers_numbers() -> None:
    assert [side.citation for side in build().sides] == [1, 2]
    assert [side.when for side in build().sides] == [2021, 2023]
