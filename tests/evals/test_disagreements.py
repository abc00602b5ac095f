"""Which questions are known to be disputed, and what is said of conflicts in answers."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from assistant.answer import Answer, Conflict, ConflictSide
from assistant.figures import find_figures
from evals import disagreements
from evals.cases import Ask, KnownFigure, read_cases
from evals.disagreements import SHIPPED, Heard, build_table, main, print_heard
from evals.disputes import find_disputed
from evals.suite import SUITES
from tests.evals.fakes import build_case

NEAR, FAR = "Ningbo to Wuhan is 270 km.", "宁波至武汉340公里。"
DISPUTED = build_case(
    kind="multi",
    figures=(KnownFigure(Decimal(270), "km"), KnownFigure(Decimal(340), "km")),
    quotes=(NEAR, FAR),
    sources=("a.md", "b.md"),
)
PLAIN = build_case()


def build_conflict(*texts: str) -> Conflict:
    figures = [find_figures(text)[0] for text in texts]
    sides = tuple(
        ConflictSide(figure, f"Source [{n}]", 2021, n) for n, figure in enumerate(figures, 1)
    )
    return Conflict("How far?", sides)


def hear(case: object, *conflicts: Conflict) -> Heard:
    return Heard(Ask(case, "en"), conflicts, 3)  # type: ignore[arg-type]


def test_figures_of_one_unit_that_cant_both_be_true_are_disputed() -> None:
    ((one, other),) = find_disputed(DISPUTED)
    assert [int(figure.value) for figure in (one, other)] == [270, 340]
    assert find_disputed(PLAIN) == []


@pytest.mark.parametrize(
    ("known", "quotes"),
    [
        (("700", "687.3"), ("Ningbo made nearly RMB 700.", "宁波687.3元。")),
        (("270", "340"), ("Ningbo is 270 km away.", "Xiamen is 340 km away.")),
        (("270", "340"), ("It is 270 km to Ningbo, or 340 km.",) * 2),
        (("270", "2700"), (NEAR, "Ningbo to Wuhan is 2,700 km.")),
    ],
)
def test_rounding_other_places_one_source_and_other_measures_are_not(
    known: tuple[str, str], quotes: tuple[str, str]
) -> None:
    unit = "CNY" if "RMB" in quotes[0] else "km"
    figures = tuple(KnownFigure(Decimal(value), unit) for value in known)
    assert find_disputed(build_case(kind="multi", figures=figures, quotes=quotes)) == []


def test_two_years_of_a_series_are_no_dispute_but_years_that_differ_are() -> None:
    units = {"count": ("236", "418"), "year": ("2013", "2016")}
    known = {
        unit: tuple(KnownFigure(Decimal(v), unit) for v in both) for unit, both in units.items()
    }

    def dispute(unit: str, *quotes: str) -> bool:
        return bool(find_disputed(build_case(kind="multi", figures=known[unit], quotes=quotes)))

    ships = "In {}, 236 ships called at Ningbo."
    assert not dispute("count", ships.format(2021), "宁波2024年有418艘船靠泊。")
    assert not dispute("count", ships.format(2021), "418 between January and June 2024.")
    assert dispute("count", ships.format(2024), "宁波2024年有418艘船靠泊。")
    assert dispute("count", ships.format(2021), "宁波有418艘船靠泊。")
    assert dispute("year", "The museum of Ningbo opened in 2013.", "宁波博物馆于2016年开馆。")


def test_a_known_one_is_found_by_a_conflict_with_both_its_figures() -> None:
    assert hear(DISPUTED, build_conflict("340 km", "270 km")).found
    assert not hear(DISPUTED, build_conflict("340 km", "290 km")).found
    assert not hear(DISPUTED).found
    assert hear(DISPUTED).known
    assert not hear(PLAIN).known


def test_an_answer_with_both_figures_states_both_sides() -> None:
    both = tuple(find_figures("340 km; 270 km"))
    assert replace(hear(DISPUTED), told=both).both_told
    assert not replace(hear(DISPUTED), told=both[:1]).both_told


def test_everything_is_printed_for_a_person_to_judge() -> None:
    heard = [
        hear(DISPUTED, build_conflict("340 km", "270 km")),
        hear(DISPUTED),
        hear(PLAIN, build_conflict("5 %", "7 %")),
        hear(PLAIN),
    ]
    out = io.StringIO()
    print_heard(heard, Console(file=out))
    lines = out.getvalue().splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [
        "known",
        "missed",
        "judge",
    ]
    assert "    340 km · Source [1] · 2021" in lines


def test_the_table_counts_known_ones_and_others_apart() -> None:
    heard = [hear(DISPUTED, build_conflict("340 km", "270 km")), hear(DISPUTED), hear(PLAIN)]
    table = build_table(heard)
    rows = list(zip(*(list(column.cells) for column in table.columns), strict=True))
    assert rows == [
        ("known ones named", "1", "2"),
        ("known ones of which an answer states both figures", "0", "2"),
        ("named ones that are known", "1", "1"),
        ("other questions with a conflict", "0", "1"),
        ("median ms", "3", "3"),
        ("95th percentile ms", "3", "3"),
    ]


def test_what_an_answer_carries_is_heard() -> None:
    conflict = build_conflict("340 km", "270 km")
    answer = Answer(response="x", conflicts=(conflict,), timings_ms={"compare": 4})
    assert disagreements._read(Ask(DISPUTED, "zh"), answer).conflicts == (conflict,)
    assert disagreements._read(Ask(DISPUTED, "zh"), answer).milliseconds == 4


def test_every_plain_question_of_the_sample_is_disputed() -> None:
    plain = [case for spec in SHIPPED[1:] for case in read_cases(Path(spec.split(":")[0]))]
    assert len(plain) >= 12
    assert all(find_disputed(case) for case in plain)


@pytest.mark.parametrize("name", ["coast", "inland", "plateau"])
def test_a_made_up_suite_has_disputes_and_pairs_that_only_look_like_one(name: str) -> None:
    cases = read_cases(SUITES.parent / f"{name}.jsonl")
    disputed = [case for case in cases if find_disputed(case)]
    assert [case.id for case in disputed] == [one.id for one in cases if one.kind == "multi"]
    assert len(disputed) >= 15
    assert len([case for case in cases if case.trap_quote and case.why]) >= 33


@pytest.mark.parametrize("name", ["coast", "inland", "plateau"])
def test_every_quotation_of_a_made_up_suite_stands_at_its_line(name: str) -> None:
    for case in read_cases(SUITES.parent / f"{name}.jsonl"):
        sources, lines = case.sources or (case.source,), case.lines or (case.line,)
        for source, line, quote in zip(sources, lines, case.quotations, strict=True):
            text = (SUITES.parent / name / source).read_text(encoding="utf-8")
            assert quote in text.splitlines()[line - 1]


def test_a_file_that_isnt_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["none.jsonl:none"]) != 0
    assert "none.jsonl" in capsys.readouterr().err
