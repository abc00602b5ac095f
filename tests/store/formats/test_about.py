"""Titles, authors and years that files state of themselves."""

from __future__ import annotations

import pytest

from store.formats.about import clean_author, clean_title, confirm_year, find_published


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Harbour report 2024", "Harbour report 2024"),
        ("  港口\n报告 ", "港口 报告"),
        ("Microsoft Word - Harbour report", "Harbour report"),
        ("Microsoft Word - harbour.doc", None),
        ("report_final_v3.indd", None),
        ("Untitled", None),
        ("Untitled 2", None),
        ("PowerPoint Presentation", None),
        ("Document1", None),
        ("幻灯片 1", None),
        ("工作簿1", None),
        ("(unspecified)", None),
        ("2024", None),
        ("", None),
        (None, None),
        ("x" * 300, None),
        ("þÿH\x00a\x00r", None),
        ("Documenting the harbour", "Documenting the harbour"),
    ],
)
def test_a_title_is_one_that_somebody_wrote(stated: str | None, title: str | None) -> None:
    assert clean_title(stated, "file.pdf") == title


def test_the_files_own_name_is_no_title() -> None:
    assert clean_title("Selby cargo", "Selby cargo") is None


@pytest.mark.parametrize(
    ("stated", "author"),
    [
        ("李雷", "李雷"),
        ("Port of Selby", "Port of Selby"),
        ("Administrator", None),
        ("user", None),
        ("(anonymous)", None),
        ("python-docx", None),
        ("Microsoft Office User", None),
        ("微软用户", None),
        ("123", None),
        (None, None),
    ],
)
def test_an_author_is_a_person_or_body(stated: str | None, author: str | None) -> None:
    assert clean_author(stated) == author


@pytest.mark.parametrize(
    ("date", "year"),
    [("2023-05-01", 2023), ("1 May 2023", 2023), ("D:20231122", None), ("", None), (None, None)],
)
def test_the_year_of_a_date(date: str | None, year: int | None) -> None:
    assert find_published(date) == year


def test_the_year_in_which_a_file_was_saved_counts_only_where_the_text_names_it() -> None:
    assert confirm_year(2024, "Report for 2024") == 2024
    assert confirm_year(2024, "Report for 2019, reissued") is None
    assert confirm_year(None, "Report for 2019") is None
