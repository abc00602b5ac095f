"""What readers write: blocks apart, signs that can be stored, places where they begin."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.formats.extract import Source, Writer, clean_signs, fold_line
from store.formats.limits import DEFAULT_LIMITS
from store.places import Place


def test_blocks_stand_apart_and_items_together() -> None:
    writer = Writer()
    writer.heading(1, "A")
    writer.paragraph("b\n\n c ")
    writer.items(["d"])
    writer.items(["e", " "])
    writer.paragraph("f")
    assert writer.text == "# A\n\nb\nc\n\n- d\n- e\n\nf\n"


def test_empty_blocks_leave_no_trace() -> None:
    writer = Writer()
    writer.heading(2, " ")
    writer.paragraph("\n \t")
    writer.items(["", "\n"])
    assert (writer.text, writer.marks) == ("", [])


@pytest.mark.parametrize("text", ["# 5", "| a | b |", "text\n## b"])
def test_a_paragraph_never_becomes_markup(text: str) -> None:
    writer = Writer()
    writer.paragraph(text)
    assert not any(line.startswith(("#", "|")) for line in writer.text.splitlines())


def test_headings_are_no_deeper_than_six() -> None:
    writer = Writer()
    writer.heading(9, "deep")
    assert writer.text == "###### deep\n"


def test_a_place_that_goes_on_is_marked_once() -> None:
    writer = Writer()
    for text in ("a", "b"):
        writer.mark(Place("page", 1, 1))
        writer.paragraph(text)
    assert len(writer.marks) == 1


def test_a_heading_of_the_same_level_takes_the_place_of_the_last() -> None:
    writer = Writer()
    for level, text in ((1, "A"), (3, "B"), (2, "C"), (1, "D")):
        writer.heading(level, text, place=True)
    assert [mark.place.name for mark in writer.marks] == ["A", "A › B", "A › C", "D"]


@given(st.text())
def test_signs_are_replaced_place_by_place(text: str) -> None:
    shown = clean_signs(text)
    assert len(shown) == len(text)
    shown.encode()
    assert not set(shown) & {"\0", "\x1b", "\x07", "\ufffe", "\x85", "\u2028"}


@given(st.lists(st.text(max_size=20), max_size=6))
def test_the_size_is_that_of_the_text(texts: list[str]) -> None:
    writer = Writer()
    for text in texts:
        writer.paragraph(text)
        writer.mark(Place("page", len(writer.marks) + 1, 1))
        assert writer.size == len(writer.text) == writer.marks[-1].start or not texts


def test_a_line_is_one_line() -> None:
    assert fold_line(" a\x00b\n c\u2028d ") == "a b c d"


def test_an_error_names_the_file() -> None:
    error = Source(Path("in/a.pdf"), b"", DEFAULT_LIMITS).refuse("bomb", limit=3)
    assert (error.code, error.details) == ("bomb", {"path": "in/a.pdf", "limit": 3})
