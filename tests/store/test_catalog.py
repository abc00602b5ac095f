from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import CatalogError
from store.catalog import Catalog, CatalogEntry, CatalogSection, load_catalog

GOOD = """\
- file: a.txt
  title: "A: collected papers"
  publisher: The Council
  organisation: 理事会
  author: Li
  year: 2021
  language: zh
  sections:
    - lines: [10, 20]
      organisation: Corning
      author: Zhang
      title: On glass
    - lines: [1, 9]
      organisation: Nomura
- file: sub/b.md
"""


def write(folder: Path, content: str) -> Path:
    path = folder / "catalog.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def refuse(folder: Path, content: str) -> tuple[str, dict[str, Any]]:
    with pytest.raises(CatalogError) as caught:
        load_catalog(write(folder, content))
    assert caught.value.details.pop("path") == str(folder / "catalog.yaml")
    return caught.value.code, caught.value.details


def test_every_field_is_read(tmp_path: Path) -> None:
    entry = load_catalog(write(tmp_path, GOOD)).find("a.txt")
    assert entry == CatalogEntry(
        file="a.txt",
        title="A: collected papers",
        publisher="The Council",
        organisation="理事会",
        author="Li",
        year=2021,
        language="zh",
        sections=(
            CatalogSection(10, 20, "Corning", "Zhang", "On glass"),
            CatalogSection(1, 9, "Nomura", None, None),
        ),
    )
    assert entry.last_line == 20


def test_a_file_is_enough(tmp_path: Path) -> None:
    entry = load_catalog(write(tmp_path, GOOD)).find("sub/b.md")
    assert entry == CatalogEntry(file="sub/b.md")
    assert entry.last_line == 0


def test_the_sidecar_of_a_folder_is_found(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert load_catalog(tmp_path) == load_catalog(path)


def test_a_folder_without_a_sidecar_has_an_empty_catalog(tmp_path: Path) -> None:
    assert load_catalog(tmp_path) == Catalog()
    assert Catalog().find("a.txt") is None


def test_a_document_in_a_subfolder_is_found_by_its_file_name(tmp_path: Path) -> None:
    catalog = load_catalog(write(tmp_path, GOOD))
    found = catalog.find("2021/a.txt")
    assert found is not None
    assert found.file == "a.txt"
    assert catalog.find("b.md") is None


def test_the_whole_path_counts_before_the_name(tmp_path: Path) -> None:
    catalog = load_catalog(write(tmp_path, "- file: a.txt\n- file: x/a.txt\n  year: 2020\n"))
    found = catalog.find("x/a.txt")
    assert found is not None
    assert found.year == 2020


def test_the_hash_follows_the_content_and_not_the_layout(tmp_path: Path) -> None:
    entry = load_catalog(write(tmp_path, GOOD)).find("a.txt")
    again = load_catalog(write(tmp_path, "# a note\n" + GOOD)).find("a.txt")
    assert entry is not None
    assert again is not None
    assert entry.hash == again.hash
    assert entry.hash != replace(entry, year=2022).hash
    assert entry.hash != replace(entry, sections=entry.sections[:1]).hash


@pytest.mark.parametrize(
    ("content", "code", "details"),
    [
        ("- file: a\n  titel: x\n", "unknown_key", {"entry": "a", "key": "titel"}),
        (
            "- file: a\n  sections: [{lines: [1, 2], page: 3}]\n",
            "unknown_key",
            {"entry": "a", "key": "page"},
        ),
        ("- file: a\n- title: b\n", "missing_key", {"entry": "#2", "key": "file"}),
        ("- just a word\n", "missing_key", {"entry": "#1", "key": "file"}),
        ("- file: a\n  sections: [{title: x}]\n", "missing_key", {"entry": "a", "key": "lines"}),
        (
            "- file: a\n  year: '2021'\n",
            "wrong_value",
            {"entry": "a", "key": "year", "value": "2021"},
        ),
        ("- file: a\n  year: true\n", "wrong_value", {"entry": "a", "key": "year", "value": True}),
        (
            "- file: a\n  language: fr\n",
            "wrong_value",
            {"entry": "a", "key": "language", "value": "fr"},
        ),
        ("- file: a\n  title: 7\n", "wrong_value", {"entry": "a", "key": "title", "value": 7}),
        (
            "- file: a\n  sections: all\n",
            "wrong_value",
            {"entry": "a", "key": "sections", "value": "all"},
        ),
        ("- file: a\n- file: a\n", "twice", {"entry": "a"}),
        ("file: a\n", "not_a_list", {}),
        ("", "not_a_list", {}),
        ("- file: a\n  title: 'open\n", "syntax", {"line": 3}),
    ],
)
def test_a_fault_is_named_with_its_entry(
    tmp_path: Path, content: str, code: str, details: dict[str, Any]
) -> None:
    assert refuse(tmp_path, content) == (code, details)


@pytest.mark.parametrize("lines", ["[0, 4]", "[5, 4]", "[1]", "[1, 2, 3]", "['1', 2]", "[1, true]"])
def test_a_range_that_is_none_is_refused(tmp_path: Path, lines: str) -> None:
    code, details = refuse(tmp_path, f"- file: a\n  sections: [{{lines: {lines}}}]\n")
    assert (code, details["entry"]) == ("lines", "a")


def test_a_line_has_one_section(tmp_path: Path) -> None:
    content = "- file: a\n  sections: [{lines: [5, 9]}, {lines: [1, 5]}]\n"
    assert refuse(tmp_path, content) == ("overlap", {"entry": "a", "lines": [5, 5]})


def test_a_single_line_is_a_range(tmp_path: Path) -> None:
    entry = load_catalog(write(tmp_path, "- file: a\n  sections: [{lines: [3, 3]}]\n")).find("a")
    assert entry is not None
    assert entry.sections == (CatalogSection(3, 3),)


def test_a_catalog_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no_file"):
        load_catalog(tmp_path / "other.yaml")


def test_a_catalog_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_bytes("- file: 报告.txt\n".encode("gb18030"))
    with pytest.raises(CatalogError, match="unreadable"):
        load_catalog(path)


def test_tags_that_build_objects_are_refused(tmp_path: Path) -> None:
    code, _ = refuse(tmp_path, "- !!python/object/apply:os.getcwd []\n")
    assert code == "syntax"
