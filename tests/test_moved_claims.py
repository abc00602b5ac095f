"""Claims whose figure was moved to another year, city, company, measure or row are not proved.

Each passage of moved_claims.json states several figures; each claim goes with its own figure, and
with none of the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assistant.figures import find_figures, same_quantity
from assistant.grounding import check
from tests.support.nodes import build_node, build_sources

PASSAGES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("moved_claims.json").read_text(encoding="utf-8")
)


class Moved(NamedTuple):
    about: str
    passage: str
    claim: str


def build_claims(*, moved: bool) -> Iterator[Moved]:
    for row in PASSAGES:
        for claim, own in row["claims"].items():
            for said in dict.fromkeys(row["claims"].values()):
                (one,), (other,) = find_figures(own), find_figures(said)
                if moved != same_quantity(one, other) and (moved or said == own):
                    yield Moved(row["about"], row["passage"], claim.format(said))


def verdict(case: Moved) -> str:
    node = build_node(case.passage, organisation="Almanac", year=2024)
    return check("", case.claim, list(build_sources(node).values())).claim.verdict


MOVED = list(build_claims(moved=True))


def test_there_are_at_least_200_of_them_in_both_languages() -> None:
    assert len(MOVED) >= 200
    assert sum(not case.claim.isascii() for case in MOVED) >= 60


@pytest.mark.parametrize("case", list(build_claims(moved=False)), ids=lambda case: case.claim)
def test_a_claim_with_its_own_figure_is_proved(case: Moved) -> None:
    assert verdict(case) == "proved"


@pytest.mark.parametrize("case", MOVED, ids=lambda case: case.claim)
def test_a_claim_with_a_neighbours_figure_is_not(case: Moved) -> None:
    assert verdict(case) == "unproved"
