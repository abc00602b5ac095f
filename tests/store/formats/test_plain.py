"""Text and Markdown, whose every character is stored."""

from __future__ import annotations

import pytest

from assistant.errors import IngestError
from store.formats.extract import Note
from store.formats.plain import find_front_matter, read_plain
from tests.support.files import source_of

TEXT = "---\ntitle: 钢铁\nyear: 2024\n---\n# Steel\r\n\tbell\x07\n"


def test_front_matter_is_kept_and_not_searched() -> None:
    found = read_plain(source_of("a.md", TEXT.encode()))
    assert found.text == TEXT
    assert [found.text[a:b] for a, b in found.hidden] == ["---\ntitle: 钢铁\nyear: 2024\n---\n"]
    assert found.marks == ()


def test_a_rule_above_a_text_hides_nothing() -> None:
    assert read_plain(source_of("a.md", b"---\nSteel in 2030\n---\nx\n")).hidden == ()


def test_the_values_of_front_matter_are_words() -> None:
    assert find_front_matter(TEXT)[0] == {"title": "钢铁", "year": "2024"}
    assert find_front_matter("---\na: [1]\nb:\nc: x\n---\n") == ({"c": "x"}, 23)


@pytest.mark.parametrize(
    "yaml", ["[" * 20_000, "a: *b", "a: 2024-99-99", "!!python/object:os.system x", "&a [*a]"]
)
def test_what_yaml_chokes_on_is_a_text(yaml: str) -> None:
    assert find_front_matter(f"---\n{yaml}\n---\nx\n") == ({}, 0)


def test_broken_characters_are_noted() -> None:
    half = ("钢铁" * 900).encode()
    found = read_plain(source_of("a.txt", half + b"\xff" + half))
    assert found.notes == (Note("slips", "1"),)


def test_no_text_is_an_error_of_its_encoding() -> None:
    with pytest.raises(IngestError) as caught:
        read_plain(source_of("a.txt", bytes(range(256))))
    assert caught.value.code == "encoding"
