"""Dialogues: read in both languages, asked with and without history, counted by kind."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from assistant.answer import Answer, Turn
from assistant.errors import SuiteError
from evals import dialogues
from evals.dialogues import (
    FILE,
    SAMPLE,
    Outcome,
    build_table,
    main,
    print_outcomes,
    read_dialogues,
    run_dialogue,
)
from evals.quotes import holds_quotation

ROW = {
    "id": "d-1",
    "change": "year",
    "held_out": True,
    "kind": "figure",
    "first_en": "How many ships in 2022?",
    "follow_en": "And in 2023?",
    "question_en": "How many ships in 2023?",
    "first_zh": "2022年有多少艘船？",
    "follow_zh": "那2023年呢？",
    "question_zh": "2023年有多少艘船？",
    "figures": [{"value": 41, "unit": "count"}],
    "quote": "41 ships in 2023",
}


def write(path: Path, **changes: Any) -> Path:
    path.write_text(json.dumps(ROW | changes), encoding="utf-8")
    return path


class FakeAssistant:
    """Knows the whole question, and follow-ups as far as `follows`."""

    def __init__(self, follows: bool) -> None:
        self.follows = follows
        self.heard: list[tuple[str, tuple[Turn, ...]]] = []

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        self.heard.append((question, tuple(history)))
        known = question == ROW["question_en"] or (history and self.follows)
        text = "There were 41 ships [1]." if known else "There were 12 ships [1]."
        return Answer(response=text, question=question, status="refused", reason="not_stated")

    def make_whole(self, question: str, history: Sequence[Turn]) -> str:
        return f"{history[0].question} {question}"


def outcome(follows: bool, path: Path) -> Outcome:
    return run_dialogue(FakeAssistant(follows), read_dialogues(write(path))[0])


def test_a_line_is_a_dialogue_in_each_language(tmp_path: Path) -> None:
    english, chinese = read_dialogues(write(tmp_path / "d.jsonl"))
    assert (english.first, english.follow) == (ROW["first_en"], ROW["follow_en"])
    assert (chinese.first, chinese.ask.question) == (ROW["first_zh"], ROW["question_zh"])
    assert english.held_out


@pytest.mark.parametrize("changes", [{"change": "colour"}, {"first_en": None}, {"held_out": "?"}])
def test_a_line_that_is_no_dialogue_is_named(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(SuiteError) as caught:
        read_dialogues(write(tmp_path / "d.jsonl", **changes))
    assert caught.value.details["line"] == 1


def test_the_follow_up_is_asked_with_the_first_turn_and_the_question_alone(tmp_path: Path) -> None:
    assistant = FakeAssistant(follows=True)
    found = run_dialogue(assistant, read_dialogues(write(tmp_path / "d.jsonl"))[0])
    before = (Turn("How many ships in 2022?", "There were 12 ships [1]."),)
    assert assistant.heard == [
        ("How many ships in 2022?", ()),
        ("How many ships in 2023?", ()),
        ("And in 2023?", before),
    ]
    assert found.whole == "How many ships in 2022? And in 2023?"


def shown(found: Sequence[Outcome]) -> str:
    console = Console(width=120, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(build_table(found))
        print_outcomes(found, console)
    return capture.get()


def test_the_table_counts_what_is_answered_as_well(tmp_path: Path) -> None:
    right, wrong = (outcome(follows, tmp_path / "d.jsonl") for follows in (True, False))
    assert (right.as_well, wrong.as_well) == (right.followed == 1.0, wrong.followed == 1.0)
    text = shown([right, wrong])
    assert "1/2" in text
    assert "held out" in text
    assert "WORSE d-1 en year" in text
    assert text.count("WORSE") == 1


def test_the_sample_has_thirty_a_language_spread_over_kinds_and_halves() -> None:
    found = [one for one in read_dialogues(FILE) if one.ask.language == "en"]
    assert len(found) == 30
    assert set(Counter(one.change for one in found).values()) <= {3, 4}
    assert Counter(one.held_out for one in found) == {True: 15, False: 15}


@pytest.mark.parametrize("dialogue", read_dialogues(FILE)[:30], ids=lambda one: one.ask.case.id)
def test_what_a_dialogue_asks_for_stands_in_the_sample(dialogue: dialogues.Dialogue) -> None:
    case = dialogue.ask.case
    text = (SAMPLE / case.source).read_text(encoding="utf-8").split("\n")
    assert holds_quotation(case.quote, text[case.line - 1])
    switched = dialogue.change == "switch"
    assert dialogue.first.isascii() != switched


def test_a_missing_file_ends_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.jsonl")]) == SuiteError.exit_code
    assert len(capsys.readouterr().err.splitlines()) == 1
