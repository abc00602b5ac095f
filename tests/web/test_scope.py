from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answer import Filters
from assistant.web.scope import (
    count_fitting,
    find_choices,
    is_on,
    keep_known,
    read_filters,
    say_filters,
)
from tests.web.fake import RECORDS

HARBOUR, BULLETIN = RECORDS
CHOICES = find_choices(RECORDS)


def test_choices_are_what_the_documents_hold() -> None:
    assert CHOICES.documents[0] == (HARBOUR.title, HARBOUR.id)
    assert CHOICES.organisations == ("Northern Port Authority", "北湾港务局")
    assert CHOICES.years == (2024, 2023)


def test_a_document_of_many_voices_offers_each_and_one_of_none_offers_nothing() -> None:
    many = replace(HARBOUR, organisation=None, organisations=("A", "B"), year=None)
    assert find_choices([many]).organisations == ("A", "B")
    assert find_choices([many]).years == ()


def test_documents_of_one_title_are_told_apart() -> None:
    twin = replace(HARBOUR, id="reports/other.md")
    titles = [title for title, _ in find_choices([HARBOUR, twin]).documents]
    assert titles == [f"{HARBOUR.title} ({HARBOUR.id})", f"{HARBOUR.title} (reports/other.md)"]


def test_what_a_browser_sends_is_read_and_nothing_else() -> None:
    assert read_filters(["a.md", 7], None, [2023, "2024"]) == Filters(("a.md",), (), (2023,))
    assert read_filters() == Filters()
    assert read_filters("a.md", {"x": 1}, 2023) == Filters()


def test_a_document_that_has_gone_stays_in_a_filter_until_it_is_shown_anew() -> None:
    filters = read_filters(["gone.md", HARBOUR.id], ["Nobody"], [1999, 2023])
    assert filters.documents == ("gone.md", HARBOUR.id)
    assert keep_known(filters, CHOICES) == Filters((HARBOUR.id,), (), (2023,))


def test_a_filter_is_on_once_anything_is_chosen() -> None:
    assert not is_on(Filters())
    assert is_on(Filters(years=(2023,)))


@pytest.mark.parametrize(
    ("filters", "fitting"),
    [
        (Filters(), 2),
        (Filters(documents=(HARBOUR.id,)), 1),
        (Filters(organisations=("northern port authority",)), 1),
        (Filters(years=(2023, 2024)), 2),
        (Filters(years=(2023,), organisations=("Northern Port Authority",)), 0),
        (Filters(documents=("gone.md",)), 0),
    ],
)
def test_documents_that_fit_are_counted(filters: Filters, fitting: int) -> None:
    assert count_fitting(filters, RECORDS) == fitting


def test_a_filter_is_said_by_titles_names_and_years() -> None:
    filters = Filters((HARBOUR.id, "gone.md"), ("北湾港务局",), (2023,))
    assert say_filters(filters, CHOICES) == f"{HARBOUR.title}, gone.md · 北湾港务局 · 2023"
    many = Filters(years=(2020, 2021, 2022, 2023, 2024))
    assert say_filters(many, CHOICES) == "2020, 2021, 2022 +2"
    assert say_filters(Filters(), CHOICES) == ""
