"""The writers, asked about documents of their own: what is accepted, and what gets through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from assistant.answer import Answer, Claim
from evals.cases import Ask, read_cases
from evals.writers import (
    ATTRIBUTED,
    FLOORS,
    LIMITS,
    PLAIN,
    REFUSED,
    SHOWN,
    Tally,
    Writing,
    build_table,
    find_broken,
    find_proved,
    is_unchanged,
    main,
    print_missed,
    run,
)
from tests.evals.fakes import build_case
from tests.evals.test_proof import DOCUMENT, FIGURE, MISS, NAME, OTHER

SECOND = """# Pier notes

The pier of Aalten rests on 77 pillars. It was painted in 2019 by Kestrel Works.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUOCITE_EMBEDDING", "hash")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "harbour.md").write_text(DOCUMENT, encoding="utf-8")
    (docs / "pier.md").write_text(SECOND, encoding="utf-8")
    lines = [json.dumps(one, ensure_ascii=False) for one in (FIGURE, NAME, MISS)]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_right_answers_pass_wrong_ones_do_not_and_the_sentinel_refuses(folder: Path) -> None:
    writing = run(folder / "cases.jsonl", folder / "docs", None)
    for language in ("en", "zh"):
        assert writing.tallies[SHOWN, language].n == 2
        assert writing.tallies[PLAIN, language].share == 1.0
        assert writing.tallies[REFUSED, language].share == 1.0
        assert writing.tallies["figure", language].share == 0.0
        assert writing.tallies["marker", language].share == 0.0
    assert len(writing.checking) == 4
    assert len(writing.lags) == 4
    assert find_broken(writing.tallies) == []


def test_the_command_says_the_table_and_fails_where_a_measure_does(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [str(folder / "cases.jsonl"), "--docs", str(folder / "docs"), "--missed"]
    assert main(arguments) == 0
    assert PLAIN in capsys.readouterr().out
    monkeypatch.setitem(FLOORS, PLAIN, 1.1)
    assert main(arguments) == 1
    assert main(["nowhere.jsonl", "--docs", str(folder)]) != 0
    assert "nowhere.jsonl" in capsys.readouterr().err


def build_answer(*claims: Claim, **changes: object) -> Answer:
    text = " ".join(claim.text for claim in claims)
    return Answer(response=text, claims=claims, status="verified", **changes)  # type: ignore[arg-type]


def test_an_answer_is_unchanged_if_all_of_it_is_there_and_none_in_doubt() -> None:
    proved = Claim("It grew.", (1,), "proved")
    more = Claim("The sources differ.", (1,), "proved")
    assert is_unchanged("It grew [3].", build_answer(proved, more))
    assert not is_unchanged("It grew a lot [3].", build_answer(proved))
    assert not is_unchanged("It grew [3].", build_answer(proved, problems=("negation",)))
    assert not is_unchanged("It grew [3].", build_answer(proved, fallback=True))
    assert not is_unchanged("It grew [3].", Answer(response="It grew.", status="refused"))


def test_a_wrong_sentence_counts_only_where_it_is_shown_as_proved() -> None:
    assert find_proved("It grew [3].", build_answer(Claim("It grew.", (1,), "proved")))
    assert find_proved("It grew [3].", build_answer(Claim("It grew.", (1,), "computed")))
    assert not find_proved("It grew [3].", build_answer(Claim("It grew.", (1,), "unproved")))
    assert not find_proved("It grew [3].", build_answer(Claim("It fell.", (1,), "proved")))


def test_a_measure_is_broken_under_its_floor_or_over_its_limit() -> None:
    good, bad = Tally(["a"] * 99, ["b"]), Tally(["a"] * 96, ["b"] * 4)
    tallies = {(PLAIN, "en"): good, (ATTRIBUTED, "zh"): bad, ("marker", "en"): bad}
    assert find_broken(tallies) == [(ATTRIBUTED, "zh"), ("marker", "en")]  # type: ignore[arg-type]
    assert find_broken({("name", "en"): Tally()}) == []


def test_what_came_out_wrong_is_listed_and_nothing_else() -> None:
    writing = Writing()
    ask = Ask(build_case(), "en")
    for measure in (PLAIN, "figure"):
        writing.add(measure, ask, True, "hit")
        writing.add(measure, ask, False, "miss")
    console = Console(record=True, width=120)
    print_missed(writing, console)
    said = console.export_text()
    assert said.count("c1 en: hit") == said.count("c1 en: miss") == 1
    assert said.index("c1 en: miss") < said.index("c1 en: hit")


def test_the_table_has_a_row_for_each_measure_and_a_dash_where_none_applied() -> None:
    console = Console(record=True, width=120)
    console.print(build_table(Writing()))
    said = console.export_text()
    assert all(name in said for name in [SHOWN, *FLOORS, *LIMITS])
    assert "-" in said


def test_names_of_other_cases_are_what_a_name_is_altered_to(folder: Path) -> None:
    lines = [json.dumps(one, ensure_ascii=False) for one in (NAME, OTHER)]
    (folder / "names.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert len(read_cases(folder / "names.jsonl")) == 2
    writing = run(folder / "names.jsonl", folder / "docs", None)
    assert writing.tallies["name", "en"].n > 0
    assert writing.tallies["name", "en"].share == 0.0
