"""The measures of the checks, on documents and questions made for it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.figures import find_figures
from evals.alter import alter_figure, move_figures, replace_figure, swap_names
from evals.cases import Ask, Case, read_cases
from evals.proof import (
    build_library,
    build_quotations,
    build_table,
    find_sources,
    main,
    measure_proof,
)
from store.catalog import Catalog

DOCUMENT = """# Harbour notes

In 2021 the harbour of Ningbo moved 320 tonnes of grain. In 2023 it moved 410 tonnes of grain.
The pilot boat is called Kestrel. The warehouse holds 75 tonnes of rice.
"""
FIGURE = {
    "id": "h1",
    "kind": "figure",
    "question_en": "How much grain did the harbour of Ningbo move in 2023?",
    "question_zh": "2023年宁波港运了多少粮食？",
    "answer_en": "410 tonnes",
    "answer_zh": "410吨",
    "figures": [{"value": 410, "unit": "t", "text": "410 tonnes"}],
    "source": "harbour.md",
    "line": 3,
    "quote": "In 2023 it moved 410 tonnes of grain",
}
NAME = {
    "id": "h2",
    "kind": "name",
    "question_en": "What is the pilot boat called?",
    "question_zh": "引航船叫什么？",
    "answer_en": "Kestrel",
    "answer_zh": "Kestrel",
    "names": ["Kestrel"],
    "source": "harbour.md",
    "line": 4,
    "quote": "The pilot boat is called Kestrel",
}
OTHER = {
    **NAME,
    "id": "h3",
    "answer_en": "Larkfield",
    "answer_zh": "Larkfield",
    "names": ["Larkfield"],
}
MISS = {
    "id": "h4",
    "kind": "near_miss",
    "question_en": "How much grain did the harbour of Ningbo move in 2019?",
    "question_zh": "2019年宁波港运了多少粮食？",
    "why": "another year",
    "trap_quote": "In 2023 it moved 410 tonnes of grain",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "harbour.md").write_text(DOCUMENT, encoding="utf-8")
    rows = [json.dumps(row, ensure_ascii=False) for row in (FIGURE, NAME, OTHER, MISS)]
    (tmp_path / "known.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path


def read(folder: Path) -> dict[str, Case]:
    return {case.id: case for case in read_cases(folder / "known.jsonl")}


def test_every_measure_is_taken_and_says_over_how_many(folder: Path) -> None:
    cases = [case for case in read(folder).values() if case.id != "h3"]
    proof = measure_proof(cases, build_library(folder, Catalog()))
    shares = {name: (tally.share, tally.n) for name, tally in proof.tallies.items() if tally.n}
    assert shares["known figures in their quotation"] == (1.0, 1)
    assert shares["answers of both languages agree"] == (1.0, 1)
    assert shares["claims accepted"] == (1.0, 2)
    assert shares["near misses rejected"] == (1.0, 2)
    assert shares["moved figures rejected"] == (0.75, 4)  # rice is grain, to a dictionary
    assert shares["names accepted"] == (1.0, 2)
    assert shares["altered figures rejected"][0] == 1.0
    assert len(proof.taken) == sum(n for _, n in shares.values()) - 2
    assert build_table(proof).row_count == 10


def test_only_a_figure_of_the_kind_that_is_asked_for_tempts(folder: Path) -> None:
    cases = [case for case in read(folder).values() if case.kind == "near_miss"]
    dated = [replace(case, trap_quote=f"In March 2023 {case.trap_quote[8:]}") for case in cases]
    for made in (cases, dated):
        proof = measure_proof(made, build_quotations(made))
        assert proof.tallies["near misses rejected"].n == 2


def test_a_wrong_verdict_is_counted_and_told(folder: Path) -> None:
    wrong = read(folder)["h3"]
    proof = measure_proof([wrong], build_library(folder, Catalog()))
    tally = proof.tallies["names accepted"]
    assert tally.share == 0.0
    assert "h3 en: Larkfield (name_not_found:Larkfield)" in tally.wrong


def test_the_passage_of_a_quotation_is_found(folder: Path) -> None:
    library = build_library(folder, Catalog())
    (source,) = find_sources(library, read(folder)["h1"])
    assert "410 tonnes" in source.node.text


def test_a_figure_is_altered_in_every_way() -> None:
    (figure,) = find_figures("RMB 410 million")
    altered = list(alter_figure("RMB 410 million", figure, "en"))
    assert altered == [
        "RMB 510 million",
        "RMB 4.1 billion",
        "RMB 410 billion",
        "US$410 million",
        "€410 million",
    ]
    (year,) = find_figures("1997")
    assert list(alter_figure("1997", year, "en")) == ["1998", "1994"]


def test_a_neighbours_figure_has_the_unit_and_is_no_answer(folder: Path) -> None:
    ask = Ask(read(folder)["h1"], "en")
    (figure,) = find_figures("410 tonnes")
    assert list(move_figures(ask, figure, [DOCUMENT])) == ["320 tonnes", "75 tonnes"]
    assert replace_figure("410 tonnes", figure, "75 tonnes") == "75 tonnes"


def test_a_name_is_swapped_for_one_that_the_passage_lacks(folder: Path) -> None:
    cases = read(folder)
    asks = Ask(cases["h2"], "en")
    assert list(swap_names(asks, list(cases.values()), DOCUMENT)) == ["Larkfield"]


def test_the_command_prints_the_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data", str(folder / "known.jsonl"), "--docs", str(folder), "--wrong"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "median ms a check" in printed
    assert "swapped names rejected" in printed
    assert main(["--data", str(folder / "known.jsonl")]) == 0
    assert "median ms a check" in capsys.readouterr().out
    assert main(["--data", str(folder / "none.jsonl"), "--docs", str(folder)]) == 2
