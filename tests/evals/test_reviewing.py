"""Drafts reviewed by lines of a pipe, as a person would type them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from assistant.answer import Language
from assistant.prompts import load_messages
from evals.acceptance import DraftFile
from evals.cases import read_cases
from evals.reviewing import Review, Tally
from tests.evals.drafted import FREIGHT, build_row, read_text


def review(
    path: Path, *lines: str, language: Language = "en", styled: bool = False
) -> tuple[Tally, str]:
    """What became of the drafts of a file, and what was shown."""
    typed: Iterator[str] = iter(lines)
    prompts: list[str] = []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    out = io.StringIO()
    console = Console(file=out, width=200, force_terminal=styled, color_system="standard")
    made = Review(DraftFile(path), read_text, console, load_messages(language), ask)
    return made.run(), out.getvalue() + "\n".join(prompts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    rows = [build_row("a"), build_row("b"), build_row("c")]
    return write(tmp_path / "d.jsonl", rows)


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_each_letter_does_what_it_says(path: Path) -> None:
    tally, shown = review(path, "a", "s", "d")
    assert tally == Tally(accepted=1, dropped=1, skipped=1, left=1)
    assert "1/3" in shown
    assert "How much freight" in shown
    assert "北部码头的货物吞吐量" in shown
    assert "reports/harbour.md:7" in shown
    assert [row["id"] for row in DraftFile(path).read_open()] == ["b"]


@pytest.mark.parametrize("lines", [["q"], []])
def test_who_stops_goes_on_later(path: Path, lines: list[str]) -> None:
    tally, _ = review(path, "a", *lines)
    assert (tally.accepted, tally.left) == (1, 2)
    tally, shown = review(path, "a", "a")
    assert tally == Tally(accepted=2)
    assert "1/2" in shown
    assert [case.id for case in read_cases(path)] == ["a", "b", "c"]


def test_an_edited_draft_is_shown_again_and_kept(path: Path) -> None:
    tally, shown = review(path, "e", "question_zh", "吞吐量是多少？", "a", "q")
    assert tally.accepted == 1
    assert "吞吐量是多少？" in shown
    assert json.loads(path.read_text("utf-8").splitlines()[0])["question_zh"] == "吞吐量是多少？"


def test_an_empty_line_leaves_a_field_as_it_is(path: Path) -> None:
    before = path.read_text("utf-8")
    review(path, "e", "", "e", "quote", "", "q")
    assert path.read_text("utf-8") == before


def test_what_cant_be_accepted_says_why_and_waits(tmp_path: Path) -> None:
    path = write(tmp_path / "d.jsonl", [build_row("a", quote="Freight reached 9 tonnes.")])
    tally, shown = review(path, "a", "e", "quote", FREIGHT, "a")
    assert "does not stand in reports/harbour.md" in shown
    assert tally == Tally(accepted=1)


def test_a_wrong_field_or_letter_is_asked_again(path: Path) -> None:
    tally, shown = review(path, "x", "", "e", "colour", "red", "e", "line", "six", "s", "q")
    assert "colour" in shown
    assert "line" in shown
    assert tally.skipped == 1
    assert tally.left == 3


def test_the_figure_is_marked_and_control_characters_are_gone(tmp_path: Path) -> None:
    row = build_row("a", question_en="How much \x1b[31mfreight\x07?")
    _, shown = review(write(tmp_path / "d.jsonl", [row]), "q", styled=True)
    assert "\x1b[1;7m41 million tonnes\x1b[0m" in shown
    assert "\x1b[31m" not in shown
    assert "\x07" not in shown


def test_it_speaks_chinese(path: Path) -> None:
    _, shown = review(path, "q", language="zh")
    assert "a 接受" in shown
    assert "按规则拼成" in shown
