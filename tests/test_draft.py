"""An answer as it grows: what it keeps, how it numbers, what it comes to."""

from __future__ import annotations

import pytest

from assistant.answer import Claim, Status, Verdict
from assistant.conflicts import Side
from assistant.draft import Draft
from assistant.figures import find_figures
from assistant.grounding import Checked, check_claim
from assistant.passages import cite
from assistant.text.citations import split_claims
from tests.support.nodes import build_node, build_sources

SOURCES = build_sources(
    build_node("The mill made 40 tonnes of paper. It rests in winter.", "mill.md"),
    build_node("The ferry carried 31,000 cyclists.", "ferry.md", organisation="Sea"),
)
PAPER, FERRY = "The mill made 40 tonnes of paper [1].", " The ferry carried 31,000 cyclists [2]."
FALSE = " The mill made 90 tonnes of paper [1]."


def check(text: str) -> Checked:
    (claim,) = split_claims(text)
    return check_claim(claim, SOURCES)


def write(*texts: str, marks: bool = False) -> Draft:
    draft = Draft(marks=marks)
    for text in texts:
        draft.take(text, check(text))
    return draft


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([], "refused"),
        (["unproved"], "refused"),
        (["proved"], "verified"),
        (["computed"], "verified"),
        (["proved", "unproved"], "partial"),
    ],
)
def test_the_status_is_what_the_sentences_come_to(verdicts: list[Verdict], status: Status) -> None:
    draft = Draft()
    for verdict in verdicts:
        draft.add("x", Claim("x", (), verdict))
    assert draft.status == status


def test_what_is_not_proved_is_left_out_or_kept_and_reported_either_way() -> None:
    for marks, text in ((False, PAPER + FERRY), (True, PAPER + FALSE + FERRY)):
        draft = write(PAPER, FALSE, FERRY, marks=marks)
        assert draft.text == text
        assert draft.problems == ["figure_not_found:90 tonnes"]


def test_a_repaired_sentence_says_so_and_leaves_no_problem() -> None:
    draft = write(PAPER)
    assert draft.lacks(check(FERRY).claim)
    assert not draft.lacks(check(FALSE).claim)
    claim = draft.take_repaired(FERRY, check(FERRY))
    assert (claim.repaired, claim.citations, draft.problems) == (True, (2,), [])
    assert [one.figure.text for one in draft.told] == ["40 tonnes", "31,000"]
    assert not draft.lacks(check(FERRY).claim)


def test_only_proved_figures_are_told_each_with_its_quotation() -> None:
    told = write(FERRY, FALSE, PAPER, marks=True).told
    assert [(one.figure.text, one.citation.number) for one in told] == [
        ("31,000", 2),
        ("40 tonnes", 1),
    ]


def test_a_line_is_set_apart_once() -> None:
    draft = write(PAPER)
    draft.add_line("Mark.", Claim("Mark.", (), "proved"))
    draft.add_line("Two.", Claim("Two.", (), "proved"))
    assert draft.text == f"{PAPER}\nMark.\nTwo."
    alone = Draft()
    alone.add_line("One.", Claim("One.", (), "proved"))
    assert alone.text == "One."


def test_a_side_gets_the_number_that_its_quotation_has() -> None:
    draft = write(FERRY)
    quotes = (draft.told[0].citation, cite(1, SOURCES[1].passage, SOURCES[1].node, 0, 33))
    figures = find_figures("31,000 and 40 tonnes")
    sides = [Side(f, "Sea", 2023, quote) for f, quote in zip(figures, quotes, strict=True)]
    conflict = draft.oppose("How many?", sides)
    assert [side.citation for side in conflict.sides] == [1, 2]
    assert [one.number for one in draft.numbering.citations] == [1, 2]
    assert draft.conflicts == [conflict]
