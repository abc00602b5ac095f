"""What becomes of each file of an upload."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest

from assistant.api.uploading import Item, Sent, find_status, sort_in
from assistant.errors import IngestError
from store.ledger import DocumentRecord

RECORD = DocumentRecord("uploads/a.md", "A", "en", "0", "1", "t", 1, 1, 1)


def sort(*names: str) -> list[tuple[str, str | None]]:
    items = sort_in([Sent(name, BytesIO()) for name in names])
    return [(item.name, item.error.code if item.error else None) for item in items]


def test_files_get_names_that_can_be_kept() -> None:
    assert sort("../a.md", "", "报告.PDF") == [
        ("a.md", None), ("document", "format"), ("报告.PDF", None),
    ]  # fmt: skip


def test_the_first_of_two_of_one_name_is_taken() -> None:
    assert sort("x/a.md", "y/a.md", "a.exe", "a.exe") == [
        ("a.md", None), ("a.md", "sent_twice"), ("a.exe", "format"), ("a.exe", "format"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        (None, RECORD, "new"),
        (RECORD, RECORD, "unchanged"),
        (RECORD, replace(RECORD, fingerprint="2"), "changed"),
    ],
)
def test_a_file_is_new_changed_or_unchanged(
    before: DocumentRecord | None, after: DocumentRecord, status: str
) -> None:
    assert find_status(Item("a.md", "a.md", BytesIO()), before, after) == status


def test_what_was_refused_is_refused_whatever_was_there() -> None:
    refused = Item("a.md", "a.md", BytesIO(), IngestError("empty", path="a.md"))
    assert find_status(refused, RECORD, RECORD) == "refused"
