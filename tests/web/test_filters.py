from __future__ import annotations

import importlib
from typing import Any

import pytest

from tests.web.fake import RECORDS, FakeAssistant
from tests.web.parts import with_loop

HARBOUR, BULLETIN = RECORDS


@pytest.fixture(scope="module")
def filters() -> Any:
    return with_loop(lambda: importlib.import_module("assistant.web.filters"))


@pytest.fixture
def events(filters: Any) -> Any:
    names = ("fold", "documents", "organisations", "years", "note", "clear")
    row = filters.FilterRow(**{name: name for name in names})
    return filters.FilterEvents(FakeAssistant(), row)


def test_choices_are_those_of_the_collection_in_the_language_of_the_page(events: Any) -> None:
    updates = events.choose([], [], [], "zh")
    assert updates["documents"].label == "文档"
    assert (HARBOUR.title, HARBOUR.id) in updates["documents"].choices
    assert [value for _, value in updates["years"].choices] == [2024, 2023]
    assert updates["fold"].label == "筛选"
    assert updates["clear"].visible is False


def test_what_is_chosen_is_named_and_counted(events: Any) -> None:
    updates = events.choose([], ["北湾港务局"], [2023], "en")
    assert updates["fold"].label == "Only: 北湾港务局 · 2023"
    assert updates["organisations"].value == ["北湾港务局"]
    assert updates["clear"].visible is True
    assert "Documents that fit: 1" in updates["note"].value


def test_a_choice_that_leaves_nothing_is_said_before_anything_is_asked(events: Any) -> None:
    updates = events.choose([], ["北湾港务局"], [2024], "en")
    assert "No document fits" in updates["note"].value


def test_one_click_clears_all(events: Any) -> None:
    updates = events.clear("en")
    assert [updates[name].value for name in ("documents", "organisations", "years")] == [[]] * 3
    assert (updates["clear"].visible, updates["note"].visible) == (False, False)


def test_what_the_collection_lost_is_chosen_no_more(events: Any) -> None:
    updates = events.choose(["gone.md", HARBOUR.id], None, [1999], "en")
    assert updates["documents"].value == [HARBOUR.id]
    assert updates["years"].value == []
