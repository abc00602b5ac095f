from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from assistant.errors import SuiteError
from assistant.figures import find_figures
from evals.acceptance import check_case
from evals.cases import Case, build_case, read_cases
from evals.proposals import Proposals, propose_cases
from evals.sources import Folder, read_folder
from evals.suite import SUITES

SAMPLE = SUITES.parent.parent / "corpus"


@pytest.fixture(scope="module")
def sample() -> Folder:
    return read_folder(SAMPLE, SAMPLE / "catalog.yaml")


@pytest.fixture(scope="module")
def proposed(sample: Folder) -> Proposals:
    return propose_cases(sample, 16, seed=1)


def test_the_same_seed_proposes_the_same(sample: Folder, proposed: Proposals) -> None:
    assert propose_cases(sample, 16, seed=1) == proposed
    other = {row["id"] for row in propose_cases(sample, 16, seed=2).rows}
    assert other != {row["id"] for row in proposed.rows}


def test_every_proposal_is_a_case_once_it_is_accepted(sample: Folder, proposed: Proposals) -> None:
    """Its quotation and figure are in the documents, and both questions in their language."""
    known = {field.name for field in fields(Case)}
    for row in proposed.rows:
        assert set(row) - {"state", "draft"} <= known
        with pytest.raises(ValueError, match="not accepted"):
            build_case(row)
        case = build_case({name: row[name] for name in row if name in known})
        check_case(case, sample.text)


def test_questions_of_both_languages_come_from_many_documents(proposed: Proposals) -> None:
    figures = [row for row in proposed.rows if row["kind"] == "figure"]
    assert len(figures) == 16
    assert {row["draft"]["language"] for row in figures} == {"en", "zh"}
    sources = Counter(row["source"] for row in figures)
    assert len(sources) >= 10
    assert len({row["figures"][0]["unit"] for row in figures}) >= 4


def test_a_near_miss_follows_its_question_and_says_why(proposed: Proposals) -> None:
    near = [row for row in proposed.rows if row["kind"] == "near_miss"]
    assert len(near) >= 12
    by_id = {row["id"]: row for row in proposed.rows}
    for row in near:
        first = by_id[row["id"].removesuffix("-near")]
        assert row["question_en"] != first["question_en"]
        assert row["question_zh"] != first["question_zh"]
        assert row["trap_quote"] == first["quote"]
        assert row["why"]


def test_untranslated_words_are_quoted_and_pointed_out(proposed: Proposals) -> None:
    for row in proposed.rows:
        quoted = "“" in row["question_en"] + row["question_zh"]
        assert quoted is not row["draft"]["translated"]
        assert ("quoted" in row["draft"]["look_at"]) is quoted


def test_no_question_gives_its_answer_away(proposed: Proposals) -> None:
    for row in proposed.rows:
        if row["kind"] == "figure":
            values = {
                float(figure.value)
                for figure in find_figures(row["question_en"] + "\n" + row["question_zh"])
            }
            assert row["figures"][0]["value"] not in values


def test_a_file_of_proposals_is_no_suite(proposed: Proposals, tmp_path: Path) -> None:
    path = tmp_path / "drafts.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in proposed.rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SuiteError, match="bad_line") as caught:
        read_cases(path)
    assert caught.value.details["line"] == 1
    assert "not accepted" in str(caught.value.details["reason"])


def test_a_folder_that_states_nothing_plainly_gives_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("It was good. They rose by 5 %.", encoding="utf-8")
    assert propose_cases(read_folder(tmp_path)) == ([], 0)
