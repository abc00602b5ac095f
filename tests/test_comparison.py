"""Two statements are about the same where unit, kind, place and year agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.comparison import Difference, Stated, agree, differ, may_oppose
from assistant.figures import Figure, find_figures
from assistant.guard import Evidence
from assistant.text.language import split_sentences


def state(text: str, number: int = 0) -> Stated:
    """The first amount of a text, or a later one; years only where there are no amounts."""
    evidence = Evidence(text, tuple(split_sentences(text)), 2024)
    amounts = [one for one in evidence.statements if one.figure.unit not in ("year", "date")]
    return Stated(1, (amounts or list(evidence.statements))[number], evidence)


def figure(text: str) -> Figure:
    (found,) = find_figures(text)
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("RMB 270 billion", "2700亿元"),
        ("about 300 km", "287 km"),
        ("nearly RMB 700 billion", "6873亿元"),
        ("17.1 %", "17.08 %"),
        ("more than 800 buses", "940 buses"),
        ("不到900辆", "640辆"),
        ("March 2011", "2011"),
    ],
)
def test_what_may_both_be_true_agrees(one: str, other: str) -> None:
    assert agree(figure(one), figure(other))
    assert agree(figure(other), figure(one))
    assert not may_oppose(figure(one), figure(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("270 km", "340公里"),
        ("3.9 %", "5.92%"),
        ("more than 1.5 million cars", "100万辆"),
        ("2015", "March 2011"),
        ("US$423 billion", "约4360亿美元"),
    ],
)
def test_two_opinions_oppose_each_other(one: str, other: str) -> None:
    assert may_oppose(figure(one), figure(other))
    assert may_oppose(figure(other), figure(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("270 km", "2,700 km"),
        ("5 %", "-5 %"),
        ("RMB 40 billion", "US$43 billion"),
        ("2011", "1978"),
        ("5 March", "2011"),
    ],
)
def test_what_is_far_apart_or_of_other_units_is_no_opinion(one: str, other: str) -> None:
    assert not may_oppose(figure(one), figure(other))


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ("In 2021 Ningbo ran 800 buses.", "2021年宁波有640辆公交车。", None),
        ("In 2021 Ningbo ran 800 buses.", "In 2020 Ningbo ran 640 buses.", "period"),
        ("In 2021 Ningbo ran 800 buses.", "Ningbo ran 640 buses.", "period"),
        ("In 2021 Ningbo ran 800 buses.", "In 2021 Wuhan ran 640 buses.", "place"),
        ("In 2021 China ran 800 buses.", "In 2021 Wuhan ran 640 buses.", "place"),
        ("In 2021 Ningbo ran 800 buses.", "In 2021 Ningbo had 640 buses per line.", None),
        ("In 2021 Ningbo came sixth.", "In 2021 Ningbo came eighth.", "unit"),
        ("In 2021 exports of Ningbo grew 6 %.", "In 2021 Ningbo exported 5 %.", "kind"),
        ("Ningbo covers 9,800 km2.", "宁波面积9816平方公里。", None),
        ("Ningbo to Wuhan is 270 km.", "宁波至武汉340公里。", None),
        ("Ningbo to Wuhan is 270 km.", "武汉的铁路长340公里。", "place"),
        ("Ningbo's port opened in 2011.", "The port of Ningbo opened in 2009.", None),
        ("Ningbo's port opened in 2011.", "The port of Wuhan opened in 2009.", "place"),
        ("Ningbo's port opened in 2011.", "宁波港2009年开工。", "kind"),
        ("A bridge of Ningbo is 3 km long.", "宁波一座大桥长4公里。", None),
        ("A bridge of Ningbo is 3 km long.", "武汉一座大桥长4公里。", "place"),
        ("In 2021 the metro of Ningbo was 80 km long.", "2023年宁波地铁长95公里。", "period"),
        ("Ningbo has 800 buses.", "宁波有640辆公交车。", None),
        ("Trains from Ningbo to Wuhan started in 2011.", "宁波至武汉2009年开通。", None),
        ("Trains from Ningbo to Wuhan started in 2011.", "2009年宁波至武汉很远。", "kind"),
    ],
)
def test_in_what_two_statements_differ(one: str, other: str, difference: Difference | None) -> None:
    assert differ(state(one), state(other)) == difference
    assert differ(state(other), state(one)) == difference


def test_a_place_behind_the_next_comma_is_another_figures() -> None:
    text = "2020年宁波出口增长3.9%，武汉增长4.0%，厦门和武汉排在前面。"
    other = "In 2020 exports grew 5.92 % in Ningbo and 4.14 % in Wuhan."
    assert differ(state(text, 0), state(other, 0)) is None
    assert differ(state(text, 1), state(other, 1)) is None
    assert differ(state(text, 0), state(other, 1)) == "place"


def test_people_are_no_doses() -> None:
    people = state("2022年宁波有92万人接种了疫苗。")
    assert differ(people, state("Clinics of Ningbo gave out 1.3 million doses in 2022.")) == "unit"
    assert differ(state("Ningbo gave out 1.3 million doses of it in 2022."), people) == "unit"
    assert differ(people, state("Ningbo had 1.3 million vaccinated visitors in 2022.")) is None


def test_a_place_may_be_part_of_a_longer_name_in_the_other_language() -> None:
    one = state("The bridge across Jiaozhou Bay in Qingdao is 36 km long.")
    other = state("青岛胶州湾大桥全长41公里。")
    elsewhere = state("青岛大桥全长41公里。")
    assert differ(one, other) is None
    assert differ(one, elsewhere) == "place"


@pytest.mark.parametrize(
    ("region", "part"),
    [
        ("In 2022 Beijing-Tianjin-Hebei had 800 buses.", "2022年北京有640辆公交车。"),
        ("2022年京津冀有800辆公交车。", "In 2022 Beijing had 640 buses."),
        ("2022年京津冀有800辆公交车。", "2022年北京有640辆公交车。"),
    ],
)
def test_a_region_is_not_the_part_that_its_name_begins_with(region: str, part: str) -> None:
    assert differ(state(region, -1), state(part, -1)) == "place"
    assert differ(state(part, -1), state(region, -1)) == "place"


def test_what_neither_dates_is_of_the_year_in_which_both_were_written() -> None:
    one, other = state("Ningbo has 800 buses."), state("宁波有640辆公交车。")
    later = replace(other, evidence=replace(other.evidence, year=2026))
    undated = [replace(side, evidence=replace(side.evidence, year=None)) for side in (one, other)]
    assert differ(one, other) is None
    assert differ(one, later) == "period"
    assert differ(*undated) == "period"


def test_the_year_of_a_paper_is_nobodys_year() -> None:
    paper = "The survey's paper of 2021 dates the trains from Ningbo to Wuhan to 2015."
    said = state(paper)
    assert said.figure.value == 2021
    assert differ(said, state("宁波至武汉2009年开通。")) == "unit"
    later = "In its 2024 report the survey counts 640 buses in Ningbo in 2021."
    assert differ(state("In 2024 Ningbo ran 800 buses."), state(later)) == "period"
