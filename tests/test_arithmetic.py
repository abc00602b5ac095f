"""What an answer works out from cited figures, and what only looks like it."""

from __future__ import annotations

import pytest

from assistant.arithmetic import Computation, find_computation
from assistant.figures import find_figures
from assistant.grounding import check
from tests.support.nodes import build_node, build_sources


def compute(text: str, place: int = -1) -> Computation | None:
    figures = find_figures(text)
    return find_computation(text, figures.pop(place), figures)


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("Sales rose from 40 tonnes to 65 tonnes, an increase of 25 tonnes", "difference"),
        ("A earned RMB 2 billion and B RMB 3.5 billion, together RMB 5.5 billion", "sum"),
        ("Of 153 plants 62 are here, a share of about 40.5%", "share"),
        ("Output grew from 200 tonnes to 250 tonnes, that is by 25%", "growth"),
        ("It rose from 200 tonnes to 500 tonnes, 2.5 times as much", "ratio"),
        ("由2018年的40吨增加到65吨，增加了25吨", "difference"),
        ("甲投资20亿元，乙投资35亿元，合计55亿元", "sum"),
        ("153家中有62家，占40.52%", "share"),
        ("产量由200吨增加到250吨，增长25%", "growth"),
        ("The share is 48% there and 31% here, 17 percentage points more than here", "difference"),
    ],
)
def test_an_operation_is_recognised_with_its_operands(text: str, operation: str) -> None:
    found = compute(text)
    assert found is not None
    assert found.operation == operation
    assert len(found.operands) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Sales rose from 40 tonnes to 65 tonnes, an increase of 26 tonnes",
        "A earned RMB 2 billion and B RMB 3.5 billion, together RMB 5.6 billion",
        "Of 153 plants 62 are here, a share of 42%",
        "Of 153 plants 62 are here, a share of -40.5%",
        "40 tonnes here, 65 tonnes there, 25 tonnes elsewhere",
        "They grew from 40 tonnes to 65 km, an increase of 25 km",
        "He came in 1990 and left in 2015, a difference of 25",
    ],
)
def test_a_wrong_result_another_unit_or_a_chance_is_no_computation(text: str) -> None:
    assert compute(text) is None


def test_a_computed_figure_shows_its_operands_and_their_citations() -> None:
    node = build_node("The yard built 40 ships in 2021. The yard built 65 ships in 2023.")
    claim = "The yard built 40 ships in 2021 and 65 in 2023, an increase of 25 ships."
    checked = check("", claim, list(build_sources(node).values())).claim
    assert checked.verdict == "computed"
    (figure,) = [one for one in checked.figures if one.verdict == "computed"]
    assert [operand.text for operand in figure.operands] == ["65", "40"]
    assert figure.citations == (1,)


def test_a_wrong_computation_is_not_proved() -> None:
    node = build_node("The yard built 40 ships in 2021. The yard built 65 ships in 2023.")
    claim = "The yard built 40 ships in 2021 and 65 in 2023, an increase of 35 ships."
    checked = check("", claim, list(build_sources(node).values())).claim
    assert (checked.verdict, checked.reason) == ("unproved", "figure_not_found:35")
