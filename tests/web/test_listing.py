from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assistant.shelf import Shelved, State
from assistant.web.listing import COLUMNS, PAGE, View, find_documents, show_list
from tests.web.fake import RECORDS

SHELF = [Shelved(record, "current") for record in RECORDS]


def shelve(name: str, **changes: object) -> Shelved:
    record = replace(RECORDS[0], id=f"r/{name}", title=name, **changes)  # type: ignore[arg-type]
    return Shelved(record, "current")


def titles(shelved: list[Shelved]) -> list[str]:
    return [one.record.title for one in shelved]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("HARBOUR", 1),
        ("northern lindqvist", 1),
        ("2023", 1),
        ("北灣港", 1),
        ("简报.txt", 1),
        ("harbour 2023", 0),
        ("  ", 2),
    ],
)
def test_a_search_finds_documents_that_hold_all_its_words(query: str, found: int) -> None:
    assert len(find_documents(SHELF, View(query))) == found


def test_a_column_sorts_and_sorts_the_other_way_round() -> None:
    shelf = [shelve("b", year=2020), shelve("a", year=2024), shelve("C", year=None)]
    assert titles(find_documents(shelf, View())) == ["a", "b", "C"]
    by_year = View().sort("year")
    assert titles(find_documents(shelf, by_year)) == ["b", "a", "C"]
    assert titles(find_documents(shelf, by_year.sort("year"))) == ["a", "b", "C"]


def test_numbers_are_sorted_as_numbers() -> None:
    shelf = [shelve("a", chunks=10), shelve("b", chunks=9)]
    assert titles(find_documents(shelf, View(order="chunks"))) == ["b", "a"]


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_sorts(column: str) -> None:
    view = View().sort("year").sort(column)
    assert len(find_documents(SHELF, view)) == 2
    assert f'class="{column}" aria-sort="' in show_list(SHELF, view, "en")


def test_a_column_that_is_none_changes_nothing() -> None:
    assert View().sort("__class__") == View()
    assert View().turn("-1") == View().turn("x") == View()


def test_a_long_list_comes_in_pages() -> None:
    shelf = [shelve(f"{number:04}") for number in range(2 * PAGE + 3)]
    first = show_list(shelf, View(), "en")
    assert first.count("<tr") - 1 == PAGE
    assert f"1–{PAGE} of {len(shelf)}" in first
    last = show_list(shelf, View().turn("2"), "en")
    assert last.count("<tr") - 1 == 3
    assert show_list(shelf, View().turn("99"), "en") == last
    assert 'data-act="page:1"' in last
    assert "disabled" in last


def test_a_short_list_has_no_pages_to_turn() -> None:
    assert "page:" not in show_list(SHELF, View(), "en")


def test_a_search_begins_at_the_first_page() -> None:
    assert View(page=3).search("x") == View("x")


def test_what_documents_call_themselves_stays_text() -> None:
    bad = '<script>alert(1)</script>"onclick="'
    shown = show_list([shelve(bad, organisation=bad, organisations=())], View(), "en")
    assert "<script" not in shown
    assert not re.search(r'data-act="[^"]*"onclick', shown)


def test_the_open_document_is_marked_and_the_sorted_column_said() -> None:
    shown = show_list(SHELF, View(opened=RECORDS[0].id), "en")
    assert shown.count('class="opened"') == 1
    assert shown.count('aria-sort="ascending"') == 1


@pytest.mark.parametrize(
    ("state", "said"),
    [("current", "最新"), ("outdated", "请重新读取"), ("file_gone", "找不到文件")],
)
def test_a_state_is_said_in_the_language_of_the_page(state: State, said: str) -> None:
    assert said in show_list([replace(SHELF[0], state=state)], View(), "zh")


def test_many_organisations_are_cut_short() -> None:
    many = shelve("a", organisation=None, organisations=("A1", "B2", "C3", "D4"))
    assert "A1, B2 +2" in show_list([many], View(), "en")


def test_nothing_to_list_is_said() -> None:
    assert "no documents in this collection" in show_list([], View(), "en")
    assert "没有符合" in show_list(SHELF, View("nowhere"), "zh")
