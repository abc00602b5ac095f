"""Heads and feet of pages, and what only looks like them."""

from __future__ import annotations

import pytest

from store.formats.edges import find_edges

BODY = ["Ships came in.", "Trains went out.", "Nobody was late.", "It rained.", "The sun came out."]


def hidden(*pages: str) -> list[set[str]]:
    return find_edges([[page] for page in pages])


def test_a_line_that_stands_on_every_page_is_a_head() -> None:
    pages = [f"Yearly report\n{body}\nand more of the page" for body in BODY]
    found = hidden(*(f"{page} {n * n + 7}x" for n, page in enumerate(pages)))
    assert found == [{"Yearly report"}] * 5


@pytest.mark.parametrize(
    "foot",
    [
        "{n}",
        "- {n} -",
        "Page {n} of 20",
        "第 {n} 页",
        "Selby port | {n}",
        "{n}  Selby port",
        "{n} / 20",
    ],
)
def test_a_page_number_is_a_foot_in_whatever_dress(foot: str) -> None:
    feet = [foot.format(n=n) for n in range(14, 19)]
    pages = [f"{body}\n{body[::-1]}!\n{end}" for body, end in zip(BODY, feet, strict=True)]
    assert hidden(*pages) == [{end} for end in feet]


def test_numbers_that_do_not_count_the_pages_are_no_foot() -> None:
    totals = [f"Total of the year {n}" for n in (814, 77, 1203, 9, 455)]
    pages = [f"{body}\n{total}" for body, total in zip(BODY, totals, strict=True)]
    assert hidden(*pages) == [set()] * 5


def test_a_sentence_or_figure_that_comes_back_is_none() -> None:
    assert hidden(*(f"{body}\nAll rights are reserved." for body in BODY)) == [set()] * 5
    assert hidden(*(f"{body}\nCoal 8.5" for body in BODY)) == [set()] * 5


def test_lines_further_in_are_the_pages_own() -> None:
    pages = [f"{body}\nIn short\n{body}1\n{body}2\n{body}3" for body in BODY]
    assert hidden(*pages) == [set()] * 5


def test_two_pages_prove_nothing() -> None:
    assert hidden("Head\na", "Head\nb") == [set()] * 2


def test_a_head_above_a_sentence_that_goes_on_is_a_head() -> None:
    pages = [f"Yearly report\n{body.lower()}\n{body}" for body in BODY]
    assert hidden(*pages) == [{"Yearly report"}] * 5


def test_pages_that_come_back_as_a_whole_have_no_heads() -> None:
    assert hidden(*["One line\nAnother line\nA third line\nThe fourth"] * 5) == [set()] * 5


def test_pages_without_text_are_passed_over() -> None:
    assert find_edges([[], ["Head\na"], [], ["Head\nb"], ["Head\nc"]])[1] == {"Head"}
