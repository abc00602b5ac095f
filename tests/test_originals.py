"""Texts of documents that others write meanwhile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from assistant.errors import StoreError
from assistant.originals import Originals


class Shelf:
    """A collection of one document, which may be replaced."""

    name = "default"

    def __init__(self) -> None:
        self.version, self.reads = "v1", 0

    def record(self, document_id: str) -> Any:
        return SimpleNamespace(version=self.version) if document_id == "a.md" else None

    def text(self, document_id: str) -> str:
        self.reads += 1
        if document_id != "a.md":
            raise StoreError("no_document", document=document_id)
        return f"text of {self.version}"

    def refresh(self) -> None:
        pass


def build() -> tuple[Shelf, Originals]:
    shelf = Shelf()
    return shelf, Originals(shelf)  # type: ignore[arg-type]


def test_a_text_is_read_once_for_as_long_as_it_stays() -> None:
    shelf, originals = build()
    assert [originals.read("a.md"), originals.read("a.md")] == ["text of v1"] * 2
    assert shelf.reads == 1
    shelf.version = "v2"
    assert originals.read("a.md") == "text of v2"


def test_a_text_that_was_replaced_is_not_passed_off_as_the_one_of_the_index() -> None:
    shelf, originals = build()
    assert originals.read_at({"a.md": "v1"}, "a.md") == "text of v1"
    shelf.version = "v2"
    with pytest.raises(StoreError, match="changed") as caught:
        build_stale(shelf).read_at({"a.md": "v1"}, "a.md")
    assert caught.value.retryable


def build_stale(shelf: Shelf) -> Originals:
    """One that has read nothing yet."""
    return Originals(shelf)  # type: ignore[arg-type]


@pytest.mark.parametrize(("versions", "code"), [({}, "changed"), ({"b.md": ""}, "no_document")])
def test_what_the_index_or_the_collection_lacks_is_said(
    versions: dict[str, str], code: str
) -> None:
    with pytest.raises(StoreError, match=code):
        build()[1].read_at(versions, "b.md")
