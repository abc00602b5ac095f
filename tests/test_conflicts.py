"""Sources that disagree are named with who and when; series and rounding are no disagreement."""

from __future__ import annotations

from assistant.conflicts import Known, build_conflict, find_conflicts
from assistant.figures import find_figures
from tests.support.nodes import build_node, build_sources

QUESTION = "How long is the railway between Ningbo and Wuhan?"
ANSWER = "The railway between Ningbo and Wuhan is 270 km long."


def find(
    question: str, answer: str, *others: tuple[str, str, int]
) -> list[list[tuple[str, str, int]]]:
    nodes = [build_node(answer, "a.md", organisation="Almanac", year=2021)]
    nodes += [
        build_node(text, f"{who}.md", organisation=who, year=year) for text, who, year in others
    ]
    sources = {n: Known(one.passage, one.node) for n, one in build_sources(*nodes).items()}
    figures = [one for one in find_figures(answer) if one.unit != "year"]
    found = find_conflicts(question, [(one, 1) for one in figures], sources)
    return [[(side.who, side.figure.text, side.when or 0) for side in sides] for sides in found]


def test_another_length_of_the_same_line_is_a_conflict_with_who_and_when() -> None:
    other = ("The railway between Ningbo and Wuhan is about 340 km long.", "Survey", 2023)
    assert find(QUESTION, ANSWER, other) == [
        [("Almanac", "270 km", 2021), ("Survey", "340 km", 2023)]
    ]


def test_sources_of_two_languages_disagree_too() -> None:
    other = ("宁波至武汉的铁路长340公里。", "测绘院", 2021)
    assert find(QUESTION, ANSWER, other) == [
        [("Almanac", "270 km", 2021), ("测绘院", "340公里", 2021)]
    ]


def test_the_same_figure_or_one_that_rounds_to_it_is_none() -> None:
    same = ("宁波至武汉的铁路长270公里。", "测绘院", 2021)
    rounded = ("The railway between Ningbo and Wuhan is nearly 300 km long.", "Survey", 2021)
    assert find(QUESTION, "The railway between Ningbo and Wuhan is 287 km long.", rounded) == []
    assert find(QUESTION, ANSWER, same) == []


def test_other_years_are_a_series() -> None:
    question = "What were the exports of Ningbo?"
    answer = "In 2021 the exports of Ningbo were RMB 40 billion."
    later = ("In 2023 the exports of Ningbo were RMB 55 billion.", "Survey", 2024)
    assert find(question, answer, later) == []
    again = ("In 2021 the exports of Ningbo were RMB 43 billion.", "Survey", 2024)
    assert find(question, answer, again) != []


def test_another_place_another_measure_and_the_same_voice_are_none() -> None:
    place = ("The railway between Xiamen and Kunming is 340 km long.", "Survey", 2021)
    measure = ("A bridge over the river is 3 km long.", "Survey", 2021)
    voice = ("The railway between Ningbo and Wuhan is 340 km long.", "Almanac", 2021)
    assert find(QUESTION, ANSWER, place) == []
    assert find(QUESTION, ANSWER, measure) == []
    assert find(QUESTION, ANSWER, voice) == []


def test_a_conflict_carries_the_numbers_of_its_citations() -> None:
    nodes = [
        build_node(ANSWER, "a.md", organisation="Almanac"),
        build_node(
            "The railway between Ningbo and Wuhan is 340 km long.", "b.md", organisation="B"
        ),
    ]
    sources = {n: Known(one.passage, one.node) for n, one in build_sources(*nodes).items()}
    (figure,) = find_figures(ANSWER)
    (sides,) = find_conflicts(QUESTION, [(figure, 1)], sources)
    conflict = build_conflict(QUESTION, sides)
    assert conflict.about == QUESTION
    assert [side.citation for side in conflict.sides] == [1, 2]
    assert [side.citation.quote for side in sides] == [node.text for node in nodes]
