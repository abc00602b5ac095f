"""Lines out of the pieces that text recognition finds; reading itself is tested with PDFs."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from store.formats.ocr import find_reader, join_lines


@pytest.fixture
def fresh() -> Iterator[None]:
    find_reader.cache_clear()
    yield
    find_reader.cache_clear()


def test_pieces_at_one_height_are_one_line_from_the_left() -> None:
    places = [(10.0, 20.0, 300.0), (11.0, 21.0, 5.0), (40.0, 50.0, 5.0), (12.0, 20.0, 150.0)]
    text = join_lines(places, ("23%", "North", "South", "1,204"))
    assert text == "North  1,204  23%\nSouth"


def test_lines_close_under_each_other_stay_apart() -> None:
    places = [(float(n * 12), float(n * 12 + 10), 5.0) for n in range(4)]
    assert join_lines(places, ("a", "b", "c", "d")) == "a\nb\nc\nd"


def test_nothing_found_is_no_text() -> None:
    assert join_lines([], ()) == ""


@pytest.mark.usefixtures("fresh")
def test_without_the_extra_there_is_no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert find_reader() is None
