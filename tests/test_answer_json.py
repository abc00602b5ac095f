from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from assistant.answer import CheckedFigure, Claim
from assistant.answer_json import citation_json, failure_json, figures_json, passage_json
from assistant.errors import StoreError
from assistant.figures import Figure
from tests.support.answers import build_citation

FIGURE = Figure(Decimal("7E+11"), "CNY", "7000亿元", (3, 9), "nearly", Decimal("1E+11"))


def test_a_figure_names_the_claim_that_states_it() -> None:
    plain = Claim("No figure.", (1,), "proved")
    stating = replace(plain, figures=(CheckedFigure(FIGURE, "checked", (1,), "RMB 700 billion"),))
    (one, other) = figures_json([plain, stating, plain, stating])
    assert (one["claim"], other["claim"]) == (1, 3)
    assert one["source"] == "RMB 700 billion"


def test_numbers_are_written_out_with_the_size_of_their_last_digit() -> None:
    claim = Claim("近7000亿元", (1,), "computed", None, (CheckedFigure(FIGURE, "computed"),))
    (found,) = figures_json([claim])
    assert (found["value"], found["step"]) == ("700000000000", "100000000000")
    assert found["span"] == [3, 9]


def test_a_citation_has_its_own_number_and_its_passages_rank() -> None:
    citation = replace(build_citation(), number=4)
    found = citation_json(citation)
    assert (found["number"], found["rank"], passage_json(citation.passage)["number"]) == (4, 1, 1)
    assert found["lines"] == [2, 2]


def test_a_failure_keeps_its_values_as_plain_ones() -> None:
    found = failure_json(StoreError("damaged", path=Path("a/b"), reason="cut"), "en")
    assert found is not None
    assert found["values"] == {"path": "a/b", "reason": "cut"}
    assert "cut" in found["message"]
    assert json.loads(json.dumps(found)) == found
