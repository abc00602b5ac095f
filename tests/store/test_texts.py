from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from store.ledger import DocumentRecord
from store.texts import PART_CHARACTERS, count_rows, part_ids, split_text, version_of


@given(st.integers(0, 4), st.integers(-1, 1))
def test_parts_make_the_text_again(parts: int, more: int) -> None:
    text = "钢" * max(0, parts * PART_CHARACTERS + more)
    split = split_text("v", text)
    assert "".join(split.values()) == text
    assert list(split) == part_ids("v", len(text))
    assert all(0 < len(part) <= PART_CHARACTERS for part in split.values())


def test_a_row_says_whose_it_is() -> None:
    assert {version_of(row) for row in part_ids("v", 120_000)} == {"v"}
    assert version_of("v:chunk:2") == "v"


def test_a_whole_document_has_its_chunks_and_its_parts() -> None:
    record = DocumentRecord("a", "a", "en", "", "", "1", 7, 9, PART_CHARACTERS + 1)
    assert count_rows(record) == 7 + 2
