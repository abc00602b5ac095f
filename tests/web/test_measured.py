from __future__ import annotations

import math
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.web.measured import (
    NOTHING,
    say_broken,
    say_kind,
    say_measure,
    say_part,
    say_share,
    say_stage,
    show_bars,
    show_kinds,
    show_measures,
    show_name,
    show_table,
)
from evals.cases import Kind
from evals.kept import Broken, ScoreRow, SuiteRow
from evals.latest import SuiteRun
from evals.measures import MEASURES, Measure
from evals.repeats import PASSES

LANGUAGES: tuple[Language, ...] = ("en", "zh")
EN, ZH = load_messages("en"), load_messages("zh")
HAN = re.compile(r"[\u4e00-\u9fff]")


def suite(**changes: object) -> SuiteRow:
    fields: dict[str, object] = {"suite": "s", "passed": True, "answers": (), "results": ()}
    return SuiteRow(**{**fields, "measures": (), **changes})  # type: ignore[arg-type]


def rows(html: str) -> list[list[str]]:
    found = LexborHTMLParser(html).css("tbody tr")
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in found]


@pytest.mark.parametrize("name", [*MEASURES, PASSES])
def test_every_measure_has_a_name_for_people_in_both_languages(name: str) -> None:
    assert say_measure(name, EN) != name
    assert HAN.search(say_measure(name, ZH))


def test_no_two_measures_share_a_name() -> None:
    for labels in (EN, ZH):
        assert len({say_measure(name, labels) for name in MEASURES}) == len(MEASURES)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_a_name(kind: str) -> None:
    assert say_kind(kind, EN)[0].isupper()
    assert HAN.search(say_kind(kind, ZH))


def test_what_nobody_has_named_goes_by_its_own_name() -> None:
    assert say_measure("speed", ZH) == "speed"
    assert show_name("<b>", EN) == "&lt;b&gt;"
    for say in (say_kind, say_part, say_stage):
        assert say("<x>", EN) == "<x>"


def test_a_measure_of_a_tag_says_both() -> None:
    assert say_measure("figures of core", EN) == "Figures found, questions tagged “core”"
    assert say_measure("figures of core", ZH) == "数字齐全（标签“core”的问题）"


def test_the_technical_name_stands_beside_the_other() -> None:
    assert show_name("recall@5", EN) == "Source among the first 5 <code>recall@5</code>"


@pytest.mark.parametrize(
    ("value", "said"), [(None, NOTHING), (math.nan, NOTHING), (0.0, "0.000"), (0.7263, "0.726")]
)
def test_a_share_has_three_digits(value: float | None, said: str) -> None:
    assert say_share(value) == said


def test_measures_stand_in_one_order_with_both_languages_and_the_floor() -> None:
    row = suite(
        measures=(
            Measure("tomorrow", "en", 0.25, 4),
            Measure("answered", "en", 1.0, 2),
            Measure("answered", "zh", 0.5, 2),
            Measure("figures", "en", 0.75, 2),
            Measure("twins", "both", 0.125, 1),
        ),
        floors={"figures": 0.7},
    )
    assert rows(show_measures(row, EN)) == [
        ["Figures found figures", "0.750", "", "", "0.700", ""],
        ["Answered answered", "1.000", "0.500", "", "", ""],
        ["Same figures in both languages twins", "", "", "0.125", "", ""],
        ["tomorrow", "0.250", "", "", "", ""],
    ]


def test_a_measure_below_its_floor_is_marked_in_its_language_alone_and_in_words() -> None:
    measures = (Measure("figures", "en", 1.0, 1), Measure("figures", "zh", 0.0, 1))
    row = suite(measures=measures, broken=(Broken("figures", "zh", 0.9, 0.0),))
    html = show_measures(row, EN)
    assert rows(html)[0][1:3] == ["1.000", "0.000 below the floor"]
    assert html.count('class="bad"') == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_broken_floor_is_said_in_a_line(language: Language) -> None:
    line = say_broken(Broken("figures", "zh", 0.9, 0.5), load_messages(language))
    assert "0.500" in line
    assert "0.900" in line
    assert ("Chinese" if language == "en" else "中文") in line
    never = say_broken(Broken("clean", "both", 0.9), load_messages(language))
    assert ("never scored" if language == "en" else "从未评分") in never


@given(st.floats() | st.none(), st.floats() | st.none(), st.floats() | st.none())
def test_bars_stay_in_their_picture(
    english: float | None, chinese: float | None, floor: float | None
) -> None:
    html = show_bars({"en": english, "zh": chinese}, floor)
    widths = [float(one) for one in re.findall(r'(?:width|x[12])="([^"]+)"', html)]
    assert all(0 <= one <= 100 for one in widths)
    assert html.count('class="floor"') == (floor is not None)


def test_bars_are_as_long_as_their_shares() -> None:
    html = show_bars({"en": 0.25, "zh": 1.0}, 0.9)
    assert re.findall(r'class="(?:en|zh)".*?width="([^"]+)"', html) == ["25.0", "100.0"]
    assert 'x1="90.0"' in html


def test_kinds_have_their_questions_and_measures_of_each_language() -> None:
    results = (
        ScoreRow("a", "figure", "en", "right", 1.0),
        ScoreRow("a", "figure", "zh", "right", 0.0),
        ScoreRow("b", "figure", "en", "right", 0.5),
        ScoreRow("b", "figure", "en", "figures", 0.0),
        ScoreRow("n", "<kind>", "en", "refusals", 1.0),
    )
    html = show_kinds(SuiteRun(suite(results=results), ()), EN)
    assert rows(html) == [
        ["Figure", "2", "0.750 / 0.000", "", "", ""],
        ["<kind>", "1", "", "", "", f"1.000 / {NOTHING}"],
    ]


def test_a_table_can_be_reached_and_has_a_name() -> None:
    html = show_table(["<b>h</b>"], ["<tr></tr>"], "<name>", note="<note>")
    region = LexborHTMLParser(html).css_first("[role=region]")
    assert region is not None
    assert (region.attributes["tabindex"], region.attributes["aria-label"]) == ("0", "<name>")
    assert "&lt;note&gt;" in html
